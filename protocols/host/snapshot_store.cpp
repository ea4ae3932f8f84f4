#include <windtunnel/protocols/host/snapshot_store.h>

#include <windtunnel/protocols/base/codec.h>
#include <windtunnel/protocols/base/hash.h>
#include <windtunnel/protocols/env/await.h>
#include <windtunnel/protocols/raft/message_codec.h>

#include <algorithm>
#include <utility>

namespace windtunnel {
namespace {

constexpr std::string_view kSuffix = ".snap";
constexpr std::string_view kTemporary = ".tmp";
constexpr std::uint32_t kMagic = 0x50534e53U;

void put_hex(std::string& out, std::uint64_t value, int digits) {
  for (int i = digits - 1; i >= 0; --i) out.push_back("0123456789abcdef"[value >> (4 * i) & 15]);
}

}  // namespace

Bytes encode_snapshot(GroupId group, const raft::SnapshotMeta& meta, BytesView state) {
  Bytes bytes;
  Writer writer(bytes);
  writer.fixed(kMagic);
  writer.fixed(group.value);
  encode(writer, meta);
  writer.bytes(state);
  const std::uint32_t checksum = crc32c(bytes);
  writer.fixed(checksum);
  return bytes;
}

Result<SnapshotFile> decode_snapshot(BytesView bytes) {
  const Error corrupt = make_error_code(Errc::corrupt);
  if (bytes.size() < sizeof(std::uint32_t)) return corrupt;
  const BytesView body = bytes.first(bytes.size() - sizeof(std::uint32_t));
  Reader tail(bytes.subspan(body.size()));
  if (tail.fixed<std::uint32_t>() != crc32c(body)) return corrupt;
  Reader reader(body);
  const auto magic = reader.fixed<std::uint32_t>();
  SnapshotFile file;
  file.group = GroupId{reader.fixed<std::uint32_t>()};
  file.meta = raft::decode_snapshot_meta(reader);
  file.state = reader.bytes();
  if (!reader.done() || magic != kMagic) return corrupt;
  return file;
}

std::string SnapshotStore::path_of(GroupId group, raft::LogIndex index) const {
  std::string path = directory_ + "/";
  put_hex(path, group.value, 8);
  path += "-";
  put_hex(path, index.value, 16);
  path += kSuffix;
  return path;
}

Task<Result<std::vector<SnapshotStore::Found>>> SnapshotStore::recover(Env& env) {
  const Result<void> made = co_await make_directory(env, directory_);
  if (!made && made.error() != Errc::already_exists) co_return made.error();
  const Result<std::vector<std::string>> names = co_await list_directory(env, directory_);
  if (!names) co_return names.error();
  std::vector<Found> found;
  std::vector<std::string> obsolete;
  for (const std::string& name : *names) {
    const std::string path = directory_ + "/" + name;
    if (!name.ends_with(kSuffix)) {
      obsolete.push_back(path);
      continue;
    }
    Result<Bytes> bytes = co_await load(env, path);
    if (!bytes) co_return bytes.error();
    adopt(found, std::move(*bytes), obsolete);
  }
  // Names that a crash left in the cache must hold before anything is built on them.
  const Result<void> kept = co_await sync_directory(env, directory_);
  if (!kept) co_return kept.error();
  for (const std::string& path : obsolete) {
    const Result<void> removed = co_await remove_file(env, path);
    (void)removed;  // The next start tries again.
  }
  for (const Found& one : found) current_.push_back({one.group, one.index, one.bytes.size()});
  co_return found;
}

// Keeps the newest good file of each group; damaged ones stay where they are, for people to look
// at.
void SnapshotStore::adopt(std::vector<Found>& found, Bytes bytes,
                          std::vector<std::string>& obsolete) {
  const Result<SnapshotFile> file = decode_snapshot(bytes);
  if (!file) return;
  const GroupId group = file->group;
  const raft::LogIndex index = file->meta.index;
  for (Found& known : found) {
    if (known.group != group) continue;
    obsolete.push_back(path_of(group, std::min(known.index, index)));
    if (known.index < index) known = Found{group, index, std::move(bytes)};
    return;
  }
  found.push_back(Found{group, index, std::move(bytes)});
}

void SnapshotStore::observe_extent(Env& env, const File& file, GroupId group, raft::LogIndex index,
                                   std::uint64_t size) {
  Observation extent;
  extent.kind = ObservationKind::snapshot_extent;
  extent.group = group;
  extent.a = index.value;
  extent.c = std::uint64_t{file.handle} << 40 | size;
  env.observer.observe(extent);
}

void SnapshotStore::observe_found(Env& env, const File& file, BytesView bytes) {
  const Result<SnapshotFile> snapshot = decode_snapshot(bytes);
  if (!snapshot) return;
  observe_extent(env, file, snapshot->group, snapshot->meta.index, bytes.size());
}

Task<Result<Bytes>> SnapshotStore::load(Env& env, std::string path) {
  const Result<File> file = co_await open_file(env, path, OpenMode::read_write);
  if (!file) co_return file.error();
  const Result<std::uint64_t> size = co_await file_size(env, *file);
  if (!size) co_return size.error();
  Result<Bytes> bytes = co_await read_file(env, *file, 0, *size);
  // A crash may have come before it was durable; it will be from the sync on.
  if (bytes) observe_found(env, *file, *bytes);
  const Result<void> synced = co_await sync_file(env, *file);
  env.disk.close(*file);
  if (!synced) co_return synced.error();
  co_return bytes;
}

Task<Result<void>> SnapshotStore::save(Env& env, GroupId group, raft::LogIndex index, Bytes bytes) {
  const std::string path = path_of(group, index);
  const std::string temporary = path + std::string(kTemporary);
  const Result<void> written = co_await write_new(env, group, index, temporary, bytes);
  if (!written) {
    const Result<void> removed = co_await remove_file(env, temporary);
    (void)removed;  // It has no name that counts; the next start removes it.
    co_return written.error();
  }
  const Result<void> renamed = co_await rename_file(env, temporary, path);
  if (!renamed) co_return renamed.error();
  // SAFETY: before this the new name may vanish with the power, and the log it replaces would be
  // gone.
  const Result<void> kept = co_await sync_directory(env, directory_);
  if (!kept) co_return kept.error();
  Current* known = current_of(group);
  if (known == nullptr) known = &current_.emplace_back(Current{group, raft::LogIndex{}, 0});
  const raft::LogIndex older =
      std::min(known->index, index);  // A newer one may have been received.
  const bool replaces = known->index != index && older != raft::LogIndex{};
  if (known->index < index) *known = Current{group, index, bytes.size()};
  if (!replaces) co_return Result<void>();
  const std::string old_path = path_of(group, older);
  const Result<void> removed = co_await remove_file(env, old_path);
  (void)removed;  // Two snapshots do no harm; the next start removes the older.
  co_return Result<void>();
}

Task<Result<void>> SnapshotStore::write_new(Env& env, GroupId group, raft::LogIndex index,
                                            const std::string& path, const Bytes& bytes) {
  const Result<File> file = co_await open_file(env, path, OpenMode::create);
  if (!file) co_return file.error();
  observe_extent(env, *file, group, index, bytes.size());
  Result<void> done = co_await truncate_file(env, *file, 0);
  if (done) done = co_await write_file(env, *file, 0, bytes);
  if (done) done = co_await sync_file(env, *file);
  env.disk.close(*file);
  co_return done;
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
