// Snapshots on the disk of a node: one file for each group, the newest. A file gets its name only
// when all of it is durable, so what has a name is whole; a checksum tells damage that came later.
// States go in and out in pieces: nothing here holds a whole one.
#pragma once

#include <windtunnel/protocols/env/env.h>
#include <windtunnel/protocols/env/task.h>
#include <windtunnel/protocols/host/application.h>
#include <windtunnel/protocols/host/snapshot_file.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace windtunnel {

// A snapshot file that is being written. Its name does not count; destroyed before it is kept, it
// is removed.
class SnapshotDraft {
 public:
  SnapshotDraft(Env& env, GroupId group, raft::LogIndex index)
      : env_(env), group_(group), index_(index) {}
  ~SnapshotDraft();
  SnapshotDraft(const SnapshotDraft&) = delete;
  SnapshotDraft& operator=(const SnapshotDraft&) = delete;

 private:
  friend class SnapshotStore;
  Env& env_;
  GroupId group_;
  raft::LogIndex index_;
  std::string path_;
  File file_;
  bool is_open_ = false;
  std::uint64_t size_ = 0;
};

class SnapshotStore {
 public:
  // What recovery finds for one group: its newest good snapshot, of which the sink has had all.
  struct Found {
    SnapshotHead head;
    std::unique_ptr<SnapshotSink> state;
  };
  // Where the state of a snapshot goes; null: nowhere.
  using SinkOf = std::function<std::unique_ptr<SnapshotSink>(GroupId, raft::LogIndex)>;

  explicit SnapshotStore(std::string directory) : directory_(std::move(directory)) {}

  // First, once. Removes temporary files; a damaged file is passed over (whether it was needed, the
  // log tells). What it returns is durable.
  Task<Result<std::vector<Found>>> recover(Env& env, const SinkOf& sink_of);

  // Makes the state that `source` hands out the group's snapshot.
  Task<Result<void>> save(Env& env, SnapshotHead head, SnapshotSource& source);

  // A file in pieces, as it comes from elsewhere: begin, append, keep. Once `keep` returns without
  // an error the snapshot survives a power loss, and the one before it is removed.
  Task<Result<void>> begin(Env& env, SnapshotDraft& draft);
  Task<Result<void>> append(Env& env, SnapshotDraft& draft, BytesView bytes);
  Task<Result<void>> keep(Env& env, SnapshotDraft& draft);

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
  // A file by its name, which says what is in it.
  struct Named {
    GroupId group;
    raft::LogIndex index;
  };
  std::string path_of(GroupId group, raft::LogIndex index) const;
  // Says where a snapshot file lies, for what watches durability.
  static void observe_extent(Env& env, const File& file, const Named& named, std::uint64_t size);
  Task<Result<void>> find(Env& env, std::vector<Named>& named, std::vector<std::string>& obsolete);
  // Adds what the file holds to `found`, but for a damaged one.
  Task<Result<void>> load(Env& env, Named named, const SinkOf& sink_of, std::vector<Found>& found);
  Task<Result<void>> parse(Env& env, File file, std::uint64_t size, Found& out);
  Task<Result<void>> write_state(Env& env, SnapshotDraft& draft, const SnapshotHead& head,
                                 SnapshotSource& source);
  Task<void> replace(Env& env, const SnapshotDraft& draft);
  // A file that is needed no more. One that stays does no harm.
  static Task<void> remove(Env& env, std::string path);
  Current* current_of(GroupId group);

  std::string directory_;
  std::vector<Current> current_;
  std::uint64_t drafts_ = 0;
};

}  // namespace windtunnel
