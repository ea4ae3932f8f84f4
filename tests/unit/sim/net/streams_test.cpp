#include <gtest/gtest.h>

#include <bit>

#include <windtunnel/protocols/base/keyed_random.h>
#include "tests/unit/sim/net/stream_world.h"

namespace windtunnel {
namespace {

using testing::Connection;
using testing::error_of;
using testing::Flow;
using testing::kMegabyte;
using testing::kTenth;
using testing::NetWorld;
using testing::pattern;
using testing::Signal;
using testing::try_read;

TEST(Streams, CarryBytesBothWaysAndEnd) {
  NetWorld world(2);
  Connection pair(world);
  Flow there(world, *pair.client, *pair.server, pattern(kMegabyte, 1));
  Flow back(world, *pair.server, *pair.client, pattern(kMegabyte, 2));
  world.run_for(seconds(20));
  EXPECT_TRUE(there.finished());
  EXPECT_TRUE(back.finished());
  EXPECT_EQ(there.received, pattern(kMegabyte, 1));
  EXPECT_EQ(back.received, pattern(kMegabyte, 2));
  EXPECT_EQ(world.count(RecordKind::stream_retransmit), 0U);
  pair.client.reset();
  pair.server.reset();
  world.run_for(seconds(60));
  EXPECT_EQ(world.net().stream_ends(), 0U);
  EXPECT_EQ(world.net().packets(), 0U);
  EXPECT_EQ(world.count(RecordKind::stream_reset), 0U);
}

TEST(Streams, ReceivesHaveTheirSendAsCause) {
  NetWorld world(2);
  Connection pair(world);
  ASSERT_TRUE(pair.client->write(as_bytes("one")).has_value());
  ASSERT_TRUE(pair.client->write(as_bytes("two")).has_value());
  world.run_for(seconds(1));
  std::byte buffer[3];
  ASSERT_EQ(*pair.server->read(buffer), 3U);
  ASSERT_EQ(*pair.server->read(buffer), 3U);
  const std::vector<Record> sent = world.records(RecordKind::stream_send);
  const std::vector<Record> received = world.records(RecordKind::stream_receive);
  ASSERT_EQ(received.size(), 2U);
  EXPECT_EQ(world.sim.find(received[0].cause)->d, hash_text("one"));
  EXPECT_EQ(world.sim.find(received[1].cause)->d, hash_text("two"));
  EXPECT_EQ(sent[0].a, received[0].a);
}

// How long a megabyte takes under `fault`, which must not show in the bytes.
Duration time_of_transfer(const LinkFault& fault, std::uint64_t seed = 1) {
  NetWorld world(2, seed);
  Connection pair(world);
  world.net().add_fault(3, fault);
  const Instant begin = world.sim.now();
  Flow flow(world, *pair.client, *pair.server, pattern(kMegabyte, 1));
  world.run_for(seconds(600));
  EXPECT_TRUE(flow.finished());
  EXPECT_TRUE(equal(flow.received, pattern(kMegabyte, 1)));
  return flow.finished_at - begin;
}

TEST(Streams, LossMakesThemSlowerNotShorter) {
  const Duration clean = time_of_transfer({});
  const Duration lossy = time_of_transfer({.impairments = {.loss = kTenth}});
  EXPECT_GT(lossy, clean * 3);
  const Duration damaged = time_of_transfer({.impairments = {.corrupt = kTenth}});
  EXPECT_GT(damaged, clean * 3);
}

TEST(Streams, ReorderAndDuplicatesDoNotShow) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const PerMillion third{333'333};
    time_of_transfer({.impairments = {.loss = {20'000}, .duplicate = third, .reorder = third}},
                     seed);
  }
}

TEST(Streams, ReorderAloneNeedsNoRetransmission) {
  NetWorld world(2);
  Connection pair(world);
  world.net().add_fault(3, {.impairments = {.reorder = kTenth}});
  Flow flow(world, *pair.client, *pair.server, pattern(kMegabyte, 1));
  world.run_for(seconds(60));
  EXPECT_TRUE(flow.finished());
  EXPECT_GT(world.net().bites(3, LinkEffect::reorder), 10U);
  EXPECT_EQ(world.count(RecordKind::stream_retransmit), 0U);
}

TEST(Streams, LossIsRecordedAsRetransmissionAndCounted) {
  NetWorld world(2);
  Connection pair(world);
  world.net().add_fault(3, {.impairments = {.loss = kTenth}});
  Flow flow(world, *pair.client, *pair.server, pattern(kMegabyte, 1));
  world.run_for(seconds(600));
  EXPECT_GT(world.count(RecordKind::stream_retransmit), 5U);
  EXPECT_GT(world.net().bites(3, LinkEffect::loss), 5U);
  EXPECT_EQ(world.count(RecordKind::drop), 0U);
}

TEST(Streams, UndetectedCorruptionIsAFaultOfItsOwn) {
  NetWorld world(2);
  Connection pair(world);
  world.net().add_fault(3, {.impairments = {.stream_corrupt = kTenth}});
  const Bytes sent = pattern(kMegabyte, 1);
  Flow flow(world, *pair.client, *pair.server, sent);
  world.run_for(seconds(60));
  ASSERT_EQ(flow.received.size(), sent.size());
  std::uint64_t flipped = 0;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const auto changed = std::to_integer<unsigned>(flow.received[i] ^ sent[i]);
    flipped += static_cast<unsigned>(std::popcount(changed));
  }
  EXPECT_GT(flipped, 0U);
  EXPECT_EQ(flipped, world.net().bites(3, LinkEffect::stream_corrupt));
  EXPECT_EQ(flipped, world.count(RecordKind::corrupt));
}

TEST(Streams, BandwidthSetsThePace) {
  const LinkFault slow{.bytes_per_second = 100'000};
  const Duration taken = time_of_transfer(slow);
  EXPECT_GT(taken, seconds(10));
  EXPECT_LT(taken, seconds(12));
}

TEST(Streams, PressBackWhenThePeerDoesNotRead) {
  NetWorld world(2);
  Connection pair(world);
  const Bytes data = pattern(4096, 1);
  std::size_t taken = 0;
  for (int i = 0; i < 10'000; ++i) {
    const Result<std::size_t> wrote = pair.client->write(data);
    EXPECT_EQ(error_of(wrote), wrote ? Errc::ok : Errc::would_block);
    taken += wrote ? *wrote : 0;
    world.run_for(milliseconds(1));
  }
  const StreamOptions& options = world.net().stream_options();
  EXPECT_EQ(taken, std::size_t{options.send_buffer} + options.receive_window);
  Signal writable;
  pair.client->when_writable(writable);
  world.run_for(seconds(60));
  EXPECT_FALSE(writable.fired);
  Bytes buffer(options.receive_window);
  ASSERT_EQ(*pair.server->read(buffer), buffer.size());
  world.run_for(seconds(1));
  EXPECT_TRUE(writable.fired);
}

TEST(Streams, ALostWindowUpdateIsFoundOut) {
  NetWorld world(2);
  Connection pair(world);
  Flow flow(world, *pair.client, *pair.server, pattern(kMegabyte, 1), Flow::kWriteOnly);
  world.run_for(seconds(1));
  world.net().cut(3, {world.id(1)}, {world.id(0)}, false);
  Bytes buffer(world.net().stream_options().receive_window);
  ASSERT_EQ(*pair.server->read(buffer), buffer.size());
  world.run_for(seconds(1));
  world.net().remove_fault(3);
  flow.start_reading();
  world.run_for(seconds(60));
  EXPECT_EQ(flow.received.size() + buffer.size(), kMegabyte);
}

TEST(Streams, HalfCloseLeavesTheOtherDirection) {
  NetWorld world(2);
  Connection pair(world);
  ASSERT_TRUE(pair.client->write(as_bytes("ask")).has_value());
  pair.client->shutdown_write();
  EXPECT_EQ(error_of(pair.client->write(as_bytes("more"))), Errc::closed);
  world.run_for(seconds(1));
  std::byte buffer[16];
  EXPECT_EQ(*pair.server->read(buffer), 3U);
  EXPECT_EQ(*pair.server->read(buffer), 0U);
  EXPECT_EQ(*pair.server->read(buffer), 0U);
  EXPECT_EQ(try_read(*pair.client), Errc::would_block);
  ASSERT_TRUE(pair.server->write(as_bytes("answer")).has_value());
  pair.server.reset();
  world.run_for(seconds(1));
  EXPECT_EQ(*pair.client->read(buffer), 6U);
  EXPECT_EQ(*pair.client->read(buffer), 0U);
}

TEST(Streams, ResetReachesThePeer) {
  NetWorld world(2);
  Connection pair(world);
  ASSERT_TRUE(pair.server->write(as_bytes("unread")).has_value());
  world.run_for(seconds(1));
  Signal readable;
  pair.server->when_readable(readable);
  pair.client->reset();
  EXPECT_EQ(try_read(*pair.client), Errc::reset);
  world.run_for(seconds(1));
  EXPECT_TRUE(readable.fired);
  EXPECT_EQ(try_read(*pair.server), Errc::reset);
  EXPECT_EQ(error_of(pair.server->write(as_bytes("x"))), Errc::reset);
}

TEST(Streams, DestroyedWithUnreadBytesTheyReset) {
  NetWorld world(2);
  Connection pair(world);
  ASSERT_TRUE(pair.server->write(as_bytes("unread")).has_value());
  world.run_for(seconds(1));
  pair.client.reset();
  world.run_for(seconds(1));
  EXPECT_EQ(try_read(*pair.server), Errc::reset);
}

TEST(Streams, DestroyedTheyStillSendWhatWasWritten) {
  NetWorld world(2);
  Connection pair(world);
  world.net().add_fault(3, {.impairments = {.loss = {300'000}}});
  const Bytes data = pattern(100'000, 1);
  ASSERT_EQ(*pair.client->write(data), data.size());
  pair.client.reset();
  Flow flow(world, *pair.server, *pair.server, {}, Flow::kReadOnly);
  world.run_for(seconds(120));
  EXPECT_TRUE(flow.finished());
  EXPECT_EQ(flow.received, data);
}

}  // namespace
}  // namespace windtunnel
