#include <windtunnel/protocols/rpc/policy/weighted_round_robin.h>

#include "tests/unit/protocols/rpc/policy/endpoints.h"

#include <gtest/gtest.h>

namespace windtunnel::rpc {
namespace {

Instant after_s(std::int64_t s) { return Instant{} + seconds(s); }

std::vector<int> turns(EdfSchedule schedule, std::size_t jobs, int picks) {
  std::vector<int> counts(jobs);
  for (int i = 0; i < picks; ++i) ++counts[schedule.next()];
  return counts;
}

TEST(EdfSchedule, GivesTurnsByWeight) {
  for (std::uint64_t draw = 0; draw < 50; ++draw) {
    const auto counts = turns(EdfSchedule({10, 20, 30, 40}, draw), 4, 1000);
    for (int i = 0; i < 4; ++i) EXPECT_NEAR(counts[i], 100 * (i + 1), 2) << draw;
  }
}

TEST(EdfSchedule, TakesTurnsSmoothly) {
  for (std::uint64_t draw = 0; draw < 50; ++draw) {
    EdfSchedule schedule({1, 1, 2}, draw);
    int heavy = 0;
    for (int i = 1; i <= 400; ++i) {
      heavy += schedule.next() == 2 ? 1 : 0;
      EXPECT_NEAR(heavy, i / 2.0, 1.5) << "every second one, never in bursts";
    }
  }
}

TEST(EdfSchedule, UnknownWeightsAreTheAverage) {
  EXPECT_EQ(turns(EdfSchedule({0, 100, 0}, 1), 3, 300), (std::vector<int>{100, 100, 100}))
      << "one weight is no weight";
  const auto counts = turns(EdfSchedule({0, 100, 300}, 1), 3, 600);
  EXPECT_NEAR(counts[0], 200, 2);
  EXPECT_NEAR(counts[1], 100, 2);
}

TEST(EdfSchedule, GoesOnForEver) {
  EdfSchedule schedule({1, 70'000'000}, 5);
  std::vector<int> counts(2);
  for (int i = 0; i < 3'000'000; ++i) ++counts[schedule.next()];
  EXPECT_NEAR(counts[0], 3'000'000 / 65'535, 2) << "no weight is below 1 / 65535 of the largest";
}

LoadReport report(std::int64_t utilization_percent, std::int64_t qps, std::int64_t eps = 0) {
  return {utilization_percent * 10'000, qps * 1000, eps * 1000};
}

TEST(WeightedRoundRobin, WeightIsQpsOverUtilizationAndErrors) {
  WeightedRoundRobin balancer;
  list_ready(balancer, endpoints(1));
  const EndpointId id{0};
  const auto weight_of = [&](const LoadReport& load) {
    balancer.on_report(id, load, {});
    balancer.on_report(id, load, after_s(10));
    return balancer.weight(id, after_s(10));
  };
  EXPECT_EQ(weight_of(report(50, 100)), 200'000U) << "100 / 0.5";
  EXPECT_EQ(weight_of(report(50, 100, 25)), 133'333U) << "100 / (0.5 + 25 / 100)";
  EXPECT_EQ(weight_of(report(200, 100)), 50'000U) << "above full";
  EXPECT_EQ(weight_of(report(0, 999)), 50'000U) << "an empty report changes nothing";
  EXPECT_EQ(weight_of(report(50, 0, 9)), 50'000U);
}

TEST(WeightedRoundRobin, BlackoutAndExpiration) {
  WeightedRoundRobin balancer;
  list_ready(balancer, endpoints(1));
  const EndpointId id{0};
  balancer.on_report(id, report(50, 100), after_s(1));
  EXPECT_EQ(balancer.weight(id, after_s(10)), 0U);
  EXPECT_EQ(balancer.weight(id, after_s(11)), 200'000U) << "after 10 s";
  EXPECT_EQ(balancer.weight(id, after_s(180)), 200'000U);
  EXPECT_EQ(balancer.weight(id, after_s(181)), 0U) << "nothing for 3 minutes";
  balancer.on_report(id, report(50, 100), after_s(200));
  EXPECT_EQ(balancer.weight(id, after_s(209)), 0U) << "the blackout applies again";
  EXPECT_EQ(balancer.weight(id, after_s(210)), 200'000U);
  balancer.set_state(id, Connectivity::idle, after_s(211));
  EXPECT_EQ(balancer.weight(id, after_s(211)), 200'000U);
  balancer.set_state(id, Connectivity::ready, after_s(212));
  EXPECT_EQ(balancer.weight(id, after_s(212)), 0U) << "a new connection begins anew";
  balancer.update(endpoints(2), after_s(213), 0);
  balancer.on_report(id, report(50, 100), after_s(213));
  balancer.update(endpoints(1), after_s(223), 0);
  EXPECT_EQ(balancer.weight(id, after_s(223)), 200'000U) << "who stays listed keeps it";
}

TEST(WeightedRoundRobin, FollowsReportsOnceASecond) {
  WeightedRoundRobin balancer;
  list_ready(balancer, endpoints(2));
  const auto share = [&](Instant begin) {
    int first = 0;
    for (int i = 0; i < 300; ++i) {
      const Pick pick = balancer.pick({.now = begin, .draw = DrawKey(1, "pick", "").at(i)});
      balancer.on_start(pick);
      first += pick.endpoint.value == 0 ? 1 : 0;
      const LoadReport load = report(pick.endpoint.value == 0 ? 30 : 60, 100);
      balancer.on_done({.pick = pick, .begun = begin, .now = begin, .load = load});
    }
    return first;
  };
  EXPECT_NEAR(share(after_s(1)), 150, 1) << "nothing is known";
  EXPECT_NEAR(share(after_s(10)), 150, 1) << "nothing is trusted";
  EXPECT_NEAR(share(after_s(11)), 200, 1) << "twice the weight";
}

}  // namespace
}  // namespace windtunnel::rpc
