// A simulated cluster of raft-kv nodes with one client node, for tests.
#pragma once

#include <windtunnel/protocols/kv/raft_kv.h>
#include <windtunnel/sim/node.h>
#include <windtunnel/sim/simulation.h>

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace windtunnel::testing {

// The program of the client node: a client, and tasks that use it.
class ClientProgram final : public Service {
 public:
  using Body = std::function<void(Env&, TaskScope&)>;
  ClientProgram(Env& env, Body body) : env_(env), body_(std::move(body)) {}
  void start() override { body_(env_, scope_); }

 private:
  Env& env_;
  Body body_;
  TaskScope scope_;
};

inline SimulationOptions seeded(std::uint64_t seed) {
  SimulationOptions options;
  options.seed = seed;
  return options;
}

class Cluster {
 public:
  using Options = std::map<std::string, std::string, std::less<>>;

  Cluster(std::size_t size, std::uint64_t seed, const Options& options = {}) : sim(seeded(seed)) {
    config.options = options;
    for (std::size_t i = 0; i < size; ++i) {
      config.members.push_back(NodeId{static_cast<std::uint32_t>(i)});
      config.member_names.push_back("n" + std::to_string(i + 1));
    }
    for (std::size_t i = 0; i < size; ++i) {
      NodeOptions node;
      node.name = config.member_names[i];
      servers.push_back(&sim.add_node(node, [this](Env& env) -> std::unique_ptr<Service> {
        return std::make_unique<RaftKvService>(env, config);
      }));
    }
    for (Node* server : servers) server->start();
  }

  // Adds a node that runs `body`, and starts it.
  Node& add_client(const std::string& name, ClientProgram::Body body) {
    NodeOptions node;
    node.name = name;
    Node& added = sim.add_node(node, [body](Env& env) -> std::unique_ptr<Service> {
      return std::make_unique<ClientProgram>(env, body);
    });
    added.start();
    return added;
  }

  void run_for(Duration duration) { sim.run_until(sim.now() + duration); }
  // Whether the node runs; else why it gave up.
  ::testing::AssertionResult runs(std::size_t i) {
    if (servers[i]->up()) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure()
           << config.member_names[i] << " is down: " << servers[i]->exit_reason();
  }
  // Of a node that runs.
  RaftKvService& service(std::size_t i) {
    return static_cast<RaftKvService&>(*servers[i]->program());
  }
  const raft::Raft* machine(std::size_t i) {
    return servers[i]->up() ? service(i).machine() : nullptr;
  }
  // The leader of the newest term; -1 where there is none.
  int leader() {
    int best = -1;
    for (std::size_t i = 0; i < servers.size(); ++i) {
      if (machine(i) == nullptr || !machine(i)->is_leader()) continue;
      const bool newer =
          best < 0 || machine(static_cast<std::size_t>(best))->term() < machine(i)->term();
      if (newer) best = static_cast<int>(i);
    }
    return best;
  }

  ServiceConfig config;
  Duration timeout = seconds(5);  // of the operations of users that come
  Simulation sim;
  std::vector<Node*> servers;
};

struct Call {
  Operation operation;
  Outcome outcome;
  bool done = false;
  Duration pause;  // of `sleep`
  // What a get found.
  std::string text() const {
    const std::vector<Value>& tuple = outcome.value.items();
    return tuple.size() == 2 ? std::string(tuple[1].text()) : "nothing";
  }
};

inline Call call(std::string f, std::string key, std::optional<std::string> value = {},
                 std::optional<std::string> expected = {}) {
  Call made;
  if (f == "sleep") made.pause = parse_duration(key).value();
  Value argument = value ? Value(*value) : Value();
  if (f == "cas") {
    argument = Value::vector({expected ? Value(*expected) : Value(), std::move(argument)});
  }
  made.operation.f = std::move(f);
  made.operation.value = Value::vector({Value(key), std::move(argument)});
  return made;
}

// One after the other. `sleep` with a duration as its key waits.
inline Task<void> invoke_all(Env& env, Client& client, std::vector<Call>& calls) {
  for (std::size_t i = 0; i < calls.size(); ++i) {
    Call& one = calls[i];
    if (one.operation.f == "sleep") {
      co_await sleep_for(env, one.pause);
    } else {
      one.outcome = co_await client.invoke(env, one.operation);
    }
    one.done = true;
  }
}

// Owns the client: its sockets end with the program.
inline Task<void> run_client(Env& env, kv::RaftClientOptions options,
                             std::shared_ptr<std::vector<Call>> calls) {
  kv::RaftClient client(options);
  co_await invoke_all(env, client, *calls);
}

// A client on a node of its own, and what it did.
struct User {
  User(Cluster& cluster, const std::string& name, std::vector<Call> what)
      : calls(std::make_shared<std::vector<Call>>(std::move(what))) {
    const auto kept = calls;
    for (Call& one : *kept) one.operation.timeout = cluster.timeout;
    const kv::RaftClientOptions options = raft_kv_client_options(cluster.config);
    cluster.add_client(name, [kept, options](Env& env, TaskScope& scope) {
      scope.spawn(run_client(env, options, kept));
    });
  }
  const Call& operator[](std::size_t i) const { return (*calls)[i]; }
  std::size_t done() const {
    std::size_t count = 0;
    for (const Call& one : *calls) count += one.done ? 1 : 0;
    return count;
  }
  std::size_t ok() const {
    std::size_t count = 0;
    for (const Call& one : *calls) {
      count += one.done && one.outcome.kind == Outcome::Kind::ok ? 1 : 0;
    }
    return count;
  }
  std::shared_ptr<std::vector<Call>> calls;
};

}  // namespace windtunnel::testing
