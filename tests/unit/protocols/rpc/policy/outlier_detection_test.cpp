#include <windtunnel/protocols/rpc/policy/outlier_detection.h>

#include "tests/unit/protocols/rpc/policy/endpoints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace windtunnel::rpc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Parameters = OutlierDetection::Parameters;

OutlierDetection over(std::uint32_t count, const Parameters& parameters) {
  OutlierDetection detection(parameters);
  detection.update(endpoints(count));
  return detection;
}

void calls(OutlierDetection& detection, std::uint32_t id, int successes, int failures) {
  for (int i = 0; i < successes; ++i) detection.on_done(EndpointId{id}, true);
  for (int i = 0; i < failures; ++i) detection.on_done(EndpointId{id}, false);
}

std::vector<std::uint32_t> ejected_by(OutlierDetection& detection, Instant now = {},
                                      std::uint64_t draw = 0) {
  std::vector<std::uint32_t> ids;
  for (const EndpointId id : detection.sweep(now, draw).ejected) ids.push_back(id.value);
  return ids;
}

Parameters by_success_rate() {
  return {.max_ejection_percent = 100, .success_rate = SuccessRateEjection{}};
}
Parameters by_failures() {
  return {.max_ejection_percent = 100, .failure_percentage = FailurePercentageEjection{}};
}

TEST(OutlierDetection, EjectsALowSuccessRate) {
  OutlierDetection detection = over(5, by_success_rate());
  for (std::uint32_t id = 0; id < 4; ++id) calls(detection, id, 100, 0);
  calls(detection, 4, 0, 100);
  // Mean 0.8, deviation 0.4: below 0.8 - 0.4 * 1.9 = 0.04.
  EXPECT_THAT(ejected_by(detection), ElementsAre(4));
  EXPECT_TRUE(detection.is_ejected(EndpointId{4}));
  EXPECT_THAT(ejected_by(detection), IsEmpty()) << "the counts are of one interval";
}

TEST(OutlierDetection, SuccessRateNeedsHostsAndVolume) {
  OutlierDetection quiet = over(5, by_success_rate());
  for (std::uint32_t id = 0; id < 4; ++id) calls(quiet, id, 100, 0);
  calls(quiet, 4, 0, 99);
  EXPECT_THAT(ejected_by(quiet), IsEmpty()) << "four hosts have the volume";
  OutlierDetection few = over(4, by_success_rate());
  for (std::uint32_t id = 0; id < 4; ++id) calls(few, id, id == 3 ? 0 : 100, id == 3 ? 100 : 0);
  EXPECT_THAT(ejected_by(few), IsEmpty());
  OutlierDetection equal = over(6, by_success_rate());
  for (std::uint32_t id = 0; id < 6; ++id) calls(equal, id, 33, 67);
  EXPECT_THAT(ejected_by(equal), IsEmpty()) << "common failures are no outliers (M10)";
}

TEST(OutlierDetection, SuccessRateEqualsAPlainComputation) {
  int ejections = 0;
  for (std::uint64_t run = 0; run < 300; ++run) {
    const DrawKey key(run, "outlier", "");
    const auto count = static_cast<std::uint32_t>(5 + scale(key.at(0), 20));
    OutlierDetection detection = over(count, by_success_rate());
    std::vector<double> rates;
    for (std::uint32_t id = 0; id < count; ++id) {
      const int failures = static_cast<int>(scale(key.at(1 + id), id % 7 == 0 ? 150 : 20));
      calls(detection, id, 200 - failures, failures);
      rates.push_back((200.0 - failures) / 200);
    }
    double mean = 0;
    for (const double rate : rates) mean += rate / count;
    double variance = 0;
    for (const double rate : rates) variance += (rate - mean) * (rate - mean) / count;
    std::vector<std::uint32_t> expected;
    for (std::uint32_t id = 0; id < count; ++id) {
      if (rates[id] < mean - 1.9 * std::sqrt(variance)) expected.push_back(id);
    }
    EXPECT_EQ(ejected_by(detection), expected) << run;
    ejections += static_cast<int>(expected.size());
  }
  EXPECT_GT(ejections, 100);
}

TEST(OutlierDetection, EjectsAHighFailurePercentage) {
  OutlierDetection detection = over(5, by_failures());
  calls(detection, 0, 15, 85);
  calls(detection, 1, 14, 86);
  calls(detection, 2, 0, 49);
  calls(detection, 3, 50, 0);
  calls(detection, 4, 0, 50);
  EXPECT_THAT(ejected_by(detection), IsEmpty()) << "four hosts with the volume";
  calls(detection, 0, 15, 85);
  calls(detection, 1, 14, 86);
  calls(detection, 2, 1, 49);
  calls(detection, 3, 50, 0);
  calls(detection, 4, 0, 50);
  EXPECT_THAT(ejected_by(detection), ElementsAre(1, 2, 4)) << "more than 85 %";
}

