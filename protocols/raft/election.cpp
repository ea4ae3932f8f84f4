// Elections (thesis 3.4, 3.6.1), pre-vote (9.6), and leaders that notice that they lost their
// quorum (6.2).
#include <windtunnel/protocols/raft/raft.h>

namespace windtunnel::raft {

// T has passed without a word from a leader: others may be elected from now on, and we ourselves
// after a further random time.
void Raft::on_silence(Ready& ready) {
  if (is_leader()) return;
  silence_running_ = false;
  ready.set_timer(TimerKind::election, TimerAction::arm);
}

void Raft::on_election_timer(Ready& ready) {
  if (is_leader() || !configuration_.is_voter(config_.self)) return;
  campaign(config_.pre_vote ? Role::pre_candidate : Role::candidate, false, ready);
}

// Asks everybody for their vote. Only a real candidacy raises the term; its requests wait until
// term and our vote for ourselves are durable. `is_asked`: by the leader, to take over from it.
void Raft::campaign(Role role, bool is_asked, Ready& ready) {
  leader_ = kNoNode;
  for (Progress& peer : progress_) peer.granted = false;
  ready.set_timer(TimerKind::election, TimerAction::cancel);
  ready.set_timer(TimerKind::silence, TimerAction::arm);
  const bool is_real = role == Role::candidate;
  if (is_real) {
    hard_state_ = HardState{Term{term().value + 1}, config_.self};
    write_hard_state(ready);
    vote_ticket_ = last_ticket_;
  } else if (Progress* self = progress_of(config_.self)) {
    self->granted = true;
  }
  set_role(role, ready);
  for (const Progress& peer : progress_) {
    if (peer.node == config_.self || !configuration_.is_voter(peer.node)) continue;
    Message request = make(is_real ? MessageKind::request_vote : MessageKind::pre_vote, peer.node);
    request.index = log_.last_index();
    request.log_term = log_.last_term();
    request.done = is_asked;
    if (is_real) {
      send_durable(std::move(request), LogIndex{}, ready);
    } else {
      request.term = Term{term().value + 1};
      ready.send_now.push_back(std::move(request));
    }
  }
  tally(ready);
}

bool Raft::believes_in_leader() const {
  return is_leader() || (leader_ != kNoNode && silence_running_);
}

// Thesis 3.6.1: a log is at least as complete as ours if its last term is later, or equal and it is
// no shorter.
bool Raft::is_up_to_date(const Message& candidate) const {
  if (candidate.log_term != log_.last_term()) return log_.last_term() < candidate.log_term;
  return log_.last_index() <= candidate.index;
}

// Promises nothing and writes nothing: it only says whether an election would succeed here.
void Raft::on_pre_vote(NodeId from, const Message& message, Ready& ready) {
  const bool grant = term() < message.term && is_up_to_date(message) && !believes_in_leader();
  Message reply = make(MessageKind::pre_vote_reply, from);
  if (grant) reply.term = message.term;
  reply.reject = !grant;
  if (grant) {
    ready.send_now.push_back(std::move(reply));
  } else {
    send_durable(std::move(reply), LogIndex{}, ready);
  }
}

// One vote a term, first come first served, and only for a log that is at least as complete as
// ours.
void Raft::on_request_vote(NodeId from, const Message& message, Ready& ready) {
  WT_ASSERT(message.term == term(), "terms were brought together");
  const bool is_free = hard_state_.voted_for == kNoNode || hard_state_.voted_for == from;
  const bool grant = is_free && is_up_to_date(message) && leader_ == kNoNode;
  if (grant && hard_state_.voted_for != from) {
    hard_state_.voted_for = from;
    write_hard_state(ready);
  }
  if (grant) {
    ready.set_timer(TimerKind::election, TimerAction::cancel);
    ready.set_timer(TimerKind::silence, TimerAction::arm);
  }
  Message reply = make(MessageKind::request_vote_reply, from);
  reply.reject = !grant;
  send_durable(std::move(reply), LogIndex{}, ready);
}

void Raft::on_vote_reply(NodeId from, const Message& message, Ready& ready) {
  if (message.reject) return;
  const bool is_pre_vote = message.kind == MessageKind::pre_vote_reply;
  const bool is_asked_for =
      is_pre_vote ? role_ == Role::pre_candidate && message.term.value == term().value + 1
                  : role_ == Role::candidate && message.term == term();
  Progress* peer = progress_of(from);
  if (!is_asked_for || peer == nullptr) return;
  peer->granted = true;
  tally(ready);
}

void Raft::tally(Ready& ready) {
  const auto granted = [this](NodeId node) {
    const Progress* peer = progress_of(node);
    return peer != nullptr && peer->granted;
  };
  if (!configuration_.quorum(granted)) return;
  if (role_ == Role::pre_candidate) {
    campaign(Role::candidate, false, ready);
  } else {
    become_leader(ready);
  }
}

void Raft::become_leader(Ready& ready) {
  WT_ASSERT(role_ == Role::candidate, "only a candidate is elected");
  WT_ASSERT(hard_state_.voted_for == config_.self, "a candidate votes for itself");
  set_role(Role::leader, ready);
  leader_ = config_.self;
  silence_running_ = false;
  uncommitted_bytes_ = 0;
  send_heartbeats_ = false;
  read_round_ = 0;
  for (Progress& peer : progress_) peer.reset(log_.last_index());
  ready.set_timer(TimerKind::silence, TimerAction::cancel);
  ready.set_timer(TimerKind::election, TimerAction::cancel);
  ready.set_timer(TimerKind::heartbeat, TimerAction::arm);
  ready.set_timer(TimerKind::check_quorum, TimerAction::arm);
  // An entry of our own term lets us commit what we inherited (5.4.2 of the paper, thesis 3.6.2)
  // and tells us the commit index for reads (6.4).
  append_entry(term(), EntryKind::noop, Payload(), ready);
  write_entries(log_.last_index(), LogIndex{}, ready);
  if (Progress* self = progress_of(config_.self)) self->advance(durable_index());
  advance_commit(ready);
}

// Without check-quorum a leader cut off from its followers stays one until it hears of a higher
// term.
void Raft::on_check_quorum(Ready& ready) {
  if (!is_leader()) return;
  ready.set_timer(TimerKind::check_quorum, TimerAction::arm);
  check_transfer(ready);
  if (!config_.check_quorum) return;
  const auto was_heard = [this](NodeId node) {
    const Progress* peer = progress_of(node);
    return node == config_.self || (peer != nullptr && peer->active);
  };
  const bool has_quorum = configuration_.quorum(was_heard);
  for (Progress& peer : progress_) peer.active = false;
  if (has_quorum) return;
  mark("raft.quorum-lost", ready);
  become_follower(term(), kNoNode, ready);
}

}  // namespace windtunnel::raft
