#include <windtunnel/protocols/rpc/policy/backoff.h>

#include <gtest/gtest.h>

#include <cmath>

namespace windtunnel::rpc {
namespace {

constexpr std::uint64_t kLowest = 0;
constexpr std::uint64_t kMiddle = std::uint64_t{1} << 63;
constexpr std::uint64_t kHighest = ~std::uint64_t{0};

TEST(ExponentialBackoff, GrowsByItsFactorUpToTheMaximum) {
  const ExponentialBackoff doubling{milliseconds(100), seconds(1), 2'000'000, {200'000}};
  const std::int64_t expected_ms[] = {100, 200, 400, 800, 1000, 1000};
  for (std::uint32_t n = 1; n <= 6; ++n) {
    EXPECT_EQ(doubling.nominal(n), milliseconds(expected_ms[n - 1])) << n;
  }
  const ExponentialBackoff connect;  // 1 s * 1.6^n, at most 120 s
  const std::int64_t expected_ns[] = {1'000'000'000,  1'600'000'000,  2'560'000'000,
                                      4'096'000'000,  6'553'600'000,  10'485'760'000,
                                      16'777'216'000, 26'843'545'600, 42'949'672'960};
  for (std::uint32_t n = 1; n <= 9; ++n) EXPECT_EQ(connect.nominal(n).ns, expected_ns[n - 1]) << n;
  EXPECT_EQ(connect.nominal(11).ns, 109'951'162'777);  // 109.9511627776 s, cut to a nanosecond
  EXPECT_EQ(connect.nominal(12), seconds(120));
  EXPECT_EQ(connect.nominal(4'000'000'000U), seconds(120));
}

TEST(ExponentialBackoff, ShrinkingAndConstantFactorsEnd) {
  EXPECT_EQ((ExponentialBackoff{seconds(1), seconds(9), 1'000'000, {}}.nominal(4'000'000'000U)),
            seconds(1));
  EXPECT_EQ((ExponentialBackoff{seconds(1), seconds(9), 500'000, {}}.nominal(3)),
            milliseconds(250));
  EXPECT_EQ((ExponentialBackoff{seconds(1), seconds(9), 500'000, {}}.nominal(4'000'000'000U)),
            Duration{});
  EXPECT_EQ((ExponentialBackoff{seconds(7), seconds(2), 500'000, {}}.nominal(1)), seconds(2));
}

TEST(ExponentialBackoff, JitterSpansItsIntervalEvenly) {
  const ExponentialBackoff backoff;
  EXPECT_EQ(backoff.jittered(seconds(1), kLowest), milliseconds(800));
  EXPECT_EQ(backoff.jittered(seconds(1), kMiddle), seconds(1));
  EXPECT_EQ(backoff.jittered(seconds(1), kHighest), milliseconds(1200));
  int tenths[4] = {};
  for (std::uint64_t i = 0; i < 40'000; ++i) {
    const Duration delay = backoff.jittered(seconds(1), DrawKey(1, "jitter", "").at(i));
    ++tenths[(delay - milliseconds(800)).ns / 100'000'001];
  }
  for (const int count : tenths) EXPECT_NEAR(count, 10'000, 400);
}

TEST(ConnectionBackoff, CountsFromTheBeginOfAnAttempt) {
  ConnectionBackoff backoff;
  const auto first = backoff.begin({5}, kLowest);
  EXPECT_EQ(first.next_begin, Instant{5} + seconds(1)) << "the first wait has no jitter";
  EXPECT_EQ(first.give_up, Instant{5} + seconds(20)) << "20 s to connect";
  EXPECT_EQ(backoff.begin({}, kLowest).next_begin, Instant{} + milliseconds(1280));
  EXPECT_EQ(backoff.begin({}, kHighest).next_begin, Instant{} + milliseconds(3072));
  for (int i = 0; i < 20; ++i) backoff.begin({}, kMiddle);
  const auto late = backoff.begin({}, kHighest);
  EXPECT_EQ(late.next_begin, Instant{} + seconds(144)) << "the jitter goes above the maximum";
  EXPECT_EQ(late.give_up, late.next_begin);
  backoff.reset();
  EXPECT_EQ(backoff.begin({}, kLowest).next_begin, Instant{} + seconds(1));
}

TEST(GoMicroBackoff, IsTheWholePowerInTenthsOfASecond) {
  for (std::uint32_t n = 0; n <= 13; ++n) {
    const auto power = static_cast<std::int64_t>(std::pow(n, std::exp(1.0)));
    EXPECT_EQ(go_micro_backoff(n), milliseconds(100) * power) << n;
  }
  EXPECT_EQ(go_micro_backoff(14), seconds(120));
  EXPECT_EQ(go_micro_backoff(2), milliseconds(600)) << "2^e is 6.58";
}

}  // namespace
}  // namespace windtunnel::rpc
