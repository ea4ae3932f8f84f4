// What a seed draws from a `fuzz:` section.
#include <windtunnel/scenarios/engine/draw.h>
#include <windtunnel/scenarios/format/print.h>
#include "tests/unit/scenarios/running.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace windtunnel::scenarios {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kSeeds = 300;

class Drawing : public testing::Test {
 protected:
  Drawing() {
    add_builtin(registry_);
    catalog_ = registry_.catalog();
  }
  ScenarioSpec shipped(const std::string& name) const {
    LoadOptions options;
    options.catalog = &catalog_;
    LoadedScenario loaded = load_scenario(WT_SOURCE_DIR "/scenarios/fuzz/" + name, options);
    EXPECT_TRUE(loaded.spec.has_value()) << loaded.diagnostics.render();
    return loaded.spec.value_or(ScenarioSpec{});
  }
  std::string complaints(const std::string& fuzz) const {
    LoadOptions options;
    options.catalog = &catalog_;
    return parse_scenario("test.yaml", kHead + fuzz, options).diagnostics.render();
  }

  const std::string kHead = R"(scenario: v1
name: test
limits: { sim_time: 10s }
cluster: { groups: [{ name: n, count: 5, service: raft-kv, config: { heartbeat: 40ms } }] }
workloads: [{ name: kv, type: register }]
properties: [{ check: linearizable, workload: kv }]
)";
  Registry registry_;
  Catalog catalog_;
};

TEST_F(Drawing, TheSameSeedDrawsTheSameAndAnotherSeedSomethingElse) {
  const ScenarioSpec space = shipped("raft-kv.yaml");
  EXPECT_EQ(draw_scenario(space, 7), draw_scenario(space, 7));
  EXPECT_NE(draw_scenario(space, 7).plan, draw_scenario(space, 8).plan);
}

TEST_F(Drawing, WhateverIsDrawnIsAScenarioThatCouldHaveBeenWritten) {
  LoadOptions options;
  options.catalog = &catalog_;
  for (const char* name : {"raft-kv.yaml", "naive-kv.yaml"}) {
    const ScenarioSpec space = shipped(name);
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      const ScenarioSpec drawn = draw_scenario(space, seed);
      const std::string text = print_spec(drawn);
      const LoadedScenario read = parse_scenario("drawn.yaml", text, options);
      ASSERT_TRUE(read.spec.has_value()) << read.diagnostics.render() << text;
      EXPECT_EQ(*read.spec, drawn) << text;
    }
  }
}

TEST_F(Drawing, ChangingOnePartOfTheSpaceChangesNoOtherDraw) {
  const ScenarioSpec space = shipped("raft-kv.yaml");
  ScenarioSpec other = space;
  other.fuzz->clients = IntegerRange{9, 9};
  other.fuzz->first.config.erase("max_batch");
  other.fuzz->latency.reset();
  const ScenarioSpec a = draw_scenario(space, 5);
  const ScenarioSpec b = draw_scenario(other, 5);
  EXPECT_EQ(a.plan, b.plan);
  EXPECT_EQ(a.storage, b.storage);
  EXPECT_EQ(a.workloads[0].keys, b.workloads[0].keys);
  EXPECT_NE(a.workloads[0].clients, b.workloads[0].clients);
}

// Whole milliseconds where there are any.
TEST_F(Drawing, TimesLieInTheirRangeHoweverSmallItIs) {
  ScenarioSpec space = shipped("raft-kv.yaml");
  for (const faults::DurationRange range :
       {faults::DurationRange{microseconds(1'500), microseconds(1'900)},
        faults::DurationRange{microseconds(1'500), microseconds(3'200)}}) {
    space.fuzz->between = range;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      for (const faults::Fault& fault : draw_scenario(space, seed).plan.faults) {
        const Duration at = std::get<faults::At>(fault.trigger).time.min;
        EXPECT_GE(at, range.min);
        EXPECT_LE(at, range.max);
      }
    }
  }
}

// So many faults that each kind that is on comes up.
TEST_F(Drawing, EachKindOfFaultIsOnInAboutHalfOfTheSeeds) {
  ScenarioSpec space = shipped("raft-kv.yaml");
  space.fuzz->faults = {600, 600};
  constexpr std::uint64_t kFew = 40;
  for (const faults::Choice& kind : space.fuzz->kinds) {
    std::uint64_t seen = 0;
    for (std::uint64_t seed = 1; seed <= kFew; ++seed) {
      const std::vector<faults::Fault> drawn = draw_scenario(space, seed).plan.faults;
      seen += std::any_of(drawn.begin(), drawn.end(), [&](const faults::Fault& fault) {
        return fault.effect == kind.effect &&
               fault.duration.has_value() == kind.duration.has_value();
      });
    }
    EXPECT_GE(seen, kFew / 5) << faults::kind_of(kind.effect);
    EXPECT_LE(seen, kFew - kFew / 5) << faults::kind_of(kind.effect);
  }
}

