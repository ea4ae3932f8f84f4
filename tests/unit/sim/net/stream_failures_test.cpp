#include <gtest/gtest.h>

#include "tests/unit/sim/net/stream_world.h"

namespace windtunnel {
namespace {

using testing::Connection;
using testing::Flow;
using testing::kMegabyte;
using testing::kTenth;
using testing::NetWorld;
using testing::Owned;
using testing::pattern;
using testing::Signal;
using testing::try_read;

TEST(StreamFailures, AreRefusedWhereNobodyListens) {
  NetWorld world(2);
  Signal connected;
  const auto stream = world.env(0).transport.connect({world.id(1), 99}, connected);
  world.run_for(milliseconds(2));
  EXPECT_TRUE(connected.fired);
  EXPECT_EQ(connected.error(), Errc::refused);
  EXPECT_EQ(try_read(*stream), Errc::refused);
  EXPECT_EQ(world.count(RecordKind::stream_refused), 1U);
}

TEST(StreamFailures, ABlackHoledConnectTakesTheWholeTimeout) {
  for (const bool down : {true, false}) {
    NetWorld world(2);
    const Owned<Listener> listener = testing::listen(world, 1, 80);
    if (down) {
      world.node(1).crash(CrashKind::power);
    } else {
      world.net().isolate(3, world.id(1));
    }
    Signal connected;
    const auto stream = world.env(0).transport.connect({world.id(1), 80}, connected);
    world.run_for(milliseconds(4'999));
    EXPECT_FALSE(connected.fired);
    world.run_for(milliseconds(1));
    EXPECT_TRUE(connected.fired);
    EXPECT_EQ(connected.error(), Errc::unreachable);
    EXPECT_EQ(try_read(*stream), Errc::unreachable);
  }
}

TEST(StreamFailures, AConnectSurvivesLostHandshakes) {
  NetWorld world(2);
  const Owned<Listener> listener = testing::listen(world, 1, 80);
  world.net().isolate(3, world.id(1));
  Signal connected;
  const auto stream = world.env(0).transport.connect({world.id(1), 80}, connected);
  world.run_for(milliseconds(900));
  world.net().remove_fault(3);
  world.run_for(seconds(1));
  EXPECT_TRUE(connected.fired);
  EXPECT_EQ(connected.error(), Errc::ok);
  EXPECT_TRUE(listener->accept().has_value());
}

TEST(StreamFailures, AFullAcceptQueueRefuses) {
  NetWorld world(2);
  world.net().stream_options().accept_limit = 2;
  const Owned<Listener> listener = testing::listen(world, 1, 80);
  Signal connected[3];
  std::vector<std::unique_ptr<Stream>> streams;
  for (Signal& signal : connected) {
    streams.push_back(world.env(0).transport.connect({world.id(1), 80}, signal));
  }
  world.run_for(milliseconds(500));
  EXPECT_TRUE(connected[1].fired);
  EXPECT_TRUE(connected[2].fired);
  EXPECT_EQ(connected[2].error(), Errc::refused);
  ASSERT_TRUE(listener->accept().has_value());
  Signal again;
  const auto stream = world.env(0).transport.connect({world.id(1), 80}, again);
  world.run_for(milliseconds(500));
  EXPECT_EQ(again.error(), Errc::ok);
}

TEST(StreamFailures, ListenersThatCloseResetWhatTheyDidNotAccept) {
  NetWorld world(2);
  Owned<Listener> listener = testing::listen(world, 1, 80);
  Signal connected;
  const auto stream = world.env(0).transport.connect({world.id(1), 80}, connected);
  world.run_for(seconds(1));
  listener.reset();
  world.run_for(seconds(1));
  EXPECT_EQ(try_read(*stream), Errc::reset);
  EXPECT_EQ(world.net().stream_ends(), 1U);
}

TEST(StreamFailures, AProcessCrashEndsWhatItHadRead) {
  NetWorld world(2);
  Connection pair(world);
  ASSERT_TRUE(pair.client->write(as_bytes("last words")).has_value());
  Signal readable;
  pair.server->when_readable(readable);
  world.node(0).crash(CrashKind::process);
  world.run_for(seconds(1));
  EXPECT_TRUE(readable.fired);
  Bytes into(100);
  EXPECT_EQ(pair.server->read(into).value(), 10U);
  EXPECT_EQ(pair.server->read(into).value(), 0U);
}

TEST(StreamFailures, AProcessCrashWithUnreadBytesResets) {
  NetWorld world(2);
  Connection pair(world);
  ASSERT_TRUE(pair.server->write(as_bytes("unread")).has_value());
  world.run_for(milliseconds(20));
  world.node(0).crash(CrashKind::process);
  world.run_for(seconds(1));
  EXPECT_EQ(try_read(*pair.server), Errc::reset);
  EXPECT_EQ(world.net().stream_ends(), 1U);
}

// What the kernel of the dead process still has to say goes with the power of a later life.
TEST(StreamFailures, APowerLossEndsWhatAnEarlierCrashLeft) {
  NetWorld world(2);
  Connection pair(world);
  world.net().isolate(3, world.id(0));
  ASSERT_TRUE(pair.client->write(as_bytes("under way")).has_value());
  world.node(0).crash(CrashKind::process);
  world.node(0).start();
  EXPECT_EQ(world.net().stream_ends(), 2U);
  world.node(0).crash(CrashKind::power);
  EXPECT_EQ(world.net().stream_ends(), 1U);
  world.net().remove_fault(3);
  world.run_for(seconds(100));
  EXPECT_EQ(try_read(*pair.server), Errc::would_block);
}

TEST(StreamFailures, APowerLossEndsWhatAProcessThatIsGoneHasLeft) {
  for (const bool gives_up : {false, true}) {
    NetWorld world(2);
    Connection pair(world);
    world.net().isolate(3, world.id(0));
    ASSERT_TRUE(pair.client->write(as_bytes("under way")).has_value());
    gives_up ? world.node(0).exit("a test") : world.node(0).crash(CrashKind::process);
    EXPECT_EQ(world.net().stream_ends(), 2U);
    world.node(0).crash(CrashKind::power);
    EXPECT_EQ(world.net().stream_ends(), 1U);
    world.net().remove_fault(3);
    world.run_for(seconds(100));
    EXPECT_EQ(try_read(*pair.server), Errc::would_block);
  }
}

TEST(StreamFailures, AfterAPowerLossThePeerLearnsOfItWhenItSends) {
  NetWorld world(2);
  Connection pair(world);
  Signal readable;
  pair.server->when_readable(readable);
  world.node(0).crash(CrashKind::power);
  world.run_for(seconds(100));
  EXPECT_FALSE(readable.fired);
  world.node(0).start();
  ASSERT_TRUE(pair.server->write(as_bytes("anyone?")).has_value());
  world.run_for(milliseconds(3));
  EXPECT_TRUE(readable.fired);
  EXPECT_EQ(try_read(*pair.server), Errc::reset);
}

TEST(StreamFailures, APeerThatAnswersNothingIsGivenUpAtOneEndOnly) {
  NetWorld world(2);
  Connection pair(world);
  world.net().isolate(3, world.id(0));
  ASSERT_TRUE(pair.client->write(as_bytes("anyone?")).has_value());
  world.run_for(seconds(29));
  EXPECT_EQ(try_read(*pair.client), Errc::would_block);
  world.run_for(seconds(10));
  EXPECT_EQ(try_read(*pair.client), Errc::timed_out);
  world.net().remove_fault(3);
  world.run_for(seconds(10));
  EXPECT_EQ(try_read(*pair.server), Errc::would_block);
  ASSERT_TRUE(pair.server->write(as_bytes("still there?")).has_value());
  world.run_for(seconds(1));
  EXPECT_EQ(try_read(*pair.server), Errc::reset);
}

TEST(StreamFailures, OutlastACutThatIsShorterThanGivingUp) {
  NetWorld world(2);
  Connection pair(world);
  Flow flow(world, *pair.client, *pair.server, pattern(kMegabyte, 1));
  world.run_for(milliseconds(5));
  world.net().isolate(3, world.id(0));
  world.run_for(seconds(20));
  EXPECT_FALSE(flow.finished());
  world.net().remove_fault(3);
  world.run_for(seconds(6));
  EXPECT_TRUE(flow.finished());
  EXPECT_EQ(flow.received, pattern(kMegabyte, 1));
}

TEST(StreamFailures, OfACrashedNodeLeaveNothingBehind) {
  for (const CrashKind kind : {CrashKind::process, CrashKind::power}) {
    NetWorld world(2);
    {
      Connection pair(world);
      world.net().add_fault(3, {.impairments = {.loss = kTenth, .reorder = kTenth}});
      const Bytes data = pattern(200'000, 1);
      ASSERT_TRUE(pair.client->write(data).has_value());
      Signal connected;
      Owned<Stream> half(world, 0,
                         world.env(0).transport.connect(pair.listener->local(), connected));
      world.run_for(milliseconds(2));
      world.node(0).crash(kind);
      world.node(1).crash(kind);
    }
    world.run_for(seconds(100));
    EXPECT_EQ(world.net().stream_ends(), 0U);
    EXPECT_EQ(world.net().packets(), 0U);
    EXPECT_EQ(world.sim.bytes_in_flight, 0U);
  }
}

TEST(StreamFailures, LossOfOtherTrafficChangesNoDraw) {
  const auto time = [](bool other) {
    NetWorld world(2);
    Connection pair(world);
    LinkFault loss{.impairments = {.loss = kTenth}};
    world.net().add_fault(3, loss);
    Connection second(world, 81);
    Flow flow(world, *pair.client, *pair.server, pattern(kMegabyte, 1));
    Flow noise(world, *second.client, *second.server, pattern(other ? 100'000 : 1, 1));
    world.run_for(seconds(600));
    return world.net().bites(3) > 0 ? flow.finished_at : Instant{};
  };
  EXPECT_EQ(time(true), time(false));
}

}  // namespace
}  // namespace windtunnel
