// A simulated machine: its clock, disk and cores, which survive a crash, and the incarnation that
// runs on them.
//
// A crash is an event of the loop. It severs the ports of the incarnation (calls are ignored, the
// trace is untouched), drops its run-queue entries and inputs, destroys the program with its tasks,
// then its sockets, then lets the disk lose what it loses, and asserts that no waiter is armed on
// any port. Node code that asks for a crash of its own node is severed at once and destroyed after
// it has unwound.
#pragma once

#include <windtunnel/protocols/base/ids.h>
#include <windtunnel/protocols/env/message_classes.h>
#include <windtunnel/protocols/env/service.h>
#include <windtunnel/sim/trace/record.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace windtunnel {

class Incarnate;
class NodeInbox;
class SimClock;
class SimDisk;
class Simulation;
using ProgramFactory = std::function<std::unique_ptr<Service>(Env&)>;

// What an input costs before the node's code sees it. All zero: inputs are free and never wait.
struct ComputeOptions {
  unsigned cores = 1;
  Duration per_input;                   // fixed cost of each input (message, timer, completion)
  std::int64_t per_byte_ps = 0;         // picoseconds a byte of a message
  std::uint32_t inbox_limit = 100'000;  // inputs waiting; messages over it are dropped
};

struct NodeOptions {
  std::string name;
  // Whether others can connect streams to it. A client of a cluster cannot be connected to, as on
  // sockets, where it has no listener; messages reach it.
  bool has_listener = true;
  ComputeOptions compute;
  MessageClasses messages{};
};

// An input waiting for its core: messages and stream events. Timers and completions are waiters.
class InputTarget {
 public:
  // The node's code may run now.
  virtual void on_input(std::uint64_t a, std::uint64_t b) = 0;
  // The input will never run (crash, full inbox): release what a and b name.
  virtual void on_input_dropped(std::uint64_t a, std::uint64_t b) noexcept = 0;

 protected:
  ~InputTarget() = default;
};

class Node {
 public:
  Node(Simulation& sim, NodeId id, const NodeOptions& options, ProgramFactory program);
  ~Node();

  NodeId id() const { return id_; }
  const std::string& name() const { return name_; }
  bool has_listener() const { return has_listener_; }
  // Of the current or last life.
  Incarnation incarnation() const { return incarnation_; }
  bool up() const { return incarnate_ != nullptr && !severed_; }
  bool paused() const { return paused_; }
  // Whether it has been up before, or is.
  bool was_started() const { return started_once_; }
  // Whether the machine runs, be it without the program: after a crash of the process its kernel
  // still ends and refuses streams. False before the first start and after a power loss.
  bool powered() const { return powered_; }

  SimClock& clock() { return *clock_; }
  SimDisk& disk() { return *disk_; }
  Simulation& simulation() { return sim_; }
  // Takes effect with the next input.
  ComputeOptions& compute_options() { return compute_; }
  // How what it sends is told apart.
  const MessageClasses& messages() const { return messages_; }
  // Core time used since the last start, and what waits now: for overload and utilisation.
  Duration busy() const;
  std::size_t inbox_length() const;

  // Starts the next incarnation; the node must be down.
  void start();
  // Ends the incarnation. Down already: a power loss still takes what the kernel held (recorded, as
  // any other), anything else does nothing. May be called from the node's own code.
  void crash(CrashKind kind);
  // The process gives up by itself, for a reason in words: as a crash of it, recorded as an exit.
  void exit(std::string_view why);
  // Why the last life ended by itself; empty where it did not.
  const std::string& exit_reason() const { return exit_reason_; }
  // A paused process runs nothing; its timers and messages wait, its clock goes on (SIGSTOP).
  void pause();
  void resume();
  // As pause, and the monotonic clock stops too (a suspended virtual machine).
  void suspend();

  // The ports of the current incarnation; the node must be up.
  Env& env();
  // The program; null when down.
  Service* program();
  // Coroutine frames alive in this incarnation; 0 when down.
  std::size_t live_frames() const;

  // --- For the network and the disk. ---
  // Queues an input of `bytes` for the node's code; dispatched at once when a core is free and
  // costs are zero. False when the inbox is full or the node is down: the caller records the drop
  // (on_input_dropped is not called).
  bool accept_input(InputTarget& target, std::uint64_t a, std::uint64_t b, std::size_t bytes);
  // Completes `waiter` of this node's current incarnation (held by its port until now, already
  // released): it goes through the inbox to the executor with `cause`.
  void complete(Waiter& waiter, std::uint64_t cause);

 private:
  void lose_power_of_kernel(CrashKind kind);
  void end_incarnation(CrashKind kind);
  void destroy_incarnation(CrashKind kind);

  Simulation& sim_;
  NodeId id_;
  std::string name_;
  bool has_listener_;
  ComputeOptions compute_;
  MessageClasses messages_;
  ProgramFactory program_;
  Incarnation incarnation_;
  bool started_once_ = false;
  bool severed_ = false;
  bool powered_ = false;
  bool paused_ = false;
  bool suspended_ = false;
  std::string exit_reason_;
  std::unique_ptr<SimClock> clock_;
  std::unique_ptr<SimDisk> disk_;
  std::unique_ptr<NodeInbox> inbox_;
  std::unique_ptr<Incarnate> incarnate_;
};

}  // namespace windtunnel