TEST_F(Drawing, EitherOfFsyncAndNetworkIsTenTimesTheOtherInManySeeds) {
  const ScenarioSpec space = shipped("raft-kv.yaml");
  std::uint64_t slow_disk = 0;
  std::uint64_t slow_network = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const ScenarioSpec drawn = draw_scenario(space, seed);
    const Distribution& latency = *drawn.network.standard.latency;
    const bool tail = latency.shape == Distribution::Shape::exponential;
    const std::int64_t network = tail ? latency.mean.ns : latency.value.max.ns;
    const std::int64_t fsync = drawn.storage.standard.fsync->value.max.ns;
    slow_disk += fsync >= 10 * network ? 1 : 0;
    slow_network += network >= 10 * fsync ? 1 : 0;
  }
  EXPECT_GT(slow_disk, kSeeds / 10);
  EXPECT_GT(slow_network, kSeeds / 10);
}

TEST(DrawScale, StaysInItsRangeAndReachesEveryDoubling) {
  const DurationRange range{microseconds(100), milliseconds(20)};
  std::set<std::int64_t> doublings;
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    const std::uint64_t word = DrawKey(i, "test", "").at(0);
    const std::uint64_t octave = DrawKey(i, "test", "").at(1);
    const Duration drawn = draw_scale(range, octave, word);
    EXPECT_GE(drawn, range.min);
    EXPECT_LE(drawn, range.max);
    EXPECT_EQ(two_digits(drawn), drawn);
    std::int64_t doubling = 0;
    while (range.min.ns << (doubling + 1) <= drawn.ns) ++doubling;
    doublings.insert(doubling);
  }
  EXPECT_EQ(doublings.size(), 8U);
  EXPECT_EQ(draw_scale({seconds(1), seconds(1)}, 1, 2), seconds(1));
}

TEST_F(Drawing, ASpaceThatCannotBeDrawnFromIsRefused) {
  EXPECT_THAT(complaints("fuzz: { between: 1s..8s }\n"), HasSubstr("no kinds of faults"));
  EXPECT_THAT(complaints("fuzz: { between: 1s..11s, kinds: [{ crash: leader }] }\n"),
              HasSubstr("after the end of the faults"));
  EXPECT_THAT(complaints("fuzz: { between: 1s..8s, nodes: [3, 7], kinds: [{ crash: leader }] }\n"),
              HasSubstr("the largest cluster has 7 nodes"));
  EXPECT_THAT(complaints("fuzz: { between: 1s..8s, kinds: [{ crash: m1 }] }\n"),
              HasSubstr("there is no node or group 'm1'"));
  EXPECT_THAT(complaints("fuzz: { between: 1s..8s, config: { heartbeet: [1ms] },\n"
                         "  kinds: [{ crash: leader }] }\n"),
              HasSubstr("has no option 'heartbeet'"));
  EXPECT_THAT(complaints("fuzz: { between: 1s..8s, config: { heartbeat: [soon] },\n"
                         "  kinds: [{ crash: leader }] }\n"),
              HasSubstr("soon"));
  EXPECT_THAT(complaints("fuzz: { between: 1s..8s, config: { election_timeout: [150ms, 20ms] },\n"
                         "  kinds: [{ crash: leader }] }\n"),
              HasSubstr("in a combination that may be drawn"));
  EXPECT_THAT(complaints("fuzz: { between: 1s..8s, config: { heartbeat: [] },\n"
                         "  kinds: [{ crash: leader }] }\n"),
              HasSubstr("has no values"));
  EXPECT_THAT(complaints("fuzz: { between: 1s..8s, nodes: [], kinds: [{ crash: leader }] }\n"),
              HasSubstr("`nodes` has no values"));
  EXPECT_THAT(complaints("fuzz: { between: 1s..8s, rate: [], kinds: [{ crash: leader }] }\n"),
              HasSubstr("`rate` has no values"));
  EXPECT_THAT(complaints("fuzz: { between: 1s..8s, kinds: [{ timeout: n1, for: 1s }] }\n"),
              HasSubstr("`for` beside `timeout`, which happens at once"));
  EXPECT_EQ(complaints("fuzz: { between: 1s..8s, faults: 0 }\n"), "");
}

// What a fault meant is enough to play it again: with the nodes that its selectors found, and
// without selectors, the run is the same to the bit.
TEST_F(Drawing, WhatWasDrawnRunsAgainAsItIs) {
  const ScenarioSpec space = shipped("raft-kv.yaml");
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    RunOptions options;
    options.seed = seed;
    const RunResult first = run_scenario(space, registry_, options);
    const RunResult second = run_scenario(draw_scenario(space, seed), registry_, options);
    EXPECT_EQ(first.trace_hash, second.trace_hash);
  }
}

}  // namespace
}  // namespace windtunnel::scenarios
