// A replicated log on a host, of one group or several, for tests: what was proposed, how it ended,
// what was applied.
#pragma once

#include <windtunnel/protocols/base/hash.h>
#include <windtunnel/protocols/env/service.h>
#include <windtunnel/protocols/host/host.h>
#include <windtunnel/sim/node.h>
#include <windtunnel/sim/simulation.h>
#include "tests/unit/protocols/host/failing_disk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace windtunnel::testing {

// How a proposal ended: with the result, or why not.
struct End {
  std::string result;
  Errc error = Errc::ok;
  int times = 0;
};

// Appends each command to a list; the result is its place.
class LogApplication : public WholeStateApplication {
 public:
  virtual ~LogApplication() = default;
  Effect apply(raft::LogIndex index, const raft::Entry& entry) override {
    if (entry.kind == raft::EntryKind::command) add(std::string(as_text(entry.payload.view())));
    last = index;
    ++given;
    Effect effect;
    result_ = std::to_string(lines.size());
    effect.result = as_bytes(result_);
    return effect;
  }
  std::uint64_t digest() const override { return digest_; }
  // The state becomes these lines, after entry `index`.
  virtual Result<void> replace(raft::LogIndex index, std::string_view state) {
    lines.clear();
    digest_ = 1;
    std::string line;
    for (const char c : state) {
      if (c != '\n') {
        line += c;
        continue;
      }
      add(line);
      line.clear();
    }
    last = index;
    return {};
  }
  void on_applied(std::uint64_t token, BytesView result) override {
    End& end = ends[token];
    end.result = std::string(as_text(result));
    ++end.times;
  }
  void on_dropped(std::uint64_t token, Errc why) override {
    End& end = ends[token];
    end.error = why;
    ++end.times;
  }
  void on_role(Role role, raft::Term) override { roles.push_back(role); }

  std::vector<std::string> lines;
  raft::LogIndex last;
  int given = 0;  // entries
  std::map<std::uint64_t, End> ends;
  std::vector<Role> roles;

 private:
  void encode_state(Bytes& out) const override {
    for (const std::string& line : lines) {
      const Bytes bytes = to_bytes(line + "\n");
      out.insert(out.end(), bytes.begin(), bytes.end());
    }
  }
  Result<void> decode_state(raft::LogIndex index, BytesView state) override {
    return replace(index, as_text(state));
  }
  void add(const std::string& line) {
    lines.push_back(line);
    digest_ = hash_combine(digest_, hash_text(line));
  }
  std::uint64_t digest_ = 1;
  std::string result_;
};

class LogService final : public Service {
 public:
  LogService(Env& env, const HostOptions& options, const std::vector<GroupOptions>& groups,
             const std::function<std::unique_ptr<LogApplication>()>& make)
      : host(env, options) {
    for (const GroupOptions& group : groups) {
      applications.push_back(make());
      host.add_group(group, *applications.back());
    }
  }
  void start() override { host.start(); }
  LogApplication& of(GroupId group) { return *applications[group.value]; }

  std::unique_ptr<FailingEnv> around;  // outlives the host that it was given to
  std::vector<std::unique_ptr<LogApplication>> applications;
  Host host;
};

class LogCluster {
 public:
  using Make = std::function<std::unique_ptr<LogApplication>(std::size_t node)>;
  explicit LogCluster(
      std::size_t groups, std::uint64_t seed = 1,
      Make make = [](std::size_t) { return std::make_unique<LogApplication>(); })
      : sim(seeded(seed)), make_(std::move(make)) {
    std::vector<NodeId> members;
    for (std::uint32_t i = 0; i < kNodes; ++i) members.push_back(NodeId{i});
    for (std::uint32_t i = 0; i < groups; ++i) {
      GroupOptions group;
      group.raft.group = GroupId{i};
      group.first_configuration = raft::Configuration::of_voters(members);
      options.push_back(group);
    }
  }
  // Once the options are as the test wants them.
  void start() {
    for (std::size_t i = 0; i < kNodes; ++i) {
      NodeOptions node;
      node.name = "n" + std::to_string(i + 1);
      sim.add_node(node, [this, i](Env& env) -> std::unique_ptr<Service> {
        auto around = std::make_unique<FailingEnv>(env, failing[i]);
        auto service = std::make_unique<LogService>(around->env, host, options,
                                                    [this, i] { return make_(i); });
        service->around = std::move(around);
        return service;
      });
      nodes().back()->start();
    }
  }
  std::vector<Node*> nodes() {
    std::vector<Node*> all;
    for (std::uint32_t i = 0; i < sim.node_count(); ++i) all.push_back(&sim.node(NodeId{i}));
    return all;
  }
  LogService& service(std::size_t i) { return static_cast<LogService&>(*nodes()[i]->program()); }
  LogApplication& at(std::size_t i, GroupId group = {}) { return service(i).of(group); }
  void run_for(Duration duration) { sim.run_until(sim.now() + duration); }
  // The leader of the newest term.
  std::optional<std::size_t> leader(GroupId group = {}) {
    std::optional<std::size_t> best;
    raft::Term newest;
    for (std::size_t i = 0; i < kNodes; ++i) {
      if (!nodes()[i]->up()) continue;
      const raft::Raft* machine = service(i).host.machine(group);
      if (machine == nullptr || !machine->is_leader() || machine->term() < newest) continue;
      newest = machine->term();
      best = i;
    }
    return best;
  }
  std::size_t await_leader(GroupId group = {}) {
    for (int i = 0; i < 100 && !leader(group); ++i) run_for(milliseconds(50));
    EXPECT_TRUE(leader(group).has_value());
    return leader(group).value_or(0);
  }
  // From outside the node's own code, as a test does; the run goes on by itself.
  void propose(std::size_t i, std::string_view command, std::uint64_t token, GroupId group = {}) {
    service(i).host.propose(group, as_bytes(command), token);
  }

  static constexpr std::size_t kNodes = 3;
  Simulation sim;
  HostOptions host;
  std::vector<GroupOptions> options;
  std::array<std::vector<FailingCall>, kNodes> failing;  // calls of each node's disk

 private:
  static SimulationOptions seeded(std::uint64_t seed) {
    SimulationOptions made;
    made.seed = seed;
    made.log = LogLevel::info;
    return made;
  }
  Make make_;
};

}  // namespace windtunnel::testing
