// The inputs of a node that wait for a core. With free inputs and no charges it is a pass-through.
//
// A core that takes an input is busy for the input's cost; then the node's code sees it. What the
// code charges keeps that core busy further. A paused node takes nothing.
#pragma once

#include <windtunnel/protocols/base/ring.h>
#include <windtunnel/protocols/env/waiter.h>
#include <windtunnel/sim/event_queue.h>
#include <windtunnel/sim/node.h>

#include <cstdint>
#include <vector>

namespace windtunnel {

class NodeInbox final : public EventTarget, public WaiterHolder {
 public:
  explicit NodeInbox(Node& node) : node_(node) {}

  // False when full.
  bool accept(InputTarget& target, std::uint64_t a, std::uint64_t b, std::size_t bytes);
  void complete(Waiter& waiter, std::uint64_t cause);
  void charge(Duration cost);
  // Takes waiting inputs up again after a pause.
  void pump();
  // Drops everything: the end of an incarnation.
  void clear();

  Duration busy() const { return busy_; }
  std::size_t size() const { return waiting_.size(); }
  std::size_t armed_waiters() const { return armed_; }

  void on_event(std::uint64_t a, std::uint64_t b) override;
  void forget(Waiter& waiter) noexcept override;

 private:
  struct Input {
    InputTarget* target = nullptr;
    Waiter* waiter = nullptr;  // instead of a target
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    std::size_t bytes = 0;
    std::uint64_t cause = 0;
    Instant arrived;
  };
  // An input that a core works on; the code sees it when the core is through.
  struct Service {
    Input input;
    EventHandle done;
    bool taken = false;
    bool stopped = false;  // due, but the node is paused
  };

  bool idle() const;
  bool has_cost() const;
  std::size_t free_core() const;
  void run(const Input& input);
  void restart_stopped();
  void begin(std::size_t core, const Input& input);
  void wake_at(Instant at);
  Duration cost_of(const Input& input) const;

  Node& node_;
  Ring<Input> waiting_;
  std::vector<Instant> core_busy_until_;
  std::vector<Service> services_;
  EventHandle wake_;
  Instant wake_time_ = kEndOfTime;  // kEndOfTime: none is scheduled
  std::size_t armed_ = 0;
  std::size_t last_core_ = 0;
  Duration busy_;
};

}  // namespace windtunnel
