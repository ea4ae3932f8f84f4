// Rules on the messages that streams carry. A frame here is a byte that counts those after it; the
// first of these is the message's class.
#include "tests/unit/sim/net/stream_world.h"

#include <gtest/gtest.h>

#include <bit>
#include <string>

namespace windtunnel {
namespace {

using testing::Box;
using testing::Connection;
using testing::Flow;
using testing::kAlways;
using testing::NetWorld;
using testing::pattern;

constexpr FaultId kRule = 3;

StreamFrame counted(Port, BytesView bytes) {
  const auto count = static_cast<std::size_t>(bytes[0]);
  if (count == 0) return {.malformed = true};
  return {1 + count, 1};
}

MessageClasses classes() {
  MessageClasses made;
  made.frame = counted;
  return made;
}

std::string framed(const std::string& message) {
  return std::string(1, static_cast<char>(message.size())) + message;
}
std::string framed(std::initializer_list<std::string> messages) {
  std::string all;
  for (const std::string& message : messages) all += framed(message);
  return all;
}

LinkFault rule(char kind) {
  LinkFault made;
  made.streams = false;
  made.kind = static_cast<std::uint8_t>(kind);
  return made;
}

// One stream, of which node 0 writes and node 1 reads.
struct FramedLine {
  explicit FramedLine(const MessageClasses& how = classes()) : world(2, 1, how), pair(world) {}
  void write(const std::string& text) {
    const Result<std::size_t> wrote = pair.client->write(as_bytes(text));
    ASSERT_TRUE(wrote.has_value());
    EXPECT_EQ(*wrote, text.size());
  }
  // What has come by now.
  std::string read() {
    world.run_for(milliseconds(20));
    std::string all;
    std::byte buffer[100];
    for (;;) {
      const Result<std::size_t> count = pair.server->read(buffer);
      if (!count) return all;
      if (*count == 0) return all + ".";
      all += as_text(BytesView(buffer, *count));
    }
  }
  std::uint64_t bites() { return world.net().bites(kRule); }

