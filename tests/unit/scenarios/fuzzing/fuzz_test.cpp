#include <windtunnel/scenarios/fuzzing/fuzz.h>

#include <windtunnel/scenarios/format/print.h>
#include <windtunnel/scenarios/fuzzing/corpus.h>
#include <windtunnel/scenarios/fuzzing/failure_file.h>
#include <windtunnel/scenarios/fuzzing/mutate.h>
#include "tests/unit/sanitized.h"
#include "tests/unit/scenarios/fuzzing/fuzzing_world.h"
#include "tests/unit/scenarios/small_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace windtunnel::scenarios {
namespace {

using testing::HasSubstr;

class Fuzzing : public FuzzingTest {
 protected:
  FuzzTotals run(const ScenarioSpec& space, FuzzOptions options) const {
    return fuzz(space, registry_, options, [](const FuzzTotals&) {});
  }
  static FuzzOptions runs(std::uint64_t count, unsigned jobs = 1) {
    FuzzOptions options;
    options.runs = count;
    options.jobs = jobs;
    return options;
  }
};

TEST_F(Fuzzing, FindsHowTheNaiveStoreBreaksAndGroupsIt) {
  const FuzzTotals totals = run(shipped("naive-kv.yaml"), runs(60));
  EXPECT_EQ(totals.runs, 60U);
  EXPECT_GE(totals.failing, 10U);
  ASSERT_GE(totals.groups.size(), 1U);
  EXPECT_LE(totals.groups.size(), 2U);
  std::uint64_t counted = 0;
  for (const FailureGroup& group : totals.groups) counted += group.count;
  EXPECT_EQ(counted, totals.failing);
  // The group's first run is a seed of the scenario.
  const FailureGroup& first = totals.groups[0];
  const std::optional<Failure> again = failure_of(report(shipped("naive-kv.yaml"), first.seed));
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->fingerprint, first.failure.fingerprint);
}

// Wording, values and keys of the witnesses differ from seed to seed.
TEST_F(Fuzzing, GivesOneBugAtMostTwoKindsHoweverOftenItIsFound) {
  for (const char* reads : {"primary", "any"}) {
    ScenarioSpec space = shipped("naive-kv.yaml");
    space.fuzz->first.config["reads"] = {reads};
    for (const char* type : {"register", "cas-register"}) {
      space.workloads[0].type = type;
      const FuzzTotals totals = run(space, runs(kSanitized ? 40 : 150));
      EXPECT_GE(totals.failing, kSanitized ? 5U : 20U) << reads << type;
      EXPECT_LE(totals.groups.size(), 2U) << reads << type;
    }
  }
}

constexpr const char* kLevels[] = {"linearizable", "sequential", "read-your-writes",
                                   "monotonic-reads", "pram"};

// Each of these tells the bug in its own words: by each alone it has few kinds.
TEST_F(Fuzzing, GivesOneBugAtMostTwoKindsByEveryLevel) {
  ScenarioSpec space = shipped("naive-kv.yaml");
  space.fuzz->first.config["reads"] = {"any"};
  space.workloads[0].type = "register";
  for (const char* level : kLevels) {
    space.properties[0].check = level;
    const FuzzTotals totals = run(space, runs(kSanitized ? 20 : 60));
    EXPECT_GE(totals.failing, kSanitized ? 1U : 5U) << level;
    EXPECT_LE(totals.groups.size(), 2U) << level;
  }
}

// A store of somebody's own, of one node, that forgets everything when it starts anew.
ServiceDefinition forgetful_store() {
  return small_service("forgetful", [] {
    return [kept = std::make_shared<std::map<Value, Value>>()](NodeId, const std::string& f,
                                                               const Value& value) {
      const Value& key = value.items()[0];
      if (f == "write") (*kept)[key] = value.items()[1];
      return Value::vector({key, (*kept)[key]});
    };
  });
}

// By weaker levels it is none: whoever was cut off in its call is another process afterwards.
TEST_F(Fuzzing, GivesABugOfAStoreOutsideTheTreeAtMostTwoKinds) {
  registry_.add(forgetful_store());
  const ScenarioSpec space = parse(
      "scenario: v1\nname: forgetful\nlimits: { sim_time: 5s }\n"
      "cluster: { groups: [{ name: n, service: forgetful }] }\n"
      "workloads: [{ name: kv, type: register, clients: 3, keys: 2, rate: 60/s, "
      "timeout: 200ms }]\nproperties: [linearizable]\n"
      "fuzz: { between: 1s..4s, faults: 1..6, kinds: [{ crash: n1, for: 100ms..500ms }, "
      "{ link: { from: clients, to: n1, loss: 0.3 }, for: 100ms..1s }] }\n");
  const FuzzTotals totals = run(space, runs(60));
  EXPECT_GE(totals.failing, 20U);
  EXPECT_LE(totals.groups.size(), 2U);
}

