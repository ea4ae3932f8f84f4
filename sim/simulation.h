// The simulation: virtual time, the event queue, the run queue, keyed randomness, the trace, the
// nodes and the network. One thread; the same options and the same calls give the same run, to the
// bit.
//
//   Simulation sim({.seed = 42});
//   Node& n1 = sim.add_node({.name = "n1"}, make_program);
//   n1.start();
//   sim.run_until(Instant{} + seconds(10));
#pragma once

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/base/keyed_random.h>
#include <windtunnel/protocols/env/service.h>
#include <windtunnel/sim/event_queue.h>
#include <windtunnel/sim/trace/trace.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel {

class Network;
class Node;
class Simulation;
struct NodeOptions;

// A run that exceeds one of these ends; what it shows is unknown. 0: no limit.
struct SimulationLimits {
  std::uint64_t events = 0;
  std::uint64_t pending_events = 10'000'000;
  std::uint64_t message_bytes_in_flight = std::uint64_t{4} << 30;
  // Run-queue steps at one instant without an event in between: past it, a livelock.
  std::uint64_t steps_per_instant = 1'000'000;
};

struct SimulationOptions {
  std::uint64_t seed = 0;
  // Changes all draws without changing the seed's name; 0 leaves them.
  std::uint64_t salt = 0;
  // Equal times in a seeded order instead of first in, first out.
  bool permute_ties = false;
  TraceLevel trace = TraceLevel::hash;
  // The lines of node code that are wanted. They change nothing else.
  LogLevel log = LogLevel::off;
  SimulationLimits limits;
};

// Sees the lines of the log as they come.
class LogListener {
 public:
  virtual void on_log(Simulation& sim, const LogLine& line) = 0;

 protected:
  ~LogListener() = default;
};

// Is told whenever code of a node has returned to the loop: what it printed, it has printed.
class CodeListener {
 public:
  virtual void on_return(NodeId node) = 0;

 protected:
  ~CodeListener() = default;
};

enum class StopReason : std::uint8_t {
  time,       // the asked time was reached
  idle,       // nothing is pending any more
  requested,  // request_stop
  events,
  pending_events,
  message_bytes,
  livelock,  // a limit of SimulationLimits
};
std::string_view name_of(StopReason reason) noexcept;

// Makes the program of a new incarnation; the constructor must not use the ports.
using ProgramFactory = std::function<std::unique_ptr<Service>(Env&)>;

class Simulation {
 public:
  explicit Simulation(const SimulationOptions& options);
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  // --- Building and steering; between events only. ---
  // Names are unique. The node is down until started.
  Node& add_node(const NodeOptions& options, ProgramFactory program);
  std::size_t node_count() const { return nodes_.size(); }
  Node& node(NodeId id) { return *nodes_[id.value]; }
  Node* find_node(std::string_view name);
  Network& network() { return *network_; }
  Trace& trace() { return trace_; }

  // Handles events up to and including `until` and leaves the clock there (unless stopped before).
  StopReason run_until(Instant until);
  // Makes the current run_until return after the event under way.
  void request_stop() { stop_requested_ = true; }

  // Null: nobody. Set while no node runs.
  void set_log_listener(LogListener* listener) { log_listener_ = listener; }
  void set_code_listener(CodeListener* listener) { code_listener_ = listener; }

  // --- For the parts of the world. ---
  Instant now() const { return now_; }
  std::uint64_t seed() const { return options_.seed; }
  // Events handled so far. (The "event" of reports is a trace record's number.)
  std::uint64_t events_handled() const { return events_handled_; }
  // Schedules target.on_event(a, b) with the current cause. `at` must not be past.
  EventHandle schedule(Instant at, EventTarget& target, std::uint64_t a = 0, std::uint64_t b = 0);
  bool cancel(EventHandle handle) { return queue_.cancel(handle); }
  // Moves a pending event, now with the current cause; false when it was gone.
  bool reschedule(EventHandle handle, Instant at) {
    WT_ASSERT(at >= now_, "an event lies in the past");
    return queue_.reschedule(handle, at, cause_);
  }

  // Appends a record with the time and, where it is 0, the cause filled in. Returns its number.
  std::uint64_t record(Record record) {
    record.time = now_;
    if (record.cause == 0) record.cause = cause_;
    context_.event = trace_.append(record);
    return context_.event;
  }
  LogLevel log_level() const { return options_.log; }
  // Enters what `node` says or printed into the log, a line or several.
  void log(NodeId node, LogLevel level, std::string_view text);
  // The record that led to what is being done now. Sends, timers and disk operations inherit it.
  std::uint64_t cause() const { return cause_; }
  void set_cause(std::uint64_t number) { cause_ = number; }

  // The family of draws for `purpose` and `entity`. Hashes both: keep the key where draws are
  // frequent.
  DrawKey draws(std::string_view purpose, std::string_view entity) const;

  // Appends `waiter` to the global run queue; the waiter's holder is set by the caller.
  void post(Waiter& waiter) { run_queue_.push_back(waiter); }
  void unpost(Waiter& waiter) { run_queue_.remove(waiter); }
  // The node whose code runs, kNoNode between.
  NodeId running_node() const { return NodeId{context_.node}; }
  // For code that calls into a node: sets the node for assertions while it lives.
  class Running;

  // Calls `action` from the loop, after the code that runs now has returned and before anything
  // else: how a crash raised by the node's own code is carried out.
  void defer(std::function<void()> action) { deferred_.push_back(std::move(action)); }

  // Message bytes in flight, kept by the network, for the limit.
  std::uint64_t bytes_in_flight = 0;

 private:
  void handle_next_event();
  void drain();
  void run_deferred();
  bool over_limit();

  SimulationOptions options_;
  AssertContext context_;
  const AssertContext* former_context_;
  Instant now_;
  std::uint64_t cause_ = 0;
  bool stop_requested_ = false;
  std::uint64_t events_handled_ = 0;
  std::uint64_t steps_at_instant_ = 0;
  StopReason limit_ = StopReason::time;
  EventQueue queue_;
  WaiterList run_queue_;
  std::vector<std::function<void()>> deferred_;
  Trace trace_;
  LogListener* log_listener_ = nullptr;
  CodeListener* code_listener_ = nullptr;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<const char*> node_names_;  // for the context
  std::unique_ptr<Network> network_;
};

class Simulation::Running {
 public:
  Running(Simulation& sim, NodeId node) : sim_(sim), former_(sim.context_.node) {
    sim_.context_.node = node.value;
  }
  ~Running() {
    if (sim_.code_listener_ != nullptr) sim_.code_listener_->on_return(NodeId{sim_.context_.node});
    sim_.context_.node = former_;
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  Simulation& sim_;
  std::uint32_t former_;
};

}  // namespace windtunnel
