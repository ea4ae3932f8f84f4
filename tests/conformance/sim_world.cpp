#include <windtunnel/sim/net/network.h>
#include <windtunnel/sim/node.h>
#include <windtunnel/sim/simulation.h>
#include "tests/conformance/world.h"

#include <algorithm>
#include <vector>

namespace windtunnel::conformance {
namespace {

// `done` is asked once in each slice of virtual time.
constexpr Duration kSlice = microseconds(100);

class EmptyProgram final : public Service {
 public:
  void start() override {}
  std::vector<std::shared_ptr<void>> things;
};

class SimulatedWorld final : public World {
 public:
  NodeId add_node() override { return add(true); }
  NodeId add_client() override { return add(false); }
  NodeId add(bool has_listener) {
    NodeOptions options;
    options.has_listener = has_listener;
    options.name = "n" + std::to_string(sim_.node_count() + 1);
    Node& node = sim_.add_node(options, [](Env&) { return std::make_unique<EmptyProgram>(); });
    node.start();
    return node.id();
  }
  Env& env(NodeId node) override { return sim_.node(node).env(); }
  bool run_until(const std::function<bool()>& done, Duration limit) override {
    const Instant deadline = sim_.now() + limit;
    sim_.run_until(sim_.now());
    while (!done()) {
      if (sim_.now() >= deadline) return false;
      const StopReason stopped = sim_.run_until(std::min(deadline, sim_.now() + kSlice));
      WT_ASSERT(stopped == StopReason::time || stopped == StopReason::idle, "no limit is reached");
    }
    return true;
  }
  void keep(NodeId node, std::shared_ptr<void> thing) override {
    auto* program = static_cast<EmptyProgram*>(sim_.node(node).program());
    program->things.push_back(std::move(thing));
  }
  void crash(NodeId node) override { sim_.node(node).crash(CrashKind::process); }
  void restart(NodeId node) override { sim_.node(node).start(); }
  void black_hole(NodeId from, NodeId to) override {
    sim_.network().cut(next_fault_++, NodeSet{from}, NodeSet{to}, true);
  }

 private:
  static SimulationOptions options() {
    SimulationOptions options;
    options.seed = 42;
    return options;
  }
  Simulation sim_{options()};
  FaultId next_fault_ = 1;
};

}  // namespace

std::unique_ptr<World> make_simulated_world() { return std::make_unique<SimulatedWorld>(); }

}  // namespace windtunnel::conformance
