// Snapshots on the disk of a node: one file for each group, the newest. A file gets its name only
// when all of it is durable, so what has a name is whole; a checksum tells damage that came later.
#pragma once

#include <windtunnel/protocols/env/env.h>
#include <windtunnel/protocols/env/task.h>
#include <windtunnel/protocols/raft/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace windtunnel {

// A snapshot file's contents. `state` points into the file's bytes.
struct SnapshotFile {
  GroupId group;
  raft::SnapshotMeta meta;
  BytesView state;
};
Bytes encode_snapshot(GroupId group, const raft::SnapshotMeta& meta, BytesView state);
// Errc::corrupt where `bytes` is not a whole, undamaged snapshot.
Result<SnapshotFile> decode_snapshot(BytesView bytes);

class SnapshotStore {
 public:
  // What recovery finds for one group: the bytes of its newest good file.
  struct Found {
    GroupId group;
    raft::LogIndex index;
    Bytes bytes;
  };

  explicit SnapshotStore(std::string directory) : directory_(std::move(directory)) {}

  // First, once. Removes temporary files; a damaged file is passed over (whether it was needed, the
  // log tells). What it returns is durable.
  Task<Result<std::vector<Found>>> recover(Env& env);

  // Makes `bytes`, an encoded snapshot of `group` at `index`, the group's snapshot, then removes
  // the one before it. Once it returns without an error the snapshot survives a power loss.
  Task<Result<void>> save(Env& env, GroupId group, raft::LogIndex index, Bytes bytes);

  // Size of the group's snapshot at `index`; 0 where that is not the current one.
  std::uint64_t size_of(GroupId group, raft::LogIndex index) const;
  // Bytes of the current file from `offset`; fewer at its end. Errc::not_found where it has gone.
  Task<Result<Bytes>> read_piece(Env& env, GroupId group, raft::LogIndex index,
                                 std::uint64_t offset, std::uint64_t length);

 private:
  struct Current {
    GroupId group;
    raft::LogIndex index;
    std::uint64_t size = 0;
  };
  std::string path_of(GroupId group, raft::LogIndex index) const;
  // Say where a snapshot file lies, for what watches durability.
  static void observe_extent(Env& env, const File& file, GroupId group, raft::LogIndex index,
                             std::uint64_t size);
  static void observe_found(Env& env, const File& file, BytesView bytes);
  Task<Result<Bytes>> load(Env& env, std::string path);
  Task<Result<void>> write_new(Env& env, GroupId group, raft::LogIndex index,
                               const std::string& path, const Bytes& bytes);
  void adopt(std::vector<Found>& found, Bytes bytes, std::vector<std::string>& obsolete);
  Current* current_of(GroupId group);

  std::string directory_;
  std::vector<Current> current_;
};

}  // namespace windtunnel
