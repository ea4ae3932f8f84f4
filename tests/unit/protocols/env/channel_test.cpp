#include <windtunnel/protocols/env/channel.h>

#include "tests/unit/protocols/env/tasks.h"

namespace windtunnel {
namespace {

using testing::Log;
using testing::spell;
using testing::Tasks;

Task<void> wait_for(Env&, Signal& signal, Log& log, std::string name) {
  co_await signal.wait();
  log.push_back(name);
}
Task<void> wait_before(Env& env, Signal& signal, Log& log, Instant deadline) {
  const Result<void> woken = co_await before(env, deadline, signal.wait());
  log.push_back(spell(woken));
}

TEST(Signal, WakesTheOneThatHasWaitedLongest) {
  Tasks world;
  Signal signal(world.env);
  Log log;
  TaskScope scope;
  scope.spawn(wait_for(world.env, signal, log, "a"));
  scope.spawn(wait_for(world.env, signal, log, "b"));
  signal.notify_one();
  EXPECT_TRUE(log.empty()) << "nothing is resumed from inside a call";
  world.executor.drain();
  EXPECT_EQ(log, Log{"a"});
  signal.notify_one();
  signal.notify_one();
  world.executor.drain();
  EXPECT_EQ(log, (Log{"a", "b"}));
}

TEST(Signal, WakesAllThatWaitAndNobodyWhoComesLater) {
  Tasks world;
  Signal signal(world.env);
  Log log;
  TaskScope scope;
  signal.notify_all();
  scope.spawn(wait_for(world.env, signal, log, "a"));
  scope.spawn(wait_for(world.env, signal, log, "b"));
  signal.notify_all();
  scope.spawn(wait_for(world.env, signal, log, "late"));
  world.executor.drain();
  EXPECT_EQ(log, (Log{"a", "b"}));
}

TEST(Signal, PassesToTheNextWhereTheWokenOneIsCancelled) {
  Tasks world;
  Signal signal(world.env);
  Log log;
  Task<void> first = wait_for(world.env, signal, log, "first");
  Task<void> second = wait_for(world.env, signal, log, "second");
  signal.notify_one();
  first = Task<void>();
  world.executor.drain();
  EXPECT_EQ(log, Log{"second"});
}

TEST(Signal, TimesOutAndLeavesNothingBehind) {
  Tasks world;
  Signal signal(world.env);
  Log log;
  TaskScope scope;
  scope.spawn(wait_before(world.env, signal, log, Instant{} + seconds(1)));
  world.pass(seconds(1));
  EXPECT_EQ(log, Log{"timed-out"});
  EXPECT_TRUE(world.is_quiet());
  scope.spawn(wait_before(world.env, signal, log, Instant{} + seconds(9)));
  signal.notify_one();
  world.executor.drain();
  EXPECT_EQ(log, (Log{"timed-out", "ok"}));
  EXPECT_TRUE(world.is_quiet());
}

Task<void> send(Env&, Channel<int>& channel, Log& log, int value) {
  const Result<void> sent = co_await channel.send(value);
  log.push_back("sent " + std::to_string(value) + " " + spell(sent));
}
Task<void> send_before(Env& env, Channel<int>& channel, Log& log, int value, Instant deadline) {
  const Result<void> sent = co_await before(env, deadline, channel.send(value));
  log.push_back("sent " + std::to_string(value) + " " + spell(sent));
}
Task<void> receive(Env&, Channel<int>& channel, Log& log) {
  const Result<int> value = co_await channel.receive();
  log.push_back(spell(value));
}
Task<void> receive_before(Env& env, Channel<int>& channel, Log& log, Instant deadline) {
  const Result<int> value = co_await before(env, deadline, channel.receive());
  log.push_back(spell(value));
}
Task<void> receive_all(Env&, Channel<int>& channel, Log& log) {
  while (true) {
    const Result<int> value = co_await channel.receive();
    log.push_back(spell(value));
    if (!value) co_return;
  }
}

TEST(Channel, HandsValuesOverInOrder) {
  Tasks world;
  Channel<int> channel(world.env, 2);
  Log log;
  TaskScope scope;
  EXPECT_TRUE(channel.try_send(1));
  EXPECT_TRUE(channel.try_send(2));
  EXPECT_FALSE(channel.try_send(3)) << "there is room for two";
  scope.spawn(receive(world.env, channel, log));
  scope.spawn(receive(world.env, channel, log));
  scope.spawn(receive(world.env, channel, log));
  EXPECT_EQ(log, (Log{"1", "2"}));
  EXPECT_TRUE(channel.try_send(3));
  EXPECT_FALSE(channel.try_receive().has_value()) << "it is promised to who waited";
  world.executor.drain();
  EXPECT_EQ(log, (Log{"1", "2", "3"}));
}

TEST(Channel, SenderWaitsForRoom) {
  Tasks world;
  Channel<int> channel(world.env, 1);
  Log log;
  TaskScope scope;
  scope.spawn(send(world.env, channel, log, 1));
  scope.spawn(send(world.env, channel, log, 2));
  scope.spawn(send(world.env, channel, log, 3));
  EXPECT_EQ(log, Log{"sent 1 ok"});
  EXPECT_EQ(channel.try_receive(), 1);
  EXPECT_EQ(channel.size(), 1U) << "what waited is in at once";
  world.executor.drain();
  EXPECT_EQ(log, (Log{"sent 1 ok", "sent 2 ok"}));
  EXPECT_EQ(channel.try_receive(), 2);
  EXPECT_EQ(channel.try_receive(), 3);
}

TEST(Channel, ClosedOneIsEmptiedAndThenSaysSo) {
  Tasks world;
  Channel<int> channel(world.env, 1);
  Log log;
  TaskScope scope;
  scope.spawn(send(world.env, channel, log, 1));
  scope.spawn(send(world.env, channel, log, 2));
  channel.close();
  world.executor.drain();
  EXPECT_EQ(log, (Log{"sent 1 ok", "sent 2 closed"}));
  EXPECT_FALSE(channel.try_send(3));
  scope.spawn(receive_all(world.env, channel, log));
  EXPECT_EQ(log, (Log{"sent 1 ok", "sent 2 closed", "1", "closed"}));
}

TEST(Channel, ClosingWakesWhoWaits) {
  Tasks world;
  Channel<int> channel(world.env, 1);
  Log log;
  TaskScope scope;
  scope.spawn(receive_all(world.env, channel, log));
  scope.spawn(receive_all(world.env, channel, log));
  EXPECT_TRUE(channel.try_send(1));
  channel.close();
  world.executor.drain();
  EXPECT_EQ(log, (Log{"1", "closed", "closed"}));
}

TEST(Channel, PromisedValueGoesToTheNextWhereTheReceiverIsCancelled) {
  Tasks world;
  Channel<int> channel(world.env, 1);
  Log log;
  Task<void> first = receive(world.env, channel, log);
  Task<void> second = receive(world.env, channel, log);
  EXPECT_TRUE(channel.try_send(1));
  first = Task<void>();
  world.executor.drain();
  EXPECT_EQ(log, Log{"1"});
  EXPECT_TRUE(second.done());
}

TEST(Channel, PromisedValueStaysWhereNobodyWaitsBehindACancelledReceiver) {
  Tasks world;
  Channel<int> channel(world.env, 1);
  Log log;
  Task<void> only = receive(world.env, channel, log);
  EXPECT_TRUE(channel.try_send(1));
  only = Task<void>();
  EXPECT_EQ(channel.try_receive(), 1);
}

TEST(Channel, TimesOutInBothDirectionsAndLeavesNothingBehind) {
  Tasks world;
  Channel<int> channel(world.env, 1);
  Log log;
  TaskScope scope;
  const Instant deadline = Instant{} + seconds(1);
  scope.spawn(receive_before(world.env, channel, log, deadline));
  world.pass(seconds(1));
  EXPECT_EQ(log, Log{"timed-out"});
  EXPECT_TRUE(channel.try_send(1));
  scope.spawn(send_before(world.env, channel, log, 2, deadline + seconds(1)));
  world.pass(seconds(1));
  EXPECT_EQ(log, (Log{"timed-out", "sent 2 timed-out"}));
  EXPECT_TRUE(world.is_quiet());
  EXPECT_EQ(channel.try_receive(), 1);
  EXPECT_FALSE(channel.try_receive().has_value()) << "what timed out was not sent";
}

TEST(Channel, ValueThatIsThereAtTheDeadlineCounts) {
  Tasks world;
  Channel<int> channel(world.env, 1);
  Log log;
  TaskScope scope;
  scope.spawn(receive_before(world.env, channel, log, Instant{} + seconds(1)));
  world.clock.advance(seconds(1));
  EXPECT_TRUE(channel.try_send(7));
  world.executor.drain();
  EXPECT_EQ(log, Log{"7"});
  EXPECT_TRUE(world.is_quiet());
}

}  // namespace
}  // namespace windtunnel
