// Log replication (thesis 3.5), the commit rule (3.6.2), and pipelining (10.2.1).
#include <windtunnel/protocols/raft/raft.h>

#include <algorithm>

namespace windtunnel::raft {

// --- Follower ---

void Raft::on_append(NodeId from, const Message& message, Ready& ready) {
  if (is_leader()) return mark("raft.second-leader", ready);
  hear_leader(from, ready);
  if (message.index < log_.base().index) {
    // Older than our snapshot, so committed and held here.
    return reply_append(from, message, commit_, ready);
  }
  if (!log_.matches(message.index, message.log_term)) return reject_append(from, message, ready);

  accept_entries(message, ready);
  const LogIndex agreed = message.index + message.entries.size();
  // Beyond `agreed` our log may hold entries that the leader does not have.
  commit_to(std::min(message.commit, agreed), ready);
  reply_append(from, message, agreed, ready);
}

// Appends what is new. Only an entry that contradicts the leader's is removed, with what follows
// it: an old append that arrives late must not shorten the log.
void Raft::accept_entries(const Message& message, Ready& ready) {
  std::size_t known = 0;
  LogIndex index = message.index + 1;
  while (known < message.entries.size() && log_.matches(index, message.entries[known].term)) {
    ++known;
    ++index;
  }
  if (known == message.entries.size()) return;

  LogIndex truncated;
  if (index <= log_.last_index()) {
    WT_ASSERT(commit_ < index, "what is committed is never removed");
    truncated = index;
    observe(Word::truncate, index.value, commit_.value, 0, 0, ready);
    mark("raft.conflict-truncated", ready);
    log_.truncate_from(index);
  }
  for (std::size_t i = known; i < message.entries.size(); ++i) {
    const Entry& entry = message.entries[i];
    append_entry(entry.term, entry.kind, entry.payload, ready);
  }
  write_entries(index, truncated, ready);
}

// Names the last place where agreement is still possible: where our term is not beyond the leader's
// there. So each exchange passes over a whole term (5.3 of the paper).
void Raft::reject_append(NodeId from, const Message& message, Ready& ready) {
  const LogIndex upto = std::min(message.index, log_.last_index());
  Message reply = make(MessageKind::append_reply, from);
  reply.reject = true;
  reply.index = message.index;
  reply.hint = log_.last_with_term_at_most(message.log_term, upto);
  reply.log_term = log_.term_at(reply.hint);
  reply.context = message.context;
  send_durable(std::move(reply), LogIndex{}, ready);
}

// Says up to where our log is the leader's. Entries are acknowledged once they are durable; a
// heartbeat is answered at once, with what is durable now, so that a slow disk does not look like a
// dead node.
void Raft::reply_append(NodeId to, const Message& message, LogIndex match, Ready& ready) {
  const bool is_heartbeat = message.entries.empty();
  Message reply = make(MessageKind::append_reply, to);
  const LogIndex claimed = is_heartbeat ? std::min(match, durable_index()) : match;
  reply.index = claimed;
  reply.context = message.context;
  send_durable(std::move(reply), claimed, ready);
}

// --- Leader ---

void Raft::on_append_reply(NodeId from, const Message& message, Ready& ready) {
  Progress* peer = progress_of(from);
  if (!is_leader() || peer == nullptr) return;
  peer->active = true;
  peer->read_round = std::max(peer->read_round, std::min(message.context, read_round_));
  if (message.reject) {
    LogIndex hint = std::min(message.hint, log_.last_index());
    if (log_.covers(hint)) hint = log_.last_with_term_at_most(message.log_term, hint);
    if (peer->back_off(message.index, hint)) mark("raft.backed-off", ready);
  } else if (message.index <= log_.last_index()) {
    const bool is_probe_answered =
        peer->state == ProgressState::probe && peer->next <= message.index + 1;
    const bool is_news = peer->advance(message.index);
    if (is_news) {
      observe(Word::match, from.value, peer->match.value, peer->next.value, 0, ready);
    }
    const bool has_caught_up = peer->state == ProgressState::snapshot && log_.covers(peer->match);
    if (is_probe_answered || has_caught_up) peer->become_replicate();
    if (is_news) advance_commit(ready);
  }
  release_reads(ready);
}

void Raft::on_heartbeat_timer(Ready& ready) {
  if (!is_leader()) return;
  ready.set_timer(TimerKind::heartbeat, TimerAction::arm);
  for (Progress& peer : progress_) {
    if (peer.node != config_.self) peer.heartbeat();
  }
  send_heartbeats_ = true;
  transfer_.is_offered = false;
}

// Sends what the member lacks, as far as its window allows. True when entries were sent.
bool Raft::replicate(Progress& peer, Ready& ready) {
  bool sent = false;
  while (peer.state != ProgressState::snapshot && peer.next <= log_.last_index() &&
         peer.may_send(config_.inflight, fills_batch(peer.next))) {
    if (log_.covers(peer.next - 1)) {
      send_append(peer, true, ready);
      sent = true;
    } else {
      // The entry before the next one is gone, and its term with it.
      peer.become_snapshot(snapshot_.index, snapshot_.term);
      mark("raft.snapshot-sent", ready);
    }
  }
  if (peer.state == ProgressState::snapshot && !peer.waiting) send_snapshot(peer, ready);
  return sent;
}

// Without entries it is a heartbeat: about what the member is known to have, so that it is never
// refused.
void Raft::send_append(Progress& peer, bool with_entries, Ready& ready) {
  Message message = make(MessageKind::append, peer.node);
  message.context = read_round_;
  if (with_entries) {
    const std::size_t count = batch_size(peer.next);
    message.index = peer.next - 1;
    message.log_term = log_.term_at(message.index);
    message.entries = log_.slice(peer.next, count);
    message.commit = commit_;
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < count; ++i) bytes += message.entries[i].payload.size();
    peer.sent(message.index + count, bytes);
  } else if (log_.covers(peer.match)) {
    message.index = peer.match;
    message.log_term = log_.term_at(peer.match);
    message.commit = std::min(commit_, peer.match);
  }
  ready.send_now.push_back(std::move(message));
}

