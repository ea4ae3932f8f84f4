// Small programs for tests of the simulation: a service made of one function, and nodes that run
// it.
#pragma once

#include <windtunnel/protocols/env/await.h>
#include <windtunnel/protocols/env/service.h>
#include <windtunnel/sim/node.h>
#include <windtunnel/sim/simulation.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace windtunnel::testing {

// Runs `body` at start and owns a scope for its tasks.
class FunctionService final : public Service {
 public:
  using Body = std::function<void(Env&, TaskScope&)>;
  FunctionService(Env& env, Body body) : env_(env), body_(std::move(body)) {}
  void start() override { body_(env_, scope_); }

 private:
  Env& env_;
  Body body_;
  TaskScope scope_;
};

inline Node& add_node(Simulation& sim, const std::string& name, FunctionService::Body body) {
  NodeOptions options;
  options.name = name;
  return sim.add_node(options, [body](Env& env) -> std::unique_ptr<Service> {
    return std::make_unique<FunctionService>(env, body);
  });
}

inline SimulationOptions with_seed(std::uint64_t seed) {
  SimulationOptions options;
  options.seed = seed;
  return options;
}

inline Instant at(Duration since_start) { return Instant{} + since_start; }

}  // namespace windtunnel::testing
