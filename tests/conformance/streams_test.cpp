#include "tests/conformance/suite.h"

#include <algorithm>

namespace windtunnel::conformance {
namespace {

class StreamsOf : public Conformance {
 protected:
  // Tries to read until there is an answer.
  Result<std::size_t> read(Stream& stream, Bytes& into) {
    Result<std::size_t> got = make_error_code(Errc::would_block);
    const bool answered = world->run_until([&] {
      got = stream.read(into);
      return got.has_value() || got.error() != Errc::would_block;
    });
    EXPECT_TRUE(answered);
    return got;
  }
  std::string read_text(Stream& stream) {
    Bytes into(100);
    const Result<std::size_t> got = read(stream, into);
    return got.has_value() ? std::string(as_text(into).substr(0, *got)) : "an error";
  }

  NodeId one = world->add_node();
  NodeId two = world->add_node();
  TaskScope scope;
};
WT_IN_BOTH_WORLDS(StreamsOf);

TEST_P(StreamsOf, BothEndsKnowEachOther) {
  const Connection c = connect(*world, one, two);
  EXPECT_EQ(c.client->remote(), c.listener->local());
  EXPECT_EQ(c.server->local(), c.listener->local());
  EXPECT_EQ(c.server->remote(), c.client->local());
  EXPECT_EQ(c.client->local().node, one);
}

TEST_P(StreamsOf, ConnectionToAListenerOfTheSameNodeWorks) {
  const Connection c = connect(*world, one, one);
  ASSERT_TRUE(c.client->write(as_bytes("self")).has_value());
  EXPECT_EQ(read_text(*c.server), "self");
}

TEST_P(StreamsOf, BytesGoBothWays) {
  const Connection c = connect(*world, one, two);
  ASSERT_TRUE(c.client->write(as_bytes("question")).has_value());
  EXPECT_EQ(read_text(*c.server), "question");
  ASSERT_TRUE(c.server->write(as_bytes("answer")).has_value());
  EXPECT_EQ(read_text(*c.client), "answer");
}

TEST_P(StreamsOf, ReadingNothingWouldBlock) {
  const Connection c = connect(*world, one, two);
  Bytes into(10);
  const Result<std::size_t> got = c.server->read(into);
  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(code_of(got.error()), Errc::would_block);
}

TEST_P(StreamsOf, BytesBeforeTheConnectWasAnsweredWouldBlock) {
  const Result<std::unique_ptr<Listener>> listener = world->env(two).transport.listen(0);
  ASSERT_TRUE(listener.has_value());
  Flag connected;
  const std::unique_ptr<Stream> stream =
      world->env(one).transport.connect((*listener)->local(), connected);
  const Result<std::size_t> written = stream->write(as_bytes("x"));
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(code_of(written.error()), Errc::would_block);
  EXPECT_EQ(connected.runs, 0);
}

TEST_P(StreamsOf, TenMegabytesArriveIdenticalUnderBackPressure) {
  const Connection c = connect(*world, one, two);
  const Bytes bytes = make_bytes(10'000'000);
  Sending sending;
  Receiving receiving;
  scope.spawn(send_all(world->env(one), *c.client, bytes, sending));
  world->run_for(milliseconds(20));
  scope.spawn(receive_all(world->env(two), *c.server, receiving));
  ASSERT_TRUE(world->run_until([&] { return receiving.done; }, seconds(30)));
  EXPECT_EQ(sending.error, Errc::ok);
  EXPECT_GT(sending.waits, 0U);
  EXPECT_EQ(receiving.error, Errc::ok);
  EXPECT_TRUE(receiving.bytes == bytes);
}

TEST_P(StreamsOf, WriterIsHeldBackByAReaderThatDoesNotRead) {
  const Connection c = connect(*world, one, two);
  const Bytes chunk(std::size_t{1} << 16);
  std::size_t taken = 0;
  const bool held_back = world->run_until(
      [&] {
        const Result<std::size_t> written = c.client->write(chunk);
        if (written.has_value()) taken += *written;
        return taken > (std::size_t{64} << 20);
      },
      milliseconds(400));
  EXPECT_FALSE(held_back) << "64 MiB were taken though nobody reads";
  EXPECT_GT(taken, 0U);
}

TEST_P(StreamsOf, BothDirectionsAtATimeDoNotDisturbEachOther) {
  const Connection c = connect(*world, one, two);
  const Bytes bytes = make_bytes(1'000'000);
  Sending there, back;
  Receiving at_two, at_one;
  scope.spawn(send_all(world->env(one), *c.client, bytes, there));
  scope.spawn(send_all(world->env(two), *c.server, bytes, back));
  scope.spawn(receive_all(world->env(one), *c.client, at_one));
  scope.spawn(receive_all(world->env(two), *c.server, at_two));
  ASSERT_TRUE(world->run_until([&] { return at_one.done && at_two.done; }));
  EXPECT_TRUE(at_one.bytes == bytes);
  EXPECT_TRUE(at_two.bytes == bytes);
}

TEST_P(StreamsOf, HalfCloseEndsOneDirectionOnly) {
  const Connection c = connect(*world, one, two);
  ASSERT_TRUE(c.client->write(as_bytes("last words")).has_value());
  c.client->shutdown_write();
  EXPECT_EQ(read_text(*c.server), "last words");
  Bytes into(10);
  const Result<std::size_t> end = read(*c.server, into);
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(*end, 0U);
  ASSERT_TRUE(c.server->write(as_bytes("still here")).has_value());
  EXPECT_EQ(read_text(*c.client), "still here");
}

TEST_P(StreamsOf, AcceptedEndCanHalfCloseToo) {
  const Connection c = connect(*world, one, two);
  c.server->shutdown_write();
  Bytes into(10);
  const Result<std::size_t> end = read(*c.client, into);
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(*end, 0U);
  ASSERT_TRUE(c.client->write(as_bytes("more")).has_value());
  EXPECT_EQ(read_text(*c.server), "more");
}

TEST_P(StreamsOf, EndOfStreamIsReadAgainAndAgain) {
  const Connection c = connect(*world, one, two);
  c.client->shutdown_write();
  Bytes into(10);
  for (int i = 0; i < 3; ++i) {
    const Result<std::size_t> end = read(*c.server, into);
    ASSERT_TRUE(end.has_value());
    EXPECT_EQ(*end, 0U);
  }
}

TEST_P(StreamsOf, WriteAfterHalfCloseIsAnError) {
  const Connection c = connect(*world, one, two);
  c.client->shutdown_write();
  const Result<std::size_t> written = c.client->write(as_bytes("x"));
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(code_of(written.error()), Errc::closed);
}

TEST_P(StreamsOf, DestroyingAStreamStillSendsWhatWasWritten) {
  Connection c = connect(*world, one, two);
  const Bytes bytes = make_bytes(30'000);
  ASSERT_TRUE(c.client->write(bytes).has_value());
  c.client.reset();
  Receiving receiving;
  scope.spawn(receive_all(world->env(two), *c.server, receiving));
  ASSERT_TRUE(world->run_until([&] { return receiving.done; }));
  EXPECT_EQ(receiving.error, Errc::ok);
  EXPECT_TRUE(receiving.bytes == bytes);
}

TEST_P(StreamsOf, ManyConnectionsCarryTheirOwnBytes) {
  constexpr std::size_t kConnections = 100;
  std::vector<Connection> connections;
  std::vector<Sending> sendings(kConnections);
  std::vector<Receiving> receivings(kConnections);
  std::vector<Bytes> payloads;
  for (std::size_t i = 0; i < kConnections; ++i) {
    connections.push_back(connect(*world, one, two));
    payloads.push_back(make_bytes(1000 + i));
  }
  for (std::size_t i = 0; i < kConnections; ++i) {
    Connection& c = connections[i];
    scope.spawn(send_all(world->env(one), *c.client, payloads[i], sendings[i]));
    scope.spawn(receive_all(world->env(two), *c.server, receivings[i]));
  }
  const auto is_done = [](const Receiving& receiving) { return receiving.done; };
  ASSERT_TRUE(
      world->run_until([&] { return std::all_of(receivings.begin(), receivings.end(), is_done); }));
  for (std::size_t i = 0; i < kConnections; ++i) EXPECT_TRUE(receivings[i].bytes == payloads[i]);
}

TEST_P(StreamsOf, ReadableWaiterCompletesOnlyWhenThereIsSomething) {
  const Connection c = connect(*world, one, two);
  Flag flag;
  c.server->when_readable(flag);
  world->run_for(milliseconds(5));
  EXPECT_EQ(flag.runs, 0);
  ASSERT_TRUE(c.client->write(as_bytes("x")).has_value());
  ASSERT_TRUE(world->run_until([&] { return flag.runs == 1; }));
  Bytes into(10);
  EXPECT_TRUE(c.server->read(into).has_value());
}

// Reads its stream when that is readable, then takes another's bytes away and waits anew on both.
struct Greedy final : Waiter {
  explicit Greedy(Stream& s) : stream(s) {}
  bool drain() {
    Bytes into(10);
    return stream.read(into).has_value();
  }
  void run() noexcept override {
    ++runs;
    if (!drain()) ++in_vain;
    stream.when_readable(*this);
    other->drain();
    other->disarm();
    other->stream.when_readable(*other);
  }
  Stream& stream;
  Greedy* other = nullptr;
  int runs = 0;
  int in_vain = 0;
};

TEST_P(StreamsOf, ReadableWaiterIsNotWokenByBytesThatWereTakenBefore) {
  const Connection c = connect(*world, one, two);
  const Connection d = connect(*world, one, two);
  Greedy first(*c.server), second(*d.server);
  first.other = &second;
  second.other = &first;
  c.server->when_readable(first);
  d.server->when_readable(second);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(c.client->write(as_bytes("x")).has_value());
    ASSERT_TRUE(d.client->write(as_bytes("y")).has_value());
    const int before = first.runs + second.runs;
    ASSERT_TRUE(world->run_until([&] { return first.runs + second.runs > before; }));
    world->run_for(milliseconds(2));  // So that both are there at a time, most often.
  }
  EXPECT_EQ(first.in_vain + second.in_vain, 0);
}

TEST_P(StreamsOf, ReadableWaiterCompletesNotInsideTheCall) {
  const Connection c = connect(*world, one, two);
  ASSERT_TRUE(c.client->write(as_bytes("x")).has_value());
  world->run_for(milliseconds(20));
  Flag flag;
  c.server->when_readable(flag);
  EXPECT_EQ(flag.runs, 0);
  EXPECT_TRUE(world->run_until([&] { return flag.runs == 1; }));
}

TEST_P(StreamsOf, FreshStreamIsWritable) {
  const Connection c = connect(*world, one, two);
  Flag flag;
  c.client->when_writable(flag);
  EXPECT_TRUE(world->run_until([&] { return flag.runs == 1; }));
}

TEST_P(StreamsOf, ReadableWaiterArmedBeforeTheConnectCompletesAfterIt) {
  const Result<std::unique_ptr<Listener>> listener = world->env(two).transport.listen(0);
  ASSERT_TRUE(listener.has_value());
  Flag connected, readable_flag, writable_flag;
  const std::unique_ptr<Stream> client =
      world->env(one).transport.connect((*listener)->local(), connected);
  client->when_readable(readable_flag);
  client->when_writable(writable_flag);
  ASSERT_TRUE(world->run_until([&] { return writable_flag.runs == 1; }));
  EXPECT_EQ(connected.runs, 1);
  Flag acceptable_flag;
  (*listener)->when_acceptable(acceptable_flag);
  ASSERT_TRUE(world->run_until([&] { return acceptable_flag.runs == 1; }));
  Result<std::unique_ptr<Stream>> server = (*listener)->accept();
  ASSERT_TRUE(server.has_value());
  EXPECT_EQ(readable_flag.runs, 0);
  ASSERT_TRUE((*server)->write(as_bytes("x")).has_value());
  EXPECT_TRUE(world->run_until([&] { return readable_flag.runs == 1; }));
}

TEST_P(StreamsOf, ListenerWithoutConnectionsWouldBlock) {
  const Result<std::unique_ptr<Listener>> listener = world->env(one).transport.listen(0);
  ASSERT_TRUE(listener.has_value());
  const Result<std::unique_ptr<Stream>> accepted = (*listener)->accept();
  ASSERT_FALSE(accepted.has_value());
  EXPECT_EQ(code_of(accepted.error()), Errc::would_block);
}

class Deaf final : public MessageSink {
 public:
  void on_message(const Endpoint&, BytesView) override {}
};

TEST_P(StreamsOf, ListenersAndMessagesShareThePorts) {
  Deaf deaf;
  Result<std::unique_ptr<MessageSocket>> socket = world->env(one).transport.bind(80, deaf);
  ASSERT_TRUE(socket.has_value());
  const Result<std::unique_ptr<Listener>> listener = world->env(one).transport.listen(80);
  ASSERT_FALSE(listener.has_value());
  EXPECT_EQ(code_of(listener.error()), Errc::address_in_use);
  socket->reset();
  EXPECT_TRUE(world->env(one).transport.listen(80).has_value());
}

TEST_P(StreamsOf, TakenListenerPortIsAnError) {
  const Result<std::unique_ptr<Listener>> first = world->env(one).transport.listen(80);
  ASSERT_TRUE(first.has_value());
  const Result<std::unique_ptr<Listener>> second = world->env(one).transport.listen(80);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(code_of(second.error()), Errc::address_in_use);
}

}  // namespace
}  // namespace windtunnel::conformance
