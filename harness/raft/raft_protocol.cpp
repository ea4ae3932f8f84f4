#include <windtunnel/harness/raft/raft_protocol.h>

#include <fmt/format.h>

namespace windtunnel::explore {

using raft::Message;
using raft::TimerKind;

static_assert(Protocol<RaftProtocol>);

// --- What the invariants are told ---

void RaftGhost::take(std::uint64_t record, NodeId node, const RaftFact& fact) {
  const Observation& seen = fact.seen;
  switch (fact.kind) {
    case RaftFact::Kind::observed: return checks_.observe(record, node, Incarnation{}, seen);
    case RaftFact::Kind::entry_synced: return checks_.entry_synced(record, node, seen.a, seen.b);
    case RaftFact::Kind::vote_synced: return checks_.vote_synced(record, node, seen.a, seen.b);
    case RaftFact::Kind::snapshot_synced:
      return checks_.snapshot_synced(record, node, seen.a, seen.b);
    case RaftFact::Kind::crashed: return checks_.crashed(record, node);
  }
}

std::optional<std::string> RaftGhost::violation() const {
  for (const RaftViolation& one : checks_.violations()) {
    if ((ignored_ & bit(one.invariant)) != 0) continue;
    return fmt::format("{} ({}): {}", short_name(one.invariant), check_id(one.invariant), one.text);
  }
  return std::nullopt;
}

namespace {

// Match indices of the reign, to see one that goes back in silence.
struct Reign {
  std::optional<raft::Term> term;
  std::vector<raft::LogIndex> matches;

