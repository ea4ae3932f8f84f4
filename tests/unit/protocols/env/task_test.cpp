#include <windtunnel/protocols/env/task.h>

#include <windtunnel/protocols/env/await.h>
#include "tests/unit/protocols/env/hand_made_env.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace windtunnel {
namespace {

using testing::HandMadeEnv;
using Log = std::vector<std::string>;

struct Leaves {
  Log& log;
  std::string name;
  ~Leaves() { log.push_back("~" + name); }
};

Task<int> answer(Env& env, Duration after, int value) {
  if (after.ns > 0) co_await sleep_for(env, after);
  co_return value;
}

Task<void> note_after(Env& env, Log& log, Duration after, std::string name) {
  Leaves leaves{log, name};
  log.push_back(name);
  co_await sleep_for(env, after);
  log.push_back(name + " woke");
}

Task<void> add_two(Env& env, int& sum, Duration first, Duration second) {
  int a = co_await answer(env, first, 1);
  int b = co_await answer(env, second, 2);
  sum = a + b;
}

TEST(Task, RunsUntilItsFirstWaitWhenItIsCalled) {
  HandMadeEnv world;
  Log log;
  Task<void> task = note_after(world.env, log, seconds(1), "a");
  EXPECT_EQ(log, Log{"a"});
  EXPECT_FALSE(task.done());
}

TEST(Task, IsResumedOnlyByTheExecutor) {
  HandMadeEnv world;
  Log log;
  Task<void> task = note_after(world.env, log, seconds(1), "a");
  world.clock.advance(seconds(1));
  EXPECT_EQ(log, Log{"a"});
  EXPECT_FALSE(world.executor.idle());
  world.executor.drain();
  EXPECT_EQ(log, (Log{"a", "a woke", "~a"}));
  EXPECT_TRUE(task.done());
}

TEST(Task, AwaitsAChildThatIsDoneWithoutSuspending) {
  HandMadeEnv world;
  int sum = 0;
  Task<void> task = add_two(world.env, sum, {}, {});
  EXPECT_TRUE(task.done());
  EXPECT_EQ(sum, 3);
  EXPECT_TRUE(world.executor.idle());
}

TEST(Task, AwaitsAChildThatWaits) {
  HandMadeEnv world;
  int sum = 0;
  Task<void> task = add_two(world.env, sum, seconds(1), seconds(2));
  world.clock.advance(seconds(1));
  world.executor.drain();
  EXPECT_EQ(sum, 0);
  world.clock.advance(seconds(2));
  world.executor.drain();
  EXPECT_EQ(sum, 3);
}

Task<void> nest(Env& env, Log& log, int depth) {
  Leaves leaves{log, std::to_string(depth)};
  if (depth == 0) {
    co_await sleep_for(env, seconds(1));
  } else {
    co_await nest(env, log, depth - 1);
  }
}

TEST(Task, DestroysChildrenFirst) {
  HandMadeEnv world;
  Log log;
  { Task<void> task = nest(world.env, log, 2); }
  EXPECT_EQ(log, (Log{"~0", "~1", "~2"}));
  EXPECT_EQ(world.executor.frames().live(), 0U);
}

TEST(Task, DestroyedWhileItWaitsLeavesNothingArmed) {
  HandMadeEnv world;
  Log log;
  {
    Task<void> task = note_after(world.env, log, seconds(1), "a");
    EXPECT_EQ(world.clock.armed(), 1U);
  }
  EXPECT_EQ(world.clock.armed(), 0U);
  world.clock.advance(seconds(2));
  EXPECT_EQ(world.executor.drain(), 0);
}

TEST(Task, DestroyedWhileItsWakeUpIsQueuedNeverRuns) {
  HandMadeEnv world;
  Log log;
  {
    Task<void> task = note_after(world.env, log, seconds(1), "a");
    world.clock.advance(seconds(1));
  }
  EXPECT_EQ(world.executor.drain(), 0);
  EXPECT_EQ(log, (Log{"a", "~a"}));
}

TEST(Task, DestroyedWhileItsChildsEndIsQueuedNeverRuns) {
  HandMadeEnv world;
  int sum = 0;
  Task<void> task = add_two(world.env, sum, seconds(1), {});
  world.clock.advance(seconds(1));
  task = Task<void>();
  EXPECT_EQ(world.executor.drain(), 0);
  EXPECT_EQ(sum, 0);
}

TEST(Task, NotifiesThroughTheExecutor) {
  HandMadeEnv world;
  struct Seen final : Waiter {
    void run() noexcept override { ++runs; }
    int runs = 0;
  } seen;
  Task<int> task = answer(world.env, seconds(1), 5);
  task.notify(seen);
  world.clock.advance(seconds(1));
  world.executor.drain();
  EXPECT_EQ(seen.runs, 1);
  EXPECT_EQ(task.result(), 5);
}

TEST(TaskScope, RemovesTasksThatEnd) {
  HandMadeEnv world;
  Log log;
  TaskScope scope;
  scope.spawn(note_after(world.env, log, seconds(1), "a"));
  scope.spawn(note_after(world.env, log, seconds(2), "b"));
  EXPECT_EQ(scope.size(), 2U);
  world.clock.advance(seconds(1));
  world.executor.drain();
  EXPECT_EQ(scope.size(), 1U);
  EXPECT_EQ(world.executor.frames().live(), 1U);
}

TEST(TaskScope, DestroysTheNewestFirst) {
  HandMadeEnv world;
  Log log;
  {
    TaskScope scope;
    scope.spawn(note_after(world.env, log, seconds(1), "a"));
    scope.spawn(note_after(world.env, log, seconds(1), "b"));
  }
  EXPECT_EQ(log, (Log{"a", "b", "~b", "~a"}));
}

TEST(FramePool, ReusesTheFramesOfEndedTasks) {
  HandMadeEnv world;
  Log log;
  void* const first = world.executor.frames().allocate(200);
  FramePool::deallocate(first);
  void* const second = world.executor.frames().allocate(210);
  EXPECT_EQ(first, second);
  FramePool::deallocate(second);
  void* const larger = world.executor.frames().allocate(1000);
  EXPECT_NE(first, larger);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(larger) % 16, 0U);
  FramePool::deallocate(larger);
  EXPECT_EQ(world.executor.frames().live(), 0U);
}