TEST(OutlierDetection, EjectsNoMoreThanItsShare) {
  for (const auto& [percent, expected] :
       std::initializer_list<std::pair<std::uint32_t, std::size_t>>{
           {0, 0}, {1, 1}, {10, 2}, {11, 3}, {50, 10}, {100, 20}}) {
    Parameters parameters = by_failures();
    parameters.max_ejection_percent = percent;
    OutlierDetection detection = over(20, parameters);
    for (int sweep = 0; sweep < 3; ++sweep) {
      for (std::uint32_t id = 0; id < 20; ++id) calls(detection, id, 0, 50);
      ejected_by(detection);
    }
    std::size_t ejected = 0;
    for (std::uint32_t id = 0; id < 20; ++id)
      ejected += detection.is_ejected(EndpointId{id}) ? 1 : 0;
    EXPECT_EQ(ejected, expected) << percent;
  }
}

TEST(OutlierDetection, EnforcesByChance) {
  Parameters parameters = by_failures();
  parameters.failure_percentage->enforcement_percent = 30;
  int ejected = 0;
  for (std::uint64_t run = 0; run < 500; ++run) {
    OutlierDetection detection = over(10, parameters);
    for (std::uint32_t id = 0; id < 10; ++id) calls(detection, id, 0, 50);
    ejected += static_cast<int>(ejected_by(detection, {}, DrawKey(1, "sweep", "").at(run)).size());
  }
  EXPECT_NEAR(ejected, 1500, 120);
}

TEST(OutlierDetection, EachEjectionIsLongerAndIsForgottenSlowly) {
  OutlierDetection detection = over(5, by_failures());
  const auto sweep_at = [&](std::int64_t s, bool bad) {
    for (std::uint32_t id = 0; id < 5; ++id)
      calls(detection, id, id == 0 && bad ? 0 : 50, id == 0 && bad ? 50 : 0);
    detection.sweep(Instant{} + seconds(s), 0);
    return detection.is_ejected(EndpointId{0});
  };
  EXPECT_TRUE(sweep_at(10, true));
  EXPECT_TRUE(sweep_at(40, false)) << "30 s, and not a moment more";
  EXPECT_FALSE(sweep_at(50, false));
  EXPECT_EQ(detection.multiplier(EndpointId{0}), 1U);
  EXPECT_TRUE(sweep_at(60, true));
  EXPECT_EQ(detection.multiplier(EndpointId{0}), 2U);
  EXPECT_TRUE(sweep_at(120, false)) << "60 s";
  EXPECT_FALSE(sweep_at(130, false));
  EXPECT_FALSE(sweep_at(140, false));
  EXPECT_FALSE(sweep_at(150, false));
  EXPECT_EQ(detection.multiplier(EndpointId{0}), 0U) << "one less with each sweep in service";
}

TEST(OutlierDetection, EjectionTimeHasAMaximum) {
  Parameters parameters = by_failures();
  parameters.max_ejection_time = seconds(45);
  OutlierDetection detection = over(5, parameters);
  Instant now{};
  for (int round = 0; round < 4; ++round) {
    for (std::uint32_t id = 0; id < 5; ++id)
      calls(detection, id, id == 0 ? 0 : 50, id == 0 ? 50 : 0);
    now = now + seconds(100);
    EXPECT_THAT(detection.sweep(now, 0).ejected, ElementsAre(EndpointId{0}));
    now = now + seconds(46);
    EXPECT_THAT(detection.sweep(now, 0).returned, ElementsAre(EndpointId{0})) << round;
  }
}

TEST(OutlierDetection, WhoStaysListedStaysEjected) {
  OutlierDetection detection = over(5, by_failures());
  for (std::uint32_t id = 0; id < 5; ++id) calls(detection, id, id == 0 ? 0 : 50, id == 0 ? 50 : 0);
  detection.sweep({}, 0);
  detection.update(endpoints(7));
  EXPECT_TRUE(detection.is_ejected(EndpointId{0}));
  detection.update({endpoint(3)});
  detection.update(endpoints(5));
  EXPECT_FALSE(detection.is_ejected(EndpointId{0}));
}

}  // namespace
}  // namespace windtunnel::rpc
