#include <windtunnel/protocols/host/wal.h>

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/env/log.h>

#include <algorithm>
#include <utility>

namespace windtunnel {
namespace {

constexpr std::uint64_t pack(File file, std::size_t length) {
  return std::uint64_t{file.handle} << 40 | length;
}

}  // namespace

Wal::Wal(Env& env, const WalOptions& options, WalListener& listener)
    : env_(env), options_(options), listener_(listener) {
  wal::begin_frame(staged_);
}

Wal::Head& Wal::head(GroupId group) {
  for (Head& known : heads_) {
    if (known.group == group) return known;
  }
  Head fresh;
  fresh.group = group;
  return heads_.emplace_back(fresh);
}

void Wal::stage(GroupId group, const raft::Write& write) {
  if (failed_) return;
  wal::put_write(staged_, group, write);
  Head& known = head(group);
  if (write.snapshot) {
    known.base = {write.snapshot->index, write.snapshot->term, write.snapshot->hash};
  }
  if (write.hard_state) {
    known.hard_state = *write.hard_state;
    staged_items_.push_back({group, raft::LogIndex{}, 0, *write.hard_state});
  }
  for (std::size_t i = 0; i < write.entries.size(); ++i) {
    staged_items_.push_back({group, write.first + i, write.entries[i].hash, {}});
  }
}

void Wal::stage_base(GroupId group, const raft::LogBase& base, bool discard) {
  if (failed_) return;
  wal::put_base(staged_, group, base, discard);
  head(group).base = base;
}

void Wal::flush() {
  if (busy_ || failed_ || staged_.size() == wal::kHeaderBytes) return;
  busy_ = true;
  std::swap(staged_, writing_);
  std::swap(staged_items_, writing_items_);
  wal::begin_frame(staged_);
  staged_items_.clear();
  writing_heads_ = heads_;
  const bool rotate = !file_open_ || position_.offset >= options_.segment_bytes;
  new_segment_ =
      rotate || position_.offset == 0;  // Recovery may have found a segment without a frame.
  if (rotate) return open_segment();
  if (new_segment_) put_head();
  write_frame();
}

void Wal::open_segment() {
  if (file_open_) {
    env_.disk.close(file_);
    closed_.push_back(std::move(current_));
    file_open_ = false;
    current_ = {};
    cannot_remove_ = false;
  }
  position_.offset = 0;
  ++position_.segment;
  current_.number = position_.segment;
  put_head();
  env_.disk.open(wal::segment_path(options_.directory, position_.segment), OpenMode::create,
                 opened_);
}

// A segment begins with what the frames before it said about terms, votes and bases.
void Wal::put_head() {
  Bytes body(writing_.begin() + wal::kHeaderBytes, writing_.end());
  wal::begin_frame(writing_);
  for (const Head& known : writing_heads_) {
    wal::put_hard_state(writing_, known.group, known.hard_state);
    wal::put_base(writing_, known.group, known.base, false);
    writing_items_.push_back({known.group, raft::LogIndex{}, 0, known.hard_state});
  }
  writing_.insert(writing_.end(), body.begin(), body.end());
}

void Wal::on_opened() {
  if (opened_.error() == Errc::no_space) return wait_for_space();
  if (opened_.error() != Errc::ok) return fail(opened_.error());
  file_ = File{static_cast<std::uint32_t>(opened_.value())};
  file_open_ = true;
  write_frame();
}

void Wal::write_frame() {
  frame_offset_ = position_.offset;
  wal::seal_frame(writing_, position_);
  observe_extents();
  env_.disk.write(file_, frame_offset_, writing_, written_);
}

void Wal::wait_for_space() {
  if (!std::exchange(is_full_, true)) {
    WT_LOG(env_, warning, "the disk is full: the log waits for space, acknowledging nothing");
  }
  const Instant now = env_.clock.now();
  env_.timers.arm(now + options_.full_disk_pause, pause_);
}

// After a pause for a full disk: what was refused had no effect.
void Wal::write_frame_again() {
  if (file_open_) {
    env_.disk.write(file_, frame_offset_, writing_, written_);
  } else {
    env_.disk.open(wal::segment_path(options_.directory, position_.segment), OpenMode::create,
                   opened_);
  }
}

// An entry counts as durable once all of its frame is: its checksum covers the whole.
void Wal::observe_extents() {
  const std::uint64_t where = pack(file_, writing_.size());
  for (const wal::FrameItem& item : writing_items_) {
    Observation extent;
    extent.group = item.group;
    extent.c = where;
    extent.d = frame_offset_;
    if (item.index == raft::LogIndex{}) {
      const NodeId vote = item.hard_state.voted_for;
      extent.kind = ObservationKind::vote_extent;
      extent.a = item.hard_state.term.value;
      extent.b = vote == kNoNode ? 0 : std::uint64_t{vote.value} + 1;
    } else {
      extent.kind = ObservationKind::wal_extent;
      extent.a = item.index.value;
      extent.b = item.hash;
      raise(current_.reach, item.group, item.index);
    }
    env_.observer.observe(extent);
  }
}

void Wal::on_written() {
  if (written_.error() == Errc::no_space) return wait_for_space();
  if (written_.error() != Errc::ok) return fail(written_.error());
  // SAFETY: nothing that a frame says may be told to others before this sync has completed.
  env_.disk.sync(file_, synced_);
}

void Wal::on_synced() {
  // A failed sync may have dropped the bytes and marked them clean: trying again would prove
  // nothing.
  if (synced_.error() != Errc::ok) return fail(synced_.error());
  if (!new_segment_) return frame_is_durable();
  // SAFETY: a file whose name is not durable is gone after a power loss, whatever was synced into
  // it.
  env_.disk.sync_directory(options_.directory, directory_synced_);
}

void Wal::on_directory_synced() {
  if (directory_synced_.error() != Errc::ok) return fail(directory_synced_.error());
  frame_is_durable();
}

void Wal::frame_is_durable() {
  busy_ = false;
  if (std::exchange(is_full_, false)) WT_LOG(env_, info, "there is space: the log goes on");
  ++durable_frame_;
  for (const Head& known : writing_heads_) head(known.group).durable_base = known.base.index;
  listener_.on_wal_durable(durable_frame_);
  flush();
  remove_old_segments();
}

// The oldest first, and each removal durable before the next, so that what is left is always
// consecutive.
void Wal::remove_old_segments() {
  if (removing_ || cannot_remove_ || failed_) return;
  if (closed_.empty() || !is_obsolete(closed_.front())) return;
  const bool head_under_way =
      busy_ && new_segment_;  // It repeats what the last closed segment says.
  if (head_under_way && closed_.size() == 1) return;
  removing_ = true;
  env_.disk.remove(wal::segment_path(options_.directory, closed_.front().number), removed_);
}

void Wal::on_removed() {
  const Errc error = removed_.error();
  if (error != Errc::ok && error != Errc::not_found) {
    WT_LOG(env_, warning, "log segment {} cannot be removed ({}): tried again after the next one",
           closed_.front().number, make_error_code(error).message());
    removing_ = false;
    cannot_remove_ = true;
    return;
  }
  env_.disk.sync_directory(options_.directory, removal_synced_);
}

void Wal::on_removal_synced() {
  // Which names are durable is unknown, and one more removal could leave a hole in the log.
  if (removal_synced_.error() != Errc::ok) return fail(removal_synced_.error());
  closed_.pop_front();
  removing_ = false;
  remove_old_segments();
}

bool Wal::is_obsolete(const Segment& segment) const {
  for (const Reach& reach : segment.reach) {
    const auto covers = [&reach](const Head& known) {
      return known.group == reach.group && reach.highest <= known.durable_base;
    };
    if (std::none_of(heads_.begin(), heads_.end(), covers)) return false;
  }
  return true;
}

void Wal::raise(std::vector<Reach>& reach, GroupId group, raft::LogIndex index) {
  for (Reach& known : reach) {
    if (known.group != group) continue;
    known.highest = std::max(known.highest, index);
    return;
  }
  reach.push_back({group, index});
}

void Wal::fail(Errc error) {
  failed_ = true;
  listener_.on_wal_failed(error);
}

}  // namespace windtunnel
