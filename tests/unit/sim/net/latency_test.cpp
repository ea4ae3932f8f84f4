#include <windtunnel/sim/net/latency.h>

#include <windtunnel/protocols/base/keyed_random.h>
#include <windtunnel/sim/net/fixed_point.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace windtunnel {
namespace {

constexpr int kDraws = 100'000;

struct Drawn {
  double mean = 0;
  double deviation = 0;
  std::vector<double> sorted;
  double quantile(double p) const {
    return sorted[static_cast<std::size_t>(p * static_cast<double>(sorted.size()))];
  }
};

Drawn draw(const Latency& latency) {
  const DrawKey key(7, "latency", "test");
  Drawn drawn;
  for (int i = 0; i < kDraws; ++i) {
    drawn.sorted.push_back(static_cast<double>(latency.at(key.at(static_cast<unsigned>(i))).ns));
  }
  for (const double value : drawn.sorted) drawn.mean += value / kDraws;
  for (const double value : drawn.sorted) {
    drawn.deviation += (value - drawn.mean) * (value - drawn.mean) / kDraws;
  }
  drawn.deviation = std::sqrt(drawn.deviation);
  std::sort(drawn.sorted.begin(), drawn.sorted.end());
  return drawn;
}

void expect_within(double value, double expected, double share) {
  EXPECT_NEAR(value, expected, expected * share);
}

double as_double(Fixed32 value) { return std::ldexp(static_cast<double>(value), -32); }

TEST(FixedPoint, Log2IsAsAccurateAsItSays) {
  for (std::uint64_t x = 1; x < (std::uint64_t{1} << 62); x += x / 8 + 1) {
    EXPECT_NEAR(as_double(fixed_log2(x)), std::log2(static_cast<double>(x)), 4e-6) << x;
  }
}

TEST(FixedPoint, PowersAreAsAccurateAsTheySay) {
  for (double exponent = -8; exponent < 11; exponent += 0.0371) {
    const auto fixed = static_cast<Fixed32>(std::ldexp(exponent, 32));
    const Duration scaled = scale_by_power(seconds(1), fixed, seconds(100'000));
    const double expected = 1e9 * std::exp2(exponent);
    EXPECT_NEAR(static_cast<double>(scaled.ns), expected, expected * 2e-6 + 1) << exponent;
  }
}

TEST(FixedPoint, PowersSaturate) {
  EXPECT_EQ(scale_by_power(seconds(1), Fixed32{62} << 32, seconds(9)), seconds(9));
  EXPECT_EQ(scale_by_power(seconds(1), Fixed32{1'000} << 32, seconds(9)), seconds(9));
  EXPECT_EQ(scale_by_power(seconds(1), -(Fixed32{1'000} << 32), seconds(9)), Duration{});
}

TEST(FixedPoint, NormalQuantilesInvertTheDistributionFunction) {
  for (double p = 1e-8; p < 0.5; p *= 1.03) {
    const auto word = static_cast<std::uint64_t>(std::ldexp(p, 64));
    const double z = as_double(normal_quantile(word));
    const double chance = 0.5 * std::erfc(-z / std::sqrt(2.0));
    // A difference of chances is one of quantiles times the density.
    const double density = std::exp(-z * z / 2) / std::sqrt(2 * 3.14159265358979);
    EXPECT_NEAR((chance - p) / density, 0, 3e-4) << p;
    EXPECT_EQ(normal_quantile(0 - word), -normal_quantile(word));
  }
}

TEST(Latency, ConstantIsConstant) {
  EXPECT_EQ(Latency::constant(milliseconds(3)).at(0), milliseconds(3));
  EXPECT_EQ(Latency::constant(milliseconds(3)).at(UINT64_MAX), milliseconds(3));
}

TEST(Latency, UniformMatchesItsRange) {
  const Drawn drawn = draw(Latency::uniform(milliseconds(1), milliseconds(3)));
  expect_within(drawn.mean, 2e6, 0.02);
  expect_within(drawn.quantile(0.9), 2.8e6, 0.02);
  EXPECT_GE(drawn.sorted.front(), 1e6);
  EXPECT_LE(drawn.sorted.back(), 3e6);
}

TEST(Latency, NormalMatchesMeanAndDeviation) {
  const Drawn drawn =
      draw(Latency::normal({.mean = milliseconds(40), .deviation = milliseconds(5)}));
  expect_within(drawn.mean, 40e6, 0.02);
  expect_within(drawn.deviation, 5e6, 0.02);
  expect_within(drawn.quantile(0.99), 40e6 + 2.3263 * 5e6, 0.02);
}

TEST(Latency, LognormalMatchesMedianAndSigma) {
  const Drawn drawn = draw(Latency::lognormal({.median = microseconds(400), .sigma_milli = 500}));
  expect_within(drawn.quantile(0.5), 4e5, 0.02);
  expect_within(drawn.mean, 4e5 * std::exp(0.125), 0.02);
  expect_within(drawn.quantile(0.9), 4e5 * std::exp(0.5 * 1.28155), 0.02);
}

TEST(Latency, ExponentialMatchesItsMean) {
  const Drawn drawn =
      draw(Latency::exponential({.least = milliseconds(1), .mean_above = milliseconds(2)}));
  expect_within(drawn.mean, 3e6, 0.02);
  expect_within(drawn.quantile(0.5), 1e6 + 2e6 * std::log(2.0), 0.02);
  EXPECT_GE(drawn.sorted.front(), 1e6);
}

TEST(Latency, ParetoMatchesScaleAndShape) {
  const Drawn drawn = draw(Latency::pareto({.scale = milliseconds(1), .shape_milli = 3'000}));
  expect_within(drawn.mean, 1.5e6, 0.02);
  expect_within(drawn.quantile(0.9), 1e6 * std::pow(10.0, 1.0 / 3), 0.02);
  EXPECT_GE(drawn.sorted.front(), 1e6 * (1 - 2e-6));
}

TEST(Latency, EmpiricalFollowsItsQuantiles) {
  const Drawn drawn = draw(Latency::empirical(
      {milliseconds(1), milliseconds(2), milliseconds(4), milliseconds(20), milliseconds(100)}));
  expect_within(drawn.quantile(0.25), 2e6, 0.02);
  expect_within(drawn.quantile(0.375), 3e6, 0.02);
  expect_within(drawn.quantile(0.875), 60e6, 0.02);
}

TEST(Latency, IsClampedToItsBounds) {
  Latency latency = Latency::normal({.mean = milliseconds(1), .deviation = milliseconds(5)});
  latency.greatest = milliseconds(2);
  EXPECT_EQ(latency.at(0), Duration{});
  EXPECT_EQ(latency.at(UINT64_MAX), milliseconds(2));
  const Latency heavy = Latency::pareto({.scale = seconds(1), .shape_milli = 1});
  EXPECT_EQ(heavy.at(UINT64_MAX / 2), Latency::kLongest);
}

TEST(Latency, QuantilesAscend) {
  const Latency all[] = {Latency::uniform(milliseconds(1), milliseconds(3)),
                         Latency::normal({.mean = milliseconds(40), .deviation = milliseconds(5)}),
                         Latency::lognormal({.median = milliseconds(1), .sigma_milli = 1'000}),
                         Latency::exponential({.mean_above = milliseconds(2)}),
                         Latency::pareto({.scale = milliseconds(1), .shape_milli = 1'500}),
                         Latency::empirical({milliseconds(1), milliseconds(2), milliseconds(9)})};
  for (const Latency& latency : all) {
    Duration before;
    for (std::uint64_t i = 0; i < 4096; ++i) {
      const Duration now = latency.at(i << 52);
      EXPECT_GE(now, before);
      before = now;
    }
  }
}

// Pins the tables: a change of these changes every trace.
TEST(Latency, GoldenValues) {
  const std::uint64_t word = 0x123456789abcdef0;
  EXPECT_EQ(fixed_log2(1'000'000'007), 128408150928);
  EXPECT_EQ(normal_quantile(word), -6303561962);
  EXPECT_EQ(exponential_quantile(word), 11353801210);
  EXPECT_EQ(Latency::lognormal({.median = seconds(1), .sigma_milli = 700}).at(word).ns, 357949712);
  EXPECT_EQ(Latency::pareto({.scale = seconds(1), .shape_milli = 1'700}).at(word).ns, 1044347470);
  EXPECT_EQ(Latency::exponential({.mean_above = seconds(1)}).at(word).ns, 73766684);
}

}  // namespace
}  // namespace windtunnel
