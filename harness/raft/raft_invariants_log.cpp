// Entries, commits and the quorums behind them.
#include <windtunnel/harness/raft/raft_invariants.h>

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace windtunnel {
namespace {

// Of one half of a configuration; an empty half has nothing to say.
bool is_majority(std::uint64_t nodes, std::uint64_t half) {
  return half == 0 || std::popcount(nodes & half) > std::popcount(half) / 2;
}

}  // namespace

void RaftInvariants::on_append(NodeId id, Node& node, const Observation& seen) {
  if (seen.a != node.last() + 1) {
    const bool leads = node.role == Role::leader;
    fail(leads ? RaftInvariant::leader_append_only : RaftInvariant::log_match, id,
         fmt::format("{} wrote entry {} into a log that ends at {}", label_of(id), seen.a,
                     node.last()));
    if (seen.a == 0) return;
    cut(node, seen.a);
    if (!skip_to(node, seen.a - 1)) return;
  }
  const EntryOrigin* first = origin_by_term(seen.a, seen.b);
  const bool differs = first != nullptr && first->hash != seen.c;
  if (differs) {
    const std::string text =
        fmt::format("{} has another entry {} of term {}, or other entries before it", label_of(id),
                    seen.a, seen.b);
    // Two leaders of a term write different entries of it; Raft takes them for one, so what follows
    // them differs too, in later terms as well.
    const bool follows = first->previous != node.log.back().hash && seen.a > undone_from_;
    if (seen.b <= relived_term_ || follows) {
      undone_from_ = std::min(undone_from_, seen.a);
      excuse(RaftInvariant::log_match, id, text, first->record);
    } else {
      fail(RaftInvariant::log_match, id, text, first->record);
    }
  }
  const bool is_new = first == nullptr || (differs && origin_by_hash(seen.a, seen.c) == nullptr);
  if (is_new) {
    remember(seen.a, EntryOrigin{seen.b, seen.c, node.log.back().hash, record_});
  }
  node.log.push_back(Entry{seen.b, seen.c});
  // The entry is written once more: that an older record of it is on disk is no proof, for what was
  // written in between may come after it there.
  const bool is_rewritten = seen.a < node.durable.size() && node.durable[seen.a] == seen.c;
  if (is_rewritten) node.durable[seen.a] = seen.c ^ kRewritten;
}

void RaftInvariants::on_truncate(NodeId id, Node& node, const Observation& seen) {
  if (node.role == Role::leader) {
    fail(RaftInvariant::leader_append_only, id,
         fmt::format("{} leads term {} and removes its entries from {} on", label_of(id), node.term,
                     seen.a));
  }
  if (seen.a <= node.commit) {
    disagree(RaftInvariant::commit_sticky, seen.a, id,
             fmt::format("{} removes entry {} and has committed up to {}", label_of(id), seen.a,
                         node.commit));
  }
  cut(node, seen.a);
}

// Removes the entries from `first` on; nothing where there are none.
void RaftInvariants::cut(Node& node, std::uint64_t first) {
  if (first > node.last() || first == 0) return;
  node.log.resize(first);
  node.durable_upto = std::min(node.durable_upto, node.last());
  node.believed_upto = std::min(node.believed_upto, node.last());
  node.commit = std::min(node.commit, node.last());
  node.base = std::min(node.base, node.last());
}

bool RaftInvariants::skip_to(Node& node, std::uint64_t base) {
  if (base <= node.last()) return true;
  if (base - node.last() > kMostMissing) return false;
  for (std::uint64_t i = node.last() + 1; i <= base; ++i) {
    const bool is_committed = i <= max_committed();
    node.log.push_back(is_committed ? Entry{committed_[i].term, committed_[i].hash} : Entry{});
  }
  node.base = std::max(node.base, base);
  return true;
}

void RaftInvariants::on_commit(NodeId id, Node& node, const Observation& seen) {
  const std::uint64_t index = seen.a;
  if (index <= node.commit || index > node.last()) {
    fail(RaftInvariant::mono_commit, id,
         fmt::format("{} commits {} after {} in a log that ends at {}", label_of(id), index,
                     node.commit, node.last()));
    if (index == 0 || index > node.last()) return;
  }
  Entry& entry = node.log[index];
  if (entry.hash == 0) entry.hash = seen.c;
  const bool leads = seen.d == 1;
  if (leads && entry.term != seen.b) {
    fail(RaftInvariant::old_term_commit, id,
         fmt::format("{} leads term {} and commits entry {} of term {} by counting", label_of(id),
                     seen.b, index, entry.term));
  }
  node.commit = index;
  if (index <= max_committed()) {
    const Committed& before = committed_[index];
    if (before.hash == entry.hash) return;
    return disagree(RaftInvariant::commit_once, index, id,
                    fmt::format("{} commits another entry {} than the one committed before",
                                label_of(id), index),
                    before.record);
  }
  const std::uint64_t from = max_committed();
  if (from > node.base && from > 0 && node.log[from].hash != committed_[from].hash) {
    disagree(RaftInvariant::commit_once, from, id,
             fmt::format("{} commits {} after another entry {} than the committed one",
                         label_of(id), index, from),
             committed_[from].record);
  }
  check_quorum(id, node, index, entry.hash);
  if (committed_.empty()) committed_.emplace_back();
  for (std::uint64_t i = from + 1; i <= index; ++i) {
    committed_.push_back(Committed{node.log[i].term, node.log[i].hash, record_, 0, 0});
  }
  if (committed_in_.empty() || committed_in_.back().first < seen.b) {
    committed_in_.emplace_back(seen.b, index);
  } else {
    committed_in_.back().second = index;
  }
}

// A majority of each half of the committing node's configuration has the entry on disk. Nodes that
// are down count: their disks still hold it.
void RaftInvariants::check_quorum(NodeId id, const Node& node, std::uint64_t index,
                                  std::uint64_t hash) {
  const Configuration& configuration = node.configuration;
  const auto is_quorum = [&configuration](std::uint64_t nodes) {
    return is_majority(nodes, configuration.voters) && is_majority(nodes, configuration.outgoing);
  };
  const std::uint64_t disks = holders(index, hash);
  // Copies that the plan destroyed count: who has one cannot know that it is gone.
  if (is_quorum(disks) || is_quorum(disks | believers(index, hash))) return;
  std::string text = fmt::format(
      "{} commits entry {}, which is on the disks of {} only; the voters are {}", label_of(id),
      index, labels_of(disks), labels_of(configuration.voters | configuration.outgoing));
  // Two entries of one index and term, written in a term that was forgotten, are the same to Raft;
  // copies are counted by content.
  if (relived_term_ != 0 && index >= undone_from_)
    return excuse(RaftInvariant::commit_quorum, id, std::move(text));
  fail(RaftInvariant::commit_quorum, id, std::move(text));
}

std::uint64_t RaftInvariants::holders(std::uint64_t index, std::uint64_t hash) const {
  std::uint64_t found = 0;
  for (std::size_t i = 0; i < nodes_.size() && i < 64; ++i) {
    if (holds(nodes_[i], index, hash)) found |= std::uint64_t{1} << i;
  }
  return found;
}

bool RaftInvariants::holds(const Node& node, std::uint64_t index, std::uint64_t hash) const {
  if (index <= node.durable_snapshot) return true;
  return index <= node.durable_upto && index <= node.last() && node.log[index].hash == hash;
}

void RaftInvariants::extend_durable(Node& node) {
  while (node.durable_upto < node.last()) {
    const std::uint64_t next = node.durable_upto + 1;
    const bool by_snapshot = next <= node.durable_snapshot;
    const bool by_entry = next < node.durable.size() && node.durable[next] != 0 &&
                          node.durable[next] == node.log[next].hash;
    if (!by_snapshot && !by_entry) break;
    node.durable_upto = next;
  }
  extend_believed(node);
}

void RaftInvariants::entry_synced(std::uint64_t record, NodeId id, std::uint64_t index,
                                  std::uint64_t hash) {
  record_ = record;
  Node& node = node_of(id);
  if (node.durable.size() <= index) node.durable.resize(index + 1, 0);
  const bool is_current = index <= node.last() && node.log[index].hash == hash;
  const bool has_current = index <= node.last() && node.durable[index] != 0 &&
                           node.durable[index] == node.log[index].hash;
  // An older record of the index that is synced after the newer one does not take its place.
  if (!is_current && has_current) return;
  node.durable[index] = hash;
  if (index < node.lost.size() && node.lost[index] == hash) node.lost[index] = 0;
  extend_durable(node);
}

void RaftInvariants::snapshot_synced(std::uint64_t record, NodeId id, std::uint64_t index,
                                     std::uint64_t) {
  record_ = record;
  Node& node = node_of(id);
  node.durable_snapshot = std::max(node.durable_snapshot, index);
  // What was destroyed and is in it, the node has again.
  std::fill_n(node.lost.begin(), std::min<std::size_t>(node.lost.size(), index + 1), 0);
  node.durable_upto = std::max(node.durable_upto, std::min(index, node.last()));
  extend_durable(node);
}

void RaftInvariants::on_match(NodeId id, Node& node, const Observation& seen) {
  std::uint64_t& match = node.matches[seen.a];
  if (seen.b < match || seen.b > node.last() || seen.c <= seen.b) {
    fail(RaftInvariant::mono_match, id,
         fmt::format("{} sets match {} and next {} of {} after match {}; its log ends "
                     "at {}",
                     label_of(id), seen.b, seen.c, voted_for(seen.a + 1), match, node.last()));
  }
  match = seen.b;
}

// --- Where entries come from ---

const RaftInvariants::EntryOrigin* RaftInvariants::origin_by_term(std::uint64_t index,
                                                                  std::uint64_t term) const {
  if (index >= origins_.size()) return nullptr;
  if (origins_[index].term == term) return &origins_[index];
  const auto [begin, end] = more_origins_.equal_range(index);
  for (auto at = begin; at != end; ++at) {
    if (at->second.term == term) return &at->second;
  }
  return nullptr;
}

const RaftInvariants::EntryOrigin* RaftInvariants::origin_by_hash(std::uint64_t index,
                                                                  std::uint64_t hash) const {
  if (index >= origins_.size()) return nullptr;
  if (origins_[index].hash == hash) return &origins_[index];
  const auto [begin, end] = more_origins_.equal_range(index);
  for (auto at = begin; at != end; ++at) {
    if (at->second.hash == hash) return &at->second;
  }
  return nullptr;
}

void RaftInvariants::remember(std::uint64_t index, const EntryOrigin& origin) {
  if (origins_.size() <= index) origins_.resize(index + 1);
  if (origins_[index].record == 0 && origins_[index].hash == 0) {
    origins_[index] = origin;
  } else {
    more_origins_.emplace(index, origin);
  }
}

}  // namespace windtunnel
