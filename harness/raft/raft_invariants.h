// Invariants of Raft, checked at every observation, in O(1) amortised. A copyable value that is fed
// what the nodes of one group observe and what their disks really hold; it keeps the first
// violation of each invariant. After a violation it takes over what was observed and goes on, so
// that one that is expected or excused hides none of another invariant.
//
// Durability comes from facts alone (`entry_synced` and the like, which the simulated disk's
// extents give), never from what a node says about itself.
//
// Names and conditions are those of the literature: Raft paper figure 3, thesis 3.6, and the online
// forms of openraft, CCF and etcd's checkers.
#pragma once

#include <windtunnel/protocols/base/hash.h>
#include <windtunnel/protocols/env/observation.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace windtunnel {

enum class RaftInvariant : std::uint8_t {
  election,      // a term has at most one leader
  vote_once,     // a node votes once a term, crashes included
  vote_durable,  // term and vote are on disk before a message claims them
  ack_durable,   // entries are on disk before a message claims them
  log_match,     // an entry of a term at an index is the same everywhere, with all before it
  leader_append_only,
  commit_sticky,         // what a node knows committed is never removed from its log
  commit_once,           // an index is committed with one entry only
  commit_quorum,         // what is committed is on the disks of a quorum
  old_term_commit,       // a leader commits by counting only entries of its term
  leader_complete,       // a leader has what was committed in earlier terms
  state_machine_safety,  // all nodes apply the same entry at an index
  state_digest,          // all nodes are in the same state at an index
  mono_term,
  mono_commit,
  mono_applied,
  mono_match,
  exactly_once,    // a request of a session takes effect at one index only
  read_fresh,      // a linearizable read sees what was committed before it was asked for
  snapshot_valid,  // a snapshot stands for a committed prefix, and no gap follows it
};

// The short name of the literature: "LDR-COMPL".
std::string_view short_name(RaftInvariant invariant) noexcept;
// The id of the check in scenarios and results: "raft.leader-completeness".
std::string_view check_id(RaftInvariant invariant) noexcept;
std::optional<RaftInvariant> raft_invariant_of(std::string_view id_or_short_name) noexcept;
inline constexpr std::size_t kRaftInvariants = 20;

struct RaftViolation {
  RaftInvariant invariant = RaftInvariant::election;
  std::string text;  // one sentence, with the numbers
  NodeId node;
  std::vector<std::uint64_t> records;  // this one first, then those that it contradicts
};

class RaftInvariants {
 public:
  // `names`: what violations call the nodes, by NodeId; not owned, null for n1, n2, ...
  explicit RaftInvariants(const std::vector<std::string>* names = nullptr) : names_(names) {}

  // `record` numbers what is fed, as in the trace; it only names things in violations.
  void observe(std::uint64_t record, NodeId node, Incarnation incarnation,
               const Observation& observation);

  // --- Facts of the disks ---
  void entry_synced(std::uint64_t record, NodeId node, std::uint64_t index, std::uint64_t hash);
  // `voted`: node + 1, or 0.
  void vote_synced(std::uint64_t record, NodeId node, std::uint64_t term, std::uint64_t voted);
  // A snapshot file that recovery would find holds everything up to `index`.
  void snapshot_synced(std::uint64_t record, NodeId node, std::uint64_t index, std::uint64_t hash);
  // The process is gone and its unsynced bytes may be. What it said about itself is void.
  void crashed(std::uint64_t record, NodeId node);

  // --- What the plan destroyed, exactly ---
  // Raft promises nothing about it, and everything about the rest: a node may have lost what is
  // named here and what stands on it, no more; a committed entry may be gone where its copies were
  // destroyed on so many disks that a majority can be without it; and where a node that forgot its
  // term or vote acts in that term again, terms may have two leaders.
  void entry_lost(std::uint64_t record, NodeId node, std::uint64_t index, std::uint64_t hash);
  // `term` and `voted` are what recovery can still find; both 0 where there is nothing.
  void vote_lost(std::uint64_t record, NodeId node, std::uint64_t term, std::uint64_t voted);
  // `index`: of the newest snapshot that is left, or 0.
  void snapshot_lost(std::uint64_t record, NodeId node, std::uint64_t index);
  // The last loss was of the node's own doing, after its recovery had read the disk and before it
  // said so (a rewrite that went astray): it does not know of it then either.
  void lost_unnoticed(NodeId node);
  // All of it. Says nothing of a group in which the node was never seen.
  void wiped(std::uint64_t record, NodeId node);

