#include <windtunnel/protocols/asio/wire.h>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace windtunnel::wire {
namespace {

Greeting example() {
  Greeting greeting;
  greeting.kind = Kind::stream;
  greeting.from = {NodeId{1}, 49152};
  greeting.to = {NodeId{0x80000002U}, 80};
  return greeting;
}

RC_GTEST_PROP(AsioWire, GreetingSurvivesTheWire,
              (bool stream, std::uint32_t from, std::uint32_t to, Port from_port, Port to_port)) {
  Greeting greeting;
  greeting.kind = stream ? Kind::stream : Kind::messages;
  greeting.from = {NodeId{from}, from_port};
  greeting.to = {NodeId{to}, to_port};
  Bytes bytes;
  encode(greeting, bytes);
  RC_ASSERT(bytes.size() == kGreetingBytes);
  RC_ASSERT(decode_greeting(bytes) == greeting);
}

TEST(AsioWire, GreetingOfAnotherProtocolIsRefused) {
  EXPECT_FALSE(decode_greeting(as_bytes("GET / HTTP/1.1\r\nHost")).has_value());
}

TEST(AsioWire, GreetingOfAnotherVersionOrKindOrWithPaddingIsRefused) {
  for (const std::size_t at : {std::size_t{4}, std::size_t{5}, kGreetingBytes - 1}) {
    Bytes bytes;
    encode(example(), bytes);
    ASSERT_TRUE(decode_greeting(bytes).has_value());
    bytes[at] = std::byte{77};
    EXPECT_FALSE(decode_greeting(bytes).has_value()) << at;
  }
}

TEST(AsioWire, TruncatedGreetingIsRefused) {
  Bytes bytes;
  encode(example(), bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_greeting(BytesView(bytes).first(size)).has_value()) << size;
  }
}

TEST(AsioWire, AnswerSurvivesTheWire) {
  for (const Answer answer : {Answer::accepted, Answer::refused, Answer::wrong_node}) {
    Bytes bytes;
    encode(answer, bytes);
    ASSERT_EQ(bytes.size(), kAnswerBytes);
    EXPECT_EQ(decode_answer(bytes), answer);
  }
}

TEST(AsioWire, UnknownAnswerIsRefused) {
  Bytes bytes;
  encode(Answer::accepted, bytes);
  bytes[4] = std::byte{9};
  EXPECT_FALSE(decode_answer(bytes).has_value());
}

TEST(AsioWire, FrameHeaderSurvivesTheWire) {
  const FrameHeader header{static_cast<std::uint32_t>(kMaxMessageBytes), 7, 9};
  Bytes bytes;
  encode(header, bytes);
  ASSERT_EQ(bytes.size(), kFrameHeaderBytes);
  EXPECT_EQ(decode_frame_header(bytes), header);
}

TEST(AsioWire, FrameLongerThanAMessageIsRefused) {
  Bytes bytes;
  encode(FrameHeader{static_cast<std::uint32_t>(kMaxMessageBytes) + 1, 7, 9}, bytes);
  EXPECT_FALSE(decode_frame_header(bytes).has_value());
}

}  // namespace
}  // namespace windtunnel::wire
