// How streams fail: refused, unreachable, reset, and peers that crash.
#include "tests/conformance/suite.h"

namespace windtunnel::conformance {
namespace {

class StreamEndsOf : public Conformance {
 protected:
  // What reading says once it says anything but would_block or bytes.
  Errc end_of(Stream& stream) {
    Errc end = Errc::would_block;
    Bytes into(100);
    world->run_until([&] {
      const Result<std::size_t> got = stream.read(into);
      if (got.has_value()) {
        end = *got == 0 ? Errc::closed : Errc::would_block;
      } else {
        end = code_of(got.error());
      }
      return end != Errc::would_block;
    });
    return end;
  }

  NodeId one = world->add_node();
  NodeId two = world->add_node();
  Endpoint nobody{two, 4444};
};
WT_IN_BOTH_WORLDS(StreamEndsOf);

TEST_P(StreamEndsOf, ConnectToAPortWithoutAListenerIsRefused) {
  Flag connected;
  const std::unique_ptr<Stream> stream = world->env(one).transport.connect(nobody, connected);
  EXPECT_EQ(connected.runs, 0);
  ASSERT_TRUE(world->run_until([&] { return connected.runs == 1; }));
  EXPECT_EQ(connected.error(), Errc::refused);
}

TEST_P(StreamEndsOf, ConnectToAnUnknownNodeIsUnreachableAtOnce) {
  Flag connected;
  const std::unique_ptr<Stream> stream =
      world->env(one).transport.connect({NodeId{77}, 5}, connected);
  EXPECT_EQ(connected.runs, 0);
  ASSERT_TRUE(world->run_until([&] { return connected.runs == 1; }, milliseconds(500)));
  EXPECT_EQ(connected.error(), Errc::unreachable);
  Bytes into(10);
  EXPECT_EQ(code_of(stream->write(into).error()), Errc::unreachable);
}

TEST_P(StreamEndsOf, ConnectToADeadNodeIsRefused) {
  world->crash(two);
  Flag connected;
  const std::unique_ptr<Stream> stream = world->env(one).transport.connect({two, 5}, connected);
  ASSERT_TRUE(world->run_until([&] { return connected.runs == 1; }));
  EXPECT_EQ(connected.error(), Errc::refused);
}

TEST_P(StreamEndsOf, ClientCannotListenAndCannotBeConnectedTo) {
  const NodeId client = world->add_client();
  const Result<std::unique_ptr<Listener>> listener = world->env(client).transport.listen(5);
  ASSERT_FALSE(listener.has_value());
  EXPECT_EQ(code_of(listener.error()), Errc::unsupported);
  Flag connected, to_itself;
  const std::unique_ptr<Stream> stream = world->env(one).transport.connect({client, 5}, connected);
  const std::unique_ptr<Stream> own = world->env(client).transport.connect({client, 5}, to_itself);
  ASSERT_TRUE(world->run_until([&] { return connected.runs == 1 && to_itself.runs == 1; }));
  EXPECT_EQ(connected.error(), Errc::unreachable);
  EXPECT_EQ(to_itself.error(), Errc::refused);
}

TEST_P(StreamEndsOf, ConnectionsThatNobodyAcceptsAreRefusedFromALimitOn) {
  const Result<std::unique_ptr<Listener>> listener = world->env(two).transport.listen(5);
  ASSERT_TRUE(listener.has_value());
  constexpr std::size_t kMore = 129;  // than may wait
  std::vector<std::unique_ptr<Stream>> streams;
  std::array<Flag, kMore> connected;
  std::size_t refused = 0;
  for (Flag& flag : connected) {
    streams.push_back(world->env(one).transport.connect({two, 5}, flag));
    ASSERT_TRUE(world->run_until([&] { return flag.runs == 1; }));
    refused += flag.error() == Errc::refused ? 1 : 0;
  }
  EXPECT_EQ(refused, 1U);
  EXPECT_EQ(connected.back().error(), Errc::refused);
}

TEST_P(StreamEndsOf, RefusedStreamSaysSoWhenUsed) {
  Flag connected, readable_flag;
  const std::unique_ptr<Stream> stream = world->env(one).transport.connect(nobody, connected);
  stream->when_readable(readable_flag);
  ASSERT_TRUE(world->run_until([&] { return connected.runs == 1 && readable_flag.runs == 1; }));
  Bytes into(10);
  const Result<std::size_t> got = stream->read(into);
  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(code_of(got.error()), Errc::refused);
  const Result<std::size_t> written = stream->write(into);
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(code_of(written.error()), Errc::refused);
}

TEST_P(StreamEndsOf, ClosedListenerRefuses) {
  const Connection c = connect(*world, one, two);
  Result<std::unique_ptr<Listener>> listener = world->env(two).transport.listen(5);
  ASSERT_TRUE(listener.has_value());
  listener->reset();
  Flag connected;
  const std::unique_ptr<Stream> stream = world->env(one).transport.connect({two, 5}, connected);
  ASSERT_TRUE(world->run_until([&] { return connected.runs == 1; }));
  EXPECT_EQ(connected.error(), Errc::refused);
}

TEST_P(StreamEndsOf, ConnectThatNothingAnswersIsUnreachable) {
  const Result<std::unique_ptr<Listener>> listener = world->env(two).transport.listen(5);
  ASSERT_TRUE(listener.has_value());
  world->black_hole(one, two);
  Flag connected;
  const std::unique_ptr<Stream> stream = world->env(one).transport.connect({two, 5}, connected);
  world->run_for(milliseconds(50));
  EXPECT_EQ(connected.runs, 0);
  ASSERT_TRUE(world->run_until([&] { return connected.runs == 1; }, seconds(300)));
  EXPECT_EQ(connected.error(), Errc::unreachable);
}

TEST_P(StreamEndsOf, ConnectMayBeGivenUpWhileNothingAnswers) {
  world->black_hole(one, two);
  Flag connected;
  std::unique_ptr<Stream> stream = world->env(one).transport.connect({two, 5}, connected);
  world->run_for(milliseconds(20));
  stream.reset();
  EXPECT_FALSE(connected.armed());
  world->run_for(milliseconds(1000));
  EXPECT_EQ(connected.runs, 0);
}

TEST_P(StreamEndsOf, ResetIsSeenByThePeersRead) {
  const Connection c = connect(*world, one, two);
  c.client->reset();
  EXPECT_EQ(end_of(*c.server), Errc::reset);
}

TEST_P(StreamEndsOf, ResetIsSeenByThePeersWrite) {
  const Connection c = connect(*world, one, two);
  c.client->reset();
  Errc end = Errc::ok;
  ASSERT_TRUE(world->run_until([&] {
    const Result<std::size_t> written = c.server->write(as_bytes("x"));
    if (!written.has_value()) end = code_of(written.error());
    return !written.has_value();
  }));
  EXPECT_EQ(end, Errc::reset);
}

TEST_P(StreamEndsOf, ResetIsSeenAgainAndAgain) {
  const Connection c = connect(*world, one, two);
  c.client->reset();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(end_of(*c.server), Errc::reset);
}

TEST_P(StreamEndsOf, ResetOvertakesBytesThatWereNotRead) {
  const Connection c = connect(*world, one, two);
  ASSERT_TRUE(c.client->write(as_bytes("never read")).has_value());
  world->run_for(milliseconds(20));
  c.client->reset();
  world->run_for(milliseconds(50));
  Bytes into(100);
  const Result<std::size_t> got = c.server->read(into);
  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(code_of(got.error()), Errc::reset);
}

TEST_P(StreamEndsOf, ResetWakesThoseWhoWaitToRead) {
  const Connection c = connect(*world, one, two);
  Flag flag;
  c.server->when_readable(flag);
  world->run_for(milliseconds(2));
  c.client->reset();
  EXPECT_TRUE(world->run_until([&] { return flag.runs == 1; }));
}

TEST_P(StreamEndsOf, OwnResetEndsTheStreamAtOnce) {
  const Connection c = connect(*world, one, two);
  c.client->reset();
  Bytes into(10);
  EXPECT_EQ(code_of(c.client->read(into).error()), Errc::reset);
  EXPECT_EQ(code_of(c.client->write(into).error()), Errc::reset);
}

TEST_P(StreamEndsOf, DestroyingAStreamWithUnreadBytesResetsThePeer) {
  Connection c = connect(*world, one, two);
  ASSERT_TRUE(c.client->write(as_bytes("unread")).has_value());
  Flag arrived;
  c.server->when_readable(arrived);
  ASSERT_TRUE(world->run_until([&] { return arrived.runs == 1; }));
  c.server.reset();
  EXPECT_EQ(end_of(*c.client), Errc::reset);
}

TEST_P(StreamEndsOf, DestroyingAStreamEndsItForThePeer) {
  Connection c = connect(*world, one, two);
  c.server.reset();
  EXPECT_EQ(end_of(*c.client), Errc::closed);
}

TEST_P(StreamEndsOf, WritingToADestroyedStreamEndsInReset) {
  Connection c = connect(*world, one, two);
  c.server.reset();
  Errc end = Errc::ok;
  ASSERT_TRUE(world->run_until([&] {
    const Result<std::size_t> written = c.client->write(as_bytes("x"));
    if (!written.has_value()) end = code_of(written.error());
    return !written.has_value();
  }));
  EXPECT_EQ(end, Errc::reset);
}

TEST_P(StreamEndsOf, ClosingAListenerResetsThoseNotAccepted) {
  Result<std::unique_ptr<Listener>> listener = world->env(two).transport.listen(5);
  ASSERT_TRUE(listener.has_value());
  Flag connected;
  const std::unique_ptr<Stream> stream = world->env(one).transport.connect({two, 5}, connected);
  ASSERT_TRUE(world->run_until([&] { return connected.runs == 1; }));
  ASSERT_EQ(connected.error(), Errc::ok);
  world->run_for(milliseconds(20));
  listener->reset();
  EXPECT_EQ(end_of(*stream), Errc::reset);
}

// The kernel closes a dead process's connections: what was sent arrives, then the peer sees the
// end, or a reset where the dead process had not read everything.
TEST_P(StreamEndsOf, CrashOfThePeersProcessEndsTheStream) {
  Connection c = connect(*world, one, two);
  world->keep(two, std::move(c.listener));
  world->keep(two, std::move(c.server));
  world->crash(two);
  EXPECT_EQ(end_of(*c.client), Errc::closed);
}

TEST_P(StreamEndsOf, WhatAProcessWroteBeforeItsCrashArrives) {
  Connection c = connect(*world, one, two);
  ASSERT_TRUE(c.server->write(as_bytes("last words")).has_value());
  world->keep(two, std::move(c.listener));
  world->keep(two, std::move(c.server));
  world->crash(two);
  Bytes into(100);
  std::size_t count = 0;
  ASSERT_TRUE(world->run_until([&] {
    const Result<std::size_t> got = c.client->read(into);
    if (got.has_value()) count = *got;
    return got.has_value();
  }));
  EXPECT_EQ(count, std::string_view("last words").size());
  EXPECT_EQ(end_of(*c.client), Errc::closed);
}

TEST_P(StreamEndsOf, WritingToACrashedProcessEndsInReset) {
  Connection c = connect(*world, one, two);
  world->keep(two, std::move(c.listener));
  world->keep(two, std::move(c.server));
  world->crash(two);
  Errc end = Errc::ok;
  ASSERT_TRUE(world->run_until([&] {
    const Result<std::size_t> written = c.client->write(as_bytes("x"));
    if (!written.has_value()) end = code_of(written.error());
    return !written.has_value();
  }));
  EXPECT_EQ(end, Errc::reset);
}

TEST_P(StreamEndsOf, CrashOfAProcessResetsWhatItDidNotAccept) {
  Result<std::unique_ptr<Listener>> listener = world->env(two).transport.listen(5);
  ASSERT_TRUE(listener.has_value());
  Flag connected;
  const std::unique_ptr<Stream> stream = world->env(one).transport.connect({two, 5}, connected);
  ASSERT_TRUE(world->run_until([&] { return connected.runs == 1; }));
  world->run_for(milliseconds(20));
  world->keep(two, std::move(*listener));
  world->crash(two);
  EXPECT_EQ(end_of(*stream), Errc::reset);
}

TEST_P(StreamEndsOf, CrashOfAPeerWithUnreadBytesResets) {
  Connection c = connect(*world, one, two);
  ASSERT_TRUE(c.client->write(as_bytes("unread")).has_value());
  Flag arrived;
  c.server->when_readable(arrived);
  ASSERT_TRUE(world->run_until([&] { return arrived.runs == 1; }));
  world->keep(two, std::move(c.listener));
  world->keep(two, std::move(c.server));
  world->crash(two);
  EXPECT_EQ(end_of(*c.client), Errc::reset);
}

TEST_P(StreamEndsOf, RestartedNodeListensAgain) {
  world->crash(two);
  world->restart(two);
  const Connection c = connect(*world, one, two);
  ASSERT_TRUE(c.client->write(as_bytes("x")).has_value());
  Flag arrived;
  c.server->when_readable(arrived);
  EXPECT_TRUE(world->run_until([&] { return arrived.runs == 1; }));
}

// The machine is there still, and says that nobody listens.
TEST_P(StreamEndsOf, ConnectToACrashedProcessIsRefused) {
  world->crash(two);
  Flag connected;
  const std::unique_ptr<Stream> stream = world->env(one).transport.connect({two, 5}, connected);
  ASSERT_TRUE(world->run_until([&] { return connected.runs == 1; }, seconds(300)));
  EXPECT_EQ(connected.error(), Errc::refused);
}

}  // namespace
}  // namespace windtunnel::conformance
