// Raft as a protocol to be explored: the production machine over an abstract disk, watched by the
// same invariants as a simulation (harness/raft/raft_invariants.h), with durability taken from the
// disk.
#pragma once

#include <windtunnel/harness/raft/raft_invariants.h>
#include <windtunnel/harness/raft/raft_node.h>

namespace windtunnel::explore {

// What may happen in one history, and how often. Deliveries are not counted.
struct RaftBounds {
  std::uint32_t nodes = 3;
  bool atomic_disk = true;  // else writes complete one by one, in any order
  bool pre_vote = false;
  bool check_quorum = false;
  std::uint64_t max_batch_bytes = 64 << 10;  // of entries in an append
  std::uint64_t terms = 2;                   // the highest that a node may enter
  std::uint8_t timeouts = 2;                 // election timeouts
  std::uint8_t silences = 0;  // a follower stops believing in its leader, and does not campaign yet
  std::uint8_t heartbeats = 0;
  std::uint8_t quorum_checks = 0;
  std::uint8_t proposals = 1;
  std::uint8_t reads = 0;
  std::uint8_t snapshots = 0;
  std::uint8_t crashes = 0;
  std::uint8_t duplicates = 0;
  std::uint8_t drops = 0;
  // A violation of these is passed over, to see what comes of it.
  std::vector<RaftInvariant> ignored;
};

class RaftGhost {
 public:
  explicit RaftGhost(const std::vector<RaftInvariant>& ignored) {
    for (const RaftInvariant invariant : ignored) ignored_ |= bit(invariant);
  }
  void take(std::uint64_t record, NodeId node, const RaftFact& fact);
  std::optional<std::string> violation() const;
  Digest fingerprint(std::span<const NodeId> names) const { return checks_.fingerprint(names); }

 private:
  static std::uint32_t bit(RaftInvariant invariant) {
    return std::uint32_t{1} << static_cast<unsigned>(invariant);
  }
  RaftInvariants checks_;
  std::uint32_t ignored_ = 0;
};

class RaftProtocol {
 public:
  using Machine = raft::Raft;
  using Node = RaftNode;
  using Message = raft::Message;
  using Fact = RaftFact;
  using Ghost = RaftGhost;

  explicit RaftProtocol(const RaftBounds& bounds);

  std::size_t size() const { return bounds_.nodes; }
  bool is_symmetric() const { return true; }
  Budgets budgets() const;
  RaftGhost ghost() const { return RaftGhost(bounds_.ignored); }
  RaftNode start(NodeId id, RaftEffects& effects) const;
  void events(const RaftNode& node, std::vector<Event>& events) const;
  void deliver(RaftNode& node, NodeId from, const Message& message, RaftEffects& effects) const;
  void happen(RaftNode& node, const Event& event, RaftEffects& effects) const;
  bool is_within_bounds(const RaftNode& node) const {
    return node.raft().term().value <= bounds_.terms;
  }

  std::uint64_t hash(const RaftNode& node) const { return node.hash(); }
  std::uint64_t hash(const Message& message) const;
  std::uint64_t hash(const RaftFact& fact) const;
  // No name of a node is in a message, but for the members of a snapshot, who are all.
  Message renamed(const Message& message, const Renaming& names) const;

  std::string describe(const Message& message) const;
  std::string describe(const Event& event) const;
  std::string describe(const RaftFact& fact) const;

 private:
  enum class Kind : std::uint8_t {
    timeout,
    silence,
    heartbeat,
    quorum_check,
    propose,
    read,
    compact,
    persist,
    crash,
  };
  enum Budget : std::uint8_t {
    kTimeouts = kFirstOwnBudget,
    kSilences,
    kHeartbeats,
    kQuorumChecks,
    kProposals,
    kReads,
    kSnapshots,
    kCrashes,
  };
  static Event event(Kind kind, std::uint8_t budget, std::size_t argument = 0);
  void leader_events(const RaftNode& node, std::vector<Event>& events) const;
  static void follower_events(const RaftNode& node, const RaftBounds& bounds,
                              std::vector<Event>& events);
  static void disk_events(const RaftNode& node, std::vector<Event>& events);

  RaftBounds bounds_;
  raft::Config config_;
  raft::SnapshotMeta first_;
};

}  // namespace windtunnel::explore
