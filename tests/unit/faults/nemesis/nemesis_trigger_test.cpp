// When the nemesis fires, what it draws, and scripts step by step.
#include "tests/unit/faults/nemesis/nemesis_world.h"

#include <gtest/gtest.h>

namespace windtunnel::faults {
namespace {

using testing::nodes;
using testing::once;
using testing::plan_of;
using testing::timeout;
using testing::World;

Fault when(std::string_view pattern, Effect effect) {
  Fault fault;
  fault.id = "when";
  When trigger;
  trigger.pattern = *parse_pattern(pattern);
  fault.trigger = trigger;
  fault.effect = std::move(effect);
  return fault;
}

Fault randomly(std::string id) {
  Fault fault;
  fault.id = std::move(id);
  fault.trigger = Randomly{{seconds(1), seconds(9)}, milliseconds(400)};
  Choice pause;
  pause.effect = Pause{nodes("random")};
  pause.duration = DurationRange{milliseconds(20), milliseconds(300)};
  Choice drift;
  drift.weight = 2;
  drift.effect = ClockDrift{nodes("random"), {-900, 900}};
  drift.duration = DurationRange{milliseconds(20), milliseconds(300)};
  fault.choices = {pause, drift};
  return fault;
}

std::vector<FaultRecord::Occurrence> windows_of(const FaultPlan& plan, std::size_t fault) {
  World world(plan);
  world.run_until(seconds(10));
  return world.nemesis->records()[fault].occurrences;
}

bool same(const FaultRecord::Occurrence& a, const FaultRecord::Occurrence& b) {
  return a.begin == b.begin && a.end == b.end && a.victims == b.victims;
}

TEST(NemesisDraws, AreThoseOfAPlanWithoutTheOtherFaults) {
  const FaultPlan both = plan_of({randomly("a"), randomly("b")});
  const auto with_other = windows_of(both, 1);
  const auto alone = windows_of(both.without("a"), 0);
  ASSERT_GT(alone.size(), 5U);
  ASSERT_EQ(with_other.size(), alone.size());
  EXPECT_TRUE(std::equal(alone.begin(), alone.end(), with_other.begin(), same));
}

TEST(NemesisDraws, OfTwoFaultsDiffer) {
  const FaultPlan both = plan_of({randomly("a"), randomly("b")});
  const auto a = windows_of(both, 0);
  const auto b = windows_of(both, 1);
  EXPECT_FALSE(a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), same));
}

