// Several groups and workloads in one scenario: each has observations, findings, histories and
// statistics of its own.
#include <windtunnel/checkers/history/history_io.h>
#include <windtunnel/harness/builtin.h>
#include <windtunnel/protocols/raft/words.h>
#include <windtunnel/scenarios/engine/run.h>
#include <windtunnel/scenarios/format/load.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace windtunnel::scenarios {
namespace {

using testing::HasSubstr;

// All of its nodes lead term 1 at once: a split brain.
class Usurper final : public Service {
 public:
  Usurper(Env& env, GroupId group) : env_(env), group_(group) {}
  void start() override {
    Observation leads;
    leads.kind = ObservationKind::role;
    leads.group = group_;
    leads.a = static_cast<std::uint64_t>(Role::leader);
    leads.b = 1;
    env_.observer.observe(leads);
  }

 private:
  Env& env_;
  GroupId group_;
};

const Registry& groups_registry() {
  static const Registry made = [] {
    Registry registry;
    add_builtin(registry);
    ServiceDefinition usurpers;
    usurpers.name = "usurpers";
    usurpers.words = raft::kWords;
    usurpers.make = [](Env& env, const ServiceConfig& config) -> std::unique_ptr<Service> {
      return std::make_unique<Usurper>(env, config.group);
    };
    registry.add(std::move(usurpers));
    return registry;
  }();
  return made;
}

ScenarioSpec read(const std::string& text) {
  const Catalog catalog = groups_registry().catalog();
  LoadOptions options;
  options.catalog = &catalog;
  LoadedScenario loaded = parse_scenario("s.yaml", text, options);
  EXPECT_TRUE(loaded.spec.has_value()) << loaded.diagnostics.render();
  return loaded.spec.value_or(ScenarioSpec{});
}

std::string reasons(const RunResult& result) {
  std::string text;
  for (const std::string& reason : result.reasons) text += reason + "\n";
  return text;
}

const PropertyResult& property(const RunResult& result, std::string_view check) {
  static const PropertyResult none;
  for (const PropertyResult& each : result.properties) {
    if (each.check == check) return each;
  }
  ADD_FAILURE() << "no property " << check;
  return none;
}

const std::string kTwoGroups = R"(
scenario: v1
name: two-groups
limits: { sim_time: 20s }
cluster:
  groups:
    - { name: a, count: 3, service: raft-kv }
    - { name: b, count: 5, service: raft-kv }
workloads:
  - { name: first, target: a, type: cas-register, clients: 3, keys: 3, rate: 40/s, start: 1s,
      client_name: c }
  - { name: second, target: b, type: cas-register, clients: 2, keys: 3, rate: 40/s, start: 1s,
      client_name: d }
faults:
  - { at: 4s, partition: [[b-leader, b-minority], [b-majority]], for: 3s }
  - { at: 8s, crash: { nodes: b-leader, kind: power }, for: 1s }
heal: { at: 11s, within: 8s }
properties:
  - { check: linearizable, workload: first }
  - { check: linearizable, workload: second }
  - raft.*
  - recovers
floor: { ops_ok: 800, elections: 4, faults_bite: 2 }
)";

TEST(Groups, OfOneServiceInOneScenarioAreToldApart) {
  const ScenarioSpec spec = read(kTwoGroups);
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    RunOptions options;
    options.seed = seed;
    const RunResult result = run_scenario(spec, groups_registry(), options);
    EXPECT_EQ(result.verdict, RunVerdict::pass) << seed << ": " << reasons(result);
    ASSERT_EQ(result.workloads.size(), 2U);
    EXPECT_GT(result.workloads[0].ok, 300U);
    EXPECT_GT(result.workloads[1].ok, 300U);
    // Only the second group was touched.
    for (const FaultActivity& fault : result.faults) {
      EXPECT_GT(fault.bites, 0U) << fault.id;
      for (const FaultActivity::Window& window : fault.windows) {
        for (const NodeId victim : window.victims) EXPECT_GE(victim.value, 3U) << fault.id;
      }
    }
  }
}

const std::string kUsurpers = R"(
scenario: v1
name: split-brain
limits: { sim_time: 5s }
stop: never
cluster:
  groups:
    - { name: a, count: 3, service: raft-kv }
    - { name: b, count: 3, service: usurpers }
workloads:
  - { name: kv, target: a, type: register, clients: 2, rate: 50/s, start: 1s }
properties:
  - raft.*
)";

TEST(Groups, ASplitBrainIsThatOfItsGroup) {
  const RunResult result = run_scenario(read(kUsurpers), groups_registry(), RunOptions{});
  EXPECT_EQ(result.verdict, RunVerdict::fail);
  const PropertyResult& election = property(result, "raft.election-safety");
  EXPECT_EQ(election.finding.decision, Decision::violated);
  EXPECT_THAT(election.finding.text,
              HasSubstr("in group b: b2 became leader of term 1, which b1 leads"));
  EXPECT_EQ(election.finding.node, NodeId{4});
  for (const PropertyResult& each : result.properties) {
    if (each.check == election.check) continue;
    EXPECT_EQ(each.finding.decision, Decision::ok) << each.check << ": " << each.finding.text;
  }
}

// --- Several workloads ---

TEST(Groups, EveryWorkloadIsInTheHistoryFile) {
  const ScenarioSpec spec = read(kTwoGroups);
  RunArtifacts artifacts;
  const RunResult result = run_scenario(spec, groups_registry(), RunOptions{}, &artifacts);
  const checkers::HistoryResult history = checkers::read_history(artifacts.history_jsonl);
  ASSERT_TRUE(history.has_value()) << to_string(history.error());
  EXPECT_THAT(checkers::workloads_in(*history), testing::ElementsAre("first", "second"));
  std::int64_t index = 0;
  std::int64_t time = 0;
  for (const checkers::Event& event : history->events()) {
    EXPECT_EQ(event.index, index++);
    EXPECT_GE(event.time_ns, time);
    time = event.time_ns;
  }
  std::set<std::int64_t> seen;
  for (std::size_t i = 0; i < 2; ++i) {
    const checkers::History part =
        checkers::history_of_workload(*history, result.workloads[i].name);
    std::uint64_t ok = 0;
    std::set<std::int64_t> processes;
    for (const checkers::Operation& op : part.operations()) {
      ok += op.outcome == checkers::EventType::ok ? 1 : 0;
      processes.insert(part.process(op));
    }
    EXPECT_EQ(ok, result.workloads[i].ok);
    for (const std::int64_t process : processes) EXPECT_TRUE(seen.insert(process).second);
  }
}

TEST(Groups, AWorkloadThatDidNothingLeavesTheRunUnknown) {
  std::string text = kTwoGroups;
  const std::string idle = "rate: 40/s, start: 1s,\n      client_name: d";
  text.replace(text.find(idle), idle.size(), "rate: 40/s, start: 19999ms,\n      client_name: d");
  text.replace(text.find("  - recovers\n"), 13, "");
  text.replace(text.find("ops_ok: 800"), 11, "ops_ok: 10");
  const RunResult result = run_scenario(read(text), groups_registry(), RunOptions{});
  EXPECT_EQ(result.verdict, RunVerdict::unknown);
  EXPECT_THAT(reasons(result), HasSubstr("0 operations ok of second, at least 1 expected"));
}

}  // namespace
}  // namespace windtunnel::scenarios
