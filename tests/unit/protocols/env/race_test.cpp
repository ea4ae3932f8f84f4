#include <windtunnel/protocols/env/race.h>

#include "tests/bench/allocations.h"
#include "tests/unit/protocols/env/tasks.h"

namespace windtunnel {
namespace {

using testing::Leaves;
using testing::Log;
using testing::spell;
using testing::Tasks;

Task<void> race_of_sleeps(Env& env, Log& log, Duration first, Duration second) {
  SleepAwaiter a = sleep_for(env, first);
  SleepAwaiter b = sleep_for(env, second);
  const std::size_t which = co_await any_of(a, b);
  log.push_back(std::to_string(which));
}

TEST(AnyOf, NamesTheFirstAndCancelsTheOther) {
  Tasks world;
  Log log;
  TaskScope scope;
  scope.spawn(race_of_sleeps(world.env, log, seconds(2), seconds(1)));
  EXPECT_EQ(world.clock.armed(), 2U);
  world.pass(seconds(1));
  EXPECT_EQ(log, Log{"1"});
  EXPECT_TRUE(world.is_quiet());
}

TEST(AnyOf, CancelsWhatIsQueuedAlready) {
  Tasks world;
  Log log;
  TaskScope scope;
  scope.spawn(race_of_sleeps(world.env, log, seconds(1), seconds(1)));
  world.clock.advance(seconds(1));
  EXPECT_EQ(world.executor.drain(), 2) << "the first sleep, and the end of the task";
  EXPECT_EQ(log, Log{"0"});
}

Task<void> job_or_stop(Env& env, Channel<int>& jobs, Signal& stop, Log& log) {
  static_cast<void>(env);
  while (true) {
    Channel<int>::Receive next = jobs.receive();
    SignalWait stopped = stop.wait();
    if (co_await any_of(next, stopped) == 1) co_return;
    const Result<int> job = next.await_resume();
    log.push_back(spell(job));
  }
}

TEST(AnyOf, WinnerYieldsItsResultAndLosersLoseNothing) {
  Tasks world;
  Channel<int> jobs(world.env, 4);
  Signal stop(world.env);
  Log log;
  Task<void> task = job_or_stop(world.env, jobs, stop, log);
  EXPECT_TRUE(jobs.try_send(1));
  EXPECT_TRUE(jobs.try_send(2));
  world.executor.drain();
  EXPECT_EQ(log, (Log{"1", "2"}));
  stop.notify_one();
  EXPECT_TRUE(jobs.try_send(3));
  world.executor.drain();
  EXPECT_TRUE(task.done());
  EXPECT_EQ(log, (Log{"1", "2"}));
  EXPECT_EQ(jobs.try_receive(), 3) << "the cancelled receiver took nothing";
}

Task<int> answer(Env& env, Log& log, std::string name, Duration after, int value) {
  Leaves leaves{log, name};
  if (after.ns > 0) co_await sleep_for(env, after);
  co_return value;
}

Task<void> hedge(Env& env, Log& log, Duration first, Duration second) {
  Task<int> a = answer(env, log, "a", first, 1);
  Task<int> b = answer(env, log, "b", second, 2);
  const std::size_t which = co_await any_of(a, b);
  log.push_back("task " + std::to_string(which));
  if (which == 0) log.push_back(std::to_string(a.result()));
  if (which == 1) log.push_back(std::to_string(b.result()));
}

TEST(AnyOf, DestroysTheTaskThatLoses) {
  Tasks world;
  Log log;
  TaskScope scope;
  scope.spawn(hedge(world.env, log, seconds(5), seconds(1)));
  world.pass(seconds(1));
  EXPECT_EQ(log, (Log{"~b", "~a", "task 1", "2"}));
  EXPECT_TRUE(world.is_quiet());
}

TEST(AnyOf, TaskThatIsDoneWinsWithoutAWait) {
  Tasks world;
  Log log;
  TaskScope scope;
  scope.spawn(hedge(world.env, log, seconds(5), Duration{}));
  EXPECT_EQ(log, (Log{"~b", "~a", "task 1", "2"}));
  EXPECT_TRUE(world.is_quiet());
}

Task<void> answer_before(Env& env, Log& log, Duration after, Instant deadline) {
  const Result<int> got = co_await before(env, deadline, answer(env, log, "a", after, 1));
  log.push_back(spell(got));
}

TEST(Before, YieldsWhatATaskYields) {
  Tasks world;
  Log log;
  TaskScope scope;
  scope.spawn(answer_before(world.env, log, seconds(1), Instant{} + seconds(2)));
  world.pass(seconds(1));
  EXPECT_EQ(log, (Log{"~a", "1"}));
  EXPECT_TRUE(world.is_quiet());
  scope.spawn(answer_before(world.env, log, Duration{}, Instant{}));
  EXPECT_EQ(log, (Log{"~a", "1", "~a", "1"})) << "what is done is never late";
}

TEST(Before, DestroysATaskAtTheDeadline) {
  Tasks world;
  Log log;
  TaskScope scope;
  scope.spawn(answer_before(world.env, log, seconds(3), Instant{} + seconds(2)));
  world.pass(seconds(2));
  EXPECT_EQ(log, (Log{"~a", "timed-out"}));
  EXPECT_TRUE(world.is_quiet());
}

Task<void> nested(Env& env, Log& log, Channel<int>& channel, Signal& signal) {
  Channel<int>::Receive next = channel.receive();
  SignalWait stop = signal.wait();
  const Instant deadline = env.clock.now() + seconds(1);
  const Result<std::size_t> which = co_await before(env, deadline, any_of(next, stop));
  log.push_back(which ? std::to_string(*which) : spell(which.error()));
}

TEST(Before, TakesARace) {
  Tasks world;
  Channel<int> channel(world.env, 1);
  Signal signal(world.env);
  Log log;
  TaskScope scope;
  scope.spawn(nested(world.env, log, channel, signal));
  signal.notify_one();
  world.executor.drain();
  EXPECT_EQ(log, Log{"1"});
  EXPECT_TRUE(world.is_quiet());
  scope.spawn(nested(world.env, log, channel, signal));
  world.pass(seconds(1));
  EXPECT_EQ(log, (Log{"1", "timed-out"}));
  EXPECT_TRUE(world.is_quiet());
}

TEST(Before, DestroyedInTheMiddleLeavesNothing) {
  Tasks world;
  Channel<int> channel(world.env, 1);
  Signal signal(world.env);
  Log log;
  {
    Task<void> task = nested(world.env, log, channel, signal);
    EXPECT_EQ(world.clock.armed(), 1U);
    signal.notify_one();
  }
  EXPECT_TRUE(world.is_quiet());
  EXPECT_EQ(world.executor.drain(), 0);
  EXPECT_TRUE(log.empty());
}

// A disk that opens one file, when it is told to.
class OneFile final : public testing::NoDisk, private WaiterHolder {
 public:
  void open(std::string_view path, OpenMode, Waiter& waiter) override {
    opened = path;
    waiter.hold(*this);
    waiting_ = &waiter;
  }
  void close(File file) override { closed.push_back(file.handle); }
  void finish(Executor& executor) {
    Waiter& waiter = *std::exchange(waiting_, nullptr);
    waiter.release();
    waiter.complete(Errc::ok, 7);
    executor.post(waiter);
  }
  std::string opened;
  std::vector<std::uint32_t> closed;

