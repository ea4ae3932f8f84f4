#include <windtunnel/protocols/rpc/policy/breaker.h>

#include <windtunnel/protocols/base/keyed_random.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>

namespace windtunnel::rpc {
namespace {

using testing::ElementsAre;

Instant at_ms(std::int64_t ms) { return Instant{} + milliseconds(ms); }

std::vector<int> sums(const RollingWindow<int>& window, Instant now, bool only_whole = false) {
  std::vector<int> result;
  window.each(
      now, [&](int sum) { result.push_back(sum); }, only_whole);
  return result;
}

TEST(RollingWindow, ForgetsWholeBuckets) {
  RollingWindow<int> window(at_ms(7), 3, milliseconds(10));
  window.at(at_ms(7)) += 1;
  window.at(at_ms(16)) += 2;
  window.at(at_ms(17)) += 4;
  EXPECT_THAT(sums(window, at_ms(26)), ElementsAre(3, 4));
  window.at(at_ms(27)) += 8;
  EXPECT_THAT(sums(window, at_ms(36)), ElementsAre(3, 4, 8));
  EXPECT_THAT(sums(window, at_ms(36), true), ElementsAre(3, 4)) << "the current one is not over";
  EXPECT_THAT(sums(window, at_ms(37)), ElementsAre(4, 8)) << "reading forgets, too";
  EXPECT_THAT(sums(window, at_ms(37), true), ElementsAre(4, 8));
  EXPECT_THAT(sums(window, at_ms(56)), ElementsAre(8));
  EXPECT_THAT(sums(window, at_ms(57)), ElementsAre());
  window.at(at_ms(1000)) += 16;
  EXPECT_THAT(sums(window, at_ms(1000)), ElementsAre(16));
  window.clear();
  EXPECT_THAT(sums(window, at_ms(1000)), ElementsAre());
}

TEST(RollingWindow, EqualsAMapOfAllBuckets) {
  RollingWindow<int> window({}, 5, Duration{7});
  std::map<std::int64_t, int> all;
  Instant now{};
  for (std::uint64_t i = 0; i < 5000; ++i) {
    const std::uint64_t word = DrawKey(1, "window", "").at(i);
    now = now + Duration{static_cast<std::int64_t>(word % (i % 50 == 0 ? 60 : 6))};
    if (word >> 63 != 0) {
      ++window.at(now);
      ++all[now.ns / 7];
    }
    std::vector<int> expected;
    for (const auto& [ordinal, count] : all) {
      if (ordinal > now.ns / 7 - 5) expected.push_back(count);
    }
    ASSERT_EQ(sums(window, now), expected) << i;
  }
}

double ratio_of(const SreBreaker& breaker, Instant now) {
  const auto ratio = breaker.drop_ratio(now);
  if (!ratio) return -1;
  return static_cast<double>(ratio->numerator) / static_cast<double>(ratio->denominator);
}

constexpr std::uint64_t kDropWhereItCan = 0;
constexpr std::uint64_t kPassWhereItCan = ~std::uint64_t{0};

TEST(SreBreaker, FollowsItsFormula) {
  SreBreaker breaker({});
  for (int i = 0; i < 5; ++i) breaker.on_failure({});
  EXPECT_EQ(ratio_of(breaker, {}), -1) << "protected: 5 - 5";
  EXPECT_TRUE(breaker.allow({}, kDropWhereItCan));
  breaker.on_failure({});
  EXPECT_DOUBLE_EQ(ratio_of(breaker, {}), 1.0 / 7) << "(6 - 5 - 0) / 7";
  for (int i = 0; i < 94; ++i) breaker.on_failure({});
  EXPECT_DOUBLE_EQ(ratio_of(breaker, {}), 95.0 / 101);
  for (int i = 0; i < 50; ++i) breaker.on_success({});
  EXPECT_DOUBLE_EQ(ratio_of(breaker, {}), (150 - 5 - 1.5 * 50) / 151);
}

TEST(SreBreaker, ARowOfFailingBucketsLowersW) {
  SreBreaker breaker({});
  for (int i = 0; i < 100; ++i) breaker.on_success({});
  for (int bucket = 1; bucket <= 20; ++bucket) {
    for (int i = 0; i < 10; ++i) breaker.on_failure(at_ms(250 * bucket));
  }
  const Instant end = at_ms(250 * 20);
  EXPECT_DOUBLE_EQ(ratio_of(breaker, end), (300 - 5 - (1.5 - 0.4 * 20 / 40) * 100) / 301);
  breaker.on_success(end);
  EXPECT_DOUBLE_EQ(ratio_of(breaker, end), (301 - 5 - 1.5 * 101) / 302) << "the row ended";
}

TEST(SreBreaker, ARowOfWorkingBucketsLowersTheRatio) {
  SreBreaker breaker({});
  for (int i = 0; i < 200; ++i) breaker.on_failure({});
  for (int bucket = 1; bucket <= 10; ++bucket) breaker.on_success(at_ms(250 * bucket));
  const Instant end = at_ms(2500);
  EXPECT_NEAR(ratio_of(breaker, end), (210 - 5 - 1.5 * 10) / 211 * (40 - 10) / 40, 1e-15);
  breaker.on_failure(end);
  EXPECT_NEAR(ratio_of(breaker, end), (211 - 5 - 1.5 * 10) / 212, 1e-15);
}

TEST(SreBreaker, DropsCountAndAPassIsForced) {
  SreBreaker breaker({});
  for (int i = 0; i < 10; ++i) breaker.on_failure({});
  EXPECT_FALSE(breaker.allow({}, kDropWhereItCan));
  EXPECT_DOUBLE_EQ(ratio_of(breaker, {}), 6.0 / 12) << "ten failures and a drop";
  EXPECT_FALSE(breaker.allow(at_ms(2000), kDropWhereItCan)) << "nothing passed that could starve";
  EXPECT_TRUE(breaker.allow(at_ms(2000), kPassWhereItCan));
  EXPECT_FALSE(breaker.allow(at_ms(3000), kDropWhereItCan)) << "a second, not more";
  EXPECT_TRUE(breaker.allow(at_ms(3001), kDropWhereItCan));
  EXPECT_FALSE(breaker.allow(at_ms(3002), kDropWhereItCan));
}

TEST(SreBreaker, ForgetsAfterItsWindow) {
  SreBreaker breaker({});
  for (int i = 0; i < 1000; ++i) breaker.on_failure({});
  EXPECT_GT(ratio_of(breaker, at_ms(9999)), 0.9);
  EXPECT_EQ(ratio_of(breaker, at_ms(10'000)), -1);
}

// go-zero's formula over a list of all calls, in floating point.
class PlainSre {
 public:
  void add(std::int64_t ns, char what) { calls_.push_back({ns / 250'000'000, what}); }
  double ratio(std::int64_t ns) const {
    std::map<std::int64_t, std::string> buckets;
    for (const auto& [bucket, what] : calls_) {
      if (bucket > ns / 250'000'000 - 40) buckets[bucket] += what;
    }
    double total = 0;
    double accepts = 0;
    int failing = 0;
    int working = 0;
    for (const auto& [bucket, calls] : buckets) {
      const bool failed = calls.find('f') != std::string::npos;
      const bool succeeded = calls.find('s') != std::string::npos;
      total += static_cast<double>(calls.size());
      accepts += static_cast<double>(std::count(calls.begin(), calls.end(), 's'));
      working = failed ? 0 : working + (succeeded ? 1 : 0);
      failing = succeeded ? 0 : failing + (failed ? 1 : 0);
    }
    const double w = std::max(1.1, 1.5 - (1.5 - 1.1) * failing / 40);
    const double ratio = (total - 5 - w * accepts) / (total + 1);
    return ratio <= 0 ? -1 : ratio * (40 - working) / 40;
  }

 private:
  std::deque<std::pair<std::int64_t, char>> calls_;
};

TEST(SreBreaker, EqualsAPlainComputation) {
  for (std::uint64_t run = 0; run < 20; ++run) {
    SreBreaker breaker({});
    PlainSre plain;
    Instant now{};
    int drops = 0;
    for (std::uint64_t i = 0; i < 400; ++i) {
      const std::uint64_t word = DrawKey(run, "breaker", "").at(i);
      now =
          now + Duration{static_cast<std::int64_t>(word % (i % 9 == 0 ? 900'000'000 : 60'000'000))};
      const double expected = plain.ratio(now.ns);
      const double ratio = ratio_of(breaker, now);
      // Where the first factor is 0, floating point may have it a hair above.
      if (ratio >= 0 || expected > 1e-12) {
        ASSERT_NEAR(ratio, expected, 1e-12) << run << " " << i;
      }
      const bool bad_times = (now.ns / 3'000'000'000) % 2 != 0;
      if (!breaker.allow(now, DrawKey(run, "drop", "").at(i))) {
        plain.add(now.ns, 'd');
        ++drops;
      } else if (bad_times ? word >> 60 != 0 : word >> 60 == 0) {
        breaker.on_failure(now);
        plain.add(now.ns, 'f');
      } else {
        breaker.on_success(now);
        plain.add(now.ns, 's');
      }
    }
    EXPECT_GT(drops, 0);
  }
}

TEST(SreBreaker, OpensInBoundedTimeAndRecovers) {
  SreBreaker breaker({});
  const auto passed = [&](int from_ms, int to_ms, bool healthy) {
    int count = 0;
    for (int ms = from_ms; ms < to_ms; ms += 10) {
      const std::uint64_t draw = DrawKey(3, "calls", "").at(static_cast<std::uint64_t>(ms));
      if (!breaker.allow(at_ms(ms), draw)) continue;
      ++count;
      healthy ? breaker.on_success(at_ms(ms)) : breaker.on_failure(at_ms(ms));
    }
    return count;
  };
  EXPECT_EQ(passed(0, 10'000, true), 1000);
  EXPECT_LT(passed(10'000, 20'000, false), 700) << "of 1000, while the good ones are forgotten";
  const int late = passed(20'000, 24'000, false);
  EXPECT_LT(late, 20) << "of 400";
  EXPECT_GT(late, 2) << "one a second is forced";
  passed(24'000, 44'000, true);
  EXPECT_EQ(passed(44'000, 54'000, true), 1000);
}

SleepBreaker tripped() {
  SleepBreaker breaker({});
  for (int i = 0; i < 10; ++i) breaker.on_success({}, {});
  for (int i = 0; i < 10; ++i) breaker.on_failure({}, {});
  return breaker;
}

TEST(SleepBreaker, OpensWithEnoughCallsAndErrors) {
  SleepBreaker breaker({});
  for (int i = 0; i < 19; ++i) breaker.on_failure({}, {});
  EXPECT_EQ(breaker.state(), SleepBreaker::State::closed) << "19 calls";
  breaker.on_success({}, {});
  EXPECT_EQ(breaker.state(), SleepBreaker::State::open) << "20 calls, 95 %";
  EXPECT_EQ(tripped().state(), SleepBreaker::State::open) << "50 %";
  SleepBreaker almost({});
  for (int i = 0; i < 51; ++i) almost.on_success({}, {});
  for (int i = 0; i < 49; ++i) almost.on_failure({}, {});
  EXPECT_EQ(almost.state(), SleepBreaker::State::closed) << "49 %";
  SleepBreaker slow({});
  for (int i = 0; i < 100; ++i) slow.on_failure(at_ms(600 * i), at_ms(600 * i));
  EXPECT_EQ(slow.state(), SleepBreaker::State::closed) << "17 calls in 10 s";
}

TEST(SleepBreaker, OneProbeDecides) {
  SleepBreaker breaker = tripped();
  EXPECT_FALSE(breaker.allow(at_ms(4999)));
  EXPECT_TRUE(breaker.allow(at_ms(5000)));
  EXPECT_EQ(breaker.state(), SleepBreaker::State::half_open);
  EXPECT_FALSE(breaker.allow(at_ms(5001))) << "a single probe";
  breaker.on_success(at_ms(5002), at_ms(0));
  EXPECT_EQ(breaker.state(), SleepBreaker::State::half_open) << "that was an older call";
  breaker.on_failure(at_ms(6000), at_ms(5000));
  EXPECT_FALSE(breaker.allow(at_ms(10'999)));
  EXPECT_TRUE(breaker.allow(at_ms(11'000)));
  breaker.on_success(at_ms(11'100), at_ms(11'000));
  EXPECT_EQ(breaker.state(), SleepBreaker::State::closed);
  for (int i = 0; i < 19; ++i) breaker.on_failure(at_ms(11'200), at_ms(11'200));
  EXPECT_EQ(breaker.state(), SleepBreaker::State::closed) << "the window began anew";
  breaker.on_failure(at_ms(11'200), at_ms(900));
  EXPECT_EQ(breaker.state(), SleepBreaker::State::closed) << "an older call again";
}

TEST(SleepBreaker, ALostProbeIsFollowedByAnother) {
  SleepBreaker breaker = tripped();
  EXPECT_TRUE(breaker.allow(at_ms(6000)));
  breaker.on_cancel(at_ms(6000));
  EXPECT_TRUE(breaker.allow(at_ms(6001)));
  EXPECT_FALSE(breaker.allow(at_ms(6001)));
}

}  // namespace
}  // namespace windtunnel::rpc
