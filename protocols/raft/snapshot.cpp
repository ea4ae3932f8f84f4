// Compaction and the transfer of snapshots (thesis chapter 5).
#include <windtunnel/protocols/raft/raft.h>

#include <algorithm>

namespace windtunnel::raft {

SnapshotMeta Raft::describe(LogIndex index) const {
  WT_ASSERT(index <= applied_, "a snapshot holds what was applied");
  SnapshotMeta meta;
  meta.index = index;
  meta.term = log_.term_at(index);
  meta.hash = log_.hash_at(index);
  meta.configuration = configuration_;
  return meta;
}

bool Raft::is_sending_snapshot(LogIndex index) const {
  if (!is_leader()) return false;
  const auto has_it = [&](const Progress& peer) {
    return peer.state == ProgressState::snapshot && peer.snapshot_index == index;
  };
  return std::any_of(progress_.begin(), progress_.end(), has_it);
}

void Raft::on(const Compact& compact, Ready& ready) {
  const SnapshotMeta& taken = compact.snapshot;
  if (taken.index <= snapshot_.index) return;  // a newer one was received meanwhile
  WT_ASSERT(taken.index <= applied_, "a snapshot holds what was applied");
  WT_ASSERT(compact.upto <= taken.index, "only what the snapshot holds is forgotten");
  WT_ASSERT(log_.hash_at(taken.index) == taken.hash, "the snapshot is of this log");
  snapshot_ = taken;
  if (compact.upto <= log_.base().index) return;
  log_.compact(compact.upto);
  observe(Word::log_start, log_.first_index().value, 0, 0, 0, ready);
}

// --- Leader ---

void Raft::send_snapshot(Progress& peer, Ready& ready) {
  Message message = make(MessageKind::snapshot_chunk, peer.node);
  message.index = peer.snapshot_index;
  message.log_term = peer.snapshot_term;
  message.offset = peer.snapshot_offset;
  peer.waiting = true;
  ready.snapshot_sends.push_back(std::move(message));
}

void Raft::on_snapshot_reply(NodeId from, const Message& message, Ready& ready) {
  Progress* peer = progress_of(from);
  if (!is_leader() || peer == nullptr) return;
  peer->active = true;
  if (message.done && message.index <= log_.last_index()) {
    if (peer->advance(message.index)) {
      observe(Word::match, from.value, peer->match.value, peer->next.value, 0, ready);
      advance_commit(ready);
    }
    if (peer->state == ProgressState::snapshot) peer->become_probe(peer->match + 1);
    return;
  }
  const bool is_current =
      peer->state == ProgressState::snapshot && message.index == peer->snapshot_index;
  // A second request for the piece that is on its way would double the transfer.
  if (!is_current || (peer->waiting && message.offset == peer->snapshot_offset)) return;
  peer->snapshot_offset = message.offset;
  peer->waiting = false;
}

void Raft::on(const SnapshotUnavailable& gone, Ready&) {
  Progress* peer = progress_of(gone.to);
  if (!is_leader() || peer == nullptr || peer->state != ProgressState::snapshot) return;
  peer->become_snapshot(snapshot_.index, snapshot_.term);
  // Not before the next heartbeat: while the host puts a newer snapshot in the place of the current
  // one, that is gone too, and asking for it again at once would never end.
  peer->waiting = true;
}

// --- Follower ---

// Pieces arrive in order or are asked for again. Those of one transfer only are put together: same
// leader, same reign, same snapshot. The host has one piece at a time, of whatever transfer: what
// comes meanwhile is sent again, and what the host puts in place is not pulled from under it.
void Raft::on_snapshot_chunk(NodeId from, const Message& message, Ready& ready) {
  if (is_leader()) return mark("raft.second-leader", ready);
  hear_leader(from, ready);
  if (log_.matches(message.index, message.log_term)) commit_to(message.index, ready);
  if (message.index <= commit_) return reply_snapshot(from, message.index, ready);

  const bool continues = incoming_.from == from && incoming_.leader_term == message.term &&
                         incoming_.index == message.index && incoming_.term == message.log_term;
  if (incoming_.waits_for_host()) return;
  if (!continues) {
    incoming_ = Incoming{from, message.term, message.index, message.log_term, 0, 0, false};
  }
  const bool is_next =
      message.offset == incoming_.offset && (message.done || !message.data.empty());
  if (!is_next) return ask_for_piece(ready);
  ready.snapshot_pieces.push_back(SnapshotPiece{from, message.term, message.index, message.log_term,
                                                message.offset, message.data, message.done});
  incoming_.at_host = message.data.size();
  incoming_.complete = message.done;
}

void Raft::on(const SnapshotPieceStored&, Ready& ready) {
  WT_ASSERT(incoming_.at_host > 0, "a piece that was handed out is stored once");
  WT_ASSERT(!incoming_.complete, "the last piece is answered by what became of the snapshot");
  incoming_.offset += incoming_.at_host;
  incoming_.at_host = 0;
  if (leader_ == incoming_.from && term() == incoming_.leader_term) ask_for_piece(ready);
}

void Raft::ask_for_piece(Ready& ready) {
  Message reply = make(MessageKind::snapshot_reply, incoming_.from);
  reply.index = incoming_.index;
  reply.offset = incoming_.offset;
  send_durable(std::move(reply), LogIndex{}, ready);
}

void Raft::on(const SnapshotDamaged&, Ready& ready) {
  incoming_ = Incoming{};
  mark("raft.snapshot-damaged", ready);
}

void Raft::on(const SnapshotReceived& received, Ready& ready) {
  const SnapshotMeta& snapshot = received.snapshot;
  const bool is_expected =
      incoming_.complete && incoming_.index == snapshot.index && incoming_.term == snapshot.term;
  if (!is_expected) return;
  const Incoming transfer = incoming_;
  incoming_ = Incoming{};
  if (commit_ < snapshot.index && !is_leader()) {
    install(snapshot, ready);
  } else if (snapshot_.index < snapshot.index && log_.matches(snapshot.index, snapshot.term)) {
    // Our log came to hold all of it while the host stored it. It takes nothing's place, but it is
    // the one that the host has now, and can send.
    snapshot_ = snapshot;
  }
  if (leader_ == transfer.from && term() == transfer.leader_term) {
    reply_snapshot(transfer.from, snapshot.index, ready);
  }
}

void Raft::reply_snapshot(NodeId to, LogIndex index, Ready& ready) {
  Message reply = make(MessageKind::snapshot_reply, to);
  reply.index = index;
  reply.done = true;
  send_durable(std::move(reply), index, ready);
}

// Puts the snapshot in the place of the log's beginning. What follows it stays if our log agrees
// with it there, for those entries may have been acknowledged; else nothing of our log can be
// trusted.
void Raft::install(const SnapshotMeta& snapshot, Ready& ready) {
  WT_ASSERT(!is_leader(), "a leader's log is never replaced");
  WT_ASSERT(commit_ < snapshot.index, "a snapshot never takes the state back");
  const bool keep = log_.matches(snapshot.index, snapshot.term);
  const LogIndex sure = std::min(durable_index(), commit_);
  Write& write = new_write(ready);
  write.snapshot = snapshot;
  write.discard_log = !keep;
  pending_.back().first = sure + 1;
  if (keep) {
    log_.compact(snapshot.index);
  } else {
    if (commit_ < log_.last_index()) {
      observe(Word::truncate, commit_.value + 1, commit_.value, 0, 0, ready);
    }
    log_.reset(LogBase{snapshot.index, snapshot.term, snapshot.hash});
  }
  snapshot_ = snapshot;
  configuration_ = snapshot.configuration;
  commit_ = snapshot.index;
  handed_out_ = snapshot.index;
  ready.restore = snapshot;
  ready.apply = ApplyRange{};
  observe(Word::log_start, log_.first_index().value, 0, 0, 0, ready);
  observe(Word::commit, commit_.value, term().value, log_.hash_at(commit_), 0, ready);
  mark("raft.snapshot-installed", ready);
}

}  // namespace windtunnel::raft
