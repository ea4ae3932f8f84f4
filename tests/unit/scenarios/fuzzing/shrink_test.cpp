#include <windtunnel/scenarios/fuzzing/shrink.h>

#include <windtunnel/scenarios/format/print.h>
#include <windtunnel/scenarios/fuzzing/failure_file.h>
#include <windtunnel/scenarios/fuzzing/plan_edit.h>
#include "tests/unit/sanitized.h"
#include "tests/unit/scenarios/fuzzing/fuzzing_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace windtunnel::scenarios {
namespace {

using testing::HasSubstr;

class Shrinking : public FuzzingTest {
 protected:
  ShrinkResult run(const ScenarioSpec& spec, const Failure& failure, unsigned jobs = 1,
                   std::uint64_t candidates = 5'000) const {
    ShrinkOptions options;
    options.jobs = jobs;
    options.candidates = candidates;
    options.time = std::chrono::milliseconds(0);
    return shrink(spec, failure, registry_, options, [](const ShrinkProgress&) {});
  }
};

// With the nodes that its selectors found in place of the selectors a run is the same, to the bit.
TEST_F(Shrinking, AFrozenPlanPlaysTheSameRun) {
  const ScenarioSpec space = shipped("raft-kv.yaml");
  std::size_t frozen = 0;
  for (std::uint64_t seed = 1; seed <= (kSanitized ? 10 : 40); ++seed) {
    const ScenarioSpec drawn = draw_scenario(space, seed);
    RunOptions options;
    options.seed = seed;
    const RunResult first = run_scenario(drawn, registry_, options);
    ScenarioSpec played = drawn;
    played.plan = frozen_plan(drawn.plan, first.faults);
    for (faults::Fault& fault : played.plan.faults) {
      each_selector(fault.effect, [&](const Selector& selector) {
        for (const faults::Term& term : selector.terms) {
          EXPECT_EQ(term.kind, faults::Term::Kind::named) << faults::to_string(term);
        }
      });
    }
    // What concerned nobody is recorded, but not played again.
    if (played.plan.faults.size() != drawn.plan.faults.size()) continue;
    ++frozen;
    EXPECT_EQ(run_scenario(played, registry_, options).trace_hash, first.trace_hash)
        << "seed " << seed << "\n"
        << print_spec(played);
  }
  EXPECT_GE(frozen, kSanitized ? 4U : 20U);
}

TEST_F(Shrinking, LeavesOnlyWhatTheFailureNeeds) {
  Failure failure;
  const ScenarioSpec spec = failing_naive(1, failure);
  const ShrinkResult result = run(spec, failure);
  EXPECT_EQ(result.best.failure.fingerprint, failure.fingerprint);
  EXPECT_TRUE(result.complete);
  EXPECT_LE(count_faults(result.best.spec.plan), 2U);
  EXPECT_LE(count_servers(result.best.spec), 3U);
  EXPECT_LE(count_clients(result.best.spec), 2U);
  EXPECT_LT(count_faults(result.best.spec.plan), count_faults(spec.plan));
}

TEST_F(Shrinking, GivesTheSameForEveryNumberOfWorkers) {
  Failure failure;
  const ScenarioSpec spec = failing_naive(4, failure);
  EXPECT_EQ(run(spec, failure, 1, 200).best.spec, run(spec, failure, 3, 200).best.spec);
}

TEST_F(Shrinking, ReturnsWhatItReachedWhenItsBoundIsReached) {
  Failure failure;
  const ScenarioSpec spec = failing_naive(1, failure);
  const ShrinkResult result = run(spec, failure, 1, 3);
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(result.candidates, 3U);
  EXPECT_EQ(result.best.failure.fingerprint, failure.fingerprint);
}

TEST_F(Shrinking, MakesCrashesSmallToo) {
  const ScenarioSpec spec = parse(R"(scenario: v1
name: test
limits: { sim_time: 5s }
cluster: { groups: [{ name: n, count: 4, service: aborting }] }
faults: [{ at: 1500ms, pause: n2, for: 1s }, { at: 200ms, isolate: n3, for: 1s }]
properties: [{ check: raft.log-matching }]
)");
  const std::optional<Failure> failure = failure_of(report(spec, 1));
  ASSERT_TRUE(failure.has_value());
  const ShrinkResult result = run(spec, *failure);
  EXPECT_EQ(count_faults(result.best.spec.plan), 0U);
  EXPECT_EQ(count_servers(result.best.spec), 1U);
}

TEST_F(Shrinking, TheFileSaysWhatHappensAndRunsAsItSays) {
  Failure failure;
  const ScenarioSpec spec = failing_naive(1, failure);
  const ShrinkResult result = run(spec, failure);
  const ScenarioSpec written = failure_spec(result.best);
  const std::string text = failure_text(written, result.best.failure, registry_);
  EXPECT_THAT(text, HasSubstr("# linearizable is violated:"));
  EXPECT_THAT(text, HasSubstr("# What happens with seed"));
  const ScenarioSpec read = parse(text);
  EXPECT_EQ(read, written);
  const std::uint64_t seed = read.seeds.ranges[0].first;
  const SeedReport again = report(read, seed);
  EXPECT_EQ(again.summary.verdict, RunVerdict::pass) << "the violation is expected";
  EXPECT_EQ(again.summary.trace_hash, read.found->trace_hash);
}

TEST_F(Shrinking, TheFileHoldsWordsThatAreLongerThanItsLines) {
  Failure failure;
  ScenarioSpec spec = failing_naive(1, failure);
  ASSERT_FALSE(spec.plan.faults.empty());
  spec.plan.faults[0].label = std::string(150, 'x');
  const Subject subject{spec, failure};
  const ScenarioSpec written = failure_spec(subject);
  EXPECT_EQ(parse(failure_text(written, failure, registry_)), written);
}

TEST_F(Shrinking, TheFileHoldsWhateverCodeUnderTestHasSaid) {
  Failure failure;
  ScenarioSpec spec = failing_naive(1, failure);
  for (int i = 0; i < 60; ++i) spec.plan.faults[0].label += "\xe6\x97\xa5";
  failure.text = "\x1b[31mred\xff\n\x01";
  const ScenarioSpec written = failure_spec({spec, failure});
  EXPECT_EQ(parse(failure_text(written, failure, registry_)), written);
}

// The record of a violation that a history shows is the last of the run.
TEST_F(Shrinking, TheStoryTellsWhenTheViolationWas) {
  Failure failure;
  const ScenarioSpec spec = failing_naive(1, failure);
  ASSERT_LT(failure.time, spec.limits.sim_time);
  EXPECT_THAT(failure_text(failure_spec({spec, failure}), failure, registry_),
              HasSubstr("linearizable is violated, by what happened at "));
}

TEST_F(Shrinking, TheFileNamesTheCheckThatOneLineForManyStandsFor) {
  Failure failure;
  ScenarioSpec spec = failing_naive(1, failure);
  spec.properties.resize(1);
  spec.properties[0].check = "raft.*";
  spec.properties[0].workload.clear();
  failure.fingerprint = {"raft.commit-once", "", "n# commits another entry"};
  const std::vector<PropertySpec> written = failure_spec({spec, failure}).properties;
  ASSERT_EQ(written.size(), 2U);
  EXPECT_EQ(written[0], spec.properties[0]);
  EXPECT_EQ(written[1].check, "raft.commit-once");
  EXPECT_EQ(written[1].expect, Expectation::violated);
}

// Nobody is served within a nanosecond, and everybody within five seconds.
TEST_F(Shrinking, KeepsOfTwoPropertiesOnOneCheckTheOneThatIsViolated) {
  const std::string breaks = "{ check: available, options: { max_p99: 1ns } }";
  const std::string keeps = "{ check: available, options: { max_p99: 5s } }";
  for (const std::string& both : {breaks + ", " + keeps, keeps + ", " + breaks}) {
    const ScenarioSpec spec = parse(
        "scenario: v1\nname: two\nlimits: { sim_time: 2s }\n"
        "cluster: { groups: [{ name: n, count: 3, service: naive-kv }] }\n"
        "workloads: [{ name: kv, type: register, clients: 2, rate: 50/s }]\nproperties: [" +
        both + "]\n");
    const std::optional<Failure> failure = failure_of(report(spec, 1));
    ASSERT_TRUE(failure.has_value());
    const Subject subject{spec, *failure};
    EXPECT_EQ(report(failure_spec(subject), 1).summary.verdict, RunVerdict::pass) << both;
    const ScenarioSpec only = simplify_passes()[0].propose(subject)[0];
    ASSERT_EQ(only.properties.size(), 1U);
    EXPECT_EQ(only.properties[0].options.at("max_p99"), "1ns") << both;
  }
}

TEST_F(Shrinking, TriesOneOperationInFlightAndFewerOptionsOfWorkloads) {
  ScenarioSpec spec = parse(
      "scenario: v1\nname: load\nlimits: { sim_time: 2s }\n"
      "cluster: { groups: [{ name: n, count: 3, service: naive-kv }] }\n"
      "workloads: [{ name: kv, type: register, in_flight: 8 }]\nproperties: [linearizable]\n");
  spec.workloads[0].options = {{"size", "3"}, {"shape", "round"}};
  Subject subject{spec, {}};
  subject.failure.fingerprint.workload = "kv";
  bool one_in_flight = false;
  std::set<std::string> left;
  for (const SimplifyPass& pass : surroundings_passes()) {
    for (const ScenarioSpec& proposal : pass.propose(subject)) {
      const WorkloadSpec& workload = proposal.workloads[0];
      one_in_flight = one_in_flight || workload.in_flight == 1;
      if (workload.options.size() == 1) left.insert(workload.options.begin()->first);
    }
  }
  EXPECT_TRUE(one_in_flight);
  EXPECT_EQ(left, (std::set<std::string>{"shape", "size"}));
}

// A crash needs no workload, but the property that is left names one.
TEST_F(Shrinking, TakesOnlyWhatCouldHaveBeenWritten) {
  const ScenarioSpec spec = parse(R"(scenario: v1
name: test
limits: { sim_time: 3s }
cluster: { groups: [{ name: n, count: 2, service: naive-kv }, { name: m, service: aborting }] }
workloads: [{ name: kv, type: register, target: n, rate: 10/s }]
properties: [{ check: linearizable, workload: kv }]
)");
  const std::optional<Failure> failure = failure_of(report(spec, 1));
  ASSERT_TRUE(failure.has_value());
  ASSERT_EQ(failure->fingerprint.check, "no-crash");
  const Catalog catalog = registry_.catalog();
  EXPECT_EQ(why_invalid(run(spec, *failure).best.spec, &catalog), "");
}

// What cannot be made smaller is left after as many runs as there are different proposals.
TEST_F(Shrinking, RunsNoCandidateTwice) {
  bool had_equal_ones = false;
  for (std::uint64_t seed = 1; seed <= 12 && !had_equal_ones; ++seed) {
    const ScenarioSpec spec = draw_scenario(shipped("naive-kv.yaml"), seed);
    const std::optional<Failure> failure = failure_of(report(spec, seed));
    if (!failure) continue;
    const Subject small = run(spec, *failure).best;
    std::vector<std::string> texts;
    const auto add = [&](const std::vector<ScenarioSpec>& proposed) {
      for (const ScenarioSpec& one : proposed) texts.push_back(print_spec(one));
    };
    for (const SimplifyPass& pass : simplify_passes()) add(pass.propose(small));
    add(with_other_seeds(small));
    const std::set<std::string> different(texts.begin(), texts.end());
    had_equal_ones = different.size() < texts.size();
    EXPECT_EQ(run(small.spec, small.failure).candidates, different.size()) << "seed " << seed;
  }
  EXPECT_TRUE(had_equal_ones) << "no seed has equal proposals";
}

// Nobody can be elected over such links. Nothing here makes it fail less, so each pass has its way.
TEST_F(Shrinking, ComesToAnEndWhereEverythingMayBeChanged) {
  const ScenarioSpec spec = parse(R"(scenario: v1
name: slow
limits: { sim_time: 4s }
cluster: { groups: [{ name: n, count: 3, service: raft-kv }] }
network: { default: { latency: 5s } }
workloads:
  - { name: kv, type: cas-register, clients: 2, keys: 3, rate: 20/s, timeout: 500ms, start: 70ms }
faults: [{ at: 137ms, isolate: n3, for: 777ms }, { at: 1s, link: { from: n1, to: n2, loss: 0.5 } }]
heal: { at: 1900ms, within: 2s }
properties: [recovers]
)");
  const std::optional<Failure> failure = failure_of(report(spec, 1));
  ASSERT_TRUE(failure.has_value());
  const ShrinkResult result = run(spec, *failure);
  EXPECT_TRUE(result.complete) << result.candidates;
  const Catalog catalog = registry_.catalog();
  EXPECT_EQ(why_invalid(result.best.spec, &catalog), "");
}

TEST(PlanEdit, ForgettingANodeTakesOutWhatConcernedOnlyIt) {
  faults::FaultPlan plan;
  const auto named = [](const char* name) {
    return Selector{{{faults::Term::Kind::named, name, 0}}};
  };
  faults::Fault crash;
  crash.effect = faults::Crash{named("n3"), {}};
  faults::Fault partition;
  partition.effect =
      faults::Partition{{faults::Sides::Shape::listed, {named("n1"), named("n2"), named("n3")}}};
  faults::Fault cut;
  cut.effect = faults::Cut{named("n3"), named("n1"), false};
  plan.faults = {crash, partition, cut};
  forget_node(plan, "n3");
  ASSERT_EQ(plan.faults.size(), 1U);
  const auto& left = std::get<faults::Partition>(plan.faults[0].effect);
  EXPECT_EQ(left.sides.sides.size(), 2U);
}

}  // namespace
}  // namespace windtunnel::scenarios