TEST_F(Fuzzing, FindsNothingInRaftAndSaysWhatItReached) {
  FuzzOptions options = runs(30);
  options.verify = true;
  const FuzzTotals totals = run(shipped("raft-kv.yaml"), options);
  EXPECT_EQ(totals.pass, 30U);
  EXPECT_EQ(totals.nondeterministic, 0U);
  EXPECT_GT(totals.coverage.states.size(), 1'000U);
  EXPECT_GT(totals.coverage.marks.size(), 3U);
  EXPECT_GT(totals.coverage.kinds.size(), 10U);
}

TEST_F(Fuzzing, StopsAfterSoManyFailures) {
  FuzzOptions options = runs(1'000);
  options.max_failures = 3;
  EXPECT_EQ(run(shipped("naive-kv.yaml"), options).failing, 3U);
}

TEST_F(Fuzzing, CountsRunsThatCannotBeJudgedWithTheirReasons) {
  ScenarioSpec space = shipped("naive-kv.yaml");
  space.floor.ops_ok = 1'000'000;
  space.fuzz->faults = {0, 0};
  const FuzzTotals totals = run(space, runs(5));
  EXPECT_EQ(totals.pass, 0U);
  ASSERT_GE(totals.unknown, 1U);
  EXPECT_THAT(totals.reasons.begin()->first, HasSubstr("below the floor"));
}

TEST_F(Fuzzing, GoesOnWhereEveryRunCrashes) {
  const ScenarioSpec space = parse(R"(scenario: v1
name: test
limits: { sim_time: 5s }
cluster: { groups: [{ name: n, service: aborting }] }
properties: [{ check: raft.log-matching }]
fuzz: { between: 1s..2s, kinds: [{ pause: n1, for: 10ms }] }
)");
  const FuzzTotals totals = run(space, runs(8));
  EXPECT_EQ(totals.crashed, 8U);
  ASSERT_EQ(totals.groups.size(), 1U);
  EXPECT_EQ(totals.groups[0].count, 8U);
}

TEST_F(Fuzzing, GoesOnWhereEveryRunHangs) {
  const ScenarioSpec space = parse(R"(scenario: v1
name: test
limits: { sim_time: 5s, wall_time: 100ms }
cluster: { groups: [{ name: n, service: hanging }] }
properties: [{ check: raft.log-matching }]
fuzz: { between: 1s..2s, kinds: [{ pause: n1, for: 10ms }] }
)");
  const FuzzTotals totals = run(space, runs(3));
  EXPECT_EQ(totals.crashed, 3U);
  ASSERT_EQ(totals.groups.size(), 1U);
  EXPECT_TRUE(totals.groups[0].failure.hung);
}

TEST_F(Fuzzing, GuidedOrNotItGivesTheSameForEveryNumberOfWorkers) {
  for (const bool guided : {false, true}) {
    std::vector<FuzzTotals> totals;
    for (const unsigned jobs : {1U, 3U}) {
      FuzzOptions options = runs(kSanitized ? 300 : 600, jobs);
      options.guided = guided;
      totals.push_back(run(shipped("naive-kv.yaml"), options));
    }
    EXPECT_EQ(totals[0].failing, totals[1].failing);
    EXPECT_EQ(totals[0].coverage.states, totals[1].coverage.states);
    ASSERT_EQ(totals[0].groups.size(), totals[1].groups.size());
    for (std::size_t i = 0; i < totals[0].groups.size(); ++i) {
      EXPECT_EQ(totals[0].groups[i].spec, totals[1].groups[i].spec);
    }
  }
}

TEST_F(Fuzzing, WhateverIsMutatedIsAScenarioThatCouldHaveBeenWritten) {
  const ScenarioSpec space = shipped("raft-kv.yaml");
  const DrawKey draws(1, "test", "");
  ScenarioSpec one = draw_scenario(space, 1);
  for (std::uint64_t i = 0; i < 500; ++i) {
    const ScenarioSpec other = draw_scenario(space, 2 + i);
    one = mutate(one, other, space, draws.of(i));
    EXPECT_EQ(parse(print_spec(one)), one);
    if (i % 7 == 0) one = other;
  }
}

TEST(Pools, GiveTheNewerOnesMoreOften) {
  Pool pool;
  for (std::uint32_t i = 0; i < 80; ++i) {
    ScenarioSpec spec;
    spec.floor.ops_ok = i;
    pool.add(spec);
  }
  std::uint64_t new_ones = 0;
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    if (pool.choose(DrawKey(i, "test", "")).floor.ops_ok >= 70) ++new_ones;
  }
  EXPECT_GT(new_ones, 400U);
  EXPECT_LT(new_ones, 800U);
}

TEST(Pools, KnowTheNewerOnesAlsoWhenTheyAreFull) {
  constexpr std::uint64_t kAdded = 4'096 + 700;
  Pool pool;
  for (std::uint64_t i = 0; i < kAdded; ++i) {
    ScenarioSpec spec;
    spec.floor.ops_ok = i;
    pool.add(spec);
  }
  std::uint64_t new_ones = 0;
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    if (pool.choose(DrawKey(i, "test", "")).floor.ops_ok >= kAdded - 512) ++new_ones;
  }
  EXPECT_GT(new_ones, 400U);
}

