#include <windtunnel/protocols/rpc/policy/p2c_ewma.h>

#include "tests/unit/protocols/rpc/policy/endpoints.h"

#include <gtest/gtest.h>

#include <cmath>

namespace windtunnel::rpc {
namespace {

constexpr Instant kLong = Instant{} + seconds(100);

void call(P2cEwma& balancer, std::uint32_t id, Instant begun, Instant now,
          StatusCode code = StatusCode::ok, std::uint64_t generation = 0) {
  Pick pick = Pick::of(EndpointId{id});
  pick.generation = generation;
  balancer.on_start(pick);
  balancer.on_done({.pick = pick, .begun = begun, .now = now, .code = code});
}

std::uint64_t generation_of(P2cEwma& balancer, Instant now = kLong) {
  return balancer.pick({.now = now}).generation;
}

TEST(P2cEwma, LoadIsTheRootOfTheLagTimesTheCalls) {
  P2cEwma::Measure measure;
  EXPECT_EQ(measure.load(), 1);
  measure.lag = 99;
  measure.in_flight = 2;
  EXPECT_EQ(measure.load(), 30);
  measure.lag = 1'000'000'000;
  EXPECT_EQ(measure.load(), 31'622 * 3);
}

TEST(P2cEwma, AveragesFollowTheirFormula) {
  P2cEwma balancer;
  list_ready(balancer, endpoints(1));
  const std::uint64_t generation = generation_of(balancer);
  const EndpointId id{0};
  const StatusCode codes[] = {StatusCode::ok,       StatusCode::unavailable, StatusCode::not_found,
                              StatusCode::internal, StatusCode::cancelled,   StatusCode::data_loss};
  double lag = 0;
  double success = 1000;
  Instant last{};
  Instant now = kLong;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const std::uint64_t word = DrawKey(1, "calls", "").at(i);
    const Instant begun = now;
    now = now + Duration{static_cast<std::int64_t>(word % 3'000'000'000)};
    const StatusCode code = codes[(word >> 32) % 6];
    call(balancer, 0, begun, now, code, generation);
    const double w = lag == 0 ? 0 : std::exp(-static_cast<double>((now - last).ns) / 1e10);
    const double measured = static_cast<double>((now - begun).ns);
    const bool bad = code == StatusCode::unavailable || code == StatusCode::internal ||
                     code == StatusCode::data_loss;
    lag = std::floor(lag * w + measured * (1 - w));
    success = std::floor(success * w + (bad ? 0 : 1000) * (1 - w) + 1e-9);
    ASSERT_NEAR(static_cast<double>(balancer.measure(id)->lag), lag, 3) << i;
    ASSERT_EQ(static_cast<double>(balancer.measure(id)->success), success) << i;
    last = now;
  }
}

TEST(P2cEwma, TheFirstCallDecidesAlone) {
  P2cEwma balancer;
  list_ready(balancer, endpoints(3));
  const std::uint64_t generation = generation_of(balancer);
  EXPECT_TRUE(balancer.measure(EndpointId{1})->healthy());
  call(balancer, 1, kLong, kLong + milliseconds(1), StatusCode::unavailable, generation);
  EXPECT_EQ(balancer.measure(EndpointId{1})->success, 0U);
  EXPECT_EQ(balancer.measure(EndpointId{1})->lag, 1'000'000U);
  EXPECT_FALSE(balancer.measure(EndpointId{1})->healthy());
}

TEST(P2cEwma, TwoAreComparedByLoadAloneAndNobodyStarves) {
  P2cEwma balancer;
  list_ready(balancer, endpoints(2));
  const Instant begin{};  // at the begin of the clock all were just picked
  const std::uint64_t generation = generation_of(balancer, begin);
  call(balancer, 0, begin, begin + milliseconds(10), StatusCode::ok, generation);
  call(balancer, 1, begin, begin + milliseconds(1), StatusCode::unavailable, generation);
  EXPECT_EQ(picked(balancer, {.now = begin + milliseconds(900)}), 1U)
      << "it fails fast, which makes it the favourite (GZ5)";
  EXPECT_EQ(picked(balancer, {.now = begin + milliseconds(1000)}), 1U) << "a second, not more";
  EXPECT_EQ(picked(balancer, {.now = begin + milliseconds(1001)}), 0U) << "0 waited long enough";
  EXPECT_EQ(picked(balancer, {.now = begin + milliseconds(1002)}), 1U);
  EXPECT_EQ(picked(balancer, {.now = begin + milliseconds(2001)}), 1U);
  EXPECT_EQ(picked(balancer, {.now = begin + milliseconds(2002)}), 0U);
}

TEST(P2cEwma, OfThreeTheUnhealthyIsDrawnAgain) {
  P2cEwma balancer;
  list_ready(balancer, endpoints(3));
  const std::uint64_t generation = generation_of(balancer);
  for (const std::uint32_t id : {0U, 1U, 2U}) {
    const StatusCode code = id == 2 ? StatusCode::unavailable : StatusCode::ok;
    call(balancer, id, kLong, kLong + milliseconds(id == 2 ? 1 : 100), code, generation);
  }
  int counts[3] = {};
  for (std::uint64_t i = 0; i < 27'000; ++i) {
    const Instant now = kLong + nanoseconds(static_cast<std::int64_t>(i));
    ++counts[picked(balancer, {.now = now, .draw = DrawKey(1, "pick", "").at(i)})];
  }
  // All three pairs hold it with chance (2 / 3)^3; then it is the less loaded.
  EXPECT_NEAR(counts[2], 8000, 300);
}

TEST(P2cEwma, ForgetsWithEachListUnlessItRemembers) {
  for (const bool remembers : {false, true}) {
    P2cEwma balancer(P2cEwma::Parameters{.remembers = remembers});
    list_ready(balancer, endpoints(2));
    const Pick early = balancer.pick({.now = Instant{1}});
    ASSERT_EQ(early.endpoint, EndpointId{0});
    balancer.on_start(early);
    EXPECT_EQ(balancer.measure(EndpointId{0})->in_flight, 1);
    balancer.update(endpoints(3), {}, 0);
    EXPECT_EQ(balancer.measure(EndpointId{0})->in_flight, remembers ? 1 : 0);
    balancer.on_done({.pick = early, .begun = {}, .now = kLong, .code = StatusCode::unavailable});
    EXPECT_EQ(balancer.measure(EndpointId{0})->in_flight, 0);
    EXPECT_EQ(balancer.measure(EndpointId{0})->lag, remembers ? 100'000'000'000U : 0U);
    EXPECT_EQ(balancer.measure(EndpointId{0})->success, remembers ? 0U : 1000U);
    EXPECT_EQ(balancer.measure(EndpointId{2}), nullptr) << "it is not ready";
  }
}

}  // namespace
}  // namespace windtunnel::rpc