TEST(NemesisTrigger, EveryFiresFromUntil) {
  Fault fault = once("it", timeout("n1"));
  fault.trigger = Every{milliseconds(300), seconds(1), milliseconds(1'900)};
  World world(plan_of({fault}));
  world.run_until(seconds(5));
  EXPECT_EQ(world.nemesis->records()[0].fired, 4U);
}

TEST(NemesisTrigger, WhenFiresOnceAtItsCount) {
  World world(plan_of({when("event kind=role count=2", timeout("leader"))}));
  world.run_until(seconds(1));
  for (std::uint64_t term = 1; term <= 4; ++term) {
    world.elect(static_cast<std::uint32_t>(term % 3), term);
    world.run_until(seconds(1) + milliseconds(100) * static_cast<std::int64_t>(term));
  }
  EXPECT_EQ(world.timed_out, std::vector<NodeId>{NodeId{2}});
}

TEST(NemesisTrigger, WhenWithRepeatFiresAtEachMatchInsideItsWindow) {
  Fault fault = when("leader elected", timeout("leader"));
  auto& trigger = std::get<When>(fault.trigger);
  trigger.repeat = true;
  trigger.from = milliseconds(1'150);
  trigger.until = milliseconds(1'450);
  World world(plan_of({fault}));
  for (std::uint64_t term = 1; term <= 6; ++term) {
    world.run_until(seconds(1) + milliseconds(100) * static_cast<std::int64_t>(term - 1));
    world.elect(static_cast<std::uint32_t>(term % 3), term);
  }
  world.run_until(seconds(2));
  EXPECT_EQ(world.timed_out, (std::vector<NodeId>{NodeId{0}, NodeId{1}, NodeId{2}}));
}

TEST(NemesisTrigger, NothingFiresAfterThePlanWasStopped) {
  Fault every = once("every", timeout("n1"));
  every.trigger = Every{milliseconds(300), seconds(1), {}};
  Fault on_leader = when("leader elected", timeout("n2"));
  World world(plan_of({every, on_leader}));
  world.run_until(milliseconds(900));
  world.nemesis->stop_plan();
  world.elect(0, 1);
  world.run_until(seconds(3));
  EXPECT_TRUE(world.timed_out.empty());
}

MessageFilter from_n1_to(std::string_view to) {
  MessageFilter filter;
  filter.type = "beat";
  filter.from = nodes("n1");
  filter.to = nodes(to);
  return filter;
}

Step step(Effect effect) {
  Step made;
  made.effect = std::move(effect);
  return made;
}
Step step(ScriptAction action) {
  Step made;
  made.action = std::move(action);
  return made;
}

TEST(NemesisScript, HoldsDeliversDropsAndReleases) {
  Fault fault = once("script", std::monostate{});
  fault.script = {step(Effect{Hold{from_n1_to("n2")}}),
                  step(ScriptAction{Deliver{from_n1_to("n2"), 2}}),
                  step(ScriptAction{Drop{from_n1_to("n2"), 1}}),
                  step(ScriptAction{Wait{milliseconds(500)}}), step(Effect{Release{}})};
  World world(plan_of({fault}));
  world.run_until(milliseconds(1'005));
  const std::uint64_t before = world.counts.beats[0][1];
  world.run_until(milliseconds(1'400));
  EXPECT_EQ(world.counts.beats[0][1], before + 1) << "one of the held was delivered";
  EXPECT_GT(world.counts.beats[0][2], before) << "the other link is free";
  world.run_until(seconds(2));
  const std::uint64_t sent = world.counts.works[0];
  EXPECT_GE(world.counts.beats[0][1] + 3, sent) << "the rest arrived, but for the dropped one";
  EXPECT_LT(world.counts.beats[0][1], sent);
}

TEST(NemesisScript, WaitsForAMessageOfALeaderThatIsToCome) {
  Fault fault = once("script", std::monostate{});
  MessageFilter from_leader = from_n1_to("n2");
  from_leader.from = nodes("leader");
  fault.script = {step(Effect{Hold{from_n1_to("n2")}}), step(ScriptAction{Deliver{from_leader, 1}}),
                  step(Effect{timeout("n3")})};
  World world(plan_of({fault}));
  world.run_until(seconds(2));
  EXPECT_TRUE(world.timed_out.empty());
  world.elect(0, 1);
  world.run_until(milliseconds(2'100));
  EXPECT_EQ(world.timed_out, std::vector<NodeId>{NodeId{2}});
}

TEST(NemesisScript, PassesOverMessagesThatNobodySends) {
  Fault fault = once("script", std::monostate{});
  MessageFilter unheard = from_n1_to("n2");
  unheard.type = "unheard";
  fault.script = {step(ScriptAction{Deliver{unheard, 1}}), step(Effect{timeout("n3")})};
  World world(plan_of({fault}));
  world.run_until(milliseconds(1'100));
  EXPECT_EQ(world.timed_out, std::vector<NodeId>{NodeId{2}});
}

TEST(NemesisScript, WaitsForAnObservation) {
  Fault fault = once("script", std::monostate{});
  WaitUntil until;
  until.pattern = *parse_pattern("leader(n2)");
  fault.script = {step(ScriptAction{until}), step(Effect{timeout("n3")})};
  World world(plan_of({fault}));
  world.run_until(seconds(2));
  world.elect(0, 1);
  world.run_until(milliseconds(2'100));
  EXPECT_TRUE(world.timed_out.empty());
  world.elect(1, 2);
  world.run_until(milliseconds(2'200));
  EXPECT_EQ(world.timed_out, std::vector<NodeId>{NodeId{2}});
}

}  // namespace
}  // namespace windtunnel::faults