  // At most one of each invariant, in the order in which they were seen.
  const std::vector<RaftViolation>& violations() const { return violations_; }
  // The first of all, and the one of an invariant; null where there is none.
  const RaftViolation* violation() const;
  const RaftViolation* violation_of(RaftInvariant invariant) const;
  // What would be violations if the plan had not destroyed what they rest on; the first of each
  // kind.
  const std::vector<RaftViolation>& excused() const { return excused_; }
  // Something that was committed may be gone, by what the plan destroyed.
  bool is_undone() const { return relived_term_ != 0 || undone_from_ != UINT64_MAX; }
  std::uint64_t max_committed() const { return committed_.empty() ? 0 : committed_.size() - 1; }
  // Terms that had a leader.
  std::size_t elections() const { return leader_of_.size(); }

  // Of all that later violations depend on, and of no record number or violation so far. `names`:
  // as if node i were called names[i] by everybody; empty: as it is. So the exhaustive explorer
  // knows which histories need not be told apart.
  Digest fingerprint(std::span<const NodeId> names = {}) const;

 private:
  // Entries that a log may lack and be followed still.
  static constexpr std::uint64_t kMostMissing = std::uint64_t{1} << 20;

  // Turns the hash of a durable entry into that of one that is durable only by a record before the
  // last.
  static constexpr std::uint64_t kRewritten = 0x5bd1e995'9bd1e995ULL;

  struct Entry {
    std::uint64_t term = 0;
    std::uint64_t hash = 0;  // 0: not known
  };
  struct Seen {
    std::uint64_t value = 0;
    std::uint64_t record = 0;
  };
  struct Committed {
    std::uint64_t term = 0;
    std::uint64_t hash = 0;
    std::uint64_t record = 0;
    std::uint64_t digest = 0;  // of the state after it; 0: not seen yet
    std::uint64_t digest_record = 0;
  };
  struct EntryOrigin {
    std::uint64_t term = 0;
    std::uint64_t hash = 0;
    std::uint64_t previous = 0;  // hash before it
    std::uint64_t record = 0;
  };
  struct Configuration {
    std::uint64_t voters = 0;
    std::uint64_t outgoing = 0;
  };
  // What is known of one node. Arrays are dense by log index; place 0 stands before the first
  // entry.
  struct Node {
    bool is_known = false;     // has observed something in this group
    bool is_starting = false;  // between `recovered` and the first role
    Role role = Role::follower;
    Configuration configuration;
    std::uint64_t term = 0;
    std::uint64_t commit = 0;
    std::uint64_t applied = 0;
    std::uint64_t base = 0;                 // log[base] is the last index known only by its hash
    std::vector<Entry> log{Entry{}};        // as the running node has it
    std::vector<std::uint64_t> durable{0};  // hash of the entry on disk at an index
    std::uint64_t durable_upto = 0;         // log[1..here] is on disk, by entries or snapshot
    std::uint64_t durable_term = 0;
    std::uint64_t durable_vote = 0;
    std::uint64_t durable_snapshot = 0;
    // The same as the node may believe, which does not know what the plan destroyed.
    bool is_ignorant = false;         // destroyed, and not read back since
    bool stays_ignorant = false;      // recovery has read the disk before
    std::vector<std::uint64_t> lost;  // hash of the entry at an index that was destroyed
    std::uint64_t believed_upto = 0;
    std::uint64_t believed_term = 0;
    std::uint64_t believed_vote = 0;
    std::uint64_t believed_snapshot = 0;
    std::uint64_t forgotten_term = 0;                // it recovered without what it did in it
    std::map<std::uint64_t, Seen> votes;             // by term
    std::map<std::uint64_t, std::uint64_t> matches;  // by follower, in this reign
    std::map<std::uint64_t, Seen> reads;             // floor, by request

    std::uint64_t last() const { return log.size() - 1; }
  };

  // raft_invariants_fingerprint.cpp
  Digest fingerprint_of(const Node& node, NodeId name, std::span<const NodeId> names) const;

