#include <windtunnel/scenarios/engine/coverage.h>

#include <windtunnel/scenarios/engine/draw.h>
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

TEST(Coverage, SurvivesTheWayFromAWorker) {
  const Coverage coverage{{1, 2, 1'000'000'000'000}, {7, 8}};
  EXPECT_EQ(decode_coverage(encode(coverage)), coverage);
  EXPECT_EQ(decode_coverage(""), Coverage{});
  EXPECT_EQ(decode_coverage(encode(coverage).substr(0, 16)), Coverage{});
}

}  // namespace
}  // namespace windtunnel::scenarios
