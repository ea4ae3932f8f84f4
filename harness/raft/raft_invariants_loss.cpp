// What the plan destroyed, and what it excuses: no more than that.
#include <windtunnel/harness/raft/raft_invariants.h>

#include <algorithm>
#include <bit>
#include <utility>

namespace windtunnel {

void RaftInvariants::excuse(RaftInvariant invariant, NodeId node, std::string text,
                            std::uint64_t related) {
  const bool is_known =
      std::any_of(excused_.begin(), excused_.end(),
                  [invariant](const RaftViolation& known) { return known.invariant == invariant; });
  if (is_known) return;
  RaftViolation& made = excused_.emplace_back();
  made.invariant = invariant;
  made.node = node;
  made.text = std::move(text);
  made.records.push_back(record_);
  if (related != 0) made.records.push_back(related);
}

void RaftInvariants::disagree(RaftInvariant invariant, std::uint64_t index, NodeId node,
                              std::string text, std::uint64_t related) {
  if (is_undone(index)) return excuse(invariant, node, std::move(text), related);
  fail(invariant, node, std::move(text), related);
}

bool RaftInvariants::is_undone(std::uint64_t index) const {
  if (index >= undone_from_) return true;
  const bool is_committed = index > 0 && index <= max_committed();
  return is_committed && committed_[index].term <= relived_term_;
}

void RaftInvariants::relive(const Node& node, std::uint64_t term) {
  if (term > node.forgotten_term) return;
  relived_term_ = std::max(relived_term_, node.forgotten_term);
}

// --- Facts ---

void RaftInvariants::entry_lost(std::uint64_t record, NodeId id, std::uint64_t index,
                                std::uint64_t hash) {
  record_ = record;
  Node& node = node_of(id);
  if (hash == 0 && index <= max_committed()) hash = committed_[index].hash;
  if (node.lost.size() <= index) node.lost.resize(index + 1, 0);
  node.lost[index] = hash;
  node.is_ignorant = true;
  if (index < node.durable.size()) {
    std::uint64_t& durable = node.durable[index];
    if (hash == 0 || durable == hash || durable == (hash ^ kRewritten)) durable = 0;
  }
  if (index > node.durable_snapshot && index > 0) {
    node.durable_upto = std::min(node.durable_upto, index - 1);
  }
}

void RaftInvariants::vote_lost(std::uint64_t record, NodeId id, std::uint64_t term,
                               std::uint64_t voted) {
  record_ = record;
  Node& node = node_of(id);
  node.is_ignorant = true;
  node.durable_term = std::min(node.durable_term, term);
  node.durable_vote = voted;
}

void RaftInvariants::snapshot_lost(std::uint64_t record, NodeId id, std::uint64_t index) {
  record_ = record;
  Node& node = node_of(id);
  node.is_ignorant = true;
  node.durable_snapshot = std::min(node.durable_snapshot, index);
  node.durable_upto = std::min(node.durable_snapshot, node.last());
  extend_durable(node);
}

void RaftInvariants::lost_unnoticed(NodeId id) { node_of(id).stays_ignorant = true; }

void RaftInvariants::wiped(std::uint64_t record, NodeId id) {
  if (!node_of(id).is_known) return;
  const std::uint64_t last = std::max(node_of(id).durable_upto, node_of(id).durable_snapshot);
  for (std::uint64_t i = last; i > 0; --i) {
    const Node& node = node_of(id);
    const bool by_entry = i <= node.durable_upto && i <= node.last();
    entry_lost(record, id, i, by_entry ? node.log[i].hash : 0);
  }
  vote_lost(record, id, 0, 0);
  snapshot_lost(record, id, 0);
  node_of(id).durable.assign(1, 0);
  node_of(id).durable_upto = 0;
}

// --- What follows from them ---

void RaftInvariants::extend_believed(Node& node) {
  if (!node.is_ignorant) {
    node.believed_upto = node.durable_upto;
    node.believed_snapshot = node.durable_snapshot;
    return;
  }
  node.believed_snapshot = std::max(node.believed_snapshot, node.durable_snapshot);
  node.believed_upto = std::max(node.believed_upto, node.durable_upto);
  while (node.believed_upto < node.last()) {
    const std::uint64_t next = node.believed_upto + 1;
    const std::uint64_t hash = node.log[next].hash;
    const bool is_durable = next < node.durable.size() && node.durable[next] == hash;
    const bool was_durable = next < node.lost.size() && node.lost[next] == hash;
    if (next > node.believed_snapshot && !is_durable && !was_durable) return;
    node.believed_upto = next;
  }
}

bool RaftInvariants::believes(const Node& node, std::uint64_t index, std::uint64_t hash) const {
  if (!node.is_ignorant) return false;
  if (index <= node.believed_snapshot) return true;
  return index <= node.believed_upto && index <= node.last() && node.log[index].hash == hash;
}

// Recovery has read what is left. What it did not find of its term and vote, the node has
// forgotten.
void RaftInvariants::forget(Node& node, const Observation& seen) {
  if (!node.is_ignorant) return;
  const bool lacks_vote =
      seen.a == node.believed_term && node.believed_vote != 0 && seen.b != node.believed_vote;
  if (seen.a < node.believed_term || lacks_vote) {
    node.forgotten_term = std::max(node.forgotten_term, node.believed_term);
  }
  node.durable_term = node.believed_term = seen.a;
  node.durable_vote = node.believed_vote = seen.b;
  node.is_ignorant = std::exchange(node.stays_ignorant, false);
}

// Whether a majority can be without a committed entry, for copies of it were destroyed.
bool RaftInvariants::could_lose(const Node& leader, std::uint64_t index, std::uint64_t hash) const {
  std::uint64_t losers = 0;
  for (std::size_t i = 0; i < nodes_.size() && i < 64; ++i) {
    const Node& node = nodes_[i];
    const bool lost = index < node.lost.size() && node.lost[index] == hash;
    if (lost) losers |= std::uint64_t{1} << i;
  }
  const std::uint64_t without = ~holders(index, hash);
  const auto is_quorum_of = [without](std::uint64_t half) {
    return half == 0 || std::popcount(without & half) > std::popcount(half) / 2;
  };
  const Configuration& configuration = leader.configuration;
  const bool concerns = (losers & (configuration.voters | configuration.outgoing)) != 0;
  return concerns && is_quorum_of(configuration.voters) && is_quorum_of(configuration.outgoing);
}

std::uint64_t RaftInvariants::believers(std::uint64_t index, std::uint64_t hash) const {
  std::uint64_t found = 0;
  for (std::size_t i = 0; i < nodes_.size() && i < 64; ++i) {
    const Node& node = nodes_[i];
    const bool had = index < node.lost.size() && node.lost[index] == hash;
    if (had || believes(node, index, hash)) found |= std::uint64_t{1} << i;
  }
  return found;
}

}  // namespace windtunnel
