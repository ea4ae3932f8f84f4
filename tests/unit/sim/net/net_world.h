// A simulation with nodes that do nothing but hold sockets, for tests of the network: the test acts
// for them, between events. What a node's program holds dies with the program, though the test has
// a handle on it.
#pragma once

#include <windtunnel/sim/net/network.h>
#include "tests/unit/sim/programs.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::testing {

inline constexpr PerMillion kAlways{1'000'000};

class NetWorld {
 public:
  explicit NetWorld(int nodes, std::uint64_t seed = 1, const MessageClasses& messages = {})
      : sim(options(seed)) {
    sim.network().set_default_profile({.latency = Latency::constant(milliseconds(1))});
    held_.resize(static_cast<std::size_t>(nodes));
    for (int i = 0; i < nodes; ++i) {
      NodeOptions chosen;
      chosen.name = "n" + std::to_string(i + 1);
      chosen.messages = messages;
      sim.add_node(chosen, [this, i](Env&) -> std::unique_ptr<Service> {
        return std::make_unique<Program>(*this, i);
      });
      node(i).start();
    }
  }
  Network& net() { return sim.network(); }
  NodeId id(int index) const { return NodeId{static_cast<std::uint32_t>(index)}; }
  Node& node(int index) { return sim.node(id(index)); }
  Env& env(int index) { return node(index).env(); }
  // Calls `release` when the program of node `index` is destroyed.
  void at_end(int index, std::function<void()> release) {
    held_[static_cast<std::size_t>(index)].push_back(std::move(release));
  }
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
  class Program final : public Service {
   public:
    Program(NetWorld& world, int index) : world_(world), index_(index) {}
    ~Program() override {
      auto& held = world_.held_[static_cast<std::size_t>(index_)];
      for (const std::function<void()>& release : held) release();
      held.clear();
    }
    void start() override {}

   private:
    NetWorld& world_;
    int index_;
  };
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
  std::vector<std::vector<std::function<void()>>> held_;

 public:
  World sim;
};

// Something that the program of a node owns: a socket, a listener, a stream.
template <class T>
class Owned {
 public:
  Owned() = default;
  Owned(NetWorld& world, int index, std::unique_ptr<T> owned)
      : owned_(std::make_shared<std::unique_ptr<T>>(std::move(owned))) {
    const std::weak_ptr<std::unique_ptr<T>> weak = owned_;
    world.at_end(index, [weak] {
      if (const auto kept = weak.lock()) kept->reset();
    });
  }
  T* operator->() const { return owned_->get(); }
  T& operator*() const { return **owned_; }
  void reset() { owned_->reset(); }

 private:
  std::shared_ptr<std::unique_ptr<T>> owned_;
};

// A socket of node `index`, and what arrived there.
class Box final : public MessageSink {
 public:
  struct Arrived {
    Endpoint from;
    std::string text;
    Instant at;
  };
  Box(NetWorld& world, int index, Port port)
      : world_(world), socket_(world, index, open(world, index, port)) {}
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
  Owned<MessageSocket> socket_;
};

}  // namespace windtunnel::testing
