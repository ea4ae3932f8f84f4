#include <windtunnel/protocols/host/host.h>
#include <windtunnel/protocols/net/stream_socket.h>

#include <algorithm>
#include <utility>

namespace windtunnel {

Task<void> Host::recover(Env& env) {
  const SnapshotStore::SinkOf sinks = [this](GroupId id, raft::LogIndex index) {
    return sink_of(id, index);
  };
  Result<std::vector<SnapshotStore::Found>> snapshots = co_await snapshots_.recover(env, sinks);
  if (!snapshots) {
    fail(snapshots.error(), "the snapshots could not be recovered");
    co_return;
  }
  Result<std::vector<wal::GroupLog>> logs = co_await wal_.recover(env);
  if (!logs) {
    fail(logs.error(), "the log could not be recovered");
    co_return;
  }
  for (const std::unique_ptr<Group>& group : groups_) {
    const Result<void> built = build(*group, *logs, *snapshots);
    if (built) continue;
    fail(built.error(), "the log and the snapshot do not fit together");
    co_return;
  }
  Result<std::unique_ptr<MessageSocket>> socket = open_socket();
  if (!socket) {
    fail(socket.error(), "its port could not be bound");
    co_return;
  }
  socket_ = std::move(*socket);
  started_ = true;
  for (const std::unique_ptr<Group>& group : groups_) {
    step(*group, raft::Start{});
    group->application->on_started();
  }
}

// Null for a group that is not here, and for what the application has durably anyway.
std::unique_ptr<SnapshotSink> Host::sink_of(GroupId id, raft::LogIndex index) const {
  const Group* group = find(id);
  if (group == nullptr || index <= group->application->applied_index()) return nullptr;
  return group->application->restore(index);
}

Result<std::unique_ptr<MessageSocket>> Host::open_socket() {
  switch (options_.transport) {
    case HostTransport::messages: return env_.transport.bind(options_.port, *this);
    case HostTransport::streams: break;
  }
  return StreamSocket::open(env_, options_.port, *this, options_.links);
}

// The machine as its disk left it. The snapshot may be newer than the log, after a crash between
// the two; the log may not begin behind the snapshot, for then something that was durable is gone.
Result<void> Host::build(Group& group, std::vector<wal::GroupLog>& logs,
                         std::vector<SnapshotStore::Found>& snapshots) {
  const GroupId id = group.options.raft.group;
  group.kept = group.application->applied_index();
  raft::Recovered recovered;
  recovered.snapshot.configuration = group.options.first_configuration;
  for (SnapshotStore::Found& found : snapshots) {
    if (found.head.group != id) continue;
    recovered.snapshot = found.head.meta;
    if (found.state == nullptr) continue;
    const Result<void> restored = found.state->finish();
    if (!restored) return restored.error();
    group.kept = raft::LogIndex{};
  }
  raft::LogBase on_disk;
  for (wal::GroupLog& log : logs) {
    if (log.group != id) continue;
    on_disk = log.base;
    recovered.hard_state = log.hard_state;
    recovered.log_base = log.base;
    recovered.entries = std::move(log.entries);
  }
  const raft::SnapshotMeta& snapshot = recovered.snapshot;
  if (on_disk.index > snapshot.index) return make_error_code(Errc::corrupt);
  // A snapshot may be durable before the term in which it came. No vote was given in that term: it
  // would be durable.
  if (recovered.hard_state.term < snapshot.term) {
    recovered.hard_state = raft::HardState{snapshot.term, kNoNode};
  }
  group.next_snapshot = snapshot.index + group.options.snapshot_every;
  group.machine = std::make_unique<raft::Raft>(group.options.raft, std::move(recovered));
  const raft::LogBase& base = group.machine->log().base();
  if (base != on_disk) wal_.stage_base(id, base, true);
  return {};
}

}  // namespace windtunnel
