#include <windtunnel/protocols/raft/progress.h>

#include <windtunnel/protocols/base/assert.h>

#include <algorithm>

namespace windtunnel::raft {

std::string_view name_of(ProgressState state) noexcept {
  switch (state) {
    case ProgressState::probe: return "probe";
    case ProgressState::replicate: return "replicate";
    case ProgressState::snapshot: return "snapshot";
  }
  return "unknown";
}

void Inflight::add(LogIndex last, std::uint64_t bytes) {
  WT_ASSERT(empty() || queue_.back().last < last, "appends are sent in order");
  if (head_ > 0 && head_ == queue_.size()) {
    queue_.clear();
    head_ = 0;
  }
  queue_.push_back({last, bytes});
  bytes_ += bytes;
}

void Inflight::arrived(LogIndex match) {
  while (head_ < queue_.size() && queue_[head_].last <= match) {
    bytes_ -= queue_[head_].bytes;
    ++head_;
  }
  // Moves the live part down once the dead part is as long, so that the queue stays small.
  if (head_ > 0 && head_ >= queue_.size() - head_) {
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
}

void Inflight::clear() {
  queue_.clear();
  head_ = 0;
  bytes_ = 0;
}

void Progress::reset(LogIndex last) {
  match = LogIndex{};
  active = false;
  read_round = 0;
  match_at_heartbeat = LogIndex{};
  become_probe(last + 1);
}

bool Progress::advance(LogIndex index) {
  const bool is_news = match < index;
  match = std::max(match, index);
  next = std::max(next, match + 1);
  inflight.arrived(match);
  WT_ASSERT(match < next, "next is beyond match");
  return is_news;
}

bool Progress::back_off(LogIndex refused, LogIndex hint) {
  // While replicating, a refusal above match is a gap. While probing only the answer to the last
  // probe counts.
  if (refused <= match) return false;
  if (state == ProgressState::probe && refused + 1 != next) return false;
  if (state == ProgressState::snapshot) return false;
  become_probe(std::max(match, std::min(hint, refused - 1)) + 1);
  return true;
}

void Progress::become_probe(LogIndex first) {
  WT_ASSERT(match < first, "next is beyond match");
  state = ProgressState::probe;
  next = first;
  waiting = false;
  inflight.clear();
}

void Progress::become_replicate() {
  state = ProgressState::replicate;
  next = match + 1;
  waiting = false;
  inflight.clear();
}

void Progress::become_snapshot(LogIndex index, Term term) {
  state = ProgressState::snapshot;
  waiting = false;
  inflight.clear();
  snapshot_index = index;
  snapshot_term = term;
  snapshot_offset = 0;
}

bool Progress::may_send(const InflightLimit& limit, bool full) const {
  switch (state) {
    case ProgressState::probe: return !waiting;
    case ProgressState::replicate:
      return !inflight.full(limit) && (full || inflight.size() < limit.eager);
    case ProgressState::snapshot: return false;
  }
  return false;
}

void Progress::sent(LogIndex last, std::uint64_t bytes) {
  if (state == ProgressState::probe) {
    waiting = true;
    return;
  }
  WT_ASSERT(next <= last, "an append in flight carries entries");
  inflight.add(last, bytes);
  next = last + 1;
}

void Progress::heartbeat() {
  waiting = false;
  const bool has_stalled =
      state == ProgressState::replicate && !inflight.empty() && match == match_at_heartbeat;
  if (has_stalled) become_probe(match + 1);
  match_at_heartbeat = match;
}

}  // namespace windtunnel::raft