  std::string label_of(NodeId node) const;
  // Of a vote as observations write it: node + 1, or 0 for nobody.
  std::string voted_for(std::uint64_t word) const;
  // Of a set of nodes, a bit for each.
  std::string labels_of(std::uint64_t nodes) const;
  Node& node_of(NodeId node);
  void fail(RaftInvariant invariant, NodeId node, std::string text, std::uint64_t related = 0);
  void excuse(RaftInvariant invariant, NodeId node, std::string text, std::uint64_t related = 0);
  // `fail`, or `excuse` where the plan undid what was agreed on at the index.
  void disagree(RaftInvariant invariant, std::uint64_t index, NodeId node, std::string text,
                std::uint64_t related = 0);
  bool is_undone(std::uint64_t index) const;

  // raft_invariants.cpp: roles, terms, votes.
  void on_role(NodeId id, Node& node, const Observation& seen);
  void on_term(NodeId id, Node& node, const Observation& seen);
  void on_vote(NodeId id, Node& node, std::uint64_t term, std::uint64_t candidate);
  void on_claim(NodeId id, Node& node, const Observation& seen);
  void on_recovered(NodeId id, Node& node, const Observation& seen);
  void check_leader_complete(NodeId id, const Node& node, const Observation& seen);
  // The node acts in the term. Where it had acted in it, or in a later one, and has forgotten that,
  // what was agreed on in the terms up to the forgotten one is open again.
  void relive(const Node& node, std::uint64_t term);
  void forget(Node& node, const Observation& seen);

  // raft_invariants_loss.cpp: what the plan destroyed.
  void extend_believed(Node& node);
  bool believes(const Node& node, std::uint64_t index, std::uint64_t hash) const;
  bool could_lose(const Node& leader, std::uint64_t index, std::uint64_t hash) const;
  std::uint64_t believers(std::uint64_t index, std::uint64_t hash) const;

  // raft_invariants_log.cpp: entries, commits, quorums.
  void on_append(NodeId id, Node& node, const Observation& seen);
  void on_truncate(NodeId id, Node& node, const Observation& seen);
  void cut(Node& node, std::uint64_t first);
  void on_commit(NodeId id, Node& node, const Observation& seen);
  void on_match(NodeId id, Node& node, const Observation& seen);
  // Lets the log, which ends before `base`, end there: with what is committed, else with entries
  // that are not known. False, and nothing done, where that is absurdly far.
  bool skip_to(Node& node, std::uint64_t base);
  void check_quorum(NodeId id, const Node& node, std::uint64_t index, std::uint64_t hash);
  std::uint64_t holders(std::uint64_t index, std::uint64_t hash) const;
  bool holds(const Node& node, std::uint64_t index, std::uint64_t hash) const;
  void extend_durable(Node& node);
  const EntryOrigin* origin_by_term(std::uint64_t index, std::uint64_t term) const;
  const EntryOrigin* origin_by_hash(std::uint64_t index, std::uint64_t hash) const;
  void remember(std::uint64_t index, const EntryOrigin& origin);

  // raft_invariants_state.cpp: application, snapshots, sessions, reads.
  void on_apply(NodeId id, Node& node, const Observation& seen);
  void on_snapshot(NodeId id, Node& node, const Observation& seen, bool installed);
  void on_log_start(NodeId id, Node& node, const Observation& seen);
  void on_effect(NodeId id, const Observation& seen);
  Seen& effect_of(std::uint64_t session, std::uint64_t sequence);
  void on_request(Node& node, const Observation& seen);
  void on_read(NodeId id, Node& node, const Observation& seen, bool served);
  void check_digest(NodeId id, std::uint64_t index, std::uint64_t digest);

  const std::vector<std::string>* names_;
  std::vector<RaftViolation> violations_;
  std::uint64_t record_ = 0;
  std::vector<RaftViolation> excused_;
  std::uint64_t undone_from_ = UINT64_MAX;  // entries from here on may be gone, or be two
  std::uint64_t relived_term_ = 0;  // the latest that a node had forgotten when it acted again
  std::vector<Node> nodes_;
  std::map<std::uint64_t, std::pair<NodeId, std::uint64_t>> leader_of_;  // by term
  std::vector<Committed> committed_;  // by index; place 0 is unused
  // Last index committed in each term that committed something, in order.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> committed_in_;
  // Each entry ever appended: the first of its index densely, others beside.
  std::vector<EntryOrigin> origins_;
  std::multimap<std::uint64_t, EntryOrigin> more_origins_;
  std::map<std::uint64_t, std::vector<Seen>> effects_;  // by session, dense by sequence
  // Those whose sequence is too large to be dense.
  std::map<std::pair<std::uint64_t, std::uint64_t>, Seen> sparse_effects_;
};

}  // namespace windtunnel