  explicit Reign(const raft::Raft& raft) {
    if (!raft.is_leader()) return;
    term = raft.term();
    for (const raft::Progress& peer : raft.progress()) matches.push_back(peer.match);
  }
};

// The machine observes the matches that advance; one that goes back is told here.
void tell_lost_matches(const Reign& before, const raft::Raft& raft, RaftEffects& effects) {
  const Reign after(raft);
  if (!before.term || before.term != after.term) return;
  for (std::size_t i = 0; i < after.matches.size(); ++i) {
    const raft::Progress& peer = raft.progress()[i];
    if (before.matches[i] <= peer.match || peer.node == raft.config().self) continue;
    RaftFact fact;
    fact.seen = Observation{observed(raft::Word::match),
                            raft.config().group,
                            peer.node.value,
                            peer.match.value,
                            peer.next.value,
                            0};
    effects.facts.push_back(fact);
  }
}

}  // namespace

// --- What can happen ---

RaftProtocol::RaftProtocol(const RaftBounds& bounds) : bounds_(bounds) {
  config_.pre_vote = bounds.pre_vote;
  config_.check_quorum = bounds.check_quorum;
  config_.max_batch_bytes = bounds.max_batch_bytes;
  std::vector<NodeId> voters;
  for (std::uint32_t i = 0; i < bounds.nodes; ++i) voters.push_back(NodeId{i});
  first_.configuration = raft::Configuration::of_voters(std::move(voters));
}

Budgets RaftProtocol::budgets() const {
  Budgets budgets{};
  budgets[kDuplicates] = bounds_.duplicates;
  budgets[kDrops] = bounds_.drops;
  budgets[kTimeouts] = bounds_.timeouts;
  budgets[kSilences] = bounds_.silences;
  budgets[kHeartbeats] = bounds_.heartbeats;
  budgets[kQuorumChecks] = bounds_.quorum_checks;
  budgets[kProposals] = bounds_.proposals;
  budgets[kReads] = bounds_.reads;
  budgets[kSnapshots] = bounds_.snapshots;
  budgets[kCrashes] = bounds_.crashes;
  return budgets;
}

RaftNode RaftProtocol::start(NodeId id, RaftEffects& effects) const {
  raft::Config config = config_;
  config.self = id;
  return RaftNode(config, first_, bounds_.atomic_disk, effects);
}

Event RaftProtocol::event(Kind kind, std::uint8_t budget, std::size_t argument) {
  const bool is_numbered = kind == Kind::propose || kind == Kind::read;
  return Event{static_cast<std::uint8_t>(kind), budget, static_cast<std::uint16_t>(argument),
               is_numbered};
}

void RaftProtocol::events(const RaftNode& node, std::vector<Event>& events) const {
  if (node.raft().is_leader()) {
    leader_events(node, events);
  } else {
    follower_events(node, bounds_, events);
  }
  if (node.raft().snapshot().index < node.raft().applied_index()) {
    events.push_back(event(Kind::compact, kSnapshots));
  }
  disk_events(node, events);
}

void RaftProtocol::leader_events(const RaftNode& node, std::vector<Event>& events) const {
  events.push_back(event(Kind::propose, kProposals));
  events.push_back(event(Kind::read, kReads));
  if (node.is_armed(TimerKind::heartbeat)) events.push_back(event(Kind::heartbeat, kHeartbeats));
  if (bounds_.check_quorum && node.is_armed(TimerKind::check_quorum)) {
    events.push_back(event(Kind::quorum_check, kQuorumChecks));
  }
}

void RaftProtocol::follower_events(const RaftNode& node, const RaftBounds& bounds,
                                   std::vector<Event>& events) {
  const bool is_silent = node.is_armed(TimerKind::election);
  if (is_silent || node.is_armed(TimerKind::silence)) {
    events.push_back(event(Kind::timeout, kTimeouts));
  }
  // Who believes in a leader matters only where others are then refused.
  const bool matters = bounds.pre_vote || bounds.check_quorum;
  if (matters && node.is_armed(TimerKind::silence)) {
    events.push_back(event(Kind::silence, kSilences));
  }
}

void RaftProtocol::disk_events(const RaftNode& node, std::vector<Event>& events) {
  const std::size_t writes = node.disk().in_flight();
  for (std::size_t i = 0; i < writes; ++i) {
    if (!node.disk().is_done(i)) events.push_back(event(Kind::persist, kFree, i));
  }
  for (std::size_t kept = 0; kept <= writes; ++kept) {
    // What is done behind what is kept is kept as well.
    if (kept == writes || !node.disk().is_done(kept)) {
      events.push_back(event(Kind::crash, kCrashes, kept));
    }
  }
}

void RaftProtocol::deliver(RaftNode& node, NodeId from, const Message& message,
                           RaftEffects& effects) const {
  const Reign before(node.raft());
  node.receive(from, message, effects);
  tell_lost_matches(before, node.raft(), effects);
}

void RaftProtocol::happen(RaftNode& node, const Event& event, RaftEffects& effects) const {
  switch (static_cast<Kind>(event.kind)) {
    case Kind::timeout: return node.time_out(effects);
    case Kind::silence: return node.fire(TimerKind::silence, effects);
    case Kind::heartbeat: return node.fire(TimerKind::heartbeat, effects);
    case Kind::quorum_check: return node.fire(TimerKind::check_quorum, effects);
    case Kind::propose: return node.propose(fmt::format("command {}", event.argument), effects);
    case Kind::read: return node.read(event.argument, effects);
    case Kind::compact: return node.compact(effects);
    case Kind::persist: return node.persist(event.argument, effects);
    case Kind::crash: return node.crash(event.argument, effects);
  }
}

// --- Values ---

std::uint64_t RaftProtocol::hash(const Message& message) const {
  RollingHash hash;
  const std::uint64_t flags = (message.reject ? 1U : 0U) | (message.done ? 2U : 0U);
  hash.absorb(static_cast<std::uint64_t>(message.kind), flags);
  hash.absorb(message.term.value, message.index.value);
  hash.absorb(message.log_term.value, message.commit.value);
  hash.absorb(message.hint.value, message.context);
  hash.absorb(message.offset, message.entries.size());
  for (std::size_t i = 0; i < message.entries.size(); ++i) {
    const raft::Entry& entry = message.entries[i];
    hash.absorb(entry.term.value, hash_bytes(entry.payload.view()));
  }
  return hash.digest().low;
}

std::uint64_t RaftProtocol::hash(const RaftFact& fact) const {
  RollingHash hash;
  hash.absorb(static_cast<std::uint64_t>(fact.kind), static_cast<std::uint64_t>(fact.seen.kind));
  hash.absorb(fact.seen.a, fact.seen.b);
  hash.absorb(fact.seen.c, fact.seen.d);
  return hash.digest().low;
}

Message RaftProtocol::renamed(const Message& message, const Renaming& names) const {
  Message other = message;
  other.to = names[message.to.value];
  return other;
}

}  // namespace windtunnel::explore
