// What keeps a server from more than it can do: the shedder, the limits, the bucket, single flight.
#include <windtunnel/protocols/rpc/policy/adaptive_shedder.h>
#include <windtunnel/protocols/rpc/policy/concurrency_limit.h>
#include <windtunnel/protocols/rpc/policy/rate_limit.h>
#include <windtunnel/protocols/rpc/policy/single_flight.h>

#include <windtunnel/protocols/base/keyed_random.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <string>

namespace windtunnel::rpc {
namespace {

using testing::ElementsAre;

Instant ms(std::int64_t n) { return Instant{} + milliseconds(n); }

TEST(CpuAverage, IsCutAtEachSample) {
  CpuAverage cpu;
  cpu.sample(1000);
  EXPECT_EQ(cpu.thousandths(), 50);
  cpu.sample(1000);
  EXPECT_EQ(cpu.thousandths(), 97);
  for (int i = 0; i < 1000; ++i) cpu.sample(1000);
  EXPECT_EQ(cpu.thousandths(), 981) << "as go-zero's, it never shows a full CPU";
}

TEST(AdaptiveShedder, MaxFlightFollowsTheBestBucket) {
  AdaptiveShedder shedder({});
  EXPECT_EQ(shedder.max_flight_thousandths({}), 10'000) << "1 pass * 1000 ms * 0.01";
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(shedder.allow(ms(0), 0));
    shedder.on_pass(ms(50), ms(0));
  }
  EXPECT_EQ(shedder.max_flight_thousandths(ms(50)), 10'000) << "that bucket is not over";
  EXPECT_EQ(shedder.max_flight_thousandths(ms(100)), 15'000) << "30 * 50 ms * 0.01";
  shedder.allow(ms(100), 0);
  shedder.on_pass(ms(110), ms(107));
  EXPECT_EQ(shedder.max_flight_thousandths(ms(200)), 1000) << "30 * 3 ms * 0.01, but at least one";
  EXPECT_EQ(shedder.max_flight_thousandths(ms(5099)), 1000);
  EXPECT_EQ(shedder.max_flight_thousandths(ms(5100)), 10'000) << "forgotten";
}

// go-zero's rule over a list of all passes, in floating point.
struct PlainShedder {
  std::vector<std::pair<std::int64_t, std::int64_t>> passes = {};  // bucket, whole ms
  double flying = 0;
  double average = 0;
  std::int64_t overload_ms = 0;
  bool dropped = false;

  bool drops(std::int64_t now_ms, std::int64_t cpu) {
    bool hot = cpu >= 900;
    if (hot) {
      overload_ms = now_ms;
    } else if (dropped && overload_ms != 0) {
      hot = now_ms - overload_ms < 1000;
      dropped = hot;
    }
    std::map<std::int64_t, std::vector<std::int64_t>> buckets;
    for (const auto& [bucket, rt] : passes) {
      if (bucket > now_ms / 100 - 50 && bucket < now_ms / 100) buckets[bucket].push_back(rt);
    }
    double max_pass = 1;
    double min_rt = 1000;
    for (const auto& [bucket, rts] : buckets) {
      double sum = 0;
      for (const std::int64_t rt : rts) sum += static_cast<double>(rt);
      const auto count = static_cast<double>(rts.size());
      max_pass = std::max(max_pass, count);
      min_rt = std::min(min_rt, std::round(sum / count));
    }
    const double factor = std::clamp((1000.0 - static_cast<double>(cpu)) / 100, 0.1, 1.0);
    const double limit = std::max(1.0, max_pass * min_rt * 0.01) * factor;
    // Away from the limit by more than a rounding.
    near_limit = std::fabs(average - limit) < 1e-6 || std::fabs(flying - limit) < 1e-9;
    const bool drop = hot && average > limit && flying > limit;
    if (drop) dropped = true;
    return drop;
  }
  bool near_limit = false;
};

TEST(AdaptiveShedder, EqualsAPlainComputation) {
  int drops = 0;
  int compared = 0;
  for (std::uint64_t run = 0; run < 20; ++run) {
    AdaptiveShedder shedder({});
    PlainShedder plain;
    std::deque<std::int64_t> begun;
    std::int64_t now = 1;
    for (std::uint64_t i = 0; i < 1500; ++i) {
      const DrawKey key = DrawKey(run, "shed", "").of(i);
      now += static_cast<std::int64_t>(scale(key.at(0), 6));
      if (scale(key.at(1), 100) < 52 || begun.empty()) {
        const std::int64_t cpu =
            (now / 700) % 2 == 0 ? 1000 - static_cast<std::int64_t>(scale(key.at(2), 130)) : 300;
        AdaptiveShedder before = shedder;
        const bool dropped = plain.drops(now, cpu);
        const bool allowed = shedder.allow(ms(now), cpu);
        if (plain.near_limit && allowed == dropped)
          break;  // by a rounding: from here on both differ
        ASSERT_EQ(allowed, !dropped) << run << " " << i;
        ++compared;
        drops += dropped ? 1 : 0;
        if (allowed) begun.push_back(now);
        plain.flying += allowed ? 1 : 0;
      } else {
        const std::int64_t began = begun.front();
        begun.pop_front();
        plain.flying -= 1;
        plain.average = plain.average * 0.9 + plain.flying * 0.1;
        if (scale(key.at(3), 10) == 0) {
          shedder.on_fail();
        } else {
          shedder.on_pass(ms(now), ms(began));
          plain.passes.emplace_back(now / 100, now - began);
        }
      }
    }
  }
  EXPECT_GT(drops, 100);
  EXPECT_GT(compared, 10'000);
}

TEST(AdaptiveShedder, CoolsOffForASecond) {
  AdaptiveShedder shedder({});
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(shedder.allow(ms(1), 0)) << "an idle CPU serves all";
  for (int i = 0; i < 50; ++i) shedder.on_fail();
  EXPECT_TRUE(shedder.allow(ms(1), 899));
  EXPECT_FALSE(shedder.allow(ms(1), 900));
  EXPECT_FALSE(shedder.allow(ms(1000), 100)) << "still hot";
  EXPECT_TRUE(shedder.allow(ms(1001), 100));
  while (shedder.in_flight() > 0) shedder.on_fail();
  EXPECT_TRUE(shedder.allow(ms(3000), 950)) << "busy, but with nothing in flight";
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(shedder.allow(ms(3001), 100)) << "nothing was refused, so nothing is to cool off";
    if (i % 4 == 0) shedder.on_fail();
  }
}

TEST(AimdLimit, AddsOneAndTakesATenth) {
  AimdLimit limit;
  EXPECT_EQ(limit.limit(), 20);
  limit.on_sample({.latency = milliseconds(1), .in_flight = 9});
  EXPECT_EQ(limit.limit(), 20) << "not even half is used";
  for (int i = 0; i < 30; ++i) limit.on_sample({.latency = milliseconds(1), .in_flight = 25});
  EXPECT_EQ(limit.limit(), 50);
  limit.on_sample({.latency = milliseconds(1), .in_flight = 25, .dropped = true});
  EXPECT_EQ(limit.limit(), 45);
  limit.on_sample({.latency = seconds(5), .in_flight = 0});
  EXPECT_EQ(limit.limit(), 45);
  limit.on_sample({.latency = seconds(5) + Duration{1}, .in_flight = 0});
  EXPECT_EQ(limit.limit(), 40) << "40.5";
  for (int i = 0; i < 300; ++i) limit.on_sample({.latency = milliseconds(1), .in_flight = 200});
  EXPECT_EQ(limit.limit(), 200);
  for (int i = 0; i < 300; ++i) limit.on_sample({.dropped = true});
  EXPECT_EQ(limit.limit(), 20);
}

TEST(GradientLimit, EqualsAPlainComputation) {
  for (std::uint64_t run = 0; run < 10; ++run) {
    GradientLimit limit(GradientLimit::Parameters{.initial = 50});
    double estimated = 50;
    double average = 0;
    double sum = 0;
    int samples = 0;
    for (std::uint64_t i = 0; i < 3000; ++i) {
      const std::uint64_t word = DrawKey(run, "gradient", "").at(i);
      const std::int64_t base = (i / 500) % 2 == 0 ? 10'000'000 : 40'000'000;
      const std::int64_t latency = base + static_cast<std::int64_t>(scale(word, 8'000'000));
      const auto in_flight = static_cast<std::int64_t>(scale(word * 31, 120));
      // A rounding must not decide whether the limit was used.
      if (std::fabs(2 * static_cast<double>(in_flight) - estimated) < 0.1) continue;
      const auto rtt = static_cast<double>(latency);
      if (samples < 10) {
        sum += rtt;
        average = sum / ++samples;
      } else {
        average = average * (1 - 2.0 / 601) + rtt * 2 / 601;
      }
      const double long_rtt = average;
      if (long_rtt / rtt > 2) average *= 0.95;
      if (static_cast<double>(in_flight) >= estimated / 2) {
        const double gradient = std::clamp(1.5 * long_rtt / rtt, 0.5, 1.0);
        estimated = estimated * 0.8 + (estimated * gradient + 4) * 0.2;
        estimated = std::clamp(estimated, 20.0, 200.0);
      }
      limit.on_sample({.latency = {latency}, .in_flight = in_flight});
      ASSERT_NEAR(static_cast<double>(limit.limit()) + 0.5, estimated, 0.6) << run << " " << i;
      ASSERT_NEAR(static_cast<double>(limit.long_latency().ns), average, 50) << run << " " << i;
    }
  }
}

TEST(GradientLimit, ShrinksWithAQueueAndGrowsWithoutOne) {
  GradientLimit limit(GradientLimit::Parameters{.initial = 100});
  const auto samples = [&](int count, std::int64_t latency_ms) {
    for (int i = 0; i < count; ++i) {
      limit.on_sample({.latency = milliseconds(latency_ms), .in_flight = limit.limit()});
    }
    return limit.limit();
  };
  EXPECT_EQ(samples(200, 10), 200);
  EXPECT_LT(samples(30, 60), 40);
  EXPECT_EQ(samples(300, 10), 200);
}

// GCRA as in ATM Forum TM 4.0: by the theoretical arrival time.
struct Gcra {
  std::int64_t interval, tolerance;
  std::int64_t arrival = 0;
  bool take(std::int64_t now) {
    if (now < arrival - tolerance) return false;
    arrival = std::max(arrival, now) + interval;
    return true;
  }
};

TEST(TokenBucket, EqualsGcra) {
  for (std::uint64_t run = 0; run < 20; ++run) {
    const auto burst = static_cast<std::int64_t>(1 + run);
    TokenBucket bucket({}, {.rate = 1, .period = Duration{100}, .burst = burst});
    Gcra gcra{100, (burst - 1) * 100};
    std::int64_t now = 0;
    for (std::uint64_t i = 0; i < 3000; ++i) {
      now += static_cast<std::int64_t>(
          scale(DrawKey(run, "gcra", "").at(i), i % 100 == 0 ? 5000 : 130));
      const Duration wait = bucket.wait(Instant{now});
      EXPECT_EQ(wait.ns, std::max<std::int64_t>(0, gcra.arrival - gcra.tolerance - now));
      ASSERT_EQ(bucket.take(Instant{now}), gcra.take(now)) << run << " " << i;
    }
  }
}

TEST(TokenBucket, IsExactForRatesThatDoNotDivide) {
  TokenBucket bucket({}, {.rate = 3, .period = seconds(1), .burst = 1});
  EXPECT_TRUE(bucket.take({}));
  EXPECT_FALSE(bucket.take(Instant{333'333'333}));
  EXPECT_EQ(bucket.wait(Instant{333'333'333}), Duration{1});
  EXPECT_TRUE(bucket.take(Instant{333'333'334}));
  int taken = 0;
  TokenBucket steady({}, {.rate = 7, .period = seconds(1), .burst = 1});
  for (std::int64_t t = 0; t < 100'000; ++t) taken += steady.take(ms(t)) ? 1 : 0;
  EXPECT_LE(taken, 701);
  EXPECT_GE(taken, 690);
}

TEST(TokenBucket, TakesAllOrNothing) {
  TokenBucket bucket({}, {.rate = 10, .period = seconds(1), .burst = 20});
  EXPECT_TRUE(bucket.take({}, 15));
  EXPECT_FALSE(bucket.take({}, 6));
  EXPECT_EQ(bucket.wait({}, 6), milliseconds(100));
  EXPECT_TRUE(bucket.take({}, 5));
}

// GZ2: go-zero stores the time of whoever asks, so that two clocks a second apart refill the bucket
// with each change of who asks.
TEST(TokenBucket, AClockBehindRefillsNothing) {
  const TokenBucket::Parameters parameters{.rate = 10, .period = seconds(1), .burst = 20};
  TokenBucket bucket(ms(5000), parameters);
  double naive_level = 20;
  std::int64_t naive_last = 5000;
  int admitted = 0;
  int naive = 0;
  for (int i = 0; i < 2000; ++i) {  // 200 a second for 10 s, by two in turn
    const std::int64_t now = 5000 + i * 5 + (i % 2 == 0 ? 1000 : 0);
    admitted += bucket.take(ms(now)) ? 1 : 0;
    naive_level = std::min(
        20.0, naive_level + 10 * std::max<double>(0, static_cast<double>(now - naive_last)) / 1000);
    naive_last = now;
    if (naive_level >= 1) {
      naive_level -= 1;
      ++naive;
    }
  }
  EXPECT_LE(admitted, 20 + 10 * 11);
  EXPECT_GT(naive, 1900) << "what this check must refuse";
}

TEST(SingleFlight, OneLeadsAndAllAreTold) {
  SingleFlight<std::string, int> flights;
  EXPECT_TRUE(flights.join("a", 1));
  EXPECT_FALSE(flights.join("a", 2));
  EXPECT_TRUE(flights.join("b", 3)) << "another key";
  EXPECT_FALSE(flights.join("a", 4));
  EXPECT_FALSE(flights.join("a", 5));
  flights.leave("a", 4);
  EXPECT_THAT(flights.finish("a"), ElementsAre(1, 2, 5));
  EXPECT_TRUE(flights.join("a", 6)) << "a new call";
  EXPECT_THAT(flights.finish("a"), ElementsAre(6));
  EXPECT_EQ(flights.flights(), 1U);
}

}  // namespace
}  // namespace windtunnel::rpc