 private:
  void forget(Waiter& waiter) noexcept override {
    waiting_ = nullptr;
    waiter.release();
  }
  Waiter* waiting_ = nullptr;
};

struct Opening : Tasks {
  OneFile file;
  Env env{NodeId{0}, clock,  clock,    executor, transport, file,
          compute,   random, observer, process,  log};
};

Task<void> open_before(Env& env, Log& log, Instant deadline) {
  const Result<File> file = co_await before(env, deadline, open_file(env, "f", OpenMode::create));
  log.push_back(file ? std::to_string(file->handle) : spell(file.error()));
}

TEST(Before, KeepsWhatIsDoneButNotHeardOf) {
  Opening world;
  Log log;
  TaskScope scope;
  scope.spawn(open_before(world.env, log, Instant{} + seconds(1)));
  world.clock.advance(seconds(1));
  world.file.finish(world.executor);
  world.executor.drain();
  EXPECT_EQ(log, Log{"7"});
  EXPECT_TRUE(world.file.closed.empty());
  EXPECT_TRUE(world.is_quiet());
}

Task<void> wait_before(Env& env, Signal& signal, Log& log) {
  const Instant deadline = Instant{} + seconds(1);
  const Result<void> woken = co_await before(env, deadline, signal.wait());
  log.push_back(spell(woken));
}

TEST(Before, ASignalToAllThatIsNotHeardOfYetCounts) {
  Tasks world;
  Signal signal(world.env);
  Log log;
  TaskScope scope;
  scope.spawn(wait_before(world.env, signal, log));
  world.clock.advance(seconds(1));
  signal.notify_all();
  world.executor.drain();
  EXPECT_EQ(log, Log{"ok"});
}

Task<void> open_or_stop(Env& env, Signal& stop, Log& log) {
  DiskAwaiter<File> opening = open_file(env, std::string(40, 'f') + "/g", OpenMode::create);
  SignalWait stopped = stop.wait();
  const std::size_t which = co_await any_of(opening, stopped);
  log.push_back(std::to_string(which));
}

TEST(AnyOf, AFileThatWasOpenedAndLosesIsClosed) {
  Opening world;
  Signal stop(world.env);
  Log log;
  TaskScope scope;
  scope.spawn(open_or_stop(world.env, stop, log));
  stop.notify_one();
  world.file.finish(world.executor);
  world.executor.drain();
  EXPECT_EQ(log, Log{"1"});
  EXPECT_EQ(world.file.closed, std::vector<std::uint32_t>{7});
}

TEST(AnyOf, AFileThatWasOpenedForATaskThatIsDestroyedIsClosed) {
  Opening world;
  Signal stop(world.env);
  Log log;
  {
    TaskScope scope;
    scope.spawn(open_or_stop(world.env, stop, log));
    world.file.finish(world.executor);
  }
  EXPECT_EQ(world.file.closed, std::vector<std::uint32_t>{7});
  EXPECT_TRUE(world.is_quiet());
}

TEST(OpenFile, OwnsThePathOfAWaitThatIsStartedLater) {
  Opening world;
  Signal stop(world.env);
  Log log;
  TaskScope scope;
  scope.spawn(open_or_stop(world.env, stop, log));
  EXPECT_EQ(world.file.opened, std::string(40, 'f') + "/g");
}

Task<void> chatter(Env& env, Channel<int>& out, Channel<int>& in, int& rounds) {
  while (true) {
    const Instant deadline = env.clock.now() + seconds(1);
    const Result<void> sent = co_await before(env, deadline, out.send(1));
    const Result<int> got = co_await before(env, deadline, in.receive());
    if (!sent || !got) co_return;
    ++rounds;
    co_await sleep_for(env, microseconds(1));
  }
}

TEST(Before, AllocatesNothingInTheSteadyState) {
  Tasks world;
  Channel<int> one(world.env, 1);
  Channel<int> two(world.env, 1);
  int rounds = 0;
  TaskScope scope;
  scope.spawn(chatter(world.env, one, two, rounds));
  scope.spawn(chatter(world.env, two, one, rounds));
  for (int i = 0; i < 100; ++i) world.pass(microseconds(1));
  const int warm = rounds;
  const std::uint64_t begun = bench::allocations();
  for (int i = 0; i < 1000; ++i) world.pass(microseconds(1));
  EXPECT_EQ(bench::allocations(), begun);
  EXPECT_GE(rounds, warm + 1000);
}

}  // namespace
}  // namespace windtunnel
