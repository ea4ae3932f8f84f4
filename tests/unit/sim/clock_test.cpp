#include <windtunnel/sim/clock.h>

#include "tests/unit/sim/programs.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace windtunnel {
namespace {

using testing::add_node;
using testing::at;
using testing::with_seed;

Task<void> sleep_and_note(Env& env, Duration how_long, Instant& local_end) {
  co_await sleep_for(env, how_long);
  local_end = env.clock.now();
}

TEST(SimClock, ClocksOfTwoNodesStartApart) {
  Simulation sim(with_seed(1));
  Node& a = add_node(sim, "a", [](Env&, TaskScope&) {});
  Node& b = add_node(sim, "b", [](Env&, TaskScope&) {});
  EXPECT_NE(a.clock().local(sim.now()), b.clock().local(sim.now()));
}

TEST(SimClock, ASlowClockMakesATimerLateInTrueTimeAndNeverEarlyLocally) {
  Simulation sim(with_seed(1));
  Instant start;
  Instant end;
  Node& node = add_node(sim, "a", [&](Env& env, TaskScope& scope) {
    start = env.clock.now();
    scope.spawn(sleep_and_note(env, seconds(1), end));
  });
  node.clock().set_drift(-500'000'000);
  node.start();
  sim.run_until(at(milliseconds(1999)));
  EXPECT_EQ(end, Instant{});
  sim.run_until(at(seconds(2)));
  EXPECT_GE(end - start, seconds(1));
}

TEST(SimClock, AChangeOfRateMovesArmedTimers) {
  Simulation sim(with_seed(1));
  Instant end;
  Node& node = add_node(sim, "a", [&](Env& env, TaskScope& scope) {
    scope.spawn(sleep_and_note(env, seconds(10), end));
  });
  node.start();
  sim.run_until(at(seconds(5)));
  node.clock().set_drift(1'000'000'000);
  sim.run_until(at(milliseconds(7'499)));
  EXPECT_EQ(end, Instant{});
  sim.run_until(at(milliseconds(7'500)));
  EXPECT_NE(end, Instant{});
}

TEST(SimClock, AWallJumpMovesNoTimer) {
  Simulation sim(with_seed(1));
  Instant end;
  WallTime before;
  WallTime after;
  Node& node = add_node(sim, "a", [&](Env& env, TaskScope& scope) {
    scope.spawn(sleep_and_note(env, seconds(1), end));
  });
  node.start();
  before = node.env().clock.wall();
  node.clock().jump_wall(seconds(3600));
  after = node.env().clock.wall();
  EXPECT_EQ(after.ns - before.ns, seconds(3600).ns);
  sim.run_until(at(milliseconds(999)));
  EXPECT_EQ(end, Instant{});
  sim.run_until(at(seconds(1)));
  EXPECT_NE(end, Instant{});
}

TEST(SimClock, APausedProcessSleepsOnAndASuspendedMachineDoesNot) {
  for (const bool suspend : {false, true}) {
    Simulation sim(with_seed(1));
    Instant end;
    Node& node = add_node(sim, "a", [&](Env& env, TaskScope& scope) {
      scope.spawn(sleep_and_note(env, seconds(1), end));
    });
    node.start();
    suspend ? node.suspend() : node.pause();
    sim.run_until(at(seconds(5)));
    EXPECT_EQ(end, Instant{});
    node.resume();
    sim.run_until(at(milliseconds(5'500)));
    EXPECT_EQ(end != Instant{}, !suspend);
    sim.run_until(at(seconds(6)));
    EXPECT_NE(end, Instant{});
  }
}

RC_GTEST_PROP(SimClockProperty, TimersNeverFireEarlyLocally, ()) {
  Simulation sim(with_seed(1));
  Node& node = add_node(sim, "a", [](Env&, TaskScope&) {});
  node.clock().set_drift(*rc::gen::inRange<std::int64_t>(-900'000'000, 5'000'000'000));
  const Instant deadline =
      node.clock().local(sim.now()) + Duration{*rc::gen::inRange<std::int64_t>(0, 1'000'000'007)};
  const Instant fires = node.clock().true_time(deadline);
  RC_ASSERT(node.clock().local(fires) >= deadline);
  if (fires > sim.now()) RC_ASSERT(node.clock().local(fires - Duration{1}) < deadline);
}

}  // namespace
}  // namespace windtunnel
