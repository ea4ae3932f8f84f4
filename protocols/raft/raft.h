// Consensus as a pure machine (Ongaro's thesis, chapters 3, 4, 5, 6 and 9.6): inputs in, `Ready`
// out. It does no IO, holds no randomness and no time, and is a regular value: copy, equality and
// hash cover protocol state.
//
//   Raft raft(config, recovered);
//   raft.step(Start{}, ready);  ... carry out ready (see ready.h), clear it ...
//   raft.step(Received{from, &message}, ready);
//   Result<LogIndex> at = raft.propose(command, ready);
//   raft.step(Flush{}, ready);  // once all inputs at hand were stepped: replication is sent here
//
// A host must: step Flush before it carries out a Ready; report every write by Persisted; keep the
// snapshot it last announced, and those being sent; restart the machine only from what is on its
// disk.
//
// The source is split by chapter: raft.cpp (inputs and terms), storage.cpp (what must be durable),
// election.cpp, transfer.cpp, replication.cpp, snapshot.cpp, read_index.cpp.
#pragma once

#include <windtunnel/protocols/base/result.h>
#include <windtunnel/protocols/raft/progress.h>
#include <windtunnel/protocols/raft/ready.h>
#include <windtunnel/protocols/raft/words.h>

#include <concepts>
#include <variant>
#include <vector>

namespace windtunnel::raft {

struct Config {
  NodeId self = kNoNode;
  GroupId group;
  // Ask whether an election could be won before raising the term (9.6).
  bool pre_vote = true;
  // A leader that has not heard from a quorum for T steps down; a node that hears from its leader
  // ignores candidates (4.2.3, 6.2).
  bool check_quorum = true;
  // Entries of one append: at least one, then up to this many bytes and kMaxSliceEntries.
  std::uint64_t max_batch_bytes = 64 << 10;
  InflightLimit inflight;
  // Proposals beyond this many bytes of uncommitted entries are refused (Errc::overloaded).
  std::uint64_t max_uncommitted_bytes = 64 << 20;
  friend bool operator==(const Config&, const Config&) = default;
};

// What a node finds on its disk. Empty, but for the snapshot's configuration, at the first start.
struct Recovered {
  HardState hard_state;
  SnapshotMeta snapshot;       // index 0: none taken yet, the first configuration
  LogBase log_base;            // the entry before entries.front(); index <= snapshot.index
  std::vector<Entry> entries;  // hashes are computed anew
};

// --- Inputs ---
struct Start {};  // first, once
// A message from a member; `message` lives through the step only.
struct Received {
  NodeId from;
  const Message* message = nullptr;
};
struct TimerFired {
  TimerKind timer = TimerKind::silence;
};
struct Persisted {
  Ticket ticket;
};
// The state machine has taken entries up to `index`, or was restored there.
struct Applied {
  LogIndex index;
};
struct Propose {
  Payload command;
};
struct Read {
  std::uint64_t request = 0;
};
// The host has made `snapshot` durable (see describe()); entries up to `upto` <= snapshot.index may
// go.
struct Compact {
  LogIndex upto;
  SnapshotMeta snapshot;
};
// The piece that the host was given is stored, and more follow it. This is what the leader is
// answered by, so a transfer is as fast as the slower of network and disk, and nothing piles up.
struct SnapshotPieceStored {};
// The last piece of a snapshot was stored, checked and synced; `snapshot` was read from it.
struct SnapshotReceived {
  SnapshotMeta snapshot;
};
// The pieces received cannot be used: start over.
struct SnapshotDamaged {};
// The snapshot that `to` was being sent is gone: start over with the current one.
struct SnapshotUnavailable {
  NodeId to;
};
// The leader hands over to the member, or to the best one where it is kNoNode (3.10). It takes no
// proposals until that is done or, after one to two T, has failed. Nothing where it cannot be.
struct TransferLeadership {
  NodeId to = kNoNode;
};
struct Flush {};

class Raft {
 public:
  using Input = std::variant<Start, Received, TimerFired, Persisted, Applied, Propose, Read,
                             Compact, SnapshotPieceStored, SnapshotReceived, SnapshotDamaged,
                             SnapshotUnavailable, TransferLeadership, Flush>;
  using Ready = raft::Ready;