  NetWorld world;
  Connection pair;
};

TEST(StreamFrames, OneOfTheClassIsDroppedAndTheOthersGoOn) {
  FramedLine line;
  LinkFault drops = rule('b');
  drops.impairments.loss = kAlways;
  line.world.net().add_fault(kRule, drops);
  line.write(framed({"a1", "b1", "a2", "b2", "a3"}));
  EXPECT_EQ(line.read(), framed({"a1", "a2", "a3"}));
  EXPECT_EQ(line.bites(), 2U);
  EXPECT_EQ(line.world.net().missed(kRule), 0U);
  EXPECT_EQ(line.world.drops(DropReason::rule), 2U);
  const Record dropped = line.world.records(RecordKind::drop)[0];
  EXPECT_EQ(dropped.c, std::uint64_t{2} << 8 | 'b');
  EXPECT_EQ(dropped.d, hash_text("b1"));
  EXPECT_EQ(line.world.sim.find(dropped.cause)->kind, RecordKind::stream_send);
  line.world.net().remove_fault(kRule);
  line.write(framed("b3"));
  EXPECT_EQ(line.read(), framed("b3"));
}

TEST(StreamFrames, OneOfTheClassComesTwice) {
  FramedLine line;
  LinkFault doubles = rule('b');
  doubles.impairments.duplicate = kAlways;
  line.world.net().add_fault(kRule, doubles);
  line.write(framed({"a1", "b1", "a2"}));
  EXPECT_EQ(line.read(), framed({"a1", "b1", "b1", "a2"}));
  EXPECT_EQ(line.world.count(RecordKind::duplicate), 1U);
}

TEST(StreamFrames, OneBitOfTheMessageFlipsAndNoneOfItsHeader) {
  FramedLine line;
  LinkFault damages = rule('b');
  damages.impairments.corrupt = kAlways;
  line.world.net().add_fault(kRule, damages);
  for (int i = 0; i < 50; ++i) {
    line.write(framed({"a1", "b1"}));
    const std::string came = line.read();
    ASSERT_EQ(came.size(), 6U);
    EXPECT_EQ(came.substr(0, 4), framed("a1") + "\x02");
    int bits = std::popcount(static_cast<unsigned>(static_cast<unsigned char>(came[4] ^ 'b')));
    bits += std::popcount(static_cast<unsigned>(static_cast<unsigned char>(came[5] ^ '1')));
    EXPECT_EQ(bits, 1);
  }
  EXPECT_EQ(line.bites(), 50U);
}

TEST(StreamFrames, OneThatIsDelayedIsOvertaken) {
  FramedLine line;
  LinkFault delays = rule('b');
  delays.impairments.reorder = kAlways;
  delays.impairments.reorder_by = Latency::constant(milliseconds(100));
  line.world.net().add_fault(kRule, delays);
  line.write(framed({"b1", "a1"}));
  EXPECT_EQ(line.read(), framed("a1"));
  line.world.run_for(milliseconds(100));
  EXPECT_EQ(line.read(), framed("b1"));
}

TEST(StreamFrames, OnesThatAreHeldComeInTheirOrderWhenTheRuleEnds) {
  FramedLine line;
  LinkFault holds = rule('b');
  holds.hold = kAlways;
  line.world.net().add_fault(kRule, holds);
  line.write(framed({"b1", "a1", "b2", "b3"}));
  EXPECT_EQ(line.read(), framed("a1"));
  EXPECT_EQ(line.world.count(RecordKind::hold), 3U);
  EXPECT_EQ(line.world.net().held({.kind = 'b'}).size(), 3U);
  line.world.net().remove_fault(kRule);
  EXPECT_EQ(line.read(), framed({"b1", "b2", "b3"}));
  EXPECT_EQ(line.world.count(RecordKind::release), 3U);
}

TEST(StreamFrames, AScriptDeliversAndDropsOnesThatAreHeld) {
  FramedLine line;
  LinkFault holds = rule('b');
  holds.hold = kAlways;
  line.world.net().add_fault(kRule, holds);
  line.write(framed({"b1", "b2", "b3"}));
  EXPECT_EQ(line.read(), "");
  EXPECT_TRUE(line.world.net().deliver_held({.kind = 'b'}, 2));
  EXPECT_EQ(line.read(), framed("b2"));
  EXPECT_TRUE(line.world.net().drop_held({.kind = 'b'}, 1));
  EXPECT_EQ(line.world.drops(DropReason::script), 1U);
  line.pair.client->shutdown_write();
  EXPECT_EQ(line.read(), "");
  EXPECT_TRUE(line.world.net().deliver_held({}, 1));
  EXPECT_EQ(line.read(), framed("b3") + ".");
}

TEST(StreamFrames, TheEndOfTheStreamWaitsForWhatIsKeptBack) {
  FramedLine line;
  LinkFault delays = rule('b');
  delays.impairments.reorder = kAlways;
  delays.impairments.reorder_by = Latency::constant(milliseconds(100));
  line.world.net().add_fault(kRule, delays);
  line.write(framed({"b1", "a1"}));
  line.pair.client->shutdown_write();
  EXPECT_EQ(line.read(), framed("a1"));
  line.world.run_for(milliseconds(100));
  EXPECT_EQ(line.read(), framed("b1") + ".");
}

TEST(StreamFrames, TheEndOfTheStreamDoesNotWaitForWhatWasDropped) {
  FramedLine line;
  LinkFault holds = rule('b');
  holds.hold = kAlways;
  line.world.net().add_fault(kRule, holds);
  line.write(framed("b1"));
  line.pair.client->shutdown_write();
  EXPECT_EQ(line.read(), "");
  EXPECT_TRUE(line.world.net().drop_held({}));
  EXPECT_EQ(line.read(), ".");
}

TEST(StreamFrames, OneThatIsHeldIsLostWithItsStream) {
  FramedLine line;
  LinkFault holds = rule('b');
  holds.hold = kAlways;
  line.world.net().add_fault(kRule, holds);
  line.write(framed({"b1", "b2"}));
  line.pair.client->reset();
  line.world.run_for(seconds(1));
  line.world.net().remove_fault(kRule);
  line.world.run_for(seconds(1));
  EXPECT_EQ(line.world.drops(DropReason::no_listener), 2U);
  line.pair.client.reset();
  line.pair.server.reset();
  line.world.run_for(seconds(60));
  EXPECT_EQ(line.world.net().packets(), 0U);
  EXPECT_EQ(line.world.net().stream_ends(), 0U);
}

TEST(StreamFrames, ThatAreWrittenInPiecesAreJudgedWhole) {
  FramedLine line;
  LinkFault drops = rule('b');
  drops.impairments.loss = kAlways;
  line.world.net().add_fault(kRule, drops);
  std::string came;
  for (const char byte : framed({"a1", "b1", "a2"})) {
    line.write(std::string(1, byte));
    came += line.read();
  }
  EXPECT_EQ(came, framed({"a1", "a2"}));
}

TEST(StreamFrames, WithoutARulePiecesGoAtOnce) {
  FramedLine line;
  for (const char byte : framed({"a1", "b1"})) {
    line.write(std::string(1, byte));
    EXPECT_EQ(line.read(), std::string(1, byte));
  }
}

TEST(StreamFrames, OneThatIsUnderWayWhenTheRuleBeginsIsLeftAlone) {
  FramedLine line;
  LinkFault drops = rule('b');
  drops.impairments.loss = kAlways;
  const std::string whole = framed("b1");
  line.write(whole.substr(0, 2));
  line.world.net().add_fault(kRule, drops);
  line.write(whole.substr(2) + framed({"b2", "a1"}));
  EXPECT_EQ(line.read(), whole + framed("a1"));
  EXPECT_EQ(line.bites(), 1U);
}

// What cannot be told apart goes through.
TEST(StreamFrames, BytesThatBeginNoFrameAreLeftAlone) {
  FramedLine line;
  LinkFault drops = rule('b');
  drops.impairments.loss = kAlways;
  line.world.net().add_fault(kRule, drops);
  const std::string nonsense("\0bb", 3);
  line.write(framed("b1") + nonsense);
  EXPECT_EQ(line.read(), nonsense);
  line.write(framed("b2"));
  EXPECT_EQ(line.read(), framed("b2"));
}

TEST(StreamFrames, AStreamOfAServiceThatHasNoneIsLeftAlone) {
  FramedLine line{MessageClasses{}};
  LinkFault drops = rule('b');
  drops.impairments.loss = kAlways;
  line.world.net().add_fault(kRule, drops);
  line.write(framed("b1"));
  EXPECT_EQ(line.read(), framed("b1"));
  EXPECT_EQ(line.bites(), 0U);
  EXPECT_EQ(line.world.net().missed(kRule), 1U);
}

TEST(StreamFrames, OnlyWhatARuleCouldNotReadIsMissed) {
  FramedLine line{MessageClasses{}};
  LinkFault slows;
  slows.impairments.reorder = kAlways;
  slows.impairments.reorder_by = Latency::constant(milliseconds(1));
  line.world.net().add_fault(kRule + 1, slows);
  line.write("b1");
  line.world.net().add_fault(kRule, rule('b'));
  line.write("b2");
  line.world.net().remove_fault(kRule);
  line.write("b3");
  EXPECT_EQ(line.world.net().missed(kRule), 1U);
  EXPECT_EQ(line.world.net().missed(kRule + 1), 0U);
}

// A frame of four bytes of size, larger than what a stream takes at once.
TEST(StreamFrames, LargeOnesPassARuleForOthers) {
  constexpr std::size_t kSize = 1'000'000;
  MessageClasses large;
  large.frame = [](Port, BytesView bytes) -> StreamFrame {
    if (bytes.size() < 2) return {};
    return {kSize, 2};
  };
  NetWorld world(2, 1, large);
  Connection pair(world);
  LinkFault doubles = rule('b');
  doubles.impairments.duplicate = kAlways;
  world.net().add_fault(kRule, doubles);
  Bytes bytes = pattern(kSize, 1);
  bytes[2] = std::byte{'a'};
  Flow first(world, *pair.client, *pair.server, bytes);
  world.run_for(seconds(60));
  EXPECT_TRUE(first.finished());
  EXPECT_TRUE(first.received == bytes);
}

TEST(MessageClasses, AreToldByTheServicesFunction) {
  MessageClasses last;  // the last byte is the class, on the port where the service listens
  last.classify = [](Port port, BytesView message) {
    return port == 7 ? static_cast<std::uint8_t>(message.back()) : std::uint8_t{0};
  };
  NetWorld world(2, 1, last);
  Box server(world, 1, 7);
  Box client(world, 0, 0);
  LinkFault drops = rule('b');
  drops.impairments.loss = kAlways;
  world.net().add_fault(kRule, drops);
  client.send(server.local(), "1b");
  client.send(server.local(), "b2");
  server.send(client.local(), "3b");
  world.run_for(seconds(1));
  EXPECT_EQ(server.texts(), "b2");
  EXPECT_EQ(client.texts(), "");
  EXPECT_EQ(world.records(RecordKind::send)[1].c & 0xff, std::uint64_t{'2'});
}

}  // namespace
}  // namespace windtunnel
