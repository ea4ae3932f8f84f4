#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/env/log.h>
#include <windtunnel/protocols/host/host.h>

#include <algorithm>
#include <bit>
#include <utility>

namespace windtunnel {

// Not while one is being sent, unless the log has grown far beyond: a transfer that always starts
// over never ends.
void Host::take_snapshot_if_due(Group& group) {
  const raft::Raft& machine = *group.machine;
  const raft::LogIndex applied = machine.applied_index();
  if (failed_ || group.saving || applied < group.next_snapshot) return;
  // An application that keeps its state by itself may be ahead of the machine after a restart: what
  // it would save now is not the state at `applied`.
  if (applied < group.kept) return;
  const std::uint64_t every = group.options.snapshot_every;
  const bool far_beyond = applied > machine.snapshot().index + 4 * every;
  if (machine.is_sending_snapshot(machine.snapshot().index) && !far_beyond) return;
  // Entries that were stepped but not handed out yet do not matter: the state is that after
  // `applied`.
  const raft::SnapshotMeta meta = machine.describe(applied);
  std::unique_ptr<SnapshotSource> state = group.application->save();
  const std::uint64_t digest = group.application->digest();
  observe(group, raft::Word::snapshot_taken, meta.index.value, meta.term.value, meta.hash, digest);
  group.saving = true;
  group.next_snapshot = applied + every;
  tasks_.spawn(save_snapshot(env_, group, meta, std::move(state)));
}

Task<void> Host::save_snapshot(Env& env, Group& group, raft::SnapshotMeta meta,
                               std::unique_ptr<SnapshotSource> state) {
  const SnapshotHead head{group.options.raft.group, meta};
  const Result<void> saved = co_await snapshots_.save(env, head, *state);
  group.saving = false;
  if (failed_) co_return;
  if (!saved) {
    WT_LOG(env, warning, "the snapshot at {} cannot be written ({}): the log stays as it is",
           meta.index.value, saved.error().message());
    co_return;
  }
  const raft::Log& log = group.machine->log();
  const std::uint64_t keep = std::min(group.options.keep_entries, meta.index.value);
  const raft::LogBase before = log.base();
  const raft::LogIndex upto = std::max(before.index, meta.index - keep);
  const raft::Compact compact{upto, meta};
  step(group, compact);
  if (log.base() != before) wal_.stage_base(head.group, log.base(), false);
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
      group.unreadable = 0;
      message.data = Payload(*bytes);
      message.done = message.offset + bytes->size() >= size;
      send(message);
      co_return;
    }
    const Error error = bytes ? make_error_code(Errc::corrupt) : bytes.error();
    note_unreadable(group, message, error);
  }
  const raft::SnapshotUnavailable gone{message.to};
  step(group, gone);
}

// Whoever waits for it may wait for ever: another node, which can read its own, leads better. Where
// none can, each waits twice as long before it hands over again. A file that is not there has given
// way to a newer one.
void Host::note_unreadable(Group& group, const raft::Message& message, const Error& error) {
  constexpr std::uint32_t kFirst = 3;
  if (error == Errc::not_found || !group.machine->is_leader()) return;
  ++group.unreadable;
  const bool is_due =
      group.unreadable % kFirst == 0 && std::has_single_bit(group.unreadable / kFirst);
  if (!is_due) return;
  WT_LOG(env_, warning, "the snapshot at {} for node {} cannot be read ({}): another is to lead",
         message.index.value, message.to.value, error.message());
  mark("host.snapshot-unreadable");
  transfer(group.options.raft.group);
}

// The machine hands out one piece at a time, and those of one transfer in order. A transfer that
// begins ends the one before it, which waits for a piece: so none is ended while the store puts it
// in place.
void Host::take_piece(Group& group, const raft::SnapshotPiece& piece) {
  if (piece.offset == 0) {
    group.receiving = std::make_unique<Receiving>(env_);
    group.receiving->index = piece.index;
    group.receiving->term = piece.term;
  }
  const bool is_taken = group.receiving != nullptr && group.receiving->pieces.try_send(piece);
  WT_ASSERT(is_taken, "a piece is handed out when the one before it is stored");
  if (piece.offset == 0) group.receiving->task.spawn(receive(env_, group, *group.receiving));
}

Task<void> Host::receive(Env& env, Group& group, Receiving& transfer) {
  const Result<raft::SnapshotMeta> received = co_await receive_file(env, group, transfer);
  if (failed_) co_return;
  if (received) {
    const raft::SnapshotReceived whole{*received};
    step(group, whole);
    // Not wanted any more. An application has one sink at a time.
    if (!group.ready->restore) group.installed = nullptr;
  } else {
    WT_LOG(env, warning, "the snapshot at {} could not be received ({}): it is to come again",
           transfer.index.value, received.error().message());
    const raft::SnapshotDamaged damaged;
    step(group, damaged);
  }
}

// To the disk, and to the application, which has it ready when the machine asks for it; but to the
// disk only where the application has come as far by itself.
Task<Result<raft::SnapshotMeta>> Host::receive_file(Env& env, Group& group, Receiving& transfer) {
  const GroupId id = group.options.raft.group;
  SnapshotDraft draft(env, id, transfer.index);
  SnapshotParser parser;
  std::unique_ptr<SnapshotSink> state;
  if (group.kept < transfer.index) state = group.application->restore(transfer.index);
  const Result<void> begun = co_await snapshots_.begin(env, draft);
  if (!begun) co_return begun.error();
  for (bool is_last = false; !is_last;) {
    const Result<raft::SnapshotPiece> piece = co_await transfer.pieces.receive();
    if (!piece) co_return piece.error();
    is_last = piece->done;
    const BytesView bytes = piece->data.view();
    const Result<BytesView> part = parser.take(bytes);
    if (!part) co_return part.error();
    const Result<void> written = co_await snapshots_.append(env, draft, bytes);
    if (!written) co_return written.error();
    if (state != nullptr) {
      const Result<void> staged = co_await state->write(env, *part);
      if (!staged) co_return staged.error();
    }
    const raft::SnapshotPieceStored stored;
    if (!is_last) step(group, stored);
  }
  const Result<SnapshotHead> head = parser.finish();
  if (!head) co_return head.error();
  const raft::SnapshotMeta& meta = head->meta;
  const bool is_it =
      head->group == id && meta.index == transfer.index && meta.term == transfer.term;
  if (!is_it) co_return make_error_code(Errc::corrupt);
  // Durable first: once the machine hears of it, the log before it goes.
  const Result<void> kept = co_await snapshots_.keep(env, draft);
  if (!kept) co_return kept.error();
  group.installed = std::move(state);
  group.installed_index = transfer.index;
  co_return head->meta;
}

}  // namespace windtunnel
