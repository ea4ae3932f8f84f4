#include <windtunnel/protocols/net/framing.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace windtunnel {
namespace {

Bytes stream_of(const std::vector<std::string>& messages) {
  Bytes bytes;
  for (const std::string& message : messages) append_frame(bytes, as_bytes(message));
  return bytes;
}

// What comes out when the stream arrives in pieces of that size.
std::vector<std::string> taken_apart(const Bytes& bytes, std::size_t piece, FrameReader& reader) {
  std::vector<std::string> messages;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::size_t count = std::min(piece, bytes.size() - at);
    const MutableBytesView room = reader.room();
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), count, room.begin());
    reader.filled(count);
    while (const auto message = reader.next()) messages.emplace_back(as_text(*message));
  }
  return messages;
}

TEST(Framing, GivesBackEveryMessageHoweverTheStreamIsCut) {
  const std::vector<std::string> messages = {"a", "", std::string(1000, 'b'), "last"};
  const Bytes bytes = stream_of(messages);
  for (const std::size_t piece : {1U, 3U, 8U, 9U, 500U, 5000U}) {
    FrameReader reader;
    EXPECT_EQ(taken_apart(bytes, piece, reader), messages) << piece;
    EXPECT_FALSE(reader.malformed());
  }
}

TEST(Framing, TakesAMessageThatIsLargerThanItsBuffer) {
  const std::vector<std::string> messages = {std::string(300'000, 'x'), "y"};
  FrameReader reader;
  EXPECT_EQ(taken_apart(stream_of(messages), 60'000, reader), messages);
}

TEST(Framing, RefusesADamagedHeader) {
  for (std::size_t bit = 0; bit < kFrameHeaderBytes * 8; ++bit) {
    Bytes bytes = stream_of({"first", "second"});
    const std::size_t second = kFrameHeaderBytes + 5;
    bytes[second + bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    FrameReader reader;
    EXPECT_EQ(taken_apart(bytes, 7, reader), std::vector<std::string>{"first"});
    EXPECT_TRUE(reader.malformed());
  }
}

TEST(Framing, StartsAnewForANewStream) {
  FrameReader reader;
  Bytes cut = stream_of({"cut off"});
  cut.resize(cut.size() - 2);
  EXPECT_TRUE(taken_apart(cut, 100, reader).empty());
  reader.clear();
  EXPECT_EQ(taken_apart(stream_of({"whole"}), 100, reader), std::vector<std::string>{"whole"});
}

}  // namespace
}  // namespace windtunnel
