#include <gtest/gtest.h>

#include "tests/unit/sim/net/net_world.h"

namespace windtunnel {
namespace {

using testing::Box;
using testing::NetWorld;

TEST(Messages, ArriveAfterTheLatencyWithTheirSendAsCause) {
  NetWorld world(2);
  Box a(world, 0, 7);
  Box b(world, 1, 8);
  a.send(b.local(), "hello");
  world.run_for(seconds(1));
  ASSERT_EQ(b.arrived.size(), 1U);
  EXPECT_EQ(b.arrived[0].text, "hello");
  EXPECT_EQ(b.arrived[0].from, a.local());
  EXPECT_EQ(b.arrived[0].at, testing::at(milliseconds(1)));
  const Record sent = world.records(RecordKind::send).at(0);
  const Record delivered = world.records(RecordKind::deliver).at(0);
  EXPECT_EQ(world.sim.find(delivered.cause)->kind, RecordKind::send);
  EXPECT_EQ(delivered.a, sent.a);
  EXPECT_EQ(sent.b, std::uint64_t{1} << 16 | 8);
  EXPECT_EQ(delivered.b, std::uint64_t{0} << 16 | 7);
  EXPECT_EQ(sent.c, 5U << 8 | 'h');
  EXPECT_EQ(sent.d, hash_text("hello"));
  EXPECT_EQ(delivered.d, sent.d);
  EXPECT_EQ(world.net().packets(), 0U);
  EXPECT_EQ(world.sim.bytes_in_flight, 0U);
}

TEST(Messages, CountAsInFlightUntilTheyArrive) {
  NetWorld world(2);
  Box a(world, 0, 7);
  Box b(world, 1, 8);
  a.send(b.local(), "12345");
  EXPECT_EQ(world.sim.bytes_in_flight, 5U);
  EXPECT_EQ(world.net().packets(), 1U);
}

TEST(Messages, ReachTheirOwnNodeWhateverIsCut) {
  NetWorld world(2);
  Box a(world, 0, 7);
  Box b(world, 0, 8);
  world.net().isolate(1, world.id(0));
  a.send(b.local(), "x");
  world.run_for(seconds(1));
  EXPECT_EQ(b.texts(), "x");
}

TEST(Messages, PortsAreTakenOnceAndEphemeralOnesDiffer) {
  NetWorld world(2);
  Box a(world, 0, 7);
  Box first(world, 0, 0);
  Box second(world, 0, 0);
  EXPECT_NE(first.local().port, second.local().port);
  EXPECT_EQ(world.env(0).transport.bind(7, a).error(), make_error_code(Errc::address_in_use));
  EXPECT_EQ(world.env(0).transport.listen(7).error(), make_error_code(Errc::address_in_use));
  a.close();
  EXPECT_TRUE(world.env(0).transport.listen(7).has_value());
}

TEST(Messages, OverTheLimitAreRefused) {
  NetWorld world(2);
  Box a(world, 0, 7);
  const Result<std::unique_ptr<MessageSocket>> socket = world.env(0).transport.bind(0, a);
  const Bytes large(kMaxMessageBytes + 1);
  const Result<void> sent = (*socket)->send({world.id(1), 7}, large);
  EXPECT_EQ(sent.error(), make_error_code(Errc::message_too_large));
}

TEST(Messages, WithoutListenerOrNodeAreDroppedWithTheReason) {
  NetWorld world(3);
  Box a(world, 0, 7);
  world.node(2).crash(CrashKind::process);
  a.send({world.id(1), 99}, "x");
  a.send({world.id(2), 7}, "x");
  a.send({NodeId{77}, 7}, "x");
  world.run_for(seconds(1));
  EXPECT_EQ(world.drops(DropReason::no_listener), 1U);
  EXPECT_EQ(world.drops(DropReason::node_down), 2U);
  EXPECT_EQ(world.net().packets(), 0U);
}

TEST(Messages, ToASocketClosedWhileTheyWaitForACoreAreDropped) {
  NetWorld world(2);
  Box a(world, 0, 7);
  Box b(world, 1, 8);
  world.node(1).compute_options().per_input = milliseconds(5);
  a.send(b.local(), "x");
  world.run_for(milliseconds(3));
  b.close();
  Box again(world, 1, 8);
  world.run_for(seconds(1));
  EXPECT_EQ(again.texts(), "");
  EXPECT_EQ(world.drops(DropReason::no_listener), 1U);
}

TEST(Messages, InFlightToANodeThatCrashesAreDroppedAndNothingLeaks) {
  for (const CrashKind kind : {CrashKind::process, CrashKind::power}) {
    NetWorld world(2);
    Box a(world, 0, 7);
    {
      Box b(world, 1, 8);
      world.node(1).compute_options().per_input = milliseconds(5);
      a.send(b.local(), "waits at the node");
      world.run_for(milliseconds(3));
      a.send(b.local(), "under way");
      world.node(1).crash(kind);
    }
    world.run_for(seconds(1));
    EXPECT_EQ(world.drops(DropReason::node_down), 2U);
    EXPECT_EQ(world.net().packets(), 0U);
    EXPECT_EQ(world.sim.bytes_in_flight, 0U);
  }
}

TEST(Messages, ReachTheNextIncarnationOfAPort) {
  NetWorld world(2);
  Box a(world, 0, 7);
  a.send({world.id(1), 8}, "x");
  world.node(1).crash(CrashKind::power);
  world.node(1).start();
  Box b(world, 1, 8);
  world.run_for(seconds(1));
  EXPECT_EQ(b.texts(), "x");
}

TEST(Messages, FromASeveredNodeAreIgnored) {
  NetWorld world(2);
  Box b(world, 1, 8);
  std::unique_ptr<NodeTransport> transport = world.net().attach(world.node(0));
  Result<std::unique_ptr<MessageSocket>> socket = transport->bind(7, b);
  ASSERT_TRUE(socket.has_value());
  transport->sever(true);
  const std::uint64_t before = world.sim.trace_size();
  EXPECT_TRUE((*socket)->send(b.local(), as_bytes("x")).has_value());
  EXPECT_FALSE(transport->bind(9, b).has_value());
  EXPECT_FALSE(transport->listen(9).has_value());
  socket->reset();
  world.run_for(seconds(1));
  EXPECT_EQ(world.sim.trace_size(), before);
  EXPECT_EQ(b.texts(), "");
}

TEST(Messages, OverAFullInboxAreDropped) {
  NetWorld world(2);
  Box a(world, 0, 7);
  Box b(world, 1, 8);
  world.node(1).compute_options().per_input = milliseconds(100);
  world.node(1).compute_options().inbox_limit = 2;
  for (int i = 0; i < 10; ++i) a.send(b.local(), "x");
  world.run_for(milliseconds(10));
  EXPECT_GT(world.drops(DropReason::queue_full), 0U);
  world.run_for(seconds(2));
  EXPECT_EQ(b.arrived.size() + world.drops(DropReason::queue_full), 10U);
}

}  // namespace
}  // namespace windtunnel
