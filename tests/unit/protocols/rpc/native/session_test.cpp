// The native framing keeps what sessions promise.
#include <windtunnel/protocols/rpc/native/session.h>
#include "tests/unit/protocols/rpc/session_pair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace windtunnel::rpc {
namespace {

using testing::bytes_of;
using ::testing::ElementsAre;
using testing::Pair;

constexpr Instant kStart{1'000'000'000};

Pair make_pair(const SessionOptions& options = {}) {
  return Pair(std::make_unique<NativeSession>(Side::client, options, kStart),
              std::make_unique<NativeSession>(Side::server, options, kStart));
}

Metadata pairs(std::initializer_list<Metadata::Entry> entries) {
  Metadata metadata;
  for (const Metadata::Entry& entry : entries) metadata.add(entry.name, entry.value);
  return metadata;
}

Pair talk(std::uint64_t seed, std::size_t most_chunk) {
  Pair pair = make_pair();
  const CallId call = pair.start("/a.B/Chat", pairs({{"k", "v"}}), pair.now + seconds(5));
  pair.pump(seed, most_chunk);
  const CallId there = pair.server.calls.at(0);
  pair.at_server().send_head(there, pairs({{"h-bin", "\x01"}}));
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

RC_GTEST_PROP(NativeSession, TellsTheSameInAnyChunks, (std::uint64_t seed)) {
  const Pair whole = talk(0, SIZE_MAX);
  const Pair cut = talk(seed, *rc::gen::element<std::size_t>(30, 3000, 60'000));
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

TEST(NativeSession, ADeadlineEndsTheCallOnBothSides) {
  Pair pair = make_pair();
  pair.start("/a.B/Slow", {}, pair.now + milliseconds(1500));
  pair.pump();
  EXPECT_EQ(pair.server.deadline, pair.now + milliseconds(1500));
  pair.advance(milliseconds(1500));
  pair.pump();
  EXPECT_THAT(pair.client.lines, ElementsAre("ended DEADLINE_EXCEEDED 'Deadline Exceeded'"));
  EXPECT_EQ(pair.server.lines.back(), "ended DEADLINE_EXCEEDED 'Deadline Exceeded'");
  EXPECT_EQ(pair.at_client().live_calls(), 0U);
  EXPECT_EQ(pair.at_server().live_calls(), 0U);
}

TEST(NativeSession, ACancelledCallEndsThereAndItsSlotServesTheNext) {
  Pair pair = make_pair();
  const CallId call = pair.start("/a.B/C");
  pair.pump();
  pair.at_client().cancel(call);
  pair.at_client().half_close(pair.start("/a.B/Next"));
  pair.pump();
  EXPECT_TRUE(pair.client.lines.empty());
  EXPECT_THAT(pair.server.lines,
              ElementsAre("call /a.B/C", "ended CANCELLED 'the call was cancelled'",
                          "call /a.B/Next", "half-closed"));
  pair.at_server().finish(pair.server.calls.at(1), {}, {});
  pair.pump();
  EXPECT_THAT(pair.client.lines, ElementsAre("ended OK ''"));
}

TEST(NativeSession, ASenderThatNobodyReadsIsStopped) {
  Pair pair = make_pair();
  pair.server.consumes = false;
  const CallId call = pair.start("/a.B/Upload");
  std::size_t taken = 0;
  for (; pair.at_client().send_message(call, bytes_of(1000)); pair.pump()) ++taken;
  EXPECT_EQ(taken, 66U);  // the first that reaches 64 KiB is the last
  for (std::size_t i = 0; i < 60; ++i) {
    pair.at_server().consume(pair.server.calls.at(0), 1005);
  }
  pair.pump();
  EXPECT_TRUE(pair.client.has("writable"));
}

TEST(NativeSession, DrainsWhatIsOpenAndRefusesTheRest) {
  Pair pair = make_pair();
  pair.start("/a.B/C");
  pair.pump();
  pair.at_server().drain(pair.now);
  pair.start("/a.B/Late");  // before the client hears of it
  pair.pump();
  EXPECT_TRUE(pair.client.has("going away UNAVAILABLE 'the server goes away'"));
  EXPECT_TRUE(pair.client.has("ended UNAVAILABLE 'the server takes no more calls'"));
  EXPECT_EQ(pair.client.reach, Reach::library);
  pair.at_server().finish(pair.server.calls.at(0), {}, {});
  pair.pump();
  EXPECT_TRUE(pair.client.has("ended OK ''"));
  EXPECT_TRUE(pair.at_client().is_finished());
}

RC_GTEST_PROP(NativeSession, AnyBytesEndItAtWorst, (const std::vector<std::uint8_t>& noise)) {
  Pair pair = make_pair();
  pair.start("/a.B/C");
  pair.pump();
  Bytes bytes;
  for (const std::uint8_t byte : noise) bytes.push_back(static_cast<std::byte>(byte % 9));
  const bool at_server = *rc::gen::arbitrary<bool>();
  auto& victim = at_server ? pair.server : pair.client;
  for (int i = 0; i < 10; ++i) {
    victim.session->feed(bytes, pair.now);
    victim.listen();
  }
  victim.session->disconnected("over", pair.now);
  victim.listen();
  RC_ASSERT(victim.session->live_calls() == 0U);
}

}  // namespace
}  // namespace windtunnel::rpc
