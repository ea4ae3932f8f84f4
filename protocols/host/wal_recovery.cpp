#include <windtunnel/protocols/env/await.h>
#include <windtunnel/protocols/host/wal.h>

#include <utility>

namespace windtunnel {

Task<Result<std::vector<wal::GroupLog>>> Wal::recover(Env& env) {
  const Result<std::vector<std::uint32_t>> numbers = co_await list_segments(env);
  if (!numbers) co_return numbers.error();
  for (std::size_t i = 0; i < numbers->size(); ++i) {
    const std::uint32_t number = (*numbers)[i];
    const bool last = i + 1 == numbers->size();
    const Result<void> loaded = co_await load_segment(env, number, last);
    if (!loaded) co_return loaded.error();
  }
  Result<std::vector<wal::GroupLog>> groups = replay_.finish();
  if (!groups) co_return groups.error();
  adopt(*groups);
  if (file_open_) {
    const Result<void> repaired = co_await repair_tail(env);
    if (!repaired) co_return repaired.error();
  }
  replay_ = {};
  co_return groups;
}

// The numbers of the segments there are, consecutive: a hole is a lost file.
Task<Result<std::vector<std::uint32_t>>> Wal::list_segments(Env& env) {
  const Result<void> made = co_await make_directory(env, options_.directory);
  if (!made && made.error() != Errc::already_exists) co_return made.error();
  const Result<void> kept = co_await sync_directory(env, "");
  if (!kept) co_return kept.error();
  const Result<std::vector<std::string>> names = co_await list_directory(env, options_.directory);
  if (!names) co_return names.error();
  std::vector<std::uint32_t> numbers;
  for (const std::string& name : *names) {
    const std::optional<std::uint32_t> number = wal::segment_number(name);
    if (!number) continue;
    if (!numbers.empty() && *number != numbers.back() + 1) co_return make_error_code(Errc::corrupt);
    numbers.push_back(*number);
  }
  co_return numbers;
}

Task<Result<void>> Wal::load_segment(Env& env, std::uint32_t number, bool last) {
  const std::string path = wal::segment_path(options_.directory, number);
  const Result<File> file = co_await open_file(env, path, OpenMode::read_write);
  if (!file) co_return file.error();
  const Result<std::uint64_t> size = co_await file_size(env, *file);
  if (!size) co_return size.error();
  const Result<Bytes> bytes = co_await read_file(env, *file, 0, *size);
  if (!bytes) co_return bytes.error();
  if (!current_.reach.empty() || current_.number != 0) closed_.push_back(std::move(current_));
  current_ = {};
  current_.number = number;
  position_.segment = number;
  position_.offset = 0;
  if (closed_.empty()) position_.previous = wal::first_link(*bytes);
  const Result<void> scanned = scan(*bytes, last);
  if (!scanned) co_return scanned.error();
  if (!last) {
    env.disk.close(*file);
    co_return Result<void>();
  }
  file_ = *file;
  file_open_ = true;
  co_return Result<void>();
}

Result<void> Wal::scan(BytesView bytes, bool last) {
  tail_.clear();
  for (;;) {
    const std::uint32_t start = position_.offset;
    const wal::Frame frame = wal::next_frame(bytes, position_);
    if (frame.state == wal::FrameState::end) return {};
    if (frame.state == wal::FrameState::torn && last) return {};
    if (frame.state != wal::FrameState::whole) return make_error_code(Errc::corrupt);
    const Result<void> added = replay_.add(frame.records);
    if (!added) return added.error();
    for (const wal::FrameItem& item : replay_.last_frame()) {
      if (item.index != raft::LogIndex{}) raise(current_.reach, item.group, item.index);
    }
    tail_.assign(bytes.begin() + start, bytes.begin() + position_.offset);
    frame_offset_ = start;
  }
}

void Wal::adopt(const std::vector<wal::GroupLog>& groups) {
  for (const wal::GroupLog& log : groups) {
    Head& known = head(log.group);
    known.hard_state = log.hard_state;
    known.base = log.base;
    known.durable_base = log.base.index;
  }
  tail_items_ = replay_.last_frame();
}

// Cuts off what is behind the last whole frame, and writes that frame once more: it may stand in
// the page cache only, marked clean by a sync that failed before the process ended.
Task<Result<void>> Wal::repair_tail(Env& env) {
  const Result<void> cut = co_await truncate_file(env, file_, position_.offset);
  if (!cut) co_return cut.error();
  if (!tail_.empty()) {
    writing_ = tail_;
    writing_items_ = tail_items_;
    observe_extents();
    const Result<void> written = co_await write_file(env, file_, frame_offset_, tail_);
    if (!written) co_return written.error();
  }
  const Result<void> synced = co_await sync_file(env, file_);
  if (!synced) co_return synced.error();
  co_return co_await sync_directory(env, options_.directory);
}

}  // namespace windtunnel