  Raft(const Config& config, Recovered recovered);

  // Takes one input to completion and appends its effects to `ready`.
  void step(const Input& input, Ready& ready);
  // The same for an input that is known here.
  template <class One>
  requires(!std::same_as<One, Input>) void step(const One& one, Ready& ready) {
    on(one, ready);
    check_order();
  }

  // Appends a command to the log of the leader: the index at which it will be applied, if an entry
  // of this term is applied there. Errc::not_leader (see leader()); Errc::overloaded, also while it
  // hands over.
  Result<LogIndex> propose(Payload command, Ready& ready);
  // Asks for a linearizable read; answered once in Ready::reads. `request` is unique within the
  // node's life. Errc::not_leader.
  Result<void> read(std::uint64_t request, Ready& ready);

  Role role() const { return role_; }
  bool is_leader() const { return role_ == Role::leader; }
  Term term() const { return hard_state_.term; }
  const HardState& hard_state() const { return hard_state_; }
  NodeId leader() const { return leader_; }  // kNoNode: not known
  const Log& log() const { return log_; }
  LogIndex commit_index() const { return commit_; }
  LogIndex applied_index() const { return applied_; }
  LogIndex durable_index() const;
  const Configuration& configuration() const { return configuration_; }
  bool is_transferring() const { return transfer_.to != kNoNode; }
  const SnapshotMeta& snapshot() const { return snapshot_; }
  const std::vector<Progress>& progress() const { return progress_; }
  const Config& config() const { return config_; }
  // What a snapshot of the state after entry `index` stands for; log_base <= index <= applied.
  SnapshotMeta describe(LogIndex index) const;
  // Whether a snapshot at `index` is being sent to somebody.
  bool is_sending_snapshot(LogIndex index) const;

  std::uint64_t hash() const;
  friend bool operator==(const Raft&, const Raft&) = default;

 private:
  struct PendingWrite {
    Ticket ticket;
    LogIndex first;  // entries from here on are not durable by earlier writes
    bool hard_state = false;
    bool is_done = false;  // but not all before it
    friend bool operator==(const PendingWrite&, const PendingWrite&) = default;
  };
  struct PendingRead {
    std::uint64_t request = 0;
    std::uint64_t round = 0;
    LogIndex index;  // 0 while no entry of this term is committed
    friend bool operator==(const PendingRead&, const PendingRead&) = default;
  };
  struct Transfer {
    NodeId to = kNoNode;
    std::uint8_t checks = 0;  // of the quorum, until it has failed
    bool is_offered = false;  // since the last heartbeat
    friend bool operator==(const Transfer&, const Transfer&) = default;
  };
  // A snapshot on its way in. Pieces of another leader's transfer never continue it.
  struct Incoming {
    NodeId from = kNoNode;
    Term leader_term;
    LogIndex index;
    Term term;
    std::uint64_t offset = 0;   // stored up to here
    std::uint64_t at_host = 0;  // bytes of the piece that is being stored
    bool complete = false;      // that is the last one
    bool waits_for_host() const { return at_host > 0 || complete; }
    friend bool operator==(const Incoming&, const Incoming&) = default;
  };

  // raft.cpp: inputs and terms.
  void on(const Start&, Ready& ready);
  void on(const Received& received, Ready& ready);
  void on(const TimerFired& fired, Ready& ready);
  void on(const Persisted& persisted, Ready& ready);
  void on(const Applied& applied, Ready& ready);
  void on(const Propose& proposal, Ready& ready) { (void)propose(proposal.command, ready); }
  void on(const Read& request, Ready& ready) { (void)read(request.request, ready); }
  void on(const Compact& compact, Ready& ready);
  void on(const SnapshotPieceStored&, Ready& ready);
  void on(const SnapshotReceived& received, Ready& ready);
  void on(const SnapshotDamaged&, Ready& ready);
  void on(const SnapshotUnavailable& gone, Ready& ready);
  void on(const TransferLeadership& transfer, Ready& ready);
  void on(const Flush&, Ready& ready);
  // Asserts what holds after every step.
  void check_order() const;
  bool accept_term(NodeId from, const Message& message, Ready& ready);
  void dispatch(NodeId from, const Message& message, Ready& ready);
  void become_follower(Term term, NodeId leader, Ready& ready);
  void hear_leader(NodeId leader, Ready& ready);
  void set_role(Role role, Ready& ready);
  Role resting_role() const;
  // storage.cpp
  Write& new_write(Ready& ready);
  void write_hard_state(Ready& ready);
  void append_entry(Term term, EntryKind kind, const Payload& payload, Ready& ready);
  void write_entries(LogIndex first, LogIndex truncated, Ready& ready);
  bool hard_state_pending() const;
  std::uint64_t voted_word() const;  // the vote as observations carry it: node + 1, or 0
  Message make(MessageKind kind, NodeId to) const;
  void send_durable(Message&& message, LogIndex claimed, Ready& ready);
  void observe(Word word, std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d,
               Ready& ready) const;
  void mark(std::string_view name, Ready& ready) const;

