#include "tests/conformance/suite.h"

#include <algorithm>

namespace windtunnel::conformance {
namespace {

class MessagesOf : public Conformance {
 protected:
  std::unique_ptr<MessageSocket> bound(NodeId node, Port port, MessageSink& sink) {
    Result<std::unique_ptr<MessageSocket>> socket = world->env(node).transport.bind(port, sink);
    EXPECT_TRUE(socket.has_value());
    return std::move(*socket);
  }
  // A message may be lost: sends it again until it has arrived.
  bool delivered(MessageSocket& from, const Endpoint& to, BytesView message, const Inbox& inbox) {
    for (int attempt = 0; attempt < 50; ++attempt) {
      EXPECT_TRUE(from.send(to, message).has_value());
      if (world->run_until([&] { return !inbox.letters.empty(); }, milliseconds(200))) return true;
    }
    return false;
  }

  NodeId one = world->add_node();
  NodeId two = world->add_node();
  Inbox inbox_one;
  Inbox inbox_two;
  std::unique_ptr<MessageSocket> socket_one = bound(one, 7, inbox_one);
  std::unique_ptr<MessageSocket> socket_two = bound(two, 9, inbox_two);
};
WT_IN_BOTH_WORLDS(MessagesOf);

TEST_P(MessagesOf, MessageArrivesWholeWithItsSender) {
  const Bytes message = make_bytes(1000);
  ASSERT_TRUE(delivered(*socket_one, {two, 9}, message, inbox_two));
  EXPECT_EQ(inbox_two.letters[0].bytes, message);
  EXPECT_EQ(inbox_two.letters[0].from, (Endpoint{one, 7}));
}

TEST_P(MessagesOf, SendNeverDeliversFromInside) {
  ASSERT_TRUE(socket_one->send({one, 7}, as_bytes("x")).has_value());
  EXPECT_TRUE(inbox_one.letters.empty());
}

TEST_P(MessagesOf, NodeReachesItself) {
  ASSERT_TRUE(delivered(*socket_one, {one, 7}, as_bytes("me"), inbox_one));
  EXPECT_EQ(as_text(inbox_one.letters[0].bytes), "me");
  EXPECT_EQ(inbox_one.letters[0].from, (Endpoint{one, 7}));
}

TEST_P(MessagesOf, ReplyToTheSenderArrives) {
  ASSERT_TRUE(delivered(*socket_one, {two, 9}, as_bytes("ping"), inbox_two));
  const Endpoint sender = inbox_two.letters[0].from;
  ASSERT_TRUE(delivered(*socket_two, sender, as_bytes("pong"), inbox_one));
  EXPECT_EQ(as_text(inbox_one.letters[0].bytes), "pong");
}

TEST_P(MessagesOf, PortsOfANodeAreApart) {
  Inbox other;
  const std::unique_ptr<MessageSocket> socket = bound(two, 10, other);
  ASSERT_TRUE(delivered(*socket_one, {two, 10}, as_bytes("ten"), other));
  EXPECT_TRUE(inbox_two.letters.empty());
}

TEST_P(MessagesOf, EmptyMessageArrives) {
  ASSERT_TRUE(delivered(*socket_one, {two, 9}, {}, inbox_two));
  EXPECT_TRUE(inbox_two.letters[0].bytes.empty());
}

TEST_P(MessagesOf, MessageOfOneMebibyteArrivesWhole) {
  const Bytes message = make_bytes(std::size_t{1} << 20);
  ASSERT_TRUE(delivered(*socket_one, {two, 9}, message, inbox_two));
  EXPECT_TRUE(inbox_two.letters[0].bytes == message);
}

TEST_P(MessagesOf, LargestMessageArrivesWhole) {
  const Bytes message = make_bytes(kMaxMessageBytes);
  ASSERT_TRUE(socket_one->send({two, 9}, message).has_value());
  ASSERT_TRUE(world->run_until([&] { return !inbox_two.letters.empty(); }));
  EXPECT_TRUE(inbox_two.letters[0].bytes == message);
}

TEST_P(MessagesOf, LargerMessageIsAnError) {
  const Bytes message(kMaxMessageBytes + 1);
  const Result<void> sent = socket_one->send({two, 9}, message);
  ASSERT_FALSE(sent.has_value());
  EXPECT_EQ(code_of(sent.error()), Errc::message_too_large);
}

TEST_P(MessagesOf, SenderMayReuseItsBufferAtOnce) {
  Bytes message = to_bytes("before");
  ASSERT_TRUE(socket_one->send({two, 9}, message).has_value());
  std::fill(message.begin(), message.end(), std::byte{0});
  ASSERT_TRUE(world->run_until([&] { return !inbox_two.letters.empty(); }));
  EXPECT_EQ(as_text(inbox_two.letters[0].bytes), "before");
}

TEST_P(MessagesOf, ManyMessagesArriveUnmixed) {
  ASSERT_TRUE(delivered(*socket_one, {two, 9}, as_bytes("warm"), inbox_two));
  inbox_two.letters.clear();
  for (std::size_t i = 0; i < 500; ++i) {
    ASSERT_TRUE(socket_one->send({two, 9}, make_bytes(i)).has_value());
  }
  ASSERT_TRUE(world->run_until([&] { return inbox_two.letters.size() == 500; }));
  for (const Inbox::Letter& letter : inbox_two.letters) {
    ASSERT_TRUE(letter.bytes == make_bytes(letter.bytes.size()));
  }
}

TEST_P(MessagesOf, MessageToAnUnboundPortIsDroppedSilently) {
  EXPECT_TRUE(socket_one->send({two, 99}, as_bytes("lost")).has_value());
  ASSERT_TRUE(delivered(*socket_one, {two, 9}, as_bytes("kept"), inbox_two));
  EXPECT_EQ(as_text(inbox_two.letters[0].bytes), "kept");
}

TEST_P(MessagesOf, MessageToAnUnknownNodeIsDroppedSilently) {
  EXPECT_TRUE(socket_one->send({NodeId{77}, 9}, as_bytes("lost")).has_value());
  world->run_for(milliseconds(2));
}

TEST_P(MessagesOf, MessageToACrashedNodeIsDroppedSilently) {
  const NodeId third = world->add_node();
  world->crash(third);
  EXPECT_TRUE(socket_one->send({third, 9}, as_bytes("lost")).has_value());
  world->run_for(milliseconds(2));
  EXPECT_TRUE(delivered(*socket_one, {two, 9}, as_bytes("kept"), inbox_two));
}

TEST_P(MessagesOf, RestartedNodeIsReachedAgain) {
  const NodeId third = world->add_node();
  world->crash(third);
  EXPECT_TRUE(socket_one->send({third, 9}, as_bytes("lost")).has_value());
  world->run_for(milliseconds(2));
  world->restart(third);
  Inbox inbox;
  const std::unique_ptr<MessageSocket> socket = bound(third, 9, inbox);
  EXPECT_TRUE(delivered(*socket_one, {third, 9}, as_bytes("again"), inbox));
}

TEST_P(MessagesOf, ClosingTheSocketStopsDelivery) {
  Inbox other;
  const std::unique_ptr<MessageSocket> sentinel = bound(two, 10, other);
  ASSERT_TRUE(delivered(*socket_one, {two, 10}, as_bytes("warm"), other));
  other.letters.clear();
  ASSERT_TRUE(socket_one->send({two, 9}, as_bytes("in flight")).has_value());
  socket_two.reset();
  ASSERT_TRUE(delivered(*socket_one, {two, 10}, as_bytes("after"), other));
  world->run_for(milliseconds(5));
  EXPECT_TRUE(inbox_two.letters.empty());
}

TEST_P(MessagesOf, ClosedPortCanBeBoundAgain) {
  socket_two.reset();
  Inbox again;
  const std::unique_ptr<MessageSocket> socket = bound(two, 9, again);
  EXPECT_TRUE(delivered(*socket_one, {two, 9}, as_bytes("again"), again));
}

TEST_P(MessagesOf, TakenPortIsAnError) {
  const Result<std::unique_ptr<MessageSocket>> second =
      world->env(one).transport.bind(7, inbox_one);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(code_of(second.error()), Errc::address_in_use);
}

TEST_P(MessagesOf, PortZeroGivesAFreePort) {
  Inbox other;
  const std::unique_ptr<MessageSocket> first = bound(one, 0, other);
  const std::unique_ptr<MessageSocket> second = bound(one, 0, other);
  EXPECT_EQ(first->local().node, one);
  EXPECT_NE(first->local().port, 0);
  EXPECT_NE(first->local(), second->local());
  EXPECT_TRUE(delivered(*socket_two, first->local(), as_bytes("x"), other));
}

TEST_P(MessagesOf, ClientIsReachedByANodeThatItNeverSpokeTo) {
  const NodeId client = world->add_client();
  Inbox inbox;
  const std::unique_ptr<MessageSocket> socket = bound(client, 0, inbox);
  const Endpoint address = socket->local();
  ASSERT_TRUE(delivered(*socket_two, address, as_bytes("unasked"), inbox));
  EXPECT_EQ(as_text(inbox.letters[0].bytes), "unasked");
  EXPECT_EQ(inbox.letters[0].from, (Endpoint{two, 9}));
}

TEST_P(MessagesOf, ClientsDoNotReachEachOther) {
  const NodeId first = world->add_client();
  const NodeId second = world->add_client();
  Inbox inbox, other;
  const std::unique_ptr<MessageSocket> from = bound(first, 0, inbox);
  const std::unique_ptr<MessageSocket> to = bound(second, 0, other);
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(from->send(to->local(), as_bytes("lost")).has_value());
    world->run_for(milliseconds(5));
  }
  EXPECT_TRUE(other.letters.empty());
}

TEST_P(MessagesOf, ClientIsReachedAgainByANodeThatHasRestarted) {
  const NodeId third = world->add_node();
  const NodeId client = world->add_client();
  Inbox inbox, ignored;
  const std::unique_ptr<MessageSocket> socket = bound(client, 0, inbox);
  world->run_for(milliseconds(20));
  world->crash(third);
  world->run_for(milliseconds(20));
  world->restart(third);
  const std::unique_ptr<MessageSocket> restarted = bound(third, 9, ignored);
  ASSERT_TRUE(delivered(*restarted, socket->local(), as_bytes("back"), inbox));
}

TEST_P(MessagesOf, EphemeralPortsOfTheNextLifeAreNotThoseOfTheLast) {
  const NodeId third = world->add_node();
  std::vector<Port> ports;
  for (int life = 0; life < 4; ++life) {
    Inbox inbox;
    ports.push_back(bound(third, 0, inbox)->local().port);
    world->crash(third);
    world->restart(third);
  }
  // One may be met again, by bad luck.
  EXPECT_NE(std::count(ports.begin(), ports.end(), ports[0]), 4);
}

// Closes its own socket from inside a delivery.
class Leaving final : public MessageSink {
 public:
  void on_message(const Endpoint&, BytesView) override {
    ++count;
    socket.reset();
  }
  std::unique_ptr<MessageSocket> socket;
  int count = 0;
};

TEST_P(MessagesOf, SinkMayCloseItsSocketWhenAMessageArrives) {
  Leaving leaving;
  leaving.socket = bound(two, 10, leaving);
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(socket_one->send({two, 10}, as_bytes("x")).has_value());
  }
  ASSERT_TRUE(world->run_until([&] { return leaving.count == 1; }));
  ASSERT_TRUE(delivered(*socket_one, {two, 9}, as_bytes("y"), inbox_two));
  world->run_for(milliseconds(5));
  EXPECT_EQ(leaving.count, 1);
}

Task<void> echo_one(Env& env, Mailbox& mailbox) {
  const Instant deadline = env.clock.now() + seconds(10);
  const Result<Mailbox::Message> message = co_await before(env, deadline, mailbox.next());
  if (!message) co_return;
  const Result<void> sent = mailbox.socket().send(message->from, message->bytes);
  EXPECT_TRUE(sent.has_value());
}

TEST_P(MessagesOf, MailboxWakesItsReader) {
  Env& env = world->env(two);
  Mailbox mailbox(env);
  ASSERT_TRUE(mailbox.open(11).has_value());
  TaskScope scope;
  scope.spawn(echo_one(env, mailbox));
  ASSERT_TRUE(socket_one->send({two, 11}, as_bytes("echo")).has_value());
  ASSERT_TRUE(world->run_until([&] { return !inbox_one.letters.empty(); }));
  EXPECT_EQ(inbox_one.letters[0].from, (Endpoint{two, 11}));
}

}  // namespace
}  // namespace windtunnel::conformance
