// The floor for replicated services: it drives consensus machines on one node, and carries out what
// they ask for, over `Env`. Many groups share one log on disk, one socket and one pump.
//
//   Host host(env, {});
//   host.add_group(options, application);    // application.h; one for each group
//   host.start();
//   host.propose(group, command, token);     // ends in Application::on_applied or on_dropped
//
// A proposal ends once, whatever becomes of this node's role: applied, or dropped with the reason.
// Only the end of the process leaves it without an end.
//
// Inputs (messages, timers, durable writes, proposals) are stepped into a group's machine at once.
// The pump runs when the inputs at hand are through: it flushes the machines, sends, stages writes,
// applies, arms timers, and lets the log write one frame for all groups. A machine's messages that
// claim something durable wait for their write.
#pragma once

#include <windtunnel/protocols/base/ring.h>
#include <windtunnel/protocols/env/channel.h>
#include <windtunnel/protocols/env/env.h>
#include <windtunnel/protocols/env/task.h>
#include <windtunnel/protocols/host/application.h>
#include <windtunnel/protocols/host/snapshot_store.h>
#include <windtunnel/protocols/host/wal.h>
#include <windtunnel/protocols/net/peer_link.h>
#include <windtunnel/protocols/raft/message_codec.h>
#include <windtunnel/protocols/raft/raft.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace windtunnel {

inline constexpr Port kRaftPort = 7000;

// What carries messages between hosts. Messages may be lost and overtaken; streams delay instead,
// and lose what waits for a peer that is gone.
enum class HostTransport : std::uint8_t { messages, streams };

// Two hosts on one node have ports and directories of their own, here or by a scope (scoped_env.h).
struct HostOptions {
  Port port = kRaftPort;
  HostTransport transport = HostTransport::messages;
  LinkOptions links;  // of streams
  WalOptions wal;
  std::string snapshot_directory = "snap";
};

struct GroupOptions {
  // `self` is the node's own.
  raft::Config raft;
  // The members at the beginning of time.
  raft::Configuration first_configuration;
  // T: a follower waits T and a draw from [0, spread] after its leader's last word.
  Duration election_timeout = milliseconds(150);
  Duration election_spread = milliseconds(150);
  Duration heartbeat = milliseconds(30);
  // Entries applied since the last snapshot that make a new one due, and how many entries before a
  // snapshot are kept for followers that lag a little.
  std::uint64_t snapshot_every = 10'000;
  std::uint64_t keep_entries = 1'000;
  std::uint64_t snapshot_piece_bytes = 64 << 10;
  // Larger commands are refused: an entry must fit a message to a follower, with some room.
  std::size_t max_command_bytes = std::size_t{8} << 20;
  // Core time that applying one entry is declared to take.
  Duration apply_cost;
};

class Host final : private MessageSink, private WalListener {
 public:
  Host(Env& env, const HostOptions& options);
  ~Host();

  // Before `start`. `application` must outlive the host.
  void add_group(const GroupOptions& options, Application& application);
  // Recovers from the disk, then takes part. When the disk fails or cannot be trusted, or the port
  // is taken, the host ends its process and says why (Process::exit).
  void start();

  // Appends a command to the group's log. Ends in exactly one of Application::on_applied and
  // on_dropped with `token`, the latter from inside where it is refused.
  void propose(GroupId group, BytesView command, std::uint64_t token);
  // Asks for a linearizable read. Ends in one Application::on_read with `token`, which is unique;
  // from inside where this node does not lead.
  void read(GroupId group, std::uint64_t token);

  // Makes the group's election timer expire now, whatever it believes about its leader: for
  // scripted interleavings. Does nothing before the node has recovered.
  void time_out(GroupId group);

  // Hands the group's leadership to the node, or to the most advanced one (thesis 3.10). Does
  // nothing where this node does not lead, or cannot.
  void transfer(GroupId group, NodeId to = kNoNode);

  bool started() const { return started_; }
  // Who leads the group, as far as this node knows; else kNoNode.
  NodeId leader(GroupId group) const;
  // The group's machine; null before the node has recovered.
  const raft::Raft* machine(GroupId group) const;
  const Wal& wal() const { return wal_; }

