#include <windtunnel/protocols/base/seal.h>
#include <windtunnel/protocols/base/time_text.h>

#include <gtest/gtest.h>

#include <limits>

namespace windtunnel {
namespace {

TEST(Seal, OpensToWhatWasSealedAndLeavesWhatIsBeforeIt) {
  Bytes bytes = to_bytes("before");
  const std::size_t start = bytes.size();
  bytes.push_back(std::byte{7});
  seal(bytes, start);
  ASSERT_EQ(bytes.size(), start + 1 + kSealBytes);
  EXPECT_EQ(as_text(BytesView(bytes).first(start)), "before");
  const std::optional<BytesView> body = unseal(BytesView(bytes).subspan(start));
  ASSERT_TRUE(body.has_value());
  EXPECT_TRUE(equal(*body, BytesView(bytes).subspan(start, 1)));
}

TEST(Seal, OfNothingIsASealToo) {
  Bytes bytes;
  seal(bytes);
  ASSERT_TRUE(unseal(bytes).has_value());
  EXPECT_TRUE(unseal(bytes)->empty());
}

TEST(Seal, IsBrokenByEachFlippedBitAndByWhatIsShort) {
  Bytes bytes = to_bytes("some");
  seal(bytes);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes damaged = bytes;
    damaged[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    EXPECT_FALSE(unseal(damaged).has_value()) << bit;
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(unseal(BytesView(bytes).first(size)).has_value()) << size;
  }
}

TEST(TimeText, IsCutAndNotRounded) {
  EXPECT_EQ(seconds_text(1'200'999'999), "1.200 s");
  EXPECT_EQ(seconds_text(1'200'999'999, 6), "1.200999 s");
  EXPECT_EQ(seconds_text(7, 9), "0.000000007 s");
  EXPECT_EQ(seconds_text(-1'500'000'000), "-1.500 s");
  EXPECT_EQ(seconds_text(std::numeric_limits<std::int64_t>::min()), "-9223372036.854 s");
}

}  // namespace
}  // namespace windtunnel
