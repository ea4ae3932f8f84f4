// Raft under generated faults, as a user of the generators and matchers would write it. A
// counterexample is a scenario file: save it, `windtunnel run` it.
#include <windtunnel/harness/builtin.h>
#include <windtunnel/scenarios/campaign/test_run.h>
#include <windtunnel/scenarios/format/load.h>
#include <windtunnel/scenarios/gtest/matchers.h>
#include <windtunnel/scenarios/rapidcheck/arbitrary.h>
#include <windtunnel/scenarios/rapidcheck/assert_that.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <functional>
#include <string>

namespace windtunnel {
namespace {

using scenarios::ScenarioSpec;
using scenarios::TestRun;
using testing::HasSubstr;

const scenarios::Registry& registry() {
  static const scenarios::Registry made = [] {
    scenarios::Registry registry;
    scenarios::add_builtin(registry);
    return registry;
  }();
  return made;
}

TestRun run(const ScenarioSpec& spec, std::uint64_t seed = 1) {
  scenarios::TestRunOptions options;
  options.seed = seed;
  return scenarios::run_for_test(spec, registry(), options);
}

RC_GTEST_PROP(RaftKv, KeepsItsPromisesInAnyScenario, (const ScenarioSpec& spec)) {
  const auto seed = *rc::gen::arbitrary<std::uint32_t>();
  const TestRun made = run(spec, seed);
  WT_RC_ASSERT_THAT(made, Holds("raft.*"));
  WT_RC_ASSERT_THAT(made, Holds("linearizable"));
}

// Every fault is over when a majority is healed: whoever leads then reaches everybody. (Where a
// link outside of the healed majority stays cut, a leader out there may keep a healed node from
// knowing what was committed.)
RC_GTEST_PROP(RaftKv, RecoversOnceTheFaultsAreOver, ()) {
  gen::ScenarioOptions options;
  options.plan.begin = faults::DurationRange{seconds(1), seconds(6)};
  options.plan.longest = milliseconds(1'500);
  options.plan.effects.pop_back();
  const ScenarioSpec spec = *gen::scenario(options);
  const TestRun made = run(spec);
  WT_RC_ASSERT_THAT(made, Holds("recovers"));
}

// The property above means nothing unless the scenarios hurt.
TEST(RaftKv, IsHurtByTheScenarios) {
  const rc::Gen<ScenarioSpec> gen = gen::scenario();
  std::uint64_t ops_ok = 0;
  std::uint64_t elections = 0;
  std::uint64_t crashed = 0;  // runs: some crash a node again and again
  std::uint64_t bites = 0;
  std::uint64_t infos = 0;
  for (std::uint64_t seed = 0; seed < 160; ++seed) {
    const TestRun made = run(gen(rc::Random(seed), 100).value(), seed);
    EXPECT_THAT(made, Holds("linearizable")) << "seed " << seed;
    ops_ok += made.stats.ops_ok;
    elections += made.stats.elections;
    crashed += made.stats.crashes > 0 ? 1 : 0;
    bites += made.stats.faults_bite;
    infos += made.stats.ops_info;
  }
  EXPECT_GT(ops_ok, 12'000U);
  EXPECT_GT(elections, 180U) << "more than one a run";
  EXPECT_GT(crashed, 12U) << "24 in the mean of 1,600";
  EXPECT_GT(bites, 160U);
  EXPECT_GT(infos, 20U);
}

// ---- what is found, and how it looks

rc::detail::TestResult checked(const std::function<void()>& property) {
  rc::detail::TestParams params;
  params.seed = 1;
  return rc::detail::checkTestable(property, rc::detail::TestMetadata(), params);
}

// Reads from the primary only, and a network that is fast: without faults all is well.
ScenarioSpec naive() {
  ScenarioSpec spec = gen::base_scenario();
  spec.name = "naive";
  spec.cluster.groups[0].count = 3;
  spec.cluster.groups[0].service = "naive-kv";
  spec.cluster.groups[0].config = {{"reads", "primary"}, {"failover", "300ms"}};
  spec.workloads[0].type = "register";
  spec.heal.reset();
  spec.properties.resize(1);
  return spec;
}

TEST(NaiveKv, IsFoundWantingAndTheCounterexampleIsAScenario) {
  EXPECT_THAT(run(naive()), Passes());
  const rc::detail::TestResult result = checked([] {
    const ScenarioSpec spec = *gen::scenario({.plan = {.scenario = naive()}});
    WT_RC_ASSERT_THAT(run(spec), Holds("linearizable"));
  });
  ASSERT_TRUE(result.is<rc::detail::FailureResult>());
  const auto& failure = result.get<rc::detail::FailureResult>();
  EXPECT_THAT(failure.description, HasSubstr("Expected: holds linearizable\n"
                                             "  Actual: the run of naive with seed 1 (fail), of "
                                             "which\n  linearizable is violated: The register "));
  ASSERT_EQ(failure.counterExample.size(), 1U);
  const std::string& shown = failure.counterExample[0].second;
  const scenarios::LoadedScenario loaded = scenarios::parse_scenario("counterexample.yaml", shown);
  ASSERT_TRUE(loaded.spec.has_value()) << loaded.diagnostics.render();
  EXPECT_LE(loaded.spec->plan.faults.size(), 1U) << shown;
  EXPECT_THAT(run(*loaded.spec), Violates("linearizable"));
}

}  // namespace
}  // namespace windtunnel
