#include "tests/conformance/suite.h"

namespace windtunnel::conformance {
namespace {

class TimersOf : public Conformance {
 protected:
  NodeId node = world->add_node();
  Env& env = world->env(node);
  Instant in(Duration duration) { return env.clock.now() + duration; }
};
WT_IN_BOTH_WORLDS(TimersOf);

// Notes the time at which it completes.
class Watch final : public Waiter {
 public:
  explicit Watch(Clock& clock) : clock_(clock) {}
  void run() noexcept override { at = clock_.now(); }
  Instant at;

 private:
  Clock& clock_;
};

TEST_P(TimersOf, MonotonicClockAdvances) {
  const Instant before = env.clock.now();
  world->run_for(milliseconds(2));
  EXPECT_GE(env.clock.now(), before + milliseconds(2));
}

TEST_P(TimersOf, TimersFireInTheOrderOfTheirDeadlines) {
  std::vector<int> log;
  Scribe late(log, 3), early(log, 1), middle(log, 2);
  const Instant base = env.clock.now();
  env.timers.arm(base + milliseconds(9), late);
  env.timers.arm(base + milliseconds(3), early);
  env.timers.arm(base + milliseconds(6), middle);
  ASSERT_TRUE(world->run_until([&] { return log.size() == 3; }));
  EXPECT_EQ(log, (std::vector<int>{1, 2, 3}));
}

TEST_P(TimersOf, EqualDeadlinesFireInTheOrderOfArming) {
  std::vector<int> log;
  Scribe first(log, 1), second(log, 2), third(log, 3);
  const Instant deadline = in(milliseconds(3));
  for (Scribe* scribe : {&first, &second, &third}) env.timers.arm(deadline, *scribe);
  ASSERT_TRUE(world->run_until([&] { return log.size() == 3; }));
  EXPECT_EQ(log, (std::vector<int>{1, 2, 3}));
}

TEST_P(TimersOf, TimerNeverFiresEarly) {
  std::vector<std::unique_ptr<Watch>> watches;
  std::vector<Instant> deadlines;
  for (int i = 0; i < 20; ++i) {
    watches.push_back(std::make_unique<Watch>(env.clock));
    deadlines.push_back(in(microseconds(2000 + 137 * i)));
    env.timers.arm(deadlines.back(), *watches.back());
  }
  ASSERT_TRUE(world->run_until([&] { return !watches.back()->armed(); }));
  for (std::size_t i = 0; i < watches.size(); ++i) EXPECT_GE(watches[i]->at, deadlines[i]) << i;
}

TEST_P(TimersOf, PastDeadlineFiresButNotInsideArm) {
  world->run_for(milliseconds(1));
  Flag flag;
  env.timers.arm(Instant{}, flag);
  EXPECT_EQ(flag.runs, 0);
  EXPECT_TRUE(flag.armed());
  ASSERT_TRUE(world->run_until([&] { return flag.runs == 1; }));
}

TEST_P(TimersOf, DisarmedTimerNeverFires) {
  Flag cancelled, sentinel;
  env.timers.arm(in(milliseconds(2)), cancelled);
  env.timers.arm(in(milliseconds(5)), sentinel);
  cancelled.disarm();
  EXPECT_FALSE(cancelled.armed());
  ASSERT_TRUE(world->run_until([&] { return sentinel.runs == 1; }));
  EXPECT_EQ(cancelled.runs, 0);
}

TEST_P(TimersOf, CancelledTimersInTheMiddleLeaveTheOthersInOrder) {
  std::vector<int> log;
  std::vector<std::unique_ptr<Scribe>> scribes;
  const Instant base = env.clock.now();
  for (int i = 0; i < 64; ++i) {
    scribes.push_back(std::make_unique<Scribe>(log, (i * 37) % 64));
    env.timers.arm(base + microseconds(4000 + 50 * ((i * 37) % 64)), *scribes.back());
  }
  std::vector<int> expected;
  for (int i = 0; i < 64; ++i) {
    if (i % 3 != 0) expected.push_back(i);
    if (((i * 37) % 64) % 3 == 0) scribes[static_cast<std::size_t>(i)].reset();
  }
  ASSERT_TRUE(world->run_until([&] { return log.size() == expected.size(); }));
  EXPECT_EQ(log, expected);
}

TEST_P(TimersOf, ArmingAgainMovesATimerLater) {
  std::vector<int> log;
  Scribe moved(log, 1), other(log, 2);
  const Instant base = env.clock.now();
  env.timers.arm(base + milliseconds(2), moved);
  env.timers.arm(base + milliseconds(6), other);
  env.timers.arm(base + milliseconds(10), moved);
  ASSERT_TRUE(world->run_until([&] { return log.size() == 2; }));
  EXPECT_EQ(log, (std::vector<int>{2, 1}));
}

TEST_P(TimersOf, ArmingAgainMovesATimerEarlier) {
  std::vector<int> log;
  Scribe moved(log, 1), other(log, 2);
  const Instant base = env.clock.now();
  env.timers.arm(base + milliseconds(20), moved);
  env.timers.arm(base + milliseconds(6), other);
  env.timers.arm(base + milliseconds(2), moved);
  ASSERT_TRUE(world->run_until([&] { return log.size() == 2; }));
  EXPECT_EQ(log, (std::vector<int>{1, 2}));
}

TEST_P(TimersOf, TimerCanArmItselfFromItsRun) {
  struct Ticker final : Waiter {
    explicit Ticker(Env& e) : env(e) {}
    void run() noexcept override {
      if (++runs < 5) env.timers.arm(env.clock.now() + milliseconds(1), *this);
    }
    Env& env;
    int runs = 0;
  };
  Ticker ticker(env);
  const Instant start = env.clock.now();
  env.timers.arm(start, ticker);
  ASSERT_TRUE(world->run_until([&] { return ticker.runs == 5; }));
  EXPECT_GE(env.clock.now() - start, milliseconds(4));
}

TEST_P(TimersOf, EndOfTimeNeverComes) {
  Flag never;
  env.timers.arm(kEndOfTime, never);
  world->run_for(milliseconds(3));
  EXPECT_EQ(never.runs, 0);
  EXPECT_TRUE(never.armed());
}

}  // namespace
}  // namespace windtunnel::conformance
