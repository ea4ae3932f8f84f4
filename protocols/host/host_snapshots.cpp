#include <windtunnel/protocols/host/host.h>

#include <algorithm>
#include <utility>

namespace windtunnel {

// Not while one is being sent, unless the log has grown far beyond: a transfer that always starts
// over never ends.
void Host::take_snapshot_if_due(Group& group) {
  const raft::Raft& machine = *group.machine;
  const raft::LogIndex applied = machine.applied_index();
  if (failed_ || group.saving || applied < group.next_snapshot) return;
  const std::uint64_t every = group.options.snapshot_every;
  const bool far_beyond = applied - machine.snapshot().index > 4 * every;
  if (machine.is_sending_snapshot(machine.snapshot().index) && !far_beyond) return;
  // Entries that were stepped but not handed out yet do not matter: the state is that after
  // `applied`.
  const raft::SnapshotMeta meta = machine.describe(applied);
  Bytes state;
  group.application->save(state);
  const std::uint64_t digest = group.application->digest();
  observe(group, raft::Word::snapshot_taken, meta.index.value, meta.term.value, meta.hash, digest);
  group.saving = true;
  group.next_snapshot = applied + every;
  Bytes file = encode_snapshot(group.options.raft.group, meta, state);
  tasks_.spawn(save_snapshot(env_, group, meta, std::move(file)));
}

Task<void> Host::save_snapshot(Env& env, Group& group, raft::SnapshotMeta meta, Bytes file) {
  const GroupId id = group.options.raft.group;
  const Result<void> saved = co_await snapshots_.save(env, id, meta.index, std::move(file));
  group.saving = false;
  if (!saved || failed_) co_return;  // The log stays as it is, and the next one may succeed.
  const raft::Log& log = group.machine->log();
  const std::uint64_t keep = std::min(group.options.keep_entries, meta.index.value);
  const raft::LogBase before = log.base();
  const raft::LogIndex upto = std::max(before.index, meta.index - keep);
  const raft::Compact compact{upto, meta};
  step(group, compact);
  if (log.base() != before) wal_.stage_base(id, log.base(), false);
}

Task<void> Host::send_piece(Env& env, Group& group, raft::Message message) {
  const GroupId id = group.options.raft.group;
  const std::uint64_t size = snapshots_.size_of(id, message.index);
  const std::uint64_t length = group.options.snapshot_piece_bytes;
  if (message.offset < size) {
    const Result<Bytes> bytes =
        co_await snapshots_.read_piece(env, id, message.index, message.offset, length);
    if (failed_) co_return;
    if (bytes && !bytes->empty()) {
      message.data = Payload(*bytes);
      message.done = message.offset + bytes->size() >= size;
      send(message);
      co_return;
    }
  }
  const raft::SnapshotUnavailable gone{message.to};
  step(group, gone);
}

void Host::take_piece(Group& group, const raft::SnapshotPiece& piece) {
  if (piece.offset == 0) group.incoming.clear();
  const bool continues = group.incoming.size() == piece.offset;
  const BytesView data = piece.data.view();
  if (continues) group.incoming.insert(group.incoming.end(), data.begin(), data.end());
  if (!piece.done) return;
  Bytes file = std::move(group.incoming);
  group.incoming = Bytes();
  const Result<SnapshotFile> decoded = decode_snapshot(file);
  const bool good = continues && decoded && decoded->group == group.options.raft.group &&
                    decoded->meta.index == piece.index && decoded->meta.term == piece.term;
  if (!good) return step(group, raft::SnapshotDamaged{});
  const raft::SnapshotMeta meta = decoded->meta;
  tasks_.spawn(keep_received(env_, group, meta, std::move(file)));
}

// Durable first: once the machine hears of it, the log before it goes.
Task<void> Host::keep_received(Env& env, Group& group, raft::SnapshotMeta meta, Bytes file) {
  const GroupId id = group.options.raft.group;
  Bytes copy = file;
  const Result<void> saved = co_await snapshots_.save(env, id, meta.index, std::move(copy));
  if (failed_) co_return;
  if (!saved) {
    const raft::SnapshotDamaged damaged;
    step(group, damaged);
    co_return;
  }
  group.installed = std::move(file);
  const raft::SnapshotReceived received{meta};
  step(group, received);
}

}  // namespace windtunnel
