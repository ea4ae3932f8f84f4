#include <windtunnel/protocols/rpc/policy/arithmetic.h>

#include <windtunnel/protocols/base/keyed_random.h>

#include <gtest/gtest.h>

#include <cmath>

namespace windtunnel::rpc {
namespace {

TEST(IntegerSqrt, IsTheFloorOfTheRoot) {
  for (std::uint64_t n = 0; n < 5000; ++n) {
    const std::uint64_t root = integer_sqrt(n);
    EXPECT_TRUE(root * root <= n && n < (root + 1) * (root + 1)) << n;
  }
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const std::uint64_t root = DrawKey(1, "root", "").at(i) >> (1 + i % 60);
    const unsigned __int128 square = static_cast<unsigned __int128>(root) * root;
    EXPECT_EQ(integer_sqrt(square), root);
    if (root > 0) {
      EXPECT_EQ(integer_sqrt(square - 1), root - 1);
    }
  }
  EXPECT_EQ(integer_sqrt(~static_cast<unsigned __int128>(0)), ~std::uint64_t{0});
}

TEST(Decay, IsTheExponentialWithinItsBound) {
  constexpr Duration kTau = seconds(10);
  EXPECT_EQ(decay({}, kTau), Fraction::one());
  EXPECT_EQ(decay(seconds(-3), kTau), Fraction::one());
  EXPECT_EQ(decay(seconds(440), kTau).units, 0U);
  EXPECT_EQ(decay(Duration{INT64_MAX}, Duration{1}).units, 0U);
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const std::uint64_t word = DrawKey(1, "decay", "").at(i);
    const Duration elapsed{static_cast<std::int64_t>(word >> (29 + i % 34))};
    const long double exact =
        std::exp(-static_cast<long double>(elapsed.ns) / static_cast<long double>(kTau.ns));
    const long double got = std::ldexp(static_cast<long double>(decay(elapsed, kTau).units), -62);
    EXPECT_LT(std::fabs(got - exact), std::ldexp(1.0L, -55)) << elapsed.ns;
  }
}

TEST(Blend, IsTheFloorOfTheWeightedMean) {
  EXPECT_EQ(blend(7, 100, Fraction::one()), 7U);
  EXPECT_EQ(blend(7, 100, {}), 100U);
  EXPECT_EQ(blend(0, 1001, {std::uint64_t{1} << 61}), 500U);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const Fraction weight{DrawKey(1, "weight", "").at(i) >> 2};
    EXPECT_EQ(blend(i * 977, i * 977, weight), i * 977) << "what does not change stays";
  }
}

TEST(Scaled, RoundsDownAndSaturates) {
  EXPECT_EQ(scaled(nanoseconds(3), 1'500'000), nanoseconds(4));
  EXPECT_EQ(scaled(seconds(1), 1'600'000), milliseconds(1600));
  EXPECT_EQ(scaled(Duration{INT64_MAX}, 2'000'000), Duration{INT64_MAX});
  EXPECT_EQ(scaled(seconds(5), 0), Duration{});
}

}  // namespace
}  // namespace windtunnel::rpc
