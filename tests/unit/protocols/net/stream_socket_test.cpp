// Messages over streams between two nodes: what arrives, and what becomes of it when a stream ends.
#include <windtunnel/protocols/net/stream_socket.h>
#include "tests/unit/sim/net/net_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

namespace windtunnel {
namespace {

using testing::NetWorld;
using testing::Owned;

constexpr Port kPort = 7000;

// A socket of node `index`, and what arrived there; it ends with the node's program.
class StreamBox final : public MessageSink {
 public:
  StreamBox(NetWorld& world, int index, const LinkOptions& options = {})
      : world_(world), index_(index), options_(options) {
    open();
  }
  void open() {
    auto opened = StreamSocket::open(world_.env(index_), kPort, *this, options_);
    WT_ASSERT(opened.has_value(), "the port is free");
    socket_ = Owned<MessageSocket>(world_, index_, std::move(*opened));
  }
  void on_message(const Endpoint& from, BytesView message) override {
    EXPECT_EQ(from.port, kPort);
    senders.push_back(from.node);
    texts += as_text(message);
    if (close_on_message) socket_.reset();
  }
  void send(int to, std::string_view text) {
    ASSERT_TRUE(socket_->send({world_.id(to), kPort}, as_bytes(text)).has_value());
  }
  std::string texts;
  std::vector<NodeId> senders;
  bool close_on_message = false;

