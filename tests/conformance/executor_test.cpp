#include "tests/conformance/suite.h"

namespace windtunnel::conformance {
namespace {

class ExecutorOf : public Conformance {
 protected:
  NodeId node = world->add_node();
  Env& env = world->env(node);
};
WT_IN_BOTH_WORLDS(ExecutorOf);

TEST_P(ExecutorOf, PostedWaitersRunFirstInFirstOut) {
  std::vector<int> log;
  Scribe first(log, 1), second(log, 2), third(log, 3);
  for (Scribe* scribe : {&second, &first, &third}) env.executor.post(*scribe);
  ASSERT_TRUE(world->run_until([&] { return log.size() == 3; }));
  EXPECT_EQ(log, (std::vector<int>{2, 1, 3}));
}

TEST_P(ExecutorOf, PostNeverRunsFromInside) {
  Flag flag;
  env.executor.post(flag);
  EXPECT_EQ(flag.runs, 0);
  EXPECT_TRUE(world->run_until([&] { return flag.runs == 1; }));
}

// Posts another from inside its run and notes whether that ran before it returned.
class Nesting final : public Waiter {
 public:
  Nesting(Env& env, Flag& inner) : env_(env), inner_(inner) {}
  void run() noexcept override {
    env_.executor.post(inner_);
    ran_inside = inner_.runs != 0;
    ran = true;
  }
  bool ran = false;
  bool ran_inside = true;

 private:
  Env& env_;
  Flag& inner_;
};

TEST_P(ExecutorOf, WaiterPostedFromARunRunsFromAFreshStack) {
  Flag inner;
  Nesting outer(env, inner);
  env.executor.post(outer);
  ASSERT_TRUE(world->run_until([&] { return inner.runs == 1; }));
  EXPECT_FALSE(outer.ran_inside);
}

// Posts itself again, a number of times.
class Recurring final : public Waiter {
 public:
  Recurring(Env& env, int times) : env_(env), left(times) {}
  void run() noexcept override {
    was_armed = was_armed || armed();
    if (--left > 0) env_.executor.post(*this);
  }

 private:
  Env& env_;

 public:
  int left;
  bool was_armed = false;
};

TEST_P(ExecutorOf, WaiterIsDisarmedWhenItRunsAndMayPostItselfAgain) {
  Recurring recurring(env, 100'000);
  env.executor.post(recurring);
  ASSERT_TRUE(world->run_until([&] { return recurring.left == 0; }));
  EXPECT_FALSE(recurring.was_armed);
}

// Posts itself again, a number of times; its first run arms a timer that is due already.
class Draining final : public Waiter {
 public:
  Draining(Env& env, Waiter& timer, std::vector<int>& log) : env_(env), timer_(timer), log_(log) {}
  void run() noexcept override {
    if (left_ == 3) {
      const Instant now = env_.clock.now();
      env_.timers.arm(now, timer_);
    }
    log_.push_back(left_);
    if (left_-- > 0) env_.executor.post(*this);
  }

 private:
  Env& env_;
  Waiter& timer_;
  std::vector<int>& log_;
  int left_ = 3;
};

TEST_P(ExecutorOf, QueueIsDrainedBeforeATimerThatIsDue) {
  std::vector<int> log;
  Scribe timer(log, 99);
  Draining draining(env, timer, log);
  env.executor.post(draining);
  ASSERT_TRUE(world->run_until([&] { return log.size() == 5; }));
  EXPECT_EQ(log, (std::vector<int>{3, 2, 1, 0, 99}));
}

TEST_P(ExecutorOf, DestroyingAPostedWaiterTakesItOut) {
  std::vector<int> log;
  Scribe first(log, 1), third(log, 3);
  auto second = std::make_unique<Scribe>(log, 2);
  env.executor.post(first);
  env.executor.post(*second);
  env.executor.post(third);
  second.reset();
  ASSERT_TRUE(world->run_until([&] { return log.size() == 2; }));
  EXPECT_EQ(log, (std::vector<int>{1, 3}));
}

TEST_P(ExecutorOf, WaiterMayDestroyTheNextInTheQueue) {
  struct Destroyer final : Waiter {
    void run() noexcept override {
      victim.reset();
      ran = true;
    }
    std::unique_ptr<Flag> victim = std::make_unique<Flag>();
    bool ran = false;
  };
  Destroyer destroyer;
  Flag last;
  env.executor.post(destroyer);
  env.executor.post(*destroyer.victim);
  env.executor.post(last);
  ASSERT_TRUE(world->run_until([&] { return last.runs == 1; }));
  EXPECT_TRUE(destroyer.ran);
}

Task<int> add_later(Env& env, int a, int b) {
  co_await sleep_for(env, milliseconds(1));
  co_return a + b;
}

Task<void> add_twice(Env& env, int& sum) {
  const int once = co_await add_later(env, 1, 2);
  const int twice = co_await add_later(env, once, once);
  sum = twice;
}

TEST_P(ExecutorOf, TasksResumeThroughTheExecutor) {
  int sum = 0;
  TaskScope scope;
  scope.spawn(add_twice(env, sum));
  ASSERT_TRUE(world->run_until([&] { return sum != 0; }));
  EXPECT_EQ(sum, 6);
  EXPECT_TRUE(world->run_until([&] { return scope.size() == 0; }));
}

TEST_P(ExecutorOf, DrawsOfOnePurposeDiffer) {
  const std::uint64_t first = env.random.draw("conformance");
  const std::uint64_t second = env.random.draw("conformance");
  EXPECT_NE(first, second);
}

TEST_P(ExecutorOf, NodeHasACore) { EXPECT_GE(env.compute.cores(), 1U); }

}  // namespace
}  // namespace windtunnel::conformance
