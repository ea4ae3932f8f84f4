#include <windtunnel/harness/raft/raft_invariants.h>

#include <windtunnel/protocols/raft/words.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace windtunnel {
namespace {

struct InvariantNames {
  std::string_view short_name;
  std::string_view id;
};

constexpr std::array<InvariantNames, kRaftInvariants> kNames{{
    {"ELECTION", "raft.election-safety"},      {"VOTE-ONCE", "raft.vote-once"},
    {"VOTE-DURABLE", "raft.vote-durable"},     {"ACK-DURABLE", "raft.ack-durable"},
    {"LOG-MATCH", "raft.log-matching"},        {"LDR-APPEND-ONLY", "raft.leader-append-only"},
    {"COMMIT-STICKY", "raft.commit-sticky"},   {"COMMIT-ONCE", "raft.commit-once"},
    {"COMMIT-QUORUM", "raft.commit-quorum"},   {"OLD-TERM-COMMIT", "raft.old-term-commit"},
    {"LDR-COMPL", "raft.leader-completeness"}, {"SM-SAFE", "raft.state-machine-safety"},
    {"SM-DIGEST", "raft.state-digest"},        {"MONO-TERM", "raft.term-monotonic"},
    {"MONO-COMMIT", "raft.commit-monotonic"},  {"MONO-APPLIED", "raft.applied-monotonic"},
    {"MONO-MATCH", "raft.match-monotonic"},    {"EXACTLY-ONCE", "raft.exactly-once"},
    {"READ-FRESH", "raft.read-fresh"},         {"SNAP-VALID", "raft.snapshot-valid"},
}};

}  // namespace

std::string_view short_name(RaftInvariant invariant) noexcept {
  return kNames[static_cast<std::size_t>(invariant)].short_name;
}

std::string_view check_id(RaftInvariant invariant) noexcept {
  return kNames[static_cast<std::size_t>(invariant)].id;
}

std::optional<RaftInvariant> raft_invariant_of(std::string_view id_or_short_name) noexcept {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const InvariantNames& names = kNames[i];
    if (names.id == id_or_short_name || names.short_name == id_or_short_name) {
      return static_cast<RaftInvariant>(i);
    }
  }
  return std::nullopt;
}

RaftInvariants::Node& RaftInvariants::node_of(NodeId node) {
  if (nodes_.size() <= node.value) nodes_.resize(node.value + 1U);
  return nodes_[node.value];
}

void RaftInvariants::fail(RaftInvariant invariant, NodeId node, std::string text,
                          std::uint64_t related) {
  if (violation_of(invariant) != nullptr) return;
  RaftViolation violation;
  violation.invariant = invariant;
  violation.node = node;
  violation.text = std::move(text);
  violation.records.push_back(record_);
  if (related != 0) violation.records.push_back(related);
  violations_.push_back(std::move(violation));
}

std::string RaftInvariants::label_of(NodeId node) const {
  if (names_ != nullptr && node.value < names_->size()) return (*names_)[node.value];
  return fmt::format("n{}", node.value + 1);
}

std::string RaftInvariants::voted_for(std::uint64_t word) const {
  return word == 0 ? "nobody" : label_of(NodeId{static_cast<std::uint32_t>(word - 1)});
}

std::string RaftInvariants::labels_of(std::uint64_t nodes) const {
  std::string names;
  for (std::uint32_t i = 0; i < 64; ++i) {
    if ((nodes >> i & 1) == 0) continue;
    names += (names.empty() ? "" : ", ") + label_of(NodeId{i});
  }
  return names.empty() ? "nobody" : names;
}

const RaftViolation* RaftInvariants::violation() const {
  return violations_.empty() ? nullptr : &violations_.front();
}

const RaftViolation* RaftInvariants::violation_of(RaftInvariant invariant) const {
  for (const RaftViolation& violation : violations_) {
    if (violation.invariant == invariant) return &violation;
  }
  return nullptr;
}