 private:
  struct Group;
  struct GroupTimer final : Waiter {
    void run() noexcept override;
    Host* host = nullptr;
    Group* group = nullptr;
    raft::TimerKind kind = raft::TimerKind::silence;
  };
  struct ServingRead {
    std::uint64_t request = 0;
    raft::LogIndex index;
  };
  // An entry of this node's reign in `term`. While it leads nothing overwrites it (Leader
  // Append-Only, thesis 3.3), so entries are applied in this order; a reign that ends drops the
  // rest.
  struct Proposal {
    raft::LogIndex index;
    raft::Term term;
    std::uint64_t token = 0;
  };
  // A snapshot on its way in. The machine hands out a piece when the one before it is stored.
  struct Receiving {
    explicit Receiving(Env& env) : pieces(env, 1) {}
    raft::LogIndex index;
    raft::Term term;
    Channel<raft::SnapshotPiece> pieces;
    TaskScope task;
  };
  struct Group {
    GroupOptions options;
    std::string draws;  // purpose of its election timeouts
    Application* application = nullptr;
    std::unique_ptr<raft::Raft> machine;
    // What steps have asked for, and what the pump carries out; they change places.
    std::array<raft::Ready, 2> buffers;
    raft::Ready* ready = &buffers[0];
    raft::Ready* work = &buffers[1];
    raft::Outbox outbox;
    std::array<GroupTimer, raft::kTimerKinds> timers;
    bool scheduled = false;
    Ring<Proposal> proposals;
    Role role = Role::follower;  // as the application was told
    raft::Term term;
    bool is_told = false;
    raft::LogIndex kept;  // what the application has applied durably by itself, and is not given
    std::vector<ServingRead> reads;  // confirmed, for a state not yet applied
    bool saving = false;             // a snapshot of ours is being written
    raft::LogIndex next_snapshot;
    std::uint32_t unreadable =
        0;  // reads of a snapshot in a row, while it led, that the disk failed
    std::unique_ptr<Receiving> receiving;
    // A received snapshot, durable, that has not taken the state's place yet; null where it does
    // not, as the application is not behind it.
    std::unique_ptr<SnapshotSink> installed;
    raft::LogIndex installed_index;
  };
  // A write that is part of frame `frame`.
  struct TicketInFrame {
    std::uint64_t frame = 0;
    Group* group = nullptr;
    raft::Ticket ticket;
  };

  void on_message(const Endpoint& from, BytesView bytes) override;
  void on_wal_durable(std::uint64_t number) override;
  void on_wal_failed(Errc error) override;
  Group* find(GroupId id) const;
  template <class Input>
  void step(Group& group, const Input& input) {
    if (failed_) return;
    group.machine->step(input, *group.ready);
    schedule(group);
  }
  void persisted(Group& group, raft::Ticket ticket);
  void schedule(Group& group);
  void fail(const Error& error, std::string_view what);

  // host_recovery.cpp
  Task<void> recover(Env& env);
  std::unique_ptr<SnapshotSink> sink_of(GroupId id, raft::LogIndex index) const;
  Result<std::unique_ptr<MessageSocket>> open_socket();
  Result<void> build(Group& group, std::vector<wal::GroupLog>& logs,
                     std::vector<SnapshotStore::Found>& snapshots);

  // host_effects.cpp: a Ready, carried out in the order that ready.h says.
  void pump();
  void carry_out(Group& group);
  void send(const raft::Message& message);
  void release();
  void apply(Group& group);
  Application::Effect apply_entry(Group& group, raft::LogIndex index, const raft::Entry& entry);
  static std::uint64_t digest_at(const Group& group, raft::LogIndex index);
  void end_proposal(Group& group, raft::LogIndex index, raft::Term term,
                    const Application::Effect& effect);
  void tell_role(Group& group);
  void restore(Group& group, const raft::SnapshotMeta& snapshot);
  void serve_reads(Group& group);
  void serve(Group& group, const ServingRead& read);
  void set_timer(Group& group, raft::TimerKind kind, raft::TimerAction action);
  void observe(const Group& group, raft::Word word, std::uint64_t a, std::uint64_t b,
               std::uint64_t c, std::uint64_t d);
  void mark(std::string_view name);

  // host_snapshots.cpp
  void take_snapshot_if_due(Group& group);
  Task<void> save_snapshot(Env& env, Group& group, raft::SnapshotMeta meta,
                           std::unique_ptr<SnapshotSource> state);
  Task<void> send_piece(Env& env, Group& group, raft::Message message);
  void note_unreadable(Group& group, const raft::Message& message, const Error& error);
  void take_piece(Group& group, const raft::SnapshotPiece& piece);
  Task<void> receive(Env& env, Group& group, Receiving& transfer);
  Task<Result<raft::SnapshotMeta>> receive_file(Env& env, Group& group, Receiving& transfer);

  Env& env_;
  HostOptions options_;
  std::vector<std::unique_ptr<Group>> groups_;
  Wal wal_;
  SnapshotStore snapshots_;
  std::vector<TicketInFrame> tickets_;  // in order
  std::vector<raft::HeldMessage> released_;
  std::vector<Group*> scheduled_;
  std::vector<Group*> pumping_;
  bool started_ = false;
  bool failed_ = false;
  Bytes buffer_;
  raft::MessageDecoder decoder_;
  raft::Message received_;
  std::unique_ptr<MessageSocket> socket_;
  MemberWaiter<Host, &Host::pump> pump_{*this};
  TaskScope tasks_;
};

}  // namespace windtunnel