 private:
  NetWorld& world_;
  int index_;
  LinkOptions options_;
  Owned<MessageSocket> socket_;
};

void restart(NetWorld& world, int index, CrashKind kind) {
  world.node(index).crash(kind);
  world.node(index).start();
}

TEST(StreamSocket, DeliversInOrderBothWaysAndNamesTheSender) {
  NetWorld world(2);
  StreamBox one(world, 0);
  StreamBox two(world, 1);
  for (const char* text : {"a", "b", "c"}) one.send(1, text);
  two.send(0, "x");
  world.run_for(milliseconds(20));
  EXPECT_EQ(two.texts, "abc");
  EXPECT_EQ(two.senders.front(), world.id(0));
  EXPECT_EQ(one.texts, "x");
}

TEST(StreamSocket, LossIsDelay) {
  NetWorld world(2);
  StreamBox one(world, 0);
  StreamBox two(world, 1);
  LinkFault fault;
  fault.impairments.loss = PerMillion{100'000};
  fault.impairments.reorder = PerMillion{200'000};
  world.net().add_fault(1, fault);
  std::string sent;
  for (int i = 0; i < 200; ++i) {
    const std::string text = std::to_string(i) + ",";
    sent += text;
    one.send(1, text);
    two.send(0, "answer");  // a peer that says nothing is given up
    world.run_for(milliseconds(5));
  }
  world.run_for(seconds(20));
  EXPECT_GT(world.net().bites(1), 0U);
  EXPECT_EQ(two.texts, sent);
}

TEST(StreamSocket, AFullQueueDropsWholeMessages) {
  NetWorld world(2);
  LinkOptions options;
  options.queue_bytes = 1000;
  StreamBox one(world, 0, options);
  StreamBox two(world, 1);
  one.send(1, std::string(900, 'a'));  // waits for the connection
  one.send(1, std::string(100, 'b'));  // does not fit
  one.send(1, std::string(50, 'c'));
  world.run_for(milliseconds(20));
  EXPECT_EQ(two.texts, std::string(900, 'a') + std::string(50, 'c'));
}

TEST(StreamSocket, TakesAMessageLargerThanTheQueueAndTheStreamsBuffers) {
  NetWorld world(2);
  StreamBox one(world, 0);
  StreamBox two(world, 1);
  const std::string large(3'000'000, 'x');
  one.send(1, large);
  world.run_for(seconds(1));
  EXPECT_EQ(two.texts.size(), large.size());
}

TEST(StreamSocket, DropsWhatIsSentWhileNobodyListensAndConnectsLater) {
  NetWorld world(2);
  StreamBox one(world, 0);
  one.send(1, "lost");
  world.run_for(milliseconds(10));
  one.send(1, "lost");
  StreamBox two(world, 1);
  world.run_for(milliseconds(500));
  EXPECT_EQ(two.texts, "");
  one.send(1, "heard");
  world.run_for(milliseconds(500));
  EXPECT_EQ(two.texts, "heard");
}

// The attempts become rarer, and end when there is nothing to say.
TEST(StreamSocket, WaitsLongerAfterEachAttemptAndNotForNothing) {
  NetWorld world(2);
  StreamBox one(world, 0);
  for (int i = 0; i < 200; ++i) {
    one.send(1, "anyone?");
    world.run_for(milliseconds(10));
  }
  const std::size_t attempts = world.count(RecordKind::stream_connect);
  EXPECT_GE(attempts, 5U);  // 2 s with waits of 20, 40, 80, 160, 320, 320 ...
  EXPECT_LE(attempts, 12U);
  world.run_for(seconds(1));
  const std::size_t settled = world.count(RecordKind::stream_connect);
  world.run_for(seconds(60));
  EXPECT_EQ(world.count(RecordKind::stream_connect), settled);
}

TEST(StreamSocket, ConnectsAgainAfterThePeersProcessCrashed) {
  NetWorld world(2);
  StreamBox one(world, 0);
  {
    StreamBox two(world, 1);
    one.send(1, "before");
    world.run_for(milliseconds(20));
    EXPECT_EQ(two.texts, "before");
    restart(world, 1, CrashKind::process);
  }
  StreamBox again(world, 1);
  world.run_for(milliseconds(100));
  one.send(1, "after");
  world.run_for(milliseconds(100));
  EXPECT_EQ(again.texts, "after");
}

// The peer lost its power: this end of the stream is open, and nobody is at the other.
TEST(StreamSocket, GivesUpAHalfOpenStream) {
  NetWorld world(2);
  StreamBox one(world, 0);
  {
    StreamBox two(world, 1);
    one.send(1, "before");
    world.run_for(milliseconds(20));
    world.node(1).crash(CrashKind::power);
  }
  // Nothing answers, not even with a reset.
  one.send(1, "into the void");
  world.run_for(milliseconds(1100));
  one.send(1, "and again");  // finds the silence
  world.run_for(milliseconds(100));
  EXPECT_EQ(world.count(RecordKind::stream_connect), 2U);
  world.run_for(seconds(1));
  world.node(1).start();
  StreamBox again(world, 1);
  one.send(1, "lost, it starts the next attempt");
  world.run_for(milliseconds(900));
  one.send(1, "after");
  world.run_for(milliseconds(100));
  EXPECT_TRUE(again.texts.ends_with("after")) << again.texts;
}

TEST(StreamSocket, APeerThatAnswersIsNotTakenForSilent) {
  NetWorld world(2);
  StreamBox one(world, 0);
  StreamBox two(world, 1);
  for (int i = 0; i < 50; ++i) {
    one.send(1, "q");
    world.run_for(milliseconds(100));
    two.send(0, "a");
    world.run_for(milliseconds(100));
  }
  EXPECT_EQ(world.count(RecordKind::stream_connect), 2U);
  EXPECT_EQ(two.texts.size(), 50U);
  EXPECT_EQ(one.texts.size(), 50U);
}

TEST(StreamSocket, ReachesAPeerSoonAfterACutEnds) {
  NetWorld world(2);
  StreamBox one(world, 0);
  StreamBox two(world, 1);
  one.send(1, "before");
  two.send(0, "hello");
  world.run_for(milliseconds(20));
  world.net().isolate(3, world.id(1));
  for (int i = 0; i < 600; ++i) {
    one.send(1, ".");
    world.run_for(milliseconds(10));
  }
  world.net().remove_fault(3);
  two.texts.clear();
  for (int i = 0; i < 90; ++i) {
    one.send(1, "!");
    world.run_for(milliseconds(10));
  }
  EXPECT_NE(two.texts.find('!'), std::string::npos);
}

TEST(StreamSocket, MayBeDestroyedByTheOneWhoGetsAMessage) {
  NetWorld world(2);
  StreamBox one(world, 0);
  StreamBox two(world, 1);
  two.close_on_message = true;
  for (const char* text : {"a", "b", "c"}) one.send(1, text);
  world.run_for(milliseconds(100));
  EXPECT_EQ(two.texts, "a");
}

TEST(StreamSocket, ResetsAStreamWhoseFramesAreDamaged) {
  NetWorld world(2);
  StreamBox two(world, 1);
  class Ignore final : public Waiter {
    void run() noexcept override {}
  };
  Ignore connected;
  Owned<Stream> raw(world, 0, world.env(0).transport.connect({world.id(1), kPort}, connected));
  world.run_for(milliseconds(20));
  ASSERT_TRUE(raw->write(as_bytes("this is no frame at all")).has_value());
  world.run_for(milliseconds(20));
  std::byte into[4];
  const Result<std::size_t> got = raw->read(into);
  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(got.error(), make_error_code(Errc::reset));
  EXPECT_EQ(two.texts, "");
}

TEST(StreamSocket, LeavesNothingBehindWithItsNode) {
  NetWorld world(2);
  {
    StreamBox one(world, 0);
    StreamBox two(world, 1);
    one.send(1, "x");
    two.send(0, "y");
    world.run_for(milliseconds(20));
    one.send(1, std::string(100'000, 'z'));
    world.node(0).crash(CrashKind::process);
    world.node(1).crash(CrashKind::power);
  }
  world.run_for(seconds(100));
  EXPECT_EQ(world.net().stream_ends(), 0U);
  EXPECT_EQ(world.net().packets(), 0U);
}

}  // namespace
}  // namespace windtunnel
