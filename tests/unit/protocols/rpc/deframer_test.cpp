#include <windtunnel/protocols/rpc/deframer.h>
#include <windtunnel/protocols/rpc/timeout.h>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace windtunnel::rpc {
namespace {

std::string text_of(Duration timeout) { return std::string(TimeoutText(timeout).view()); }

TEST(RpcTimeout, TakesTheFinestUnitThatFits) {
  EXPECT_EQ(text_of(nanoseconds(1)), "1n");
  EXPECT_EQ(text_of(nanoseconds(99'999'999)), "99999999n");
  EXPECT_EQ(text_of(nanoseconds(100'000'000)), "100000u");
  EXPECT_EQ(text_of(nanoseconds(100'000'001)), "100001u");  // never less than what is left
  EXPECT_EQ(text_of(seconds(100)), "100000m");
  EXPECT_EQ(text_of(seconds(99'999'999)), "99999999S");
  EXPECT_EQ(text_of(seconds(100'000'000)), "1666667M");
  EXPECT_EQ(text_of(Duration{INT64_MAX}), "2562048H");
  EXPECT_EQ(text_of(nanoseconds(-5)), "1n");
}

TEST(RpcTimeout, ReadsWhatClientsSend) {
  EXPECT_EQ(parse_timeout("4999312u"), microseconds(4'999'312));  // grpc-go
  EXPECT_EQ(parse_timeout("250m"), milliseconds(250));            // grpc-js
  EXPECT_EQ(parse_timeout("2H"), seconds(7200));
  EXPECT_EQ(parse_timeout("99999999H"), Duration{INT64_MAX});
  for (const char* text : {"", "1", "m", "1x", "-1m", "1.5S", "123456789m", " 1m", "1mm"}) {
    EXPECT_FALSE(parse_timeout(text).has_value()) << text;
  }
}

RC_GTEST_PROP(RpcTimeout, ComesBackNotShorterAndHardlyLonger, (std::int64_t ns)) {
  const Duration timeout{std::max<std::int64_t>(1, ns & INT64_MAX)};
  const std::optional<Duration> back = parse_timeout(text_of(timeout));
  RC_ASSERT(back.has_value());
  RC_ASSERT(*back >= timeout);
  // One part in a million: six digits are left where a unit is left for the next.
  RC_ASSERT((*back - timeout).ns <= timeout.ns / 1'000'000 * 100 + 1 || back->ns == INT64_MAX);
}

TEST(RpcTimeout, ADeadlineBeyondTimeIsTheEndOfTime) {
  EXPECT_EQ(deadline_after(Instant{5}, nanoseconds(7)), Instant{12});
  EXPECT_EQ(deadline_after(Instant{5}, Duration{INT64_MAX}), kEndOfTime);
}

Bytes framed(const std::vector<Bytes>& messages) {
  Bytes out;
  for (const Bytes& message : messages) {
    append_message_prefix(out, message.size(), false);
    out.insert(out.end(), message.begin(), message.end());
  }
  return out;
}

RC_GTEST_PROP(RpcDeframer, FindsTheSameMessagesInAnyChunks, ()) {
  const auto texts = *rc::gen::arbitrary<std::vector<std::string>>();
  std::vector<Bytes> messages;
  for (const std::string& text : texts) messages.push_back(to_bytes(text));
  const Bytes all = framed(messages);
  Deframer deframer;
  std::vector<Bytes> found;
  BytesView rest = all;
  while (!rest.empty()) {
    const std::size_t size = *rc::gen::inRange<std::size_t>(1, 9);
    BytesView chunk = rest.first(std::min(size, rest.size()));
    rest = rest.subspan(chunk.size());
    while (deframer.take(chunk, 1000) == Deframer::Found::message) {
      found.push_back(deframer.message());
    }
  }
  RC_ASSERT(found == messages);
  RC_ASSERT(deframer.take(rest, 1000) == Deframer::Found::nothing);
  RC_ASSERT(deframer.arrived() == 0U);
}

TEST(RpcDeframer, RefusesWhatIsTooLargeBeforeItArrives) {
  Bytes prefix;
  append_message_prefix(prefix, 1001, false);
  Deframer deframer;
  BytesView input = prefix;
  EXPECT_EQ(deframer.take(input, 1000), Deframer::Found::too_large);
  EXPECT_EQ(deframer.message().capacity(), 0U);
}

TEST(RpcDeframer, RefusesAFlagThatDoesNotExist) {
  Bytes prefix;
  append_message_prefix(prefix, 0, false);
  prefix[0] = std::byte{2};
  Deframer deframer;
  BytesView input = prefix;
  EXPECT_EQ(deframer.take(input, 1000), Deframer::Found::malformed);
}

TEST(RpcDeframer, SaysHowFarAMessageIs) {
  const Bytes all = framed({to_bytes("hello")});
  Deframer deframer;
  BytesView input = BytesView(all).first(3);
  EXPECT_EQ(deframer.take(input, 1000), Deframer::Found::nothing);
  EXPECT_EQ(deframer.arrived(), 3U);
  EXPECT_EQ(deframer.expected(), 0U);
  input = BytesView(all).subspan(3, 4);
  EXPECT_EQ(deframer.take(input, 1000), Deframer::Found::nothing);
  EXPECT_EQ(deframer.arrived(), 7U);
  EXPECT_EQ(deframer.expected(), 10U);
}

}  // namespace
}  // namespace windtunnel::rpc