Task<void> take(Env& env, Mailbox& mailbox, Log& log, Instant deadline) {
  Result<Mailbox::Message> message = co_await mailbox.next_before(deadline);
  if (message) {
    log.push_back(std::string(as_text(message->bytes)));
  } else {
    log.push_back(std::string(name_of(static_cast<Errc>(message.error().value()))));
  }
  static_cast<void>(env);
}

TEST(Mailbox, WakesItsReaderWithTheMessage) {
  HandMadeEnv world;
  Log log;
  Mailbox mailbox(world.env);
  ASSERT_TRUE(mailbox.open(9).has_value());
  Task<void> task = take(world.env, mailbox, log, Instant{} + seconds(1));
  world.transport.sink()->on_message({}, as_bytes("hi"));
  EXPECT_TRUE(log.empty());
  world.executor.drain();
  EXPECT_EQ(log, Log{"hi"});
  EXPECT_EQ(world.clock.armed(), 0U);
}

TEST(Mailbox, TimesOutAtTheDeadlineAndThenServesTheNextReader) {
  HandMadeEnv world;
  Log log;
  Mailbox mailbox(world.env);
  Task<void> task = take(world.env, mailbox, log, Instant{} + seconds(1));
  world.clock.advance(seconds(1));
  world.executor.drain();
  EXPECT_EQ(log, Log{"timed-out"});
  mailbox.on_message({}, as_bytes("late"));
  Task<void> next = take(world.env, mailbox, log, Instant{} + seconds(2));
  EXPECT_EQ(log, (Log{"timed-out", "late"}));
}

TEST(Mailbox, DropsMessagesOverItsLimit) {
  HandMadeEnv world;
  Mailbox mailbox(world.env, 2);
  for (int i = 0; i < 5; ++i) mailbox.on_message({}, as_bytes("x"));
  EXPECT_EQ(mailbox.size(), 2U);
}

TEST(Mailbox, ForgetsAReaderThatWasDestroyed) {
  HandMadeEnv world;
  Log log;
  Mailbox mailbox(world.env);
  { Task<void> task = take(world.env, mailbox, log, Instant{} + seconds(1)); }
  mailbox.on_message({}, as_bytes("x"));
  EXPECT_EQ(world.executor.drain(), 0);
  EXPECT_EQ(mailbox.size(), 1U);
}

}  // namespace
}  // namespace windtunnel