// Whether the entries from `first` on fill an append. By bytes it is judged from all that is not
// committed, which holds at least what a member that keeps up was not sent.
bool Raft::fills_batch(LogIndex first) const {
  return log_.last_index() - first + 1 >= kMaxSliceEntries ||
         uncommitted_bytes_ >= config_.max_batch_bytes;
}

std::size_t Raft::batch_size(LogIndex first) const {
  const std::uint64_t available = log_.last_index() - first + 1;
  std::size_t count = 0;
  std::uint64_t bytes = 0;
  while (count < available && count < kMaxSliceEntries) {
    bytes += log_.at(first + count).payload.size();
    if (count > 0 && bytes > config_.max_batch_bytes) break;
    ++count;
  }
  return count;
}

// Commits what a quorum holds durably. Only an entry of our own term is committed by counting; what
// precedes it is committed with it (figure 8 of the paper).
void Raft::advance_commit(Ready& ready) {
  const auto match_of = [this](NodeId node) -> std::uint64_t {
    const Progress* peer = progress_of(node);
    return peer == nullptr ? 0 : peer->match.value;
  };
  const LogIndex held{configuration_.quorum_value(match_of)};
  if (held <= commit_) return;
  if (log_.term_at(held) != term()) return;
  for (LogIndex index = commit_ + 1; index <= held; ++index) {
    const Entry& entry = log_.at(index);
    const bool is_ours = entry.term == term();
    if (is_ours)
      uncommitted_bytes_ -= std::min<std::uint64_t>(uncommitted_bytes_, entry.payload.size());
  }
  commit_to(held, ready);
}

void Raft::commit_to(LogIndex index, Ready& ready) {
  if (index <= commit_) return;
  WT_ASSERT(index <= log_.last_index(), "what is committed is in the log");
  commit_ = index;
  observe(Word::commit, index.value, term().value, log_.hash_at(index), is_leader() ? 1 : 0, ready);
  if (ready.apply.empty()) ready.apply.first = handed_out_ + 1;
  ready.apply.last = commit_;
  handed_out_ = commit_;
}

Progress* Raft::progress_of(NodeId node) {
  // Members' numbers mostly follow one another.
  if (progress_.empty()) return nullptr;
  const std::size_t likely = node.value - progress_.front().node.value;
  if (likely < progress_.size() && progress_[likely].node == node) return &progress_[likely];
  const auto before = [](const Progress& peer, NodeId wanted) { return peer.node < wanted; };
  const auto at = std::lower_bound(progress_.begin(), progress_.end(), node, before);
  return at != progress_.end() && at->node == node ? &*at : nullptr;
}

}  // namespace windtunnel::raft