TEST_F(Fuzzing, AllThatARunViolatesIsReported) {
  ScenarioSpec space = shipped("naive-kv.yaml");
  space.workloads.push_back(space.workloads[0]);
  space.workloads[1].name = "other";
  space.workloads[1].client_name = "o";
  space.properties.push_back(space.properties[0]);
  space.properties[1].workload = "other";
  const FuzzTotals totals = run(space, runs(30));
  std::uint64_t shown = 0;
  for (const FailureGroup& group : totals.groups) shown += group.count;
  EXPECT_GT(shown, totals.failing);
}

class Corpora : public FuzzingTest {
 protected:
  Corpora()
      : folder_(std::filesystem::temp_directory_path() /
                ("wt-corpus-test-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~Corpora() override { std::filesystem::remove_all(folder_); }
  void save(const char* name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }
  ScenarioSpec saved_failure() const {
    Failure failure;
    const ScenarioSpec spec = failing_naive(1, failure);
    const ScenarioSpec written = failure_spec({spec, failure});
    save("a.yaml", failure_text(written, failure, registry_));
    return written;
  }

  std::filesystem::path folder_;
};

TEST_F(Corpora, SayWhatStillFailsAndHow) {
  ScenarioSpec spec = saved_failure();
  const Corpus corpus = load_corpus(folder_, registry_);
  ASSERT_EQ(corpus.entries.size(), 1U);
  EXPECT_EQ(check_entry(corpus.entries[0], registry_).state, CorpusState::reproduces);

  spec.found->trace_hash = "0123";
  EXPECT_EQ(check_entry({"b", spec}, registry_).state, CorpusState::same_failure);
  spec.found->fingerprint = "raft.log-matching-00000000";
  EXPECT_EQ(check_entry({"b", spec}, registry_).state, CorpusState::other_failure);
  spec.found->draws = 99;
  EXPECT_THAT(check_entry({"b", spec}, registry_).text, HasSubstr("draws of version 99"));
  spec.plan.faults.clear();
  spec.network = NetworkSpec{};
  spec.workloads[0].clients = 1;
  EXPECT_EQ(check_entry({"b", spec}, registry_).state, CorpusState::no_longer);
}

TEST_F(Corpora, AFileThatCannotBeReadIsNamedAndTheOthersAreKept) {
  saved_failure();
  save("b.yaml", "scenario: v1\nname: [\n");
  const Corpus corpus = load_corpus(folder_, registry_);
  EXPECT_EQ(corpus.entries.size(), 1U);
  ASSERT_EQ(corpus.complaints.size(), 1U);
  EXPECT_THAT(corpus.complaints[0], HasSubstr("b.yaml"));
  EXPECT_EQ(corpus.exit_code, 65);
}

TEST_F(Corpora, AFolderThatDoesNotExistYetIsEmpty) {
  EXPECT_TRUE(load_corpus(folder_ / "none", registry_).entries.empty());
}

}  // namespace
}  // namespace windtunnel::scenarios
