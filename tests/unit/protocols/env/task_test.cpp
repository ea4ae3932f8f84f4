#include <windtunnel/protocols/env/task.h>

#include "tests/unit/protocols/env/tasks.h"

namespace windtunnel {
namespace {

using testing::HandMadeEnv;
using testing::Leaves;
using testing::Log;
using testing::Tasks;

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

TEST(TaskScope, CancelDestroysTheNewestFirstAndMayBeUsedAgain) {
  HandMadeEnv world;
  Log log;
  TaskScope scope;
  scope.spawn(note_after(world.env, log, seconds(1), "a"));
  scope.spawn(note_after(world.env, log, seconds(1), "b"));
  scope.cancel();
  EXPECT_EQ(log, (Log{"a", "b", "~b", "~a"}));
  EXPECT_EQ(world.clock.armed(), 0U);
  scope.spawn(note_after(world.env, log, seconds(1), "c"));
  EXPECT_EQ(scope.size(), 1U);
}

Task<void> give_up(Env& env, TaskScope& scope, Log& log) {
  Leaves leaves{log, "giver"};
  scope.cancel_soon(env);
  scope.cancel_soon(env);
  log.push_back("still here");
  co_await sleep_for(env, seconds(1));
  log.push_back("never");
}

TEST(TaskScope, TaskMayCancelTheScopeThatHoldsIt) {
  Tasks world;
  Log log;
  TaskScope scope;
  scope.spawn(note_after(world.env, log, seconds(1), "a"));
  scope.spawn(give_up(world.env, scope, log));
  world.pass(seconds(1));
  EXPECT_EQ(log, (Log{"a", "still here", "~giver", "~a"}));
  EXPECT_TRUE(world.is_quiet());
}

Task<void> join(Env& env, TaskScope& scope, Log& log) {
  co_await scope.joined(env);
  log.push_back("joined");
}

TEST(TaskScope, JoinedWhenAllTasksHaveEnded) {
  Tasks world;
  Log log;
  TaskScope scope;
  scope.spawn(note_after(world.env, log, seconds(1), "a"));
  scope.spawn(note_after(world.env, log, seconds(2), "b"));
  Task<void> joining = join(world.env, scope, log);
  world.pass(seconds(1));
  EXPECT_FALSE(joining.done());
  world.pass(seconds(1));
  EXPECT_TRUE(joining.done());
  EXPECT_EQ(log.back(), "joined");
  Task<void> again = join(world.env, scope, log);
  EXPECT_TRUE(again.done()) << "there are none to wait for";
}

TEST(TaskScope, WhoJoinsItMayOutliveIt) {
  Tasks world;
  Log log;
  auto scope = std::make_unique<TaskScope>();
  scope->spawn(note_after(world.env, log, seconds(1), "a"));
  Task<void> joining = join(world.env, *scope, log);
  scope.reset();
  world.executor.drain();
  EXPECT_TRUE(joining.done());
}

TEST(TaskScope, JoinedWhenItIsCancelled) {
  Tasks world;
  Log log;
  TaskScope scope;
  scope.spawn(note_after(world.env, log, seconds(1), "a"));
  Task<void> joining = join(world.env, scope, log);
  scope.cancel();
  EXPECT_FALSE(joining.done()) << "nothing is resumed from inside a call";
  world.executor.drain();
  EXPECT_TRUE(joining.done());
}

TEST(TaskScope, ForgetsWhoGaveUpJoining) {
  Tasks world;
  Log log;
  TaskScope scope;
  scope.spawn(note_after(world.env, log, seconds(1), "a"));
  { Task<void> joining = join(world.env, scope, log); }
  world.pass(seconds(1));
  EXPECT_EQ(log, (Log{"a", "a woke", "~a"}));
}

Task<void> parent(Env& env, Log& log) {
  Leaves leaves{log, "parent"};
  TaskScope children;
  children.spawn(note_after(env, log, seconds(1), "first"));
  children.spawn(note_after(env, log, seconds(1), "second"));
  co_await sleep_for(env, seconds(9));
}

TEST(TaskScope, InAFrameIsCancelledWithItChildrenFirst) {
  Tasks world;
  Log log;
  { Task<void> task = parent(world.env, log); }
  EXPECT_EQ(log, (Log{"first", "second", "~second", "~first", "~parent"}));
  EXPECT_TRUE(world.is_quiet());
}

// Uses all that it can reach when it is destroyed.
struct Hostile {
  Env& env;
  TaskScope& scope;
  Log& log;
  ~Hostile() {
    scope.spawn(note_after(env, log, seconds(1), "late"));
    scope.cancel();
    scope.cancel_soon(env);
  }
};
Task<void> hold(Env& env, TaskScope& scope, Log& log) {
  Hostile hostile{env, scope, log};
  co_await sleep_for(env, seconds(9));
}

TEST(TaskScope, IsCancelledWhateverItsTasksDestructorsDo) {
  Tasks world;
  Log log;
  {
    TaskScope scope;
    scope.spawn(note_after(world.env, log, seconds(1), "a"));
    scope.spawn(hold(world.env, scope, log));
    scope.spawn(hold(world.env, scope, log));
    scope.cancel();
    EXPECT_EQ(scope.size(), 0U);
    scope.spawn(hold(world.env, scope, log));
  }
  EXPECT_EQ(log, (Log{"a", "late", "~late", "late", "~late", "~a", "late", "~late"}));
  EXPECT_TRUE(world.is_quiet());
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

}  // namespace
}  // namespace windtunnel
