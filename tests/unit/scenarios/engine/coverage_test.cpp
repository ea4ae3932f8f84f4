#include <windtunnel/scenarios/engine/coverage.h>

#include <windtunnel/scenarios/engine/draw.h>
#include <windtunnel/sim/node.h>
#include "tests/unit/scenarios/running.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace windtunnel::scenarios {
namespace {

Coverage coverage_of(const std::string& faults) {
  Registry registry;
  add_builtin(registry);
  const Catalog catalog = registry.catalog();
  LoadOptions load;
  load.catalog = &catalog;
  const LoadedScenario loaded = parse_scenario("test.yaml", R"(scenario: v1
name: test
limits: { sim_time: 5s }
cluster: { groups: [{ name: n, count: 3, service: raft-kv }] }
workloads: [{ name: kv, type: register, rate: 50/s }]
properties: [{ check: linearizable, workload: kv }]
)" + faults,
                                               load);
  EXPECT_TRUE(loaded.spec.has_value()) << loaded.diagnostics.render();
  RunOptions options;
  options.coverage = true;
  return run_scenario(loaded.spec.value_or(ScenarioSpec{}), registry, options).coverage;
}

TEST(Coverage, FaultsReachStatesThatCalmRunsDoNot) {
  const Coverage calm = coverage_of("");
  const Coverage stormy = coverage_of("faults: [{ at: 2s, isolate: leader, for: 1s }]\n");
  std::vector<std::uint64_t> more;
  std::set_difference(stormy.states.begin(), stormy.states.end(), calm.states.begin(),
                      calm.states.end(), std::back_inserter(more));
  EXPECT_GT(calm.states.size(), 3U);
  EXPECT_GT(more.size(), 3U);
}

TEST(Coverage, KeepsTheMarksThatProtocolsLeave) {
  const Coverage stormy = coverage_of("faults: [{ at: 2s, isolate: leader, for: 1s }]\n");
  EXPECT_TRUE(
      std::binary_search(stormy.marks.begin(), stormy.marks.end(), hash_text("raft.quorum-lost")));
}

TEST(Coverage, WatchingARunDoesNotChangeIt) {
  Registry registry;
  add_builtin(registry);
  const LoadedScenario loaded = load_scenario(WT_SOURCE_DIR "/scenarios/fuzz/raft-kv.yaml");
  RunOptions options;
  const RunResult unseen = run_scenario(*loaded.spec, registry, options);
  options.coverage = true;
  EXPECT_EQ(run_scenario(*loaded.spec, registry, options).trace_hash, unseen.trace_hash);
}

struct Moved {
  RecordKind kind;
  std::uint64_t number;
  char type = 'a';
};

// The states of a node that becomes a leader after messages have moved so.
std::vector<std::uint64_t> states_after(const std::vector<Moved>& moves) {
  Dictionary dictionary;
  dictionary.add("n", "service", 1, ProtocolWords{});
  Simulation sim{SimulationOptions{}};
  NodeOptions options;
  options.name = "n1";
  sim.add_node(options, [](Env&) { return std::unique_ptr<Service>(); });
  CoverageObserver observer(sim, dictionary);
  for (const Moved& move : moves) {
    Record record;
    record.kind = move.kind;
    record.a = move.number;
    record.c = std::uint64_t{1} << 8 | static_cast<std::uint8_t>(move.type);
    sim.record(record);
  }
  Record leads;
  leads.kind = kind_of(ObservationKind::role);
  leads.node = NodeId{0};
  leads.a = static_cast<std::uint64_t>(Role::leader);
  leads.b = 1;
  sim.record(leads);
  return observer.take().states;
}

TEST(Coverage, MessagesOnTheWayMakeAStateOfTheirOwn) {
  using K = RecordKind;
  const std::vector<std::uint64_t> calm = states_after({});
  ASSERT_EQ(calm.size(), 1U);
  EXPECT_NE(states_after({{K::send, 1}}), calm);
  EXPECT_NE(states_after({{K::send, 1}, {K::duplicate, 1}, {K::deliver, 1}}), calm);
  EXPECT_EQ(states_after({{K::send, 1}, {K::duplicate, 1}, {K::deliver, 1}, {K::drop, 1}}), calm);
}

TEST(Coverage, FramesInStreamsAreNoMessagesOnTheWay) {
  EXPECT_EQ(states_after({{RecordKind::duplicate, 5}}), states_after({}));
  EXPECT_EQ(states_after({{RecordKind::send, 1}, {RecordKind::drop, 2}}),
            states_after({{RecordKind::send, 1}}));
}

TEST(Coverage, DamagedMessagesArriveAsWhatTheyWere) {
  EXPECT_EQ(states_after({{RecordKind::send, 1, 'a'}, {RecordKind::deliver, 1, 'b'}}),
            states_after({}));
}

TEST(Coverage, SurvivesTheWayFromAWorker) {
  const Coverage coverage{{1, 2, 1'000'000'000'000}, {7, 8}};
  EXPECT_EQ(decode_coverage(encode(coverage)), coverage);
  EXPECT_EQ(decode_coverage(""), Coverage{});
  EXPECT_EQ(decode_coverage(encode(coverage).substr(0, 16)), Coverage{});
}

}  // namespace
}  // namespace windtunnel::scenarios
