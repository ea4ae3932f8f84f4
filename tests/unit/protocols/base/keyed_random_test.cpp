#include <windtunnel/protocols/base/keyed_random.h>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <bit>
#include <set>

namespace windtunnel {
namespace {

// Scenario files that pin draws rely on these values.
TEST(DrawKey, HasTheValuesThatSavedFailuresRelyOn) {
  const DrawKey key(42, "loss", "n1->n2");
  EXPECT_EQ(key.at(0), 0xcdc535a0a7cc2628ULL);
  EXPECT_EQ(key.at(1), 0x8c8cade9c5ecd4dcULL);
  EXPECT_EQ(key.of(5).at(0), 0x9c4bbab027d5da24ULL);
  EXPECT_EQ(DrawKey(42, "loss", "n1->n2", 1).at(0), 0x74f9aa77a57e4fdULL);
}

TEST(DrawKey, EveryPartOfTheKeyMatters) {
  std::set<std::uint64_t> seen;
  std::size_t tried = 0;
  for (std::uint64_t n = 0; n < 100; ++n, tried += 4) {
    seen.insert(DrawKey(n, "loss", "n1").at(0));
    seen.insert(DrawKey(1, "delay", "n1", n).at(0));
    seen.insert(DrawKey(1, "loss", "n2").at(n + 1));
    seen.insert(DrawKey(1, "loss", "n3").of(n).at(0));
  }
  EXPECT_EQ(seen.size(), tried);
}

// Chi-square over 64 buckets of the top bits: with 63 degrees of freedom 120 is far in the tail
// (p < 1e-5), and the draws are fixed, so the test cannot flake.
std::uint64_t chi_square_times_expected(const DrawKey& key, std::uint64_t stride) {
  std::array<std::uint64_t, 64> buckets{};
  for (std::uint64_t i = 0; i < 64'000; ++i) ++buckets[scale(key.at(i * stride), 64)];
  std::uint64_t sum = 0;
  for (const std::uint64_t count : buckets) {
    const std::uint64_t distance = count > 1000 ? count - 1000 : 1000 - count;
    sum += distance * distance;
  }
  return sum;
}

TEST(DrawKey, DrawsAreUniform) {
  for (const std::uint64_t stride : {1ULL, 2ULL, 1ULL << 20, 1ULL << 40}) {
    EXPECT_LT(chi_square_times_expected(DrawKey(1, "x", "y"), stride), 120'000U) << stride;
  }
}

TEST(DrawKey, NeighbouringKeysAndOrdinalsAreIndependent) {
  const DrawKey key(7, "x", "y");
  std::uint64_t between_ordinals = 0;
  std::uint64_t between_keys = 0;
  std::uint64_t between_seeds = 0;
  constexpr std::uint64_t kDraws = 4'000;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    between_ordinals += std::popcount(key.at(i) ^ key.at(i + 1));
    between_keys += std::popcount(key.of(i).at(0) ^ key.of(i + 1).at(0));
    between_seeds += std::popcount(DrawKey(i, "x", "y").at(0) ^ DrawKey(i + 1, "x", "y").at(0));
  }
  // Half of 64 bits differ on average; the standard deviation of the mean is 4 / sqrt(4000) = 0.06.
  for (const std::uint64_t bits : {between_ordinals, between_keys, between_seeds}) {
    EXPECT_GT(bits, kDraws * 32 - kDraws * 4 / 10);
    EXPECT_LT(bits, kDraws * 32 + kDraws * 4 / 10);
  }
}

RC_GTEST_PROP(Scale, StaysBelowTheBound, (std::uint64_t word)) {
  const auto bound = *rc::gen::inRange<std::uint64_t>(1, UINT64_MAX);
  RC_ASSERT(scale(word, bound) < bound);
}

RC_GTEST_PROP(Scale, BetweenIncludesBothEndsAndNothingElse,
              (std::uint64_t word, std::int64_t a, std::int64_t b)) {
  const std::int64_t low = std::min(a, b);
  const std::int64_t high = std::max(a, b);
  const std::int64_t value = scale_between(word, low, high);
  RC_ASSERT(value >= low);
  RC_ASSERT(value <= high);
  RC_ASSERT(scale_between(0, low, high) == low);
  RC_ASSERT(scale_between(UINT64_MAX, low, high) == high);
}

TEST(Scale, CoversTheWholeRangeOfAWord) {
  EXPECT_EQ(scale_between(5, INT64_MIN, INT64_MAX), 5);
  EXPECT_EQ(scale_between(UINT64_MAX, 7, 7), 7);
}

TEST(PerMillion, HitsAsOftenAsItSays) {
  const DrawKey key(3, "p", "q");
  std::uint64_t hits = 0;
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    EXPECT_FALSE(PerMillion{0}.hit(key.at(i)));
    EXPECT_TRUE(PerMillion{1'000'000}.hit(key.at(i)));
    if (PerMillion{30'000}.hit(key.at(i))) ++hits;
  }
  EXPECT_GT(hits, 2'800U);
  EXPECT_LT(hits, 3'200U);
}

}  // namespace
}  // namespace windtunnel
