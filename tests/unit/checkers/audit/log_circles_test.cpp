// Transactions over logs that would have to come before themselves.
#include "tests/unit/checkers/audit/audits.h"
#include "tests/unit/checkers/generated.h"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <set>

namespace windtunnel::checkers {
namespace {

using test::audited;
using test::Audited;
using test::done;
using test::expect_only;
using test::line;

struct Txn {
  std::string_view asked;
  std::string_view told;
  std::string_view outcome = "ok";
};

// Two transactions that are open at the same time, in lines 1 to 4.
std::string both(const Txn& a, const Txn& b) {
  return line(0, "invoke", "txn", a.asked) + line(1, "invoke", "txn", b.asked) +
         line(0, a.outcome, "txn", a.told) + line(1, b.outcome, "txn", b.told);
}

constexpr Txn kSendXPollY{"[[:send x a] [:poll]]", "[[:send x [0 a]] [:poll {y [[0 b]]}]]"};
constexpr Txn kSendYPollX{"[[:send y b] [:poll]]", "[[:send y [0 b]] [:poll {x [[0 a]]}]]"};
constexpr Txn kSendYOnly{"[[:send y b]]", "[[:send y [0 b]]]"};

TEST(LogCircles, TransactionsThatPollEachOtherAreRefused) {
  const Audited result = audited("log", both(kSendXPollY, kSendYPollX));
  expect_only(result, "G1c", {1, 2});
  EXPECT_EQ(
      result.report.verdict.witness.explanation,
      "T1 is the transaction of process 0 in line 1, T2 is the transaction of process 1 in "
      "line 2. T2 polled a of key \"x\", which T1 had sent. T1 polled b of key \"y\", which T2 had "
      "sent. So T1 would have to come before itself.");
  AuditOptions permit;
  permit.permitted = {"G1c"};
  const Audited told = audited("log", both(kSendXPollY, kSendYPollX), permit);
  EXPECT_EQ(told.decision(), Decision::ok);
  EXPECT_NE(told.find("G1c"), nullptr);
}

TEST(LogCircles, OneThatPollsTheOtherIsAccepted) {
  const std::string text = both(kSendXPollY, kSendYOnly);
  const Audited result =
      audited("log", text + done(2, "poll", "[[:poll]]", "[[:poll {x [[0 a]], y [[0 b]]}]]"));
  EXPECT_EQ(result.decision(), Decision::ok);
  EXPECT_TRUE(result.report.flaws.empty());
}

// Logs interleave what transactions send; Kafka promises no more.
TEST(LogCircles, MessagesThatInterleaveAreToldAndLetPass) {
  const std::string text =
      both({"[[:send x a] [:send y d]]", "[[:send x [0 a]] [:send y [1 d]]]"},
           {"[[:send x b] [:send y c]]", "[[:send x [1 b]] [:send y [0 c]]]"}) +
      done(2, "poll", "[[:poll]]", "[[:poll {x [[0 a] [1 b]], y [[0 c] [1 d]]}]]");
  const Audited result = audited("log", text);
  EXPECT_EQ(result.decision(), Decision::ok);
  ASSERT_NE(result.find("G0"), nullptr);
  EXPECT_TRUE(result.find("G0")->permitted);
  AuditOptions strict;
  strict.forbidden = {"G0"};
  const Audited refused = audited("log", text, strict);
  expect_only(refused, "G0", {1, 2});
  EXPECT_EQ(
      refused.report.verdict.witness.explanation,
      "T1 is the transaction of process 0 in line 1, T2 is the transaction of process 1 in "
      "line 2. T1 sent a to key \"x\" at offset 0, before T2 sent b at offset 1. T2 sent c to key "
      "\"y\" at offset 0, before T1 sent d at offset 1. So T1 would have to come before itself.");
}

TEST(LogCircles, APollThatTheOrderOfALogContradictsIsToldAndLetPass) {
  const std::string text =
      both({"[[:send x a] [:poll]]", "[[:send x [0 a]] [:poll {y [[0 c]]}]]"},
           {"[[:send x b] [:send y c]]", "[[:send x [1 b]] [:send y [0 c]]]"}) +
      done(2, "poll", "[[:poll]]", "[[:poll {x [[0 a] [1 b]]}]]");
  const Audited result = audited("log", text);
  EXPECT_EQ(result.decision(), Decision::ok);
  ASSERT_NE(result.find("G1c-ww"), nullptr);
  EXPECT_EQ(result.find("G1c"), nullptr);
  AuditOptions strict;
  strict.forbidden = {"G1c-ww"};
  expect_only(audited("log", text, strict), "G1c-ww", {1, 2});
}

TEST(LogCircles, WhatLiesBetweenInALogIsNoPartOfTheWitness) {
  const std::string text =
      both({"[[:send x a] [:send y d]]", "[[:send x [0 a]] [:send y [2 d]]]"},
           {"[[:send x b] [:send y c]]", "[[:send x [2 b]] [:send y [0 c]]]"}) +
      done(2, "txn", "[[:send x e] [:send y f]]", "[[:send x [1 e]] [:send y [1 f]]]") +
      done(3, "poll", "[[:poll]]", "[[:poll {x [[0 a] [1 e] [2 b]], y [[0 c] [1 f] [2 d]]}]]");
  AuditOptions strict;
  strict.forbidden = {"G0"};
  EXPECT_EQ(audited("log", text, strict).report.verdict.witness.operations.size(), 2U);
}

// What did not end well is known by those who polled it.
TEST(LogCircles, ATransactionWhoseEndIsNotKnownCountsWhenItWasPolled) {
  const std::string asked = "[[:send y b] [:poll]]";
  const std::string text = both(kSendXPollY, {asked, asked, "info"}) +
                           done(2, "poll", "[[:poll]]", "[[:poll {x [[0 a]]}]]");
  EXPECT_EQ(audited("log", text).decision(), Decision::ok) << "what it polled is not known";
  const std::string failed =
      both(kSendXPollY, {asked, "[[:send y b] [:poll {x [[0 a]]}]]", "fail"});
  EXPECT_EQ(audited("log", failed).find("G1c"), nullptr);
}

// A random log of transactions, and whether one of them polls its way back to itself.
TEST(LogCircles, AreFoundWhereAPlainSearchFindsThem) {
  int circles = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    test::Stream stream(seed);
    std::string calls;
    std::string returns;
    std::map<int, std::set<int>> polled_from;
    const int count = 2 + static_cast<int>(stream.below(4));
    for (int t = 0; t < count; ++t) {
      std::string polls;
      for (int from = 0; from < count; ++from) {
        if (from == t || stream.below(4) != 0) continue;
        polls += fmt::format("k{0} [[0 m{0}]] ", from);
        polled_from[from].insert(t);
      }
      calls += line(t, "invoke", "txn", fmt::format("[[:send k{0} m{0}] [:poll]]", t));
      returns +=
          line(t, "ok", "txn", fmt::format("[[:send k{0} [0 m{0}]] [:poll {{{1}}}]]", t, polls));
    }
    const std::function<bool(int, int, int)> leads = [&](int from, int to, int most) {
      for (const int next : polled_from[from]) {
        if (next == to || (most > 0 && leads(next, to, most - 1))) return true;
      }
      return false;
    };
    bool circle = false;
    for (int t = 0; t < count; ++t) circle = circle || leads(t, t, count);
    circles += circle ? 1 : 0;
    EXPECT_EQ(audited("log", calls + returns).find("G1c") != nullptr, circle) << calls << returns;
  }
  EXPECT_GT(circles, 300);
  EXPECT_LT(circles, 1700);
}

}  // namespace
}  // namespace windtunnel::checkers
