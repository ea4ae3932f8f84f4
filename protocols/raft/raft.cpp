#include <windtunnel/protocols/raft/raft.h>

#include <windtunnel/protocols/env/machine.h>

#include <algorithm>

namespace windtunnel::raft {

static_assert(Machine<Raft>);

namespace {

// No honest node gets there; beyond, sums might overflow.
constexpr std::uint64_t kMaxNumber = std::uint64_t{1} << 62;

// Terms never decrease from the entry before an append to its last one, and none is beyond the
// sender's.
bool is_well_formed(const Message& message) {
  if (message.term.value > kMaxNumber || message.index.value > kMaxNumber) return false;
  Term previous = message.log_term;
  for (std::size_t i = 0; i < message.entries.size(); ++i) {
    if (message.entries[i].term < previous) return false;
    previous = message.entries[i].term;
  }
  return previous <= message.term || message.kind != MessageKind::append;
}

Log recovered_log(const Recovered& recovered) {
  const SnapshotMeta& snapshot = recovered.snapshot;
  WT_ASSERT(recovered.log_base.index <= snapshot.index, "no gap between snapshot and log");
  Log log(recovered.log_base);
  for (const Entry& entry : recovered.entries) {
    log.append(entry.term, entry.kind, entry.payload, hash_bytes(entry.payload.view()));
  }
  // A crash between making a received snapshot durable and discarding the log that contradicts it
  // leaves both: the snapshot is what was acknowledged.
  const bool agrees =
      log.matches(snapshot.index, snapshot.term) && log.hash_at(snapshot.index) == snapshot.hash;
  if (!agrees) log.reset(LogBase{snapshot.index, snapshot.term, snapshot.hash});
  return log;
}

}  // namespace

Raft::Raft(const Config& config, Recovered recovered)
    : config_(config),
      configuration_(recovered.snapshot.configuration),
      hard_state_(recovered.hard_state),
      log_(recovered_log(recovered)),
      commit_(recovered.snapshot.index),
      handed_out_(commit_),
      applied_(commit_),
      snapshot_(std::move(recovered.snapshot)) {
  WT_ASSERT(config_.self != kNoNode, "a node knows its name");
  if (term() < log_.last_term()) {
    // A snapshot can reach the disk before the term in which its last entry was received. We said
    // nothing in that term yet, so entering it without a vote breaks no promise.
    hard_state_ = HardState{log_.last_term(), kNoNode};
    term_is_unwritten_ = true;
  }
  role_ = resting_role();
  for (const NodeId node : configuration_.members()) {
    progress_.emplace_back();
    progress_.back().node = node;
    progress_.back().reset(log_.last_index());
  }
}

void Raft::step(const Input& input, Ready& ready) {
  std::visit([&](const auto& one) { on(one, ready); }, input);
  check_order();
}

void Raft::check_order() const {
  WT_ASSERT(commit_ <= log_.last_index(), "what is committed is in the log");
  WT_ASSERT(applied_ <= handed_out_ && handed_out_ <= commit_, "only what is committed is applied");
  WT_ASSERT(log_.base().index <= snapshot_.index, "no gap between snapshot and log");
}

void Raft::on(const Start&, Ready& ready) {
  const LogIndex last = log_.last_index();
  observe(Word::recovered, term().value, voted_word(), last.value, log_.last_hash(), ready);
  observe(Word::config, commit_.value, Configuration::bits(configuration_.voters),
          Configuration::bits(configuration_.outgoing),
          Configuration::bits(configuration_.learners), ready);
  observe(Word::log_start, log_.first_index().value, 0, 0, 0, ready);
  const auto role = static_cast<std::uint64_t>(role_);
  observe(Word::role, role, term().value, last.value, log_.last_hash(), ready);
  ready.set_timer(TimerKind::silence, TimerAction::arm);
  if (term_is_unwritten_) write_hard_state(ready);
  term_is_unwritten_ = false;
}

void Raft::on(const Received& received, Ready& ready) {
  WT_ASSERT(received.message != nullptr, "a message was received");
  const Message& message = *received.message;
  const bool is_ours = message.group == config_.group && received.from != config_.self;
  if (!is_ours || !is_well_formed(message)) {
    mark("raft.message-refused", ready);
    return;
  }
  if (accept_term(received.from, message, ready)) dispatch(received.from, message, ready);
}

// Brings our term and the message's together (thesis 3.3). False: the message has been dealt with.
bool Raft::accept_term(NodeId from, const Message& message, Ready& ready) {
  // A pre-vote names a term that nobody has entered yet, and so does its granted reply.
  if (message.kind == MessageKind::pre_vote) return true;
  if (message.kind == MessageKind::pre_vote_reply && !message.reject) return true;

  const bool is_from_leader = message.kind == MessageKind::append ||
                              message.kind == MessageKind::snapshot_chunk ||
                              message.kind == MessageKind::timeout_now;
  if (term() < message.term) {
    // Whom its leader asked to stand disturbs nobody (4.2.3).
    const bool is_candidacy = message.kind == MessageKind::request_vote && !message.done;
    if (is_candidacy && config_.check_quorum && believes_in_leader()) {
      mark("raft.vote-withheld", ready);
      return false;
    }
    become_follower(message.term, is_from_leader ? from : kNoNode, ready);
    return true;
  }
  if (message.term < term()) {
    if (is_from_leader || message.kind == MessageKind::request_vote) {
      // Tells a leader or candidate of the past that it is one.
      Message reply =
          make(message.kind == MessageKind::request_vote ? MessageKind::request_vote_reply
                                                         : MessageKind::append_reply,
               from);
      reply.reject = true;
      send_durable(std::move(reply), LogIndex{}, ready);
    }
    return false;
  }
  return true;
}

void Raft::dispatch(NodeId from, const Message& message, Ready& ready) {
  switch (message.kind) {
    case MessageKind::pre_vote: return on_pre_vote(from, message, ready);
    case MessageKind::request_vote: return on_request_vote(from, message, ready);
    case MessageKind::pre_vote_reply:
    case MessageKind::request_vote_reply: return on_vote_reply(from, message, ready);
    case MessageKind::append: return on_append(from, message, ready);
    case MessageKind::append_reply: return on_append_reply(from, message, ready);
    case MessageKind::snapshot_chunk: return on_snapshot_chunk(from, message, ready);
    case MessageKind::snapshot_reply: return on_snapshot_reply(from, message, ready);
    case MessageKind::timeout_now: return on_timeout_now(ready);
  }
}

void Raft::on(const TimerFired& fired, Ready& ready) {
  switch (fired.timer) {
    case TimerKind::silence: return on_silence(ready);
    case TimerKind::election: return on_election_timer(ready);
    case TimerKind::heartbeat: return on_heartbeat_timer(ready);
    case TimerKind::check_quorum: return on_check_quorum(ready);
  }
}

void Raft::on(const Applied& applied, Ready&) {
  WT_ASSERT(applied.index <= handed_out_, "only what was handed out is applied");
  applied_ = std::max(applied_, applied.index);
}

void Raft::on(const Flush&, Ready& ready) {
  if (!is_leader()) return;
  start_read_round(ready);
  bool has_spoken = progress_.size() > 1;
  for (Progress& peer : progress_) {
    if (peer.node == config_.self) continue;
    const bool is_idle = peer.inflight.empty();
    const bool sent = replicate(peer, ready);
    if (send_heartbeats_) send_append(peer, false, ready);
    has_spoken &= peer.state == ProgressState::replicate && (sent || (send_heartbeats_ && is_idle));
  }
  // Who has just heard from us needs no heartbeat yet. But while something may be lost on the way
  // and nothing follows that would show it, the timer runs on: it finds out.
  if (has_spoken) ready.set_timer(TimerKind::heartbeat, TimerAction::arm);
  send_heartbeats_ = false;
  if (is_transferring()) offer_leadership(ready);
  release_reads(ready);
}

Result<LogIndex> Raft::propose(Payload command, Ready& ready) {
  if (!is_leader()) return make_error_code(Errc::not_leader);
  const bool is_full = uncommitted_bytes_ + command.size() > config_.max_uncommitted_bytes;
  if (is_full || is_transferring()) {
    return make_error_code(Errc::overloaded);
  }
  append_entry(term(), EntryKind::command, command, ready);
  write_entries(log_.last_index(), LogIndex{}, ready);
  uncommitted_bytes_ += command.size();
  return log_.last_index();
}

// Every change of term, and every return to following, goes through here. A vote is forgotten only
// together with its term.
void Raft::become_follower(Term new_term, NodeId leader, Ready& ready) {
  WT_ASSERT(term() <= new_term, "terms never decrease");
  if (term() < new_term) {
    hard_state_ = HardState{new_term, kNoNode};
    write_hard_state(ready);
  }
  leader_ = leader;
  silence_running_ = false;
  if (is_leader()) {
    reject_reads(ready);
    transfer_ = Transfer{};
    ready.set_timer(TimerKind::heartbeat, TimerAction::cancel);
    ready.set_timer(TimerKind::check_quorum, TimerAction::cancel);
    ready.set_timer(TimerKind::silence, TimerAction::arm);
  }
  set_role(resting_role(), ready);
}

// The leader of our term has spoken.
void Raft::hear_leader(NodeId leader, Ready& ready) {
  WT_ASSERT(!is_leader(), "a term has one leader");
  if (role_ != resting_role()) become_follower(term(), leader, ready);
  leader_ = leader;
  silence_running_ = true;
  ready.set_timer(TimerKind::silence, TimerAction::arm);
  ready.set_timer(TimerKind::election, TimerAction::cancel);
}

void Raft::set_role(Role role, Ready& ready) {
  if (role_ == role && role != Role::candidate) return;
  role_ = role;
  const LogIndex last = log_.last_index();
  observe(Word::role, static_cast<std::uint64_t>(role), term().value, last.value, log_.last_hash(),
          ready);
}

Role Raft::resting_role() const {
  return configuration_.is_learner(config_.self) ? Role::learner : Role::follower;
}

std::uint64_t Raft::hash() const {
  RollingHash hash;
  hash.absorb(term().value, hard_state_.voted_for.value);
  hash.absorb(static_cast<std::uint64_t>(role_), leader_.value);
  hash.absorb(log_.base().index.value, log_.last_index().value);
  hash.absorb(log_.last_hash(), commit_.value);
  hash.absorb(handed_out_.value, applied_.value);
  hash.absorb(snapshot_.index.value, last_ticket_.value);
  hash.absorb(incoming_.index.value, incoming_.offset + incoming_.at_host);
  hash.absorb(silence_running_ ? 1 : 0, read_round_);
  if (is_transferring()) hash.absorb(transfer_.to.value, transfer_.checks);
  for (const PendingWrite& write : pending_) hash.absorb(write.ticket.value, write.first.value);
  for (const PendingRead& read : reads_) hash.absorb(read.request, read.round);
  for (const Progress& peer : progress_) {
    hash.absorb(peer.match.value, peer.next.value);
    hash.absorb(static_cast<std::uint64_t>(peer.state), peer.read_round);
    hash.absorb((peer.granted ? 1U : 0U) | (peer.active ? 2U : 0U) | (peer.waiting ? 4U : 0U),
                peer.inflight.size());
  }
  return hash.digest().low;
}

}  // namespace windtunnel::raft