void RaftInvariants::observe(std::uint64_t record, NodeId id, Incarnation,
                             const Observation& seen) {
  record_ = record;
  Node& node = node_of(id);
  node.is_known = true;
  switch (static_cast<raft::Word>(seen.kind)) {
    case raft::Word::role: return on_role(id, node, seen);
    case raft::Word::term: return on_term(id, node, seen);
    case raft::Word::vote_granted: return on_vote(id, node, seen.a, seen.b);
    case raft::Word::append: return on_append(id, node, seen);
    case raft::Word::truncate: return on_truncate(id, node, seen);
    case raft::Word::commit: return on_commit(id, node, seen);
    case raft::Word::apply: return on_apply(id, node, seen);
    case raft::Word::snapshot_taken: return on_snapshot(id, node, seen, false);
    case raft::Word::snapshot_installed: return on_snapshot(id, node, seen, true);
    case raft::Word::log_start: return on_log_start(id, node, seen);
    case raft::Word::recovered: return on_recovered(id, node, seen);
    case raft::Word::sent_claim: return on_claim(id, node, seen);
    case raft::Word::match: return on_match(id, node, seen);
    case raft::Word::request: return on_request(node, seen);
    case raft::Word::read_index: return on_read(id, node, seen, false);
    case raft::Word::read_served: return on_read(id, node, seen, true);
    case raft::Word::effect: return on_effect(id, seen);
    case raft::Word::config:
      node.configuration = Configuration{seen.b, seen.c};
      // At a start: the state restored from the snapshot, of which this is the configuration.
      if (node.is_starting) node.commit = node.applied = seen.a;
      return;
    case raft::Word::lease:
    case raft::Word::end: return;
  }
}

// --- Roles, terms, votes ---

void RaftInvariants::on_role(NodeId id, Node& node, const Observation& seen) {
  node.role = static_cast<Role>(seen.a);
  node.is_starting = false;
  if (node.role != Role::leader) return;
  // To win a term that it has forgotten, a node has asked for votes in it a second time.
  relive(node, seen.b);
  node.matches.clear();
  const auto [at, is_first] = leader_of_.try_emplace(seen.b, std::pair(id, record_));
  if (!is_first && at->second.first != id) {
    std::string text = fmt::format("{} became leader of term {}, which {} leads", label_of(id),
                                   seen.b, label_of(at->second.first));
    if (seen.b <= relived_term_) {
      excuse(RaftInvariant::election, id, std::move(text), at->second.second);
    } else {
      fail(RaftInvariant::election, id, std::move(text), at->second.second);
    }
  }
  check_leader_complete(id, node, seen);
}

void RaftInvariants::check_leader_complete(NodeId id, const Node& node, const Observation& seen) {
  auto at = committed_in_.rbegin();
  while (at != committed_in_.rend() && at->first >= seen.b) ++at;
  if (at == committed_in_.rend()) return;
  const std::uint64_t index = at->second;
  if (index < node.base) return;  // in its snapshot, which is checked by itself
  const Committed& committed = committed_[index];
  if (index <= node.last() && node.log[index].hash == committed.hash) return;
  // The first that it is without is the one whose copies count.
  std::uint64_t first = node.base + 1;
  while (first < index && first <= node.last() && node.log[first].hash == committed_[first].hash) {
    ++first;
  }
  if (could_lose(node, first, committed_[first].hash)) {
    undone_from_ = std::min(undone_from_, first);
  }
  disagree(RaftInvariant::leader_complete, first, id,
           fmt::format("{} leads term {} without entry {} committed in term {}", label_of(id),
                       seen.b, first, committed_[first].term),
           committed_[first].record);
}

void RaftInvariants::on_term(NodeId id, Node& node, const Observation& seen) {
  if (seen.a < node.term) {
    fail(RaftInvariant::mono_term, id,
         fmt::format("{} went from term {} back to {}", label_of(id), node.term, seen.a));
  }
  node.term = seen.a;
}

void RaftInvariants::on_vote(NodeId id, Node& node, std::uint64_t term, std::uint64_t candidate) {
  const auto [at, is_first] = node.votes.try_emplace(term, Seen{candidate, record_});
  if (is_first || at->second.value == candidate) return;
  const std::uint64_t before = at->second.value;
  const std::uint64_t related = at->second.record;
  const std::string text = fmt::format("{} voted for {} and for {} in term {}", label_of(id),
                                       voted_for(before + 1), voted_for(candidate + 1), term);
  if (term > node.forgotten_term) return fail(RaftInvariant::vote_once, id, text, related);
  relive(node, term);
  excuse(RaftInvariant::vote_once, id, text, related);
}

