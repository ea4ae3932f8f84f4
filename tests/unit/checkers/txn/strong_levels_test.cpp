#include <windtunnel/checkers/txn/strong_levels.h>

#include <windtunnel/checkers/objects/linearizable.h>
#include <windtunnel/checkers/txn/order_witness.h>
#include <windtunnel/checkers/txn/recheck.h>
#include "tests/unit/checkers/generated.h"
#include "tests/unit/checkers/txn/commit_orders.h"
#include "tests/unit/checkers/txn/transactions.h"
#include "tests/unit/checkers/txn/version_orders.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <string>
#include <vector>

namespace windtunnel::checkers {
namespace {

using test::history_of;
using test::names;
using test::Txn;

constexpr DataType kRegs = DataType::rw_register;

struct StrongLevel {
  const char* name;
  OrderQuestion question;
};
constexpr StrongLevel kStrong[] = {
    {"prefix", {OrderLevel::prefix, Scope::data}},
    {"snapshot-isolation", {OrderLevel::snapshot_isolation, Scope::data}},
    {"serializable", {OrderLevel::serializable, Scope::data}},
    {"strong-session-snapshot-isolation", {OrderLevel::snapshot_isolation, Scope::process}},
    {"strong-session-serializable", {OrderLevel::serializable, Scope::process}},
    {"strong-snapshot-isolation", {OrderLevel::snapshot_isolation, Scope::realtime}},
    {"strict-serializable", {OrderLevel::serializable, Scope::realtime}}};

std::vector<std::uint32_t> present_in(const Observations& seen) {
  std::vector<std::uint32_t> all;
  for (std::uint32_t t = 0; t < seen.count(); ++t) {
    if (seen.is_present(t)) all.push_back(t);
  }
  return all;
}

struct Agreement {
  int held = 0;
  int refuted = 0;
};

void agree(const test::SmallHistory& small, const StrongLevel& one, Agreement& tally) {
  const bool legal = reads_are_legal(small, WeakLevel::causal);
  const bool expected = legal && exists_version_order(small, kRegs, one.name);
  const History history = recorded(small);
  const auto txns = TxnHistory::read(history, kRegs);
  ASSERT_TRUE(txns.has_value());
  const Observations seen(*txns);
  if (legal) {
    ++(expected ? tally.held : tally.refuted);
    const OrderDecision found = decide_order(*txns, seen, one.question, present_in(seen));
    ASSERT_EQ(found.decision, expected ? Decision::ok : Decision::violated);
    Anomaly whole;
    whole.name = name_of(one.question);
    whole.of_orders = true;
    whole.transactions = present_in(seen);
    ASSERT_EQ(recheck(*txns, whole), !expected);
    if (expected) {
      ASSERT_TRUE(explains(*txns, one.question, found.line));
    } else {
      Work work;
      const Anomaly anomaly = witness_of_orders(*txns, seen, one.question, found.culprits, work);
      ASSERT_TRUE(recheck(*txns, anomaly)) << anomaly.name;
      ASSERT_TRUE(forbids(one.name, anomaly.name)) << anomaly.name;
    }
  }
  const IsolationReport report = check_isolation(history, kRegs, one.name);
  ASSERT_EQ(report.verdict.decision, expected ? Decision::ok : Decision::violated);
}

// Each level against all orders of versions.
TEST(StrongLevels, AgreeWithEveryOrderOfVersions) {
  static std::uint64_t round = 0;  // of --gtest_repeat
  test::Stream stream(20261130 + round++);
  std::map<std::string, Agreement> tally;
  for (int i = 0; i < 3000; ++i) {
    const test::SmallHistory small = random_history(stream, true);
    for (const StrongLevel& one : kStrong) {
      agree(small, one, tally[one.name]);
      ASSERT_FALSE(HasFatalFailure()) << one.name << "\n" << text_of(small);
    }
  }
  for (const StrongLevel& one : kStrong) {
    EXPECT_GT(tally[one.name].held, 300) << one.name;
    EXPECT_GT(tally[one.name].refuted, 300) << one.name;
  }
}

// Four write two of three keys each, without a look, and four read all three, each in a process of
// its own: little is known of their order.
test::SmallHistory blind_history(test::Stream& stream) {
  test::SmallHistory txns(8);
  std::vector<std::vector<int>> stores{{0, 0, 0}};
  int written = 0;
  for (std::size_t t = 0; t < txns.size(); ++t) {
    test::SmallTxn& txn = txns[t];
    txn.process = static_cast<int>(t);
    txn.called = static_cast<int>(2 * t + 1);
    txn.returned = static_cast<int>(2 * t + 2);
    const int other = static_cast<int>(stream.below(3));
    if (t % 2 == 0) stores.push_back(stores.back());
    for (int key = 0; key < 3; ++key) {
      const auto place = static_cast<std::size_t>(key);
      if (t % 2 == 0 && key != other) {
        stores.back()[place] = ++written;
        txn.accesses.push_back({true, key, written, {}});
      } else if (t % 2 == 1) {
        const std::size_t back = stream.below(std::min<std::size_t>(stores.size(), 3));
        txn.accesses.push_back({false, key, stores[stores.size() - 1 - back][place], {}});
      }
    }
  }
  return txns;
}

TEST(StrongLevels, AgreeWithEveryOrderOfVersionsWhereLittleIsKnown) {
  static std::uint64_t round = 0;
  test::Stream stream(815 + round++);
  Agreement tally;
  for (int i = 0; i < 400; ++i) {
    const test::SmallHistory small = blind_history(stream);
    for (const StrongLevel& one : kStrong) {
      if (one.question.scope != Scope::data) continue;
      agree(small, one, tally);
      ASSERT_FALSE(HasFatalFailure()) << one.name << "\n" << text_of(small);
    }
  }
  EXPECT_GT(tally.held, 0);
  EXPECT_GT(tally.refuted, 50);
}

// A store of registers is one object.
TEST(StrongLevels, StrictSerializabilityIsLinearizabilityOfAllKeys) {
  static std::uint64_t round = 0;
  test::Stream stream(4711 + round++);
  for (int i = 0; i < 1000; ++i) {
    const test::SmallHistory small = random_history(stream, true);
    const History history = recorded(small);
    const Verdict whole = check_linearizable(history, usual_spec(Model::multi_register));
    const IsolationReport report = check_isolation(history, kRegs, "strict-serializable");
    ASSERT_EQ(report.verdict.decision, whole.decision) << text_of(small);
  }
}

struct StrongCase {
  const char* name;
  std::vector<Txn> txns;
  const char* refuted;  // the level
  const char* by;
  const char* holds;  // another level
};
const std::vector<StrongCase> kStrongCases{
    {"write skew after a set-up transaction",
     {{0, "ok", "[[:w x 1] [:w y 1]]"},
      {1, "ok", "[[:r x 1] [:w y 2]]"},
      {2, "ok", "[[:r y 1] [:w x 2]]"}},
     "serializable",
     "SER-cycle",
     "snapshot-isolation"},
    {"long fork after a set-up transaction",
     {{0, "ok", "[[:w x 1] [:w y 1]]"},
      {1, "ok", "[[:w x 2]]"},
      {2, "ok", "[[:w y 2]]"},
      {3, "ok", "[[:r x 2] [:r y 1]]"},
      {4, "ok", "[[:r x 1] [:r y 2]]"}},
     "prefix",
     "PC-cycle",
     "causal"},
    {"lost update after a set-up transaction",
     {{0, "ok", "[[:w x 1]]"}, {1, "ok", "[[:r x 1] [:w x 2]]"}, {2, "ok", "[[:r x 1] [:w x 3]]"}},
     "snapshot-isolation",
     "lost-update",
     "prefix"},
    {"a ring of three anti-dependencies",
     {{0, "ok", "[[:w x 1] [:w y 1] [:w z 1]]"},
      {1, "ok", "[[:r x 1] [:w y 2]]"},
      {2, "ok", "[[:r y 1] [:w z 2]]"},
      {3, "ok", "[[:r z 1] [:w x 2]]"}},
     "serializable",
     "SER-cycle",
     "snapshot-isolation"},
};

TEST(StrongLevels, AreRefusedWhereTheOrderOfVersionsFollowsFromReads) {
  for (const StrongCase& one : kStrongCases) {
    const History history = history_of(one.txns, true);
    const IsolationReport report = check_isolation(history, kRegs, one.refuted);
    EXPECT_EQ(report.verdict.decision, Decision::violated) << one.name;
    EXPECT_TRUE(names(report).contains(one.by)) << one.name;
    EXPECT_TRUE(report.verdict.witness.rechecked) << one.name;
    const IsolationReport other = check_isolation(history, kRegs, one.holds);
    EXPECT_EQ(other.verdict.decision, Decision::ok) << one.name << ": " << other.verdict.reason;
  }
}

TEST(StrongLevels, AStaleReadIsOneInRealTimeAlone) {
  const std::vector<Txn> stale{
      {0, "ok", "[[:w x 1]]"}, {1, "ok", "[[:w x 2]]"}, {2, "ok", "[[:r x 1]]"}};
  const IsolationReport strict = check_isolation(history_of(stale), kRegs, "strict-serializable");
  EXPECT_EQ(strict.verdict.decision, Decision::violated);
  EXPECT_EQ(strict.texts.front(),
            "SI-cycle-realtime: T1 had returned when T2 was called. T0 had returned when T1 was "
            "called. T2 read key x as 1, which T0 had written. So T1 overwrote what T0 had written "
            "as key x, which T2 read: T2 began before T1 was committed. So the commit of T1 would "
            "have to come before itself.\n"
            "T0 = process 0 txn [[:w x 1]] (ok)\n"
            "T1 = process 1 txn [[:w x 2]] (ok)\n"
            "T2 = process 2 txn [[:r x 1]] (ok)");
  const IsolationReport plain = check_isolation(history_of(stale), kRegs, "serializable");
  EXPECT_EQ(plain.verdict.decision, Decision::ok);
}

TEST(StrongLevels, TheBoundEndsInUnknown) {
  const History history = test::generate({10, 300, 5, 0}, test::GeneratedRegisters{});
  const auto txns = TxnHistory::read(history, kRegs);
  const Observations seen(*txns);
  const OrderDecision none = decide_order(*txns, seen, {}, present_in(seen), 1);
  EXPECT_EQ(none.decision, Decision::unknown);
  EXPECT_NE(none.reason.find("bound"), std::string::npos);
}

TEST(StrongLevels, LargeHistoriesHoldUntilAFewTransactionsDoNot) {
  for (const std::uint64_t info : {0U, 100U}) {
    const History history = test::generate({10, 1000, 5, info}, test::GeneratedRegisters{});
    const History skewed = test::with_in_the_middle(history, test::write_skew());
    const History forked = test::with_in_the_middle(history, test::long_fork());
    struct Expected {
      const History& history;
      const char* level;
      Decision decision;
      const char* by;
    };
    const Expected all[] = {
        {history, "strict-serializable", Decision::ok, ""},
        {history, "strong-snapshot-isolation", Decision::ok, ""},
        {skewed, "strict-serializable", Decision::violated, "SER-cycle"},
        {skewed, "serializable", Decision::violated, "SER-cycle"},
        {skewed, "strong-session-snapshot-isolation", Decision::ok, ""},
        {forked, "snapshot-isolation", Decision::violated, "PC-cycle"},
        {forked, "causal", Decision::ok, ""},
    };
    for (const Expected& one : all) {
      const IsolationReport report = check_isolation(one.history, kRegs, one.level);
      EXPECT_EQ(report.verdict.decision, one.decision) << one.level << report.verdict.reason;
      if (one.decision == Decision::ok) continue;
      EXPECT_EQ(report.worst, one.by) << one.level;
      EXPECT_LE(report.verdict.witness.operations.size(), 5U) << one.level;
      EXPECT_TRUE(report.verdict.witness.rechecked) << one.level;
    }
  }
}

}  // namespace
}  // namespace windtunnel::checkers
