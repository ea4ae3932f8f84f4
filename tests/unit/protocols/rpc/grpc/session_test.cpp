// A client session against a server session.
#include "tests/unit/protocols/rpc/session_pair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace windtunnel::rpc {
namespace {

using testing::bytes_of;
using ::testing::ElementsAre;
using testing::Pair;

Metadata pairs(std::initializer_list<Metadata::Entry> entries) {
  Metadata metadata;
  for (const Metadata::Entry& entry : entries) metadata.add(entry.name, entry.value);
  return metadata;
}

TEST(GrpcSession, CarriesAUnaryCall) {
  Pair pair;
  const CallId call = pair.start("/a.B/C", pairs({{"x-key", "v"}, {"y-bin", "\x01\xff"}}));
  ASSERT_TRUE(pair.at_client().send_message(call, as_bytes("ping")).has_value());
  pair.at_client().half_close(call);
  pair.pump();
  EXPECT_THAT(pair.server.lines,
              ElementsAre("call /a.B/C x-key=v y-bin=\x01\xff", "message of 4", "half-closed"));
  const CallId there = pair.server.calls.at(0);
  pair.at_server().send_head(there, pairs({{"h", "1"}}));
  ASSERT_TRUE(pair.at_server().send_message(there, as_bytes("pong")).has_value());
  pair.at_server().finish(there, {}, pairs({{"t-bin", "2"}}));
  pair.pump();
  EXPECT_THAT(pair.client.lines, ElementsAre("head h=1", "message of 4", "ended OK '' t-bin=2"));
  EXPECT_EQ(as_text(pair.client.messages.at(0)), "pong");
  EXPECT_EQ(pair.at_client().live_calls(), 0U);
  EXPECT_EQ(pair.at_server().live_calls(), 0U);
}

TEST(GrpcSession, AnswersWithTrailersAlone) {
  Pair pair;
  const CallId call = pair.start("/a.B/C");
  pair.at_client().half_close(call);
  pair.pump();
  pair.at_server().finish(pair.server.calls.at(0),
                          {StatusCode::not_found, "no such\nthing \xe2\x98\xba"},
                          pairs({{"t", "1"}}));
  pair.pump();
  EXPECT_THAT(pair.client.lines, ElementsAre("ended NOT_FOUND 'no such\nthing \xe2\x98\xba' t=1"));
}

// A conversation in which everything happens, in chunks that `seed` draws.
Pair converse(std::uint64_t seed, std::size_t most_chunk) {
  Pair pair;
  const CallId call = pair.start("/a.B/Chat", pairs({{"k", "v"}}), pair.now + seconds(5));
  pair.pump(seed, most_chunk);
  const CallId there = pair.server.calls.at(0);
  for (const std::size_t size : {0UL, 1UL, 1000UL, 70'000UL, 200'000UL}) {
    while (!pair.at_client().send_message(call, bytes_of(size))) pair.pump(seed, most_chunk);
    while (!pair.at_server().send_message(there, bytes_of(size + 1))) pair.pump(seed, most_chunk);
  }
  pair.at_client().half_close(call);
  pair.pump(seed, most_chunk);
  pair.at_server().finish(there, {StatusCode::aborted, "enough"}, pairs({{"t", "1"}}));
  pair.pump(seed, most_chunk);
  return pair;
}

RC_GTEST_PROP(GrpcSession, TellsTheSameInAnyChunks, (std::uint64_t seed)) {
  const Pair whole = converse(0, SIZE_MAX);
  const Pair cut = converse(seed, *rc::gen::element<std::size_t>(30, 3000, 60'000));
  const auto without_writable = [](std::vector<std::string> lines) {
    std::erase(lines, "writable");
    return lines;
  };
  RC_ASSERT(without_writable(whole.client.lines) == without_writable(cut.client.lines));
  RC_ASSERT(without_writable(whole.server.lines) == without_writable(cut.server.lines));
  RC_ASSERT(whole.client.messages == cut.client.messages);
  RC_ASSERT(whole.server.messages == cut.server.messages);
  RC_ASSERT(cut.server.lines.back() == "half-closed");
  RC_ASSERT(cut.client.lines.back() == "ended ABORTED 'enough' t=1");
}

TEST(GrpcSession, WritesTheSameBytesInEveryRun) {
  const Pair first = converse(7, 2000);
  const Pair second = converse(7, 2000);
  EXPECT_GT(first.carried.size(), 500'000U);
  EXPECT_TRUE(first.carried == second.carried);
}

TEST(GrpcSession, ADeadlineTravelsAndEndsTheCallOnBothSides) {
  Pair pair;
  pair.start("/a.B/Slow", {}, pair.now + milliseconds(1500));
  pair.pump();
  EXPECT_EQ(pair.server.deadline, pair.now + milliseconds(1500));
  EXPECT_EQ(pair.at_client().next_timer(), pair.now + milliseconds(1500));
  pair.advance(milliseconds(1499));
  EXPECT_FALSE(pair.client.has("ended DEADLINE_EXCEEDED 'Deadline Exceeded'"));
  pair.advance(milliseconds(1));
  EXPECT_TRUE(pair.client.has("ended DEADLINE_EXCEEDED 'Deadline Exceeded'"));
  EXPECT_TRUE(pair.server.has("ended DEADLINE_EXCEEDED 'Deadline Exceeded'"));
  pair.pump();
  EXPECT_EQ(pair.at_client().live_calls(), 0U);
  EXPECT_EQ(pair.at_server().live_calls(), 0U);
  EXPECT_EQ(pair.at_client().next_timer(), kEndOfTime);
}

TEST(GrpcSession, ACallThatIsLateBeforeItStartsNeverLeaves) {
  Pair pair;
  pair.pump();
  pair.start("/a.B/C", {}, pair.now);
  pair.pump();
  EXPECT_THAT(pair.client.lines, ElementsAre("ended DEADLINE_EXCEEDED 'Deadline Exceeded'"));
  EXPECT_EQ(pair.client.reach, Reach::nowhere);
  EXPECT_TRUE(pair.server.lines.empty());
}

TEST(GrpcSession, CancelledByTheServerAfterTheDeadlineIsLate) {
  Pair pair;
  pair.start("/a.B/C", {}, pair.now + seconds(1));
  pair.pump();
  pair.at_server().cancel(pair.server.calls.at(0));
  pair.now = pair.now + seconds(1);  // CANCEL arrives before the client's timer has run
  pair.pump();
  ASSERT_EQ(pair.client.lines.size(), 1U);
  EXPECT_THAT(pair.client.lines[0], ::testing::HasSubstr("DEADLINE_EXCEEDED"));
}

TEST(GrpcSession, TheServerHearsOfACancelledCallAndTheClientHearsNothing) {
  Pair pair;
  const CallId call = pair.start("/a.B/C");
  pair.pump();
  pair.at_client().cancel(call);
  pair.pump();
  EXPECT_TRUE(pair.client.lines.empty());
  EXPECT_THAT(pair.server.lines,
              ElementsAre("call /a.B/C", "ended CANCELLED 'the stream was reset: CANCEL'"));
  EXPECT_EQ(pair.at_server().live_calls(), 0U);
}

TEST(GrpcSession, ACallCancelledBeforeItLeftIsNeverHeardOf) {
  Pair pair;
  pair.at_client().cancel(pair.start("/a.B/C"));
  pair.pump();
  EXPECT_TRUE(pair.server.lines.empty());
  EXPECT_EQ(pair.at_client().live_calls(), 0U);
}

TEST(GrpcSession, AnEarlyEndStopsTheClient) {
  Pair pair;
  const CallId call = pair.start("/a.B/Upload");
  pair.pump();
  pair.at_server().finish(pair.server.calls.at(0), {StatusCode::ok, ""}, {});
  pair.pump();
  EXPECT_THAT(pair.client.lines, ElementsAre("ended OK ''"));
  EXPECT_FALSE(pair.at_client().send_message(call, as_bytes("more")).has_value());
  EXPECT_EQ(pair.at_client().live_calls(), 0U);
  EXPECT_EQ(pair.at_server().live_calls(), 0U);
}

TEST(GrpcSession, ASenderThatNobodyReadsIsStopped) {
  Pair pair;
  pair.server.consumes = false;
  const CallId call = pair.start("/a.B/Upload");
  const Bytes message = bytes_of(1000);
  std::size_t taken = 0;
  for (bool stopped = false; !stopped; pair.pump()) {
    const Result<void> sent = pair.at_client().send_message(call, message);
    sent ? ++taken : std::size_t{0};
    stopped = !sent;
    EXPECT_TRUE(!stopped || sent.error() == Errc::would_block);
  }
  const SessionOptions limits;
  EXPECT_LE(taken * 1005, limits.call_window_bytes + limits.send_buffer_bytes + 1005);
  EXPECT_FALSE(pair.client.has("writable"));
  // Another call is not held up.
  const CallId other = pair.start("/a.B/Other");
  ASSERT_TRUE(pair.at_client().send_message(other, as_bytes("x")).has_value());
  pair.pump();
  EXPECT_EQ(pair.server.lines.back(), "message of 1");
  // Credit makes room.
  const CallId there = pair.server.calls.at(0);
  pair.server.consumes = true;
  for (std::size_t i = 0; i < 60; ++i) pair.at_server().consume(there, 1005);
  pair.pump();
  EXPECT_TRUE(pair.client.has("writable"));
}

TEST(GrpcSession, OneLargeMessagePassesAWindowAndTheNextOnesWait) {
  Pair pair;
  pair.server.consumes = false;
  const CallId call = pair.start("/a.B/Upload");
  for (int i = 0; i < 3; ++i) {
    while (!pair.at_client().send_message(call, bytes_of(1'000'000)) && i == 0) pair.pump();
    pair.pump();
  }
  EXPECT_EQ(pair.server.messages.size(), 1U);
}

TEST(GrpcSession, AMessageBeyondTheLimitEndsItsCallAlone) {
  GrpcOptions small;
  small.max_message_bytes = 100;
  Pair pair({}, small);
  const CallId call = pair.start("/a.B/C");
  ASSERT_TRUE(pair.at_client().send_message(call, bytes_of(101)).has_value());
  const CallId other = pair.start("/a.B/D");
  ASSERT_TRUE(pair.at_client().send_message(other, bytes_of(100)).has_value());
  pair.pump();
  EXPECT_TRUE(
      pair.client.has("ended RESOURCE_EXHAUSTED 'received message is larger than the limit'"));
  EXPECT_EQ(pair.server.lines.back(), "message of 100");
}

TEST(GrpcSession, CallsBeyondTheServersLimitWait) {
  GrpcOptions few;
  few.max_calls_of_peer = 2;
  Pair pair({}, few);
  pair.pump();
  for (int i = 0; i < 3; ++i) pair.at_client().half_close(pair.start("/a.B/C"));
  pair.pump();
  EXPECT_EQ(pair.server.calls.size(), 2U);
  pair.at_server().finish(pair.server.calls[0], {}, {});
  pair.pump();
  EXPECT_EQ(pair.server.calls.size(), 3U);
}

TEST(GrpcSession, AHeadBeyondTheLimitIsRefused) {
  GrpcOptions small;
  small.max_metadata_bytes = 400;
  Pair pair({}, small);
  pair.start("/a.B/C", pairs({{"k", std::string(400, 'x')}}));
  pair.pump();
  EXPECT_THAT(pair.client.lines,
              ElementsAre("ended RESOURCE_EXHAUSTED 'received metadata size exceeds the limit'"));
  EXPECT_TRUE(pair.server.lines.empty());
}

TEST(GrpcSession, ALostConnectionEndsWhatIsOpen) {
  Pair pair;
  pair.start("/a.B/C");
  pair.pump();
  pair.start("/a.B/Unsent");
  pair.at_client().disconnected("reset", pair.now);
  pair.at_server().disconnected("reset", pair.now);
  pair.client.listen();
  pair.server.listen();
  EXPECT_THAT(pair.client.lines,
              ElementsAre("ended UNAVAILABLE 'reset'", "ended UNAVAILABLE 'reset'",
                          "closed UNAVAILABLE 'reset'"));
  EXPECT_EQ(pair.client.reach, Reach::nowhere);
  EXPECT_EQ(pair.server.lines.at(1), "ended CANCELLED 'reset'");
  EXPECT_TRUE(pair.at_client().is_finished());
  EXPECT_EQ(pair.at_client().live_calls(), 0U);
}

TEST(GrpcSession, DrainsInTwoSteps) {
  Pair pair;
  const CallId call = pair.start("/a.B/C");
  pair.at_client().half_close(call);
  pair.pump();
  pair.at_server().drain(pair.now);
  pair.at_client().half_close(pair.start("/a.B/Late"));  // under way when the server decides
  pair.pump();
  EXPECT_EQ(pair.server.calls.size(), 2U);
  EXPECT_TRUE(pair.client.has("going away UNAVAILABLE 'NO_ERROR'"));
  EXPECT_EQ(pair.at_client().start("/a.B/TooLate", {}, kEndOfTime, pair.now).error(), Errc::closed);
  for (const CallId open : pair.server.calls) pair.at_server().finish(open, {}, {});
  pair.pump();
  EXPECT_EQ(std::count(pair.client.lines.begin(), pair.client.lines.end(), "ended OK ''"), 2);
  EXPECT_TRUE(pair.at_server().is_finished());
  EXPECT_TRUE(pair.at_client().is_finished());
}

TEST(GrpcSession, KeepaliveFindsADeadPeer) {
  GrpcOptions options;
  options.keepalive.time = seconds(10);
  Pair pair(options, {});
  pair.pump();
  EXPECT_EQ(pair.at_client().next_timer(), kEndOfTime);  // no call is open
  pair.start("/a.B/C");
  pair.pump();
  pair.advance(seconds(10));
  pair.pump();
  EXPECT_TRUE(pair.client.lines.empty());
  pair.advance(seconds(10));  // this ping is lost
  EXPECT_EQ(pair.at_client().next_timer(), pair.now + seconds(20));
  pair.advance(seconds(20));
  EXPECT_TRUE(pair.client.has("ended UNAVAILABLE 'keepalive watchdog timeout'"));
}

TEST(GrpcSession, TooManyPingsEndTheConnection) {
  GrpcOptions eager;
  eager.keepalive.time = seconds(10);
  Pair pair(eager, {});
  pair.start("/a.B/C");
  pair.pump();
  for (int i = 0; i < 4; ++i) {
    EXPECT_FALSE(pair.client.has("going away UNAVAILABLE 'too_many_pings'")) << i;
    pair.advance(seconds(10));
    pair.pump();
  }
  EXPECT_TRUE(pair.client.has("going away UNAVAILABLE 'too_many_pings'"));
}

}  // namespace
}  // namespace windtunnel::rpc