// A message leaves that claims (term, vote) and the log up to an index durable.
void RaftInvariants::on_claim(NodeId id, Node& node, const Observation& seen) {
  const bool has_term =
      node.believed_term > seen.a ||
      (node.believed_term == seen.a && (seen.b == 0 || seen.b == node.believed_vote));
  if (!has_term) {
    fail(RaftInvariant::vote_durable, id,
         fmt::format("{} claims term {} and a vote for {}, its disk has term {} and a vote for {}",
                     label_of(id), seen.a, voted_for(seen.b), node.durable_term,
                     voted_for(node.durable_vote)));
  }
  // A refusal of somebody who has not voted promises nothing. An earlier term than the forgotten
  // one is new to the node, and to act in it breaks what it told others.
  if ((seen.b != 0 || seen.c != 0) && seen.a < node.forgotten_term) relive(node, seen.a);
  if (seen.b != 0) on_vote(id, node, seen.a, seen.b - 1);
  // In a later term the entry may be gone rightly; the claim then is of the past, as if delayed by
  // the network.
  if (seen.c == 0 || seen.d == 0 || seen.a < node.term) return;
  if (holds(node, seen.c, seen.d) || believes(node, seen.c, seen.d)) return;
  // A snapshot that is being installed has taken the entry's place in memory, but not on disk yet.
  const bool is_replaced = seen.c <= node.base && seen.c < node.durable.size();
  if (is_replaced && node.durable[seen.c] == seen.d) return;
  fail(RaftInvariant::ack_durable, id,
       fmt::format("{} acknowledges entry {}, its disk has it up to {}", label_of(id), seen.c,
                   node.durable_upto));
}

// The log as recovery found it: a prefix of what the node had, or of what it had before a
// truncation that was lost. The entries are traced back by their hashes.
void RaftInvariants::on_recovered(NodeId id, Node& node, const Observation& seen) {
  const bool vote_kept =
      seen.a > node.durable_term || node.durable_vote == 0 || seen.b == node.durable_vote;
  if (seen.a < node.durable_term || !vote_kept) {
    fail(RaftInvariant::mono_term, id,
         fmt::format("{} recovered term {} and a vote for {} where its disk had {} and {}",
                     label_of(id), seen.a, voted_for(seen.b), node.durable_term,
                     voted_for(node.durable_vote)));
  }
  const std::uint64_t durable_hash =
      node.durable_upto < node.log.size() ? node.log[node.durable_upto].hash : 0;
  const std::uint64_t was_durable = node.durable_upto;
  forget(node, seen);
  node.is_starting = true;
  node.role = Role::follower;
  node.term = seen.a;
  node.commit = node.applied = 0;
  node.matches.clear();
  node.reads.clear();
  node.log.resize(seen.c + 1);
  std::uint64_t hash = seen.d;
  for (std::uint64_t i = seen.c; i > 0 && node.log[i].hash != hash; --i) {
    const EntryOrigin* origin = origin_by_hash(i, hash);
    node.log[i] = Entry{origin == nullptr ? 0 : origin->term, hash};
    if (origin == nullptr) break;
    hash = origin->previous;
  }
  // Recovery found the older record, so nothing after it contradicts it.
  for (std::uint64_t i = 1; i < node.durable.size() && i <= node.last(); ++i) {
    if (node.durable[i] == (node.log[i].hash ^ kRewritten)) node.durable[i] = node.log[i].hash;
  }
  node.durable_upto = std::min({node.durable_upto, seen.c, node.durable_snapshot});
  node.durable_upto = std::max(node.durable_upto, std::min(node.durable_snapshot, node.last()));
  node.believed_upto = 0;
  extend_durable(node);
  const bool kept = was_durable <= node.last() && (durable_hash == 0 || was_durable <= node.base ||
                                                   node.log[was_durable].hash == durable_hash);
  if (kept) return;
  fail(RaftInvariant::ack_durable, id,
       fmt::format("{} recovered its log up to {} where its disk had {}", label_of(id), seen.c,
                   was_durable));
}

// --- Facts ---

void RaftInvariants::vote_synced(std::uint64_t record, NodeId id, std::uint64_t term,
                                 std::uint64_t voted) {
  record_ = record;
  Node& node = node_of(id);
  if (term < node.durable_term) return;  // an older record, synced late
  if (term == node.durable_term && voted == 0) return;
  node.durable_term = term;
  node.durable_vote = voted;
  if (term < node.believed_term) return;
  node.believed_term = term;
  node.believed_vote = voted;
}

void RaftInvariants::crashed(std::uint64_t record, NodeId id) {
  record_ = record;
  Node& node = node_of(id);
  node.role = Role::follower;
  node.term = node.durable_term;
}

}  // namespace windtunnel
