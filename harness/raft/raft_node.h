// One Raft node for the explorer: the machine, its abstract disk, and what a host keeps between
// steps (protocols/raft/ready.h says what a host does). A regular value, compared by all its parts.
//
// The host applies at once and flushes after each input. With an atomic disk a write is done as
// soon as it is asked for, so that steps between are no states; else each completes when the
// explorer says so, in any order. A crash is followed by the restart at once: a node that stays
// down for a while cannot be told from one whose messages are slow.
#pragma once

#include <windtunnel/checkers/explore/protocol.h>
#include <windtunnel/harness/raft/raft_disk.h>

namespace windtunnel::explore {

// What the invariants are told: an observation, or what the disk holds from now on.
struct RaftFact {
  enum class Kind : std::uint8_t { observed, entry_synced, vote_synced, snapshot_synced, crashed };
  Kind kind = Kind::observed;
  Observation seen;  // facts of the disk have their words in a and b
  friend bool operator==(const RaftFact&, const RaftFact&) = default;
};
using RaftEffects = Effects<raft::Message, RaftFact>;

class RaftNode {
 public:
  // The node at its first start, with `members` as voters.
  RaftNode(const raft::Config& config, const raft::SnapshotMeta& first, bool atomic_disk,
           RaftEffects& effects);

  void receive(NodeId from, const raft::Message& message, RaftEffects& effects);
  void fire(raft::TimerKind timer, RaftEffects& effects);
  // The election timeout passes: silence, and the candidacy that follows it.
  void time_out(RaftEffects& effects);
  void propose(std::string_view command, RaftEffects& effects);
  void read(std::uint64_t request, RaftEffects& effects);
  // Takes a snapshot of what is applied and forgets the log before it.
  void compact(RaftEffects& effects);
  // The i-th write under way is done.
  void persist(std::size_t i, RaftEffects& effects);
  // Loses what is not on disk, but for the first `kept` writes under way, and starts again.
  void crash(std::size_t kept, RaftEffects& effects);

  const raft::Raft& raft() const { return raft_; }
  const RaftDisk& disk() const { return disk_; }
  bool is_armed(raft::TimerKind timer) const { return (armed_ >> bit(timer) & 1) != 0; }

  std::uint64_t hash() const;
  friend bool operator==(const RaftNode& a, const RaftNode& b);

 private:
  static unsigned bit(raft::TimerKind timer) { return static_cast<unsigned>(timer); }
  void begin(RaftEffects& effects);
  template <class Input>
  void step(const Input& input, RaftEffects& effects);
  // Carries out all that the machine asks for until it asks for nothing.
  void pump(raft::Ready& ready, RaftEffects& effects);
  void carry_out(raft::Ready& work, raft::Ready& next, RaftEffects& effects);
  void write(const raft::Ready& work);
  bool complete(std::size_t i, raft::Ready& next, RaftEffects& effects);
  void release_held(RaftEffects& effects);
  void apply(const raft::Ready& work, raft::Ready& next, RaftEffects& effects);
  void serve_reads(const raft::Ready& work, RaftEffects& effects) const;
  static void send(const raft::Message& message, RaftEffects& effects);
  void send_piece(raft::Message message, raft::Ready& next, RaftEffects& effects);
  void store_piece(const raft::SnapshotPiece& piece, raft::Ready& next);
  static void observe(const Observation& seen, RaftEffects& effects);

  raft::Config config_;
  bool atomic_disk_ = true;
  RaftDisk disk_;
  raft::Raft raft_;
  std::vector<raft::HeldMessage> held_;
  std::uint8_t armed_ = 0;   // timers, a bit each
  std::uint64_t state_ = 1;  // digest of the state machine
};

}  // namespace windtunnel::explore
