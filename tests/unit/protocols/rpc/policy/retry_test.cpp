#include <windtunnel/protocols/rpc/policy/retry.h>

#include <windtunnel/protocols/base/keyed_random.h>

#include <gtest/gtest.h>

#include <algorithm>

namespace windtunnel::rpc {
namespace {

using Kind = Pushback::Kind;

constexpr std::uint64_t kEven = std::uint64_t{1} << 63;  // a draw that jitters nothing
constexpr AttemptResult kOk{};
constexpr AttemptResult kUnavailable{StatusCode::unavailable, {}};
constexpr AttemptResult kInvalid{StatusCode::invalid_argument, {}};
constexpr AttemptResult kNever{StatusCode::unavailable, {Kind::never, {}}};

RetryPolicy a6_example() {
  return {4, {milliseconds(100), seconds(1), 2'000'000, {200'000}}, {StatusCode::unavailable}};
}

TEST(StatusCodes, HaveTheirNamesInAnyCase) {
  for (std::uint8_t i = 0; i < kStatusCodes; ++i) {
    const auto code = static_cast<StatusCode>(i);
    EXPECT_EQ(status_code_named(name_of(code)), code);
  }
  EXPECT_EQ(name_of(StatusCode{16}), "UNAUTHENTICATED");
  EXPECT_EQ(status_code_named("Unavailable"), StatusCode::unavailable);
  for (const char* no : {"", "UNAVAILABL", "UNAVAILABLE ", "14"}) {
    EXPECT_FALSE(status_code_named(no)) << no;
  }
}

TEST(Pushback, IsReadAsA6Says) {
  EXPECT_EQ(parse_pushback(std::nullopt), Pushback{});
  EXPECT_EQ(parse_pushback("0"), (Pushback{Kind::after, {}}));
  EXPECT_EQ(parse_pushback("2147483647"), (Pushback{Kind::after, milliseconds(2147483647)}));
  for (const char* never :
       {"-1", "-0", "", "abc", "1.5", " 1", "1 ", "+1", "01", "00", "2147483648", "-2147483648"}) {
    EXPECT_EQ(parse_pushback(never).kind, Kind::never) << never;
  }
}

TEST(RetryThrottle, CountsThousandths) {
  RetryThrottle throttle(10, 546);
  for (int i = 0; i < 4; ++i) throttle.on_failure();
  EXPECT_TRUE(throttle.allows()) << "6 of 10";
  throttle.on_failure();
  EXPECT_FALSE(throttle.allows()) << "half is not enough";
  throttle.on_success();
  EXPECT_TRUE(throttle.allows());
  EXPECT_EQ(throttle.thousandths(), 5546);
  for (int i = 0; i < 100; ++i) throttle.on_success();
  EXPECT_EQ(throttle.thousandths(), 10'000);
  for (int i = 0; i < 100; ++i) throttle.on_failure();
  EXPECT_EQ(throttle.thousandths(), 0);
  RetryThrottle odd(1, 1);
  EXPECT_TRUE(odd.allows());
  odd.on_failure();
  for (int i = 0; i < 500; ++i) odd.on_success();
  EXPECT_FALSE(odd.allows()) << "0.500 of 1";
  odd.on_success();
  EXPECT_TRUE(odd.allows());
}

TEST(RetrySequence, WaitsAsTheExampleOfA6) {
  RetrySequence retries(a6_example());
  EXPECT_EQ(retries.previous_attempts(), 0U);
  EXPECT_EQ(retries.after(kUnavailable, false, nullptr, kEven), milliseconds(100));
  EXPECT_EQ(retries.after(kUnavailable, false, nullptr, 0), milliseconds(160));
  EXPECT_EQ(retries.after(kUnavailable, false, nullptr, ~std::uint64_t{0}), milliseconds(480));
  EXPECT_EQ(retries.previous_attempts(), 3U);
  EXPECT_EQ(retries.after(kUnavailable, false, nullptr, kEven), std::nullopt);
}

TEST(RetrySequence, EndsWhereItMust) {
  EXPECT_EQ(RetrySequence(a6_example()).after(kOk, false, nullptr, 0), std::nullopt);
  EXPECT_EQ(RetrySequence(a6_example()).after(kInvalid, false, nullptr, 0), std::nullopt);
  EXPECT_EQ(RetrySequence(a6_example()).after(kUnavailable, true, nullptr, 0), std::nullopt);
  EXPECT_EQ(RetrySequence(a6_example()).after(kNever, false, nullptr, 0), std::nullopt);
}

TEST(RetrySequence, HasAtMostFiveAttempts) {
  RetryPolicy policy = a6_example();
  policy.max_attempts = 99;
  RetrySequence retries(policy);
  int attempts = 1;
  while (retries.after(kUnavailable, false, nullptr, 0)) ++attempts;
  EXPECT_EQ(attempts, 5);
}

TEST(RetrySequence, PushbackIsExactAndBeginsTheBackoffAgain) {
  RetryPolicy policy = a6_example();
  policy.max_attempts = 5;
  RetrySequence retries(policy);
  EXPECT_EQ(retries.after(kUnavailable, false, nullptr, kEven), milliseconds(100));
  EXPECT_EQ(retries.after(kUnavailable, false, nullptr, kEven), milliseconds(200));
  const AttemptResult pushed{StatusCode::unavailable, {Kind::after, milliseconds(7)}};
  EXPECT_EQ(retries.after(pushed, false, nullptr, 0), milliseconds(7));
  EXPECT_EQ(retries.after(kUnavailable, false, nullptr, kEven), milliseconds(100));
  EXPECT_EQ(retries.after(pushed, false, nullptr, 0), std::nullopt) << "no attempt is left";
}

TEST(RetrySequence, TellsTheThrottleWhatCounts) {
  RetryThrottle throttle(10, 100);
  const auto tokens_after = [&](const AttemptResult& result) {
    RetrySequence(a6_example()).after(result, true, &throttle, 0);
    return throttle.thousandths();
  };
  EXPECT_EQ(tokens_after(kUnavailable), 9000) << "even where it is committed";
  EXPECT_EQ(tokens_after(kInvalid), 9000) << "no failure of the server";
  EXPECT_EQ(tokens_after({StatusCode::invalid_argument, {Kind::never, {}}}), 8000);
  EXPECT_EQ(tokens_after(kOk), 8100);
}

// Metastable M1: without a budget three tiers of three attempts make 27 of one request.
TEST(RetryThrottle, BoundsTheAmplificationOfAnOutage) {
  RetryThrottle throttle(100, 100);
  int attempts = 0;
  constexpr int kCalls = 10'000;
  for (int call = 0; call < kCalls; ++call) {
    RetryPolicy policy = a6_example();
    RetrySequence retries(policy);
    do ++attempts;
    while (retries.after(kUnavailable, false, &throttle, 0));
  }
  EXPECT_LE(attempts, kCalls + 50);
}

HedgingPolicy a6_hedging() {
  return {4, milliseconds(500), {StatusCode::unavailable, StatusCode::internal}};
}

TEST(HedgeSequence, SendsAtEachDelay) {
  HedgeSequence hedge(a6_hedging(), {});
  for (int i = 1; i <= 3; ++i) {
    ASSERT_EQ(hedge.next(), Instant{} + i * milliseconds(500));
    EXPECT_TRUE(hedge.begin(*hedge.next(), nullptr));
    EXPECT_EQ(hedge.previous_attempts(), static_cast<std::uint32_t>(i));
  }
  EXPECT_EQ(hedge.next(), std::nullopt);
  EXPECT_EQ(hedge.outstanding(), 4U);
  EXPECT_TRUE(hedge.on_result(kOk, {}, nullptr));
}

TEST(HedgeSequence, ANonFatalResultBringsTheNextForward) {
  HedgeSequence hedge(a6_hedging(), {});
  const Instant soon = Instant{} + milliseconds(20);
  EXPECT_FALSE(hedge.on_result(kUnavailable, soon, nullptr));
  ASSERT_EQ(hedge.next(), soon);
  EXPECT_TRUE(hedge.begin(soon, nullptr));
  EXPECT_EQ(hedge.next(), soon + milliseconds(500));
  EXPECT_TRUE(hedge.on_result(kInvalid, soon, nullptr)) << "a fatal one is the call's";
}

TEST(HedgeSequence, PushbackMovesOrEndsIt) {
  HedgeSequence moved(a6_hedging(), {});
  EXPECT_FALSE(moved.on_result({StatusCode::internal, {Kind::after, seconds(3)}}, {}, nullptr));
  EXPECT_EQ(moved.next(), Instant{} + seconds(3));
  HedgeSequence ended(a6_hedging(), {});
  EXPECT_TRUE(ended.begin(*ended.next(), nullptr));
  EXPECT_FALSE(ended.on_result(kNever, {}, nullptr)) << "another is on its way";
  EXPECT_EQ(ended.next(), std::nullopt);
  EXPECT_TRUE(ended.on_result(kUnavailable, {}, nullptr)) << "the last one";
}

TEST(HedgeSequence, TheThrottleTakesHedgesAway) {
  RetryThrottle throttle(2, 1);
  throttle.on_failure();
  ASSERT_FALSE(throttle.allows());
  HedgeSequence hedge(a6_hedging(), {});
  EXPECT_FALSE(hedge.begin(*hedge.next(), &throttle));
  EXPECT_EQ(hedge.outstanding(), 1U) << "the first is always sent";
  EXPECT_NE(hedge.next(), std::nullopt);
  EXPECT_FALSE(hedge.on_result(kUnavailable, Instant{1}, &throttle));
  EXPECT_FALSE(hedge.begin(*hedge.next(), &throttle));
  EXPECT_TRUE(hedge.is_over()) << "nothing was sent that could still answer";
}

TEST(HedgeSequence, WithoutDelayAllGoAtOnce) {
  HedgeSequence hedge({4, {}, {}}, {});
  int sent = 1;
  while (hedge.next() == Instant{}) sent += hedge.begin({}, nullptr) ? 1 : 0;
  EXPECT_EQ(sent, 4);
}

}  // namespace
}  // namespace windtunnel::rpc
