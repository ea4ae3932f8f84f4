#include <windtunnel/faults/plan/simpler.h>

#include <gtest/gtest.h>

#include <algorithm>

namespace windtunnel::faults {
namespace {

bool proposes(const Effect& effect, const Effect& simpler) {
  const std::vector<Effect> all = simpler_amounts(effect);
  return std::find(all.begin(), all.end(), simpler) != all.end();
}

TEST(Simpler, ALinkLosesOneImpairmentButNotTheLast) {
  LinkChange link;
  link.loss = PerMillion{300'000};
  link.stream_corrupt = PerMillion{1'000'000};
  LinkChange without = link;
  without.stream_corrupt.reset();
  EXPECT_TRUE(proposes(link, without));
  for (const Effect& effect : simpler_amounts(without)) {
    EXPECT_TRUE(std::get<LinkChange>(effect).loss.has_value());
  }
}

TEST(Simpler, AQueueGoesBeforeItsBandwidth) {
  LinkChange link;
  link.loss = PerMillion{1'000'000};
  link.bandwidth = Size{1'000};
  link.queue = Size{10};
  for (const Effect& effect : simpler_amounts(link)) {
    const auto& simpler = std::get<LinkChange>(effect);
    EXPECT_TRUE(simpler.bandwidth || !simpler.queue);
  }
}

TEST(Simpler, WhatIsLikelyBecomesCertainAndPowerBecomesAProcess) {
  MessageRule rule;
  rule.probability = PerMillion{20};
  MessageRule certain = rule;
  certain.probability = PerMillion{1'000'000};
  EXPECT_TRUE(proposes(rule, certain));
  Crash crash;
  crash.kind = Crash::Kind::power;
  EXPECT_TRUE(proposes(crash, Crash{}));
  EXPECT_TRUE(simpler_amounts(Crash{}).empty());
}

// Whoever takes one after the other comes to an end.
TEST(Simpler, EveryStepIsADifferentEffectAndTheLastHasNone) {
  MessageRule rule;
  rule.action = MessageRule::Action::delay;
  rule.delay = {Duration{1'234'567}, Duration{987'654'321}};
  rule.probability = PerMillion{5};
  rule.messages.from.terms.push_back({Term::Kind::named, "n1", 0});
  Effect effect = rule;
  std::vector<Effect> seen{effect};
  for (std::vector<Effect> next = simpler_amounts(effect); !next.empty();
       next = simpler_amounts(effect)) {
    effect = next.front();
    ASSERT_EQ(std::find(seen.begin(), seen.end(), effect), seen.end());
    seen.push_back(effect);
    ASSERT_LT(seen.size(), 20U);
  }
}

TEST(Simpler, WhatHappensAgainAndAgainHappensOnce) {
  const Duration from{3};
  const Trigger once = At{{from, from}};
  When when;
  when.from = from;
  when.repeat = true;
  when.delay = {Duration{}, Duration{9}};
  const Trigger all[] = {At{{from, Duration{7}}}, Every{Duration{1}, from, {}},
                         Randomly{{from, Duration{8}}, Duration{2}}, when};
  for (const Trigger& trigger : all) EXPECT_EQ(simpler_triggers(trigger).front(), once);
  EXPECT_EQ(simpler_triggers(when).size(), 3U);
  EXPECT_TRUE(simpler_triggers(once).empty());
}

TEST(Simpler, TimesAreRounderAndEarlier) {
  const std::vector<DurationRange> times =
      simpler_times({Duration{1'234'567'000}, Duration{1'234'567'000}});
  ASSERT_FALSE(times.empty());
  EXPECT_EQ(times.front().min, Duration{1'000'000'000});
  for (const DurationRange& time : times) EXPECT_LT(time.min, Duration{1'234'567'000});
  EXPECT_EQ(simpler_times({Duration{5}, Duration{9}}).front().max, Duration{5});
}

}  // namespace
}  // namespace windtunnel::faults
