// A cluster of Raft machines in memory, driven by hand: messages are delivered, writes completed,
// timers fired and nodes crashed only when the test says so. Messages cross it encoded, and the
// invariants watch every step.
#pragma once

#include <windtunnel/harness/raft/raft_invariants.h>
#include <windtunnel/protocols/raft/message_codec.h>
#include <windtunnel/protocols/raft/raft.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace windtunnel::raft {

// What is on a node's disk for certain.
struct DiskImage {
  HardState hard_state;
  SnapshotMeta snapshot;
  LogBase base;
  std::vector<Entry> entries;
  std::map<std::uint64_t, Bytes> snapshots;  // files, by index

  LogIndex last() const { return base.index + entries.size(); }
  void carry_out(const Write& write);
  void compact(const LogBase& after, const SnapshotMeta& taken);
};

struct Envelope {
  NodeId from;
  NodeId to;
  MessageKind kind = MessageKind::append;
  Bytes bytes;
  std::string text;
};
using Filter = std::function<bool(const Envelope&)>;
inline bool all(const Envelope&) { return true; }

// The state machine: all commands, in order.
struct StateMachine {
  std::vector<std::string> commands;
  std::uint64_t digest = 1;
  void apply(BytesView command);
};

struct ClusterNode {
  std::unique_ptr<Raft> raft;  // null while down
  Ready ready;
  Outbox outbox;
  DiskImage disk;
  std::deque<Write> in_flight;
  // Where the log begins once the write of this ticket is on disk.
  std::deque<std::pair<Ticket, LogBase>> compactions;
  std::vector<Ticket> done;  // completed writes behind one that is not
  std::array<bool, kTimerKinds> armed{};
  StateMachine state;
  Bytes incoming;
  std::vector<ReadResult> reads;
  std::uint32_t incarnation = 0;
};

class Cluster {
 public:
  explicit Cluster(std::size_t size, Config config = Config{});

  ClusterNode& node(std::size_t i) { return nodes_[i]; }
  Raft& raft(std::size_t i) { return *nodes_[i].raft; }
  std::size_t size() const { return nodes_.size(); }
  bool is_up(std::size_t i) const { return nodes_[i].raft != nullptr; }
  std::deque<Envelope>& network() { return network_; }
  // What happened, a line each, since the last call.
  std::vector<std::string> take_lines();
  const RaftInvariants& invariants() const { return invariants_; }

  void fire(std::size_t i, TimerKind timer);
  // Asks the node to hand over; kNoNode: to whom it likes.
  void transfer(std::size_t i, NodeId to = kNoNode) { step(i, TransferLeadership{to}); }
  // Lets the node's election timeout pass.
  void time_out(std::size_t i);
  Result<LogIndex> propose(std::size_t i, std::string_view command);
  Result<void> read(std::size_t i, std::uint64_t request);
  // Takes a snapshot of what is applied and forgets entries up to `upto`.
  void compact(std::size_t i, LogIndex upto);
  // Completes the oldest write, or the one named.
  void persist(std::size_t i);
  void persist_ticket(std::size_t i, Ticket ticket);
  // Delivers (drops) each matching message that is on the way now, once; returns how many.
  std::size_t deliver(const Filter& filter);
  std::size_t drop(const Filter& filter);
  void deliver_at(std::size_t position, bool keep_copy);
  // Completes writes and delivers messages until nothing is left; messages to nodes that are down
  // are lost.
  void settle();
  // Of the writes under way the first `kept` survive.
  void crash(std::size_t i, std::size_t kept = 0);
  void restart(std::size_t i);
  // Times out `i` and settles: it leads afterwards.
  void elect(std::size_t i);

  static std::string name(std::size_t i) { return "n" + std::to_string(i + 1); }

 private:
  void start(std::size_t i);
  void step(std::size_t i, const Raft::Input& input);
  void pump(std::size_t i);
  void carry_out(std::size_t i, Ready& work);
  void send(std::size_t i, const Message& message);
  void send_piece(std::size_t i, Message message);
  void store_piece(std::size_t i, const SnapshotPiece& piece);
  void apply(std::size_t i, const Ready& work);
  void observe(std::size_t i, const Observation& observation);
  void facts_of(std::size_t i, const Write& write);
  void carry_out_oldest(std::size_t i);
  void say(std::size_t i, const std::string& what) { lines_.push_back(name(i) + " " + what); }

  Config config_;
  SnapshotMeta first_;
  std::vector<ClusterNode> nodes_;
  std::deque<Envelope> network_;
  std::vector<std::string> lines_;
  RaftInvariants invariants_;
  std::uint64_t record_ = 0;
};

// One line: "append term=2 prev=3/1 commit=2 entries=[4/2 x]".
std::string describe(const Message& message);
std::string describe(const Write& write);

}  // namespace windtunnel::raft
