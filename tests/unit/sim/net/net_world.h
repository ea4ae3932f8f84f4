// A simulation with nodes that do nothing but hold sockets, for tests of the network: the test acts for them, between
// events.
#pragma once

#include "sim/net/network.h"
#include "tests/unit/sim/programs.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::testing {

class NetWorld {
 public:
  explicit NetWorld(int nodes, std::uint64_t seed = 1) : sim(options(seed)) {
    sim.network().set_default_profile({.latency = Latency::constant(milliseconds(1))});
    for (int i = 0; i < nodes; ++i) add_node(sim, "n" + std::to_string(i + 1), idle).start();
  }
  Network& net() { return sim.network(); }
  NodeId id(int index) const { return NodeId{static_cast<std::uint32_t>(index)}; }
  Node& node(int index) { return sim.node(id(index)); }
  Env& env(int index) { return node(index).env(); }
  void run_for(Duration duration) { sim.run_until(sim.now() + duration); }

  std::vector<Record> records(RecordKind kind) const {
    std::vector<Record> found;
    for (std::uint64_t i = 1; i <= sim.trace_size(); ++i) {
      if (sim.find(i)->kind == kind) found.push_back(*sim.find(i));
    }
    return found;
  }
  std::size_t count(RecordKind kind) const { return records(kind).size(); }
  std::size_t drops(DropReason reason) const {
    std::size_t sum = 0;
    for (const Record& record : records(RecordKind::drop)) {
      sum += record.aux == static_cast<std::uint16_t>(reason) ? 1 : 0;
    }
    return sum;
  }

 private:
  static void idle(Env&, TaskScope&) {}
  static SimulationOptions options(std::uint64_t seed) {
    SimulationOptions chosen;
    chosen.seed = seed;
    chosen.trace = TraceLevel::full;
    return chosen;
  }
  struct World final : Simulation {
    using Simulation::Simulation;
    std::uint64_t trace_size() const { return const_cast<World*>(this)->trace().size(); }
    const Record* find(std::uint64_t number) const {
      return const_cast<World*>(this)->trace().find(number);
    }
  };

 public:
  World sim;
};

// A socket of node `index`, and what arrived there.
class Box final : public MessageSink {
 public:
  struct Arrived {
    Endpoint from;
    std::string text;
    Instant at;
  };
  Box(NetWorld& world, int index, Port port) : world_(world), socket_(open(world, index, port)) {}
  void on_message(const Endpoint& from, BytesView message) override {
    arrived.push_back({from, std::string(as_text(message)), world_.sim.now()});
  }
  void send(const Endpoint& to, std::string_view text) {
    ASSERT_TRUE(socket_->send(to, as_bytes(text)).has_value());
  }
  Endpoint local() const { return socket_->local(); }
  std::string texts() const {
    std::string all;
    for (const Arrived& one : arrived) all += one.text;
    return all;
  }
  std::vector<Arrived> arrived;
  void close() { socket_.reset(); }

 private:
  std::unique_ptr<MessageSocket> open(NetWorld& world, int index, Port port) {
    Result<std::unique_ptr<MessageSocket>> bound = world.env(index).transport.bind(port, *this);
    WT_ASSERT(bound.has_value(), "the port is free");
    return std::move(*bound);
  }
  NetWorld& world_;
  std::unique_ptr<MessageSocket> socket_;
};

}  // namespace windtunnel::testing