  // election.cpp
  void on_silence(Ready& ready);
  void on_election_timer(Ready& ready);
  void on_check_quorum(Ready& ready);
  void campaign(Role role, bool is_asked, Ready& ready);
  void tally(Ready& ready);
  void become_leader(Ready& ready);
  bool believes_in_leader() const;
  bool is_up_to_date(const Message& candidate) const;
  void on_pre_vote(NodeId from, const Message& message, Ready& ready);
  void on_request_vote(NodeId from, const Message& message, Ready& ready);
  void on_vote_reply(NodeId from, const Message& message, Ready& ready);

  // transfer.cpp
  NodeId best_successor() const;
  void offer_leadership(Ready& ready);
  void check_transfer(Ready& ready);
  void on_timeout_now(Ready& ready);

  // replication.cpp
  void on_heartbeat_timer(Ready& ready);
  void on_append(NodeId from, const Message& message, Ready& ready);
  void accept_entries(const Message& message, Ready& ready);
  void reject_append(NodeId from, const Message& message, Ready& ready);
  void reply_append(NodeId to, const Message& message, LogIndex match, Ready& ready);
  void on_append_reply(NodeId from, const Message& message, Ready& ready);
  bool replicate(Progress& peer, Ready& ready);
  void send_append(Progress& peer, bool with_entries, Ready& ready);
  void advance_commit(Ready& ready);
  void commit_to(LogIndex index, Ready& ready);
  bool fills_batch(LogIndex first) const;
  std::size_t batch_size(LogIndex first) const;
  Progress* progress_of(NodeId node);

  // snapshot.cpp
  void send_snapshot(Progress& peer, Ready& ready);
  void on_snapshot_chunk(NodeId from, const Message& message, Ready& ready);
  void on_snapshot_reply(NodeId from, const Message& message, Ready& ready);
  void ask_for_piece(Ready& ready);
  void reply_snapshot(NodeId to, LogIndex index, Ready& ready);
  void install(const SnapshotMeta& snapshot, Ready& ready);

  // read_index.cpp
  bool has_committed_in_term() const;
  void start_read_round(Ready& ready);
  void release_reads(Ready& ready);
  void reject_reads(Ready& ready);

  Config config_;
  Configuration configuration_;
  HardState hard_state_;
  bool term_is_unwritten_ = false;  // between recovery and the first step
  Role role_ = Role::follower;
  NodeId leader_ = kNoNode;
  bool silence_running_ = false;  // less than T since the leader's last word
  Log log_;
  LogIndex commit_;
  LogIndex handed_out_;  // given to the host to apply
  LogIndex applied_;
  SnapshotMeta snapshot_;
  Incoming incoming_;

  Ticket last_ticket_;
  std::vector<PendingWrite> pending_;  // from the first that is not done, by ticket
  Ticket vote_ticket_;                 // the write of the vote for ourselves

  std::vector<Progress> progress_;  // every member, by node
  Transfer transfer_;
  std::uint64_t uncommitted_bytes_ = 0;
  bool send_heartbeats_ = false;  // at the next flush: a read round needs them
  std::uint64_t read_round_ = 0;  // the latest round whose heartbeats were or are to be sent
  std::vector<PendingRead> reads_;
};

}  // namespace windtunnel::raft
