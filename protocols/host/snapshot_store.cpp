#include <windtunnel/protocols/host/snapshot_store.h>

#include <windtunnel/protocols/base/hash.h>
#include <windtunnel/protocols/env/await.h>
#include <windtunnel/protocols/env/log.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

namespace windtunnel {
namespace {

constexpr std::string_view kSuffix = ".snap";
constexpr std::string_view kTemporary = ".tmp";
constexpr std::size_t kGroupDigits = 8;
constexpr std::size_t kIndexDigits = 16;
// Of a state, in one read or write.
constexpr std::size_t kPieceBytes = std::size_t{256} << 10;

void put_hex(std::string& out, std::uint64_t value, std::size_t digits) {
  for (std::size_t i = digits; i > 0; --i) {
    out.push_back("0123456789abcdef"[value >> (4 * (i - 1)) & 15]);
  }
}

std::optional<std::uint64_t> parse_hex(std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const std::from_chars_result parsed = std::from_chars(text.data(), end, value, 16);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return value;
}

// A waiter for what nobody waits for.
class Ignored final : public Waiter {
 public:
  void run() noexcept override {}
};

}  // namespace

// What was submitted takes effect, whoever waits for it; a file that stays, the next start removes.
SnapshotDraft::~SnapshotDraft() {
  if (is_open_) env_.disk.close(file_);
  if (path_.empty()) return;
  Ignored ignored;
  env_.disk.remove(path_, ignored);
}

std::string SnapshotStore::path_of(GroupId group, raft::LogIndex index) const {
  std::string path = directory_ + "/";
  put_hex(path, group.value, kGroupDigits);
  path += "-";
  put_hex(path, index.value, kIndexDigits);
  path += kSuffix;
  return path;
}

Task<Result<std::vector<SnapshotStore::Found>>> SnapshotStore::recover(Env& env,
                                                                       const SinkOf& sink_of) {
  std::vector<Named> named;
  std::vector<std::string> obsolete;
  const Result<void> listed = co_await find(env, named, obsolete);
  if (!listed) co_return listed.error();
  std::vector<Found> found;
  for (std::size_t i = 0; i < named.size(); ++i) {
    const Named one = named[i];
    if (!found.empty() && found.back().head.group == one.group) {
      obsolete.push_back(path_of(one.group, one.index));
      continue;
    }
    const Result<void> loaded = co_await load(env, one, sink_of, found);
    if (!loaded) co_return loaded.error();
  }
  // Names that a crash left in the cache must hold before anything is built on them.
  const Result<void> kept = co_await sync_directory(env, directory_);
  if (!kept) co_return kept.error();
  for (const std::string& path : obsolete) {
    co_await remove(env, path);
  }
  co_return Result<std::vector<Found>>(std::move(found));
}

// By group, of each the newest first.
Task<Result<void>> SnapshotStore::find(Env& env, std::vector<Named>& named,
                                       std::vector<std::string>& obsolete) {
  const Result<void> made = co_await make_directory(env, directory_);
  if (!made && made.error() != Errc::already_exists) co_return made.error();
  const Result<std::vector<std::string>> names = co_await list_directory(env, directory_);
  if (!names) co_return names.error();
  for (const std::string& name : *names) {
    if (!name.ends_with(kSuffix)) {
      obsolete.push_back(directory_ + "/" + name);
      continue;
    }
    const std::string_view text(name);
    const std::optional<std::uint64_t> group = parse_hex(text.substr(0, kGroupDigits));
    const std::size_t dash = std::min(text.size(), kGroupDigits + 1);
    const std::optional<std::uint64_t> index = parse_hex(text.substr(dash, kIndexDigits));
    if (!group || !index) continue;
    const Named one{GroupId{static_cast<std::uint32_t>(*group)}, raft::LogIndex{*index}};
    // A copy beside the file would stand for it a second time, as an older one to be removed.
    const std::string path = path_of(one.group, one.index);
    if (path == directory_ + "/" + name) named.push_back(one);
  }
  std::sort(named.begin(), named.end(), [](const Named& a, const Named& b) {
    return a.group != b.group ? a.group < b.group : b.index < a.index;
  });
  co_return Result<void>();
}

void SnapshotStore::observe_extent(Env& env, const File& file, const Named& named,
                                   std::uint64_t size) {
  Observation extent;
  extent.kind = ObservationKind::snapshot_extent;
  extent.group = named.group;
  extent.a = named.index.value;
  extent.c = std::uint64_t{file.handle} << 40 | size;
  env.observer.observe(extent);
}

// A damaged file stays where it is, for people to look at.
Task<Result<void>> SnapshotStore::load(Env& env, Named named, const SinkOf& sink_of,
                                       std::vector<Found>& found) {
  const std::string path = path_of(named.group, named.index);
  const Result<File> file = co_await open_file(env, path, OpenMode::read_write);
  if (!file) co_return file.error();
  const Result<std::uint64_t> size = co_await file_size(env, *file);
  if (!size) co_return size.error();
  Found read;
  read.state = sink_of(named.group, named.index);
  const Result<void> parsed = co_await parse(env, *file, *size, read);
  const SnapshotHead& head = read.head;
  const bool is_good = parsed && head.group == named.group && head.meta.index == named.index;
  if (is_good) observe_extent(env, *file, named, *size);
  // A crash may have come before it was durable; it will be from the sync on.
  const Result<void> synced = co_await sync_file(env, *file);
  env.disk.close(*file);
  if (!parsed && parsed.error() != Errc::corrupt) co_return parsed.error();
  if (!synced) co_return synced.error();
  if (!is_good) co_return Result<void>();
  current_.push_back({named.group, named.index, *size});
  found.push_back(std::move(read));
  co_return Result<void>();
}

Task<Result<void>> SnapshotStore::parse(Env& env, File file, std::uint64_t size, Found& out) {
  SnapshotParser parser;
  for (std::uint64_t offset = 0; offset < size;) {
    const std::uint64_t length = std::min<std::uint64_t>(size - offset, kPieceBytes);
    const Result<Bytes> piece = co_await read_file(env, file, offset, length);
    if (!piece) co_return piece.error();
    if (piece->empty()) break;
    offset += piece->size();
    const Result<BytesView> state = parser.take(*piece);
    if (!state) co_return state.error();
    if (out.state == nullptr || state->empty()) continue;
    const Result<void> taken = co_await out.state->write(env, *state);
    if (!taken) co_return taken.error();
  }
  const Result<SnapshotHead> head = parser.finish();
  if (!head) co_return head.error();
  out.head = *head;
  co_return Result<void>();
}

Task<Result<void>> SnapshotStore::save(Env& env, SnapshotHead head, SnapshotSource& source) {
  SnapshotDraft draft(env, head.group, head.meta.index);
  const Result<void> begun = co_await begin(env, draft);
  if (!begun) co_return begun.error();
  const Result<void> written = co_await write_state(env, draft, head, source);
  if (!written) co_return written.error();
  co_return co_await keep(env, draft);
}

Task<Result<void>> SnapshotStore::write_state(Env& env, SnapshotDraft& draft,
                                              const SnapshotHead& head, SnapshotSource& source) {
  Bytes bytes;
  std::uint32_t crc = 0;
  append_snapshot_head(bytes, head);
  for (;;) {
    const Result<Bytes> piece = co_await source.next(env, kPieceBytes);
    if (!piece) co_return piece.error();
    bytes.insert(bytes.end(), piece->begin(), piece->end());
    const bool is_last = piece->empty();
    if (!is_last && bytes.size() < kPieceBytes) continue;
    crc = crc32c(bytes, crc);
    if (is_last) append_snapshot_end(bytes, crc);
    const Result<void> written = co_await append(env, draft, bytes);
    if (!written || is_last) co_return written;
    bytes.clear();
  }
}

Task<Result<void>> SnapshotStore::begin(Env& env, SnapshotDraft& draft) {
  draft.path_ = path_of(draft.group_, draft.index_) + "." + std::to_string(drafts_++);
  draft.path_ += kTemporary;
  const Result<File> file = co_await open_file(env, draft.path_, OpenMode::create);
  if (!file) co_return file.error();
  draft.file_ = *file;
  draft.is_open_ = true;
  co_return co_await truncate_file(env, draft.file_, 0);
}

Task<Result<void>> SnapshotStore::append(Env& env, SnapshotDraft& draft, BytesView bytes) {
  const Result<void> written = co_await write_file(env, draft.file_, draft.size_, bytes);
  if (written) draft.size_ += bytes.size();
  co_return written;
}

Task<Result<void>> SnapshotStore::keep(Env& env, SnapshotDraft& draft) {
  observe_extent(env, draft.file_, {draft.group_, draft.index_}, draft.size_);
  const Result<void> synced = co_await sync_file(env, draft.file_);
  env.disk.close(draft.file_);
  draft.is_open_ = false;
  if (!synced) co_return synced.error();
  const std::string path = path_of(draft.group_, draft.index_);
  const Result<void> renamed = co_await rename_file(env, draft.path_, path);
  if (!renamed) co_return renamed.error();
  draft.path_.clear();
  // SAFETY: before this the new name may vanish with the power, and the log it replaces would be
  // gone.
  const Result<void> kept = co_await sync_directory(env, directory_);
  if (!kept) co_return kept.error();
  co_await replace(env, draft);
  co_return Result<void>();
}

Task<void> SnapshotStore::replace(Env& env, const SnapshotDraft& draft) {
  const GroupId group = draft.group_;
  const raft::LogIndex index = draft.index_;
  Current* known = current_of(group);
  if (known == nullptr) known = &current_.emplace_back(Current{group, raft::LogIndex{}, 0});
  const raft::LogIndex older =
      std::min(known->index, index);  // A newer one may have been received.
  const bool replaces = known->index != index && older != raft::LogIndex{};
  if (known->index < index) *known = Current{group, index, draft.size_};
  if (!replaces) co_return;
  const std::string old_path = path_of(group, older);
  co_await remove(env, old_path);
}

Task<void> SnapshotStore::remove(Env& env, std::string path) {
  const Result<void> removed = co_await remove_file(env, path);
  if (removed) co_return;
  WT_LOG(env, warning, "{} cannot be removed ({}): the next start tries again", path,
         removed.error().message());
}

std::uint64_t SnapshotStore::size_of(GroupId group, raft::LogIndex index) const {
  for (const Current& known : current_) {
    if (known.group == group && known.index == index) return known.size;
  }
  return 0;
}

SnapshotStore::Current* SnapshotStore::current_of(GroupId group) {
  for (Current& known : current_) {
    if (known.group == group) return &known;
  }
  return nullptr;
}

Task<Result<Bytes>> SnapshotStore::read_piece(Env& env, GroupId group, raft::LogIndex index,
                                              std::uint64_t offset, std::uint64_t length) {
  const std::string path = path_of(group, index);
  const Result<File> file = co_await open_file(env, path, OpenMode::read);
  if (!file) co_return file.error();
  Result<Bytes> bytes = co_await read_file(env, *file, offset, length);
  env.disk.close(*file);
  co_return bytes;
}

}  // namespace windtunnel
