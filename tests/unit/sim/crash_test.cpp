#include <windtunnel/sim/node.h>

#include "tests/unit/sim/programs.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace windtunnel {
namespace {

using testing::add_node;
using testing::at;
using testing::with_seed;

// Does to the ports what a destructor should not.
struct Hostile {
  Env& env;
  std::vector<std::string>* order;
  std::string name;
  ~Hostile() {
    order->push_back(name);
    Observation note;
    note.kind = ObservationKind::mark;
    env.observer.observe(note);
    env.compute.charge(seconds(1));
    env.disk.remove("meta", *waiter);
    env.timers.arm(Instant{}, *waiter);
    env.executor.post(*waiter);
  }
  Waiter* waiter;
};

struct Silent final : Waiter {
  void run() noexcept override {}
};

Task<void> child(Env& env, std::vector<std::string>& order, Silent& waiter) {
  Hostile hostile{env, &order, "child", &waiter};
  co_await sleep_for(env, seconds(100));
}

Task<void> parent(Env& env, std::vector<std::string>& order, Silent& waiter) {
  Hostile hostile{env, &order, "parent", &waiter};
  co_await child(env, order, waiter);
}

TEST(Crash, DestroysChildrenFirstAndIgnoresWhatDestructorsAsk) {
  std::vector<std::string> order;
  Silent waiter;
  Simulation sim(with_seed(1));
  Node& node = add_node(
      sim, "a", [&](Env& env, TaskScope& scope) { scope.spawn(parent(env, order, waiter)); });
  node.start();
  sim.run_until(at(seconds(1)));
  EXPECT_EQ(node.live_frames(), 2U);
  node.crash(CrashKind::process);
  const Digest after_crash = sim.trace().hash();
  EXPECT_EQ(order, (std::vector<std::string>{"child", "parent"}));
  EXPECT_FALSE(node.up());
  EXPECT_FALSE(waiter.armed());
  sim.run_until(at(seconds(1)));
  EXPECT_EQ(sim.trace().hash(), after_crash);
}

Task<void> crash_self(Env& env, Node*& self, bool& reached) {
  co_await sleep_for(env, seconds(1));
  self->crash(CrashKind::power);
  // The node is severed but this frame lives until it suspends.
  Observation note;
  env.observer.observe(note);
  reached = true;
  co_await sleep_for(env, seconds(1));
  reached = false;
}

TEST(Crash, RaisedByTheNodesOwnCodeSeversAtOnceAndDestroysAfterUnwinding) {
  Node* self = nullptr;
  bool reached = false;
  Simulation sim(with_seed(1));
  Node& node = add_node(
      sim, "a", [&](Env& env, TaskScope& scope) { scope.spawn(crash_self(env, self, reached)); });
  self = &node;
  node.start();
  sim.run_until(at(seconds(10)));
  EXPECT_TRUE(reached);
  EXPECT_FALSE(node.up());
  EXPECT_EQ(node.live_frames(), 0U);
}

TEST(Crash, ARestartIsANewIncarnationWithNewDraws) {
  std::vector<std::uint64_t> draws;
  Simulation sim(with_seed(1));
  Node& node = add_node(sim, "a", [&](Env& env, TaskScope&) {
    draws.push_back(env.random.draw("x"));
    draws.push_back(env.random.draw("x"));
  });
  node.start();
  node.crash(CrashKind::process);
  node.start();
  EXPECT_EQ(node.incarnation().value, 1U);
  ASSERT_EQ(draws.size(), 4U);
  EXPECT_NE(draws[0], draws[1]);
  EXPECT_NE(draws[0], draws[2]);
}

TEST(Crash, OfADownNodeDoesNothing) {
  Simulation sim(with_seed(1));
  Node& node = add_node(sim, "a", [](Env&, TaskScope&) {});
  node.crash(CrashKind::process);
  EXPECT_EQ(sim.trace().size(), 0U);
}

Task<void> tick(Env& env, int& ticks) {
  for (;;) {
    co_await sleep_for(env, milliseconds(10));
    ++ticks;
  }
}

TEST(Crash, StopsTimersAndARestartBeginsAfresh) {
  int ticks = 0;
  Simulation sim(with_seed(1));
  Node& node =
      add_node(sim, "a", [&](Env& env, TaskScope& scope) { scope.spawn(tick(env, ticks)); });
  node.start();
  sim.run_until(at(milliseconds(105)));
  EXPECT_EQ(ticks, 10);
  node.crash(CrashKind::process);
  sim.run_until(at(milliseconds(205)));
  EXPECT_EQ(ticks, 10);
  node.start();
  sim.run_until(at(milliseconds(305)));
  EXPECT_EQ(ticks, 20);
}

Task<void> spin(Env& env) {
  const Duration none;
  for (;;) co_await sleep_for(env, none);
}

TEST(Simulation, FindsALivelock) {
  SimulationOptions options = with_seed(1);
  options.limits.steps_per_instant = 1'000;
  Simulation sim(options);
  add_node(sim, "a", [](Env& env, TaskScope& scope) { scope.spawn(spin(env)); }).start();
  EXPECT_EQ(sim.run_until(at(seconds(1))), StopReason::livelock);
}

TEST(Simulation, TheSameCallsGiveTheSameTrace) {
  const auto run = [](std::uint64_t seed) {
    int ticks = 0;
    Simulation sim(with_seed(seed));
    add_node(sim, "a", [&](Env& env, TaskScope& scope) { scope.spawn(tick(env, ticks)); }).start();
    sim.run_until(at(seconds(1)));
    return sim.trace().hash();
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
}

}  // namespace
}  // namespace windtunnel
