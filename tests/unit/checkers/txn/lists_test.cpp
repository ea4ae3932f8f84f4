// What only lists say: appends that nobody saw, of transactions that nobody answered, and reads of
// what the transaction had appended to itself.
#include <windtunnel/checkers/txn/check.h>
#include "tests/unit/checkers/txn/transactions.h"
#include "tests/unit/checkers/txn/version_orders.h"

#include <gtest/gtest.h>

#include <map>
#include <string_view>
#include <vector>

namespace windtunnel::checkers {
namespace {

using test::history_of;
using test::Txn;

// Read by the transactions one after the other, or all at once. Of each of the levels `refused` and
// `held` what it says.
struct OfLists {
  const char* name;
  std::vector<Txn> txns;
  bool open;
  std::vector<std::string_view> refused;
  std::vector<std::string_view> held;
};

const std::vector<OfLists> kOfLists{
    {"half of what nobody answered is seen",
     {{0, "info", "[[:append x 1] [:append y 1]]"}, {1, "ok", "[[:r x [1]] [:r y []]]"}},
     true,
     {"read-atomic", "causal", "prefix", "snapshot-isolation", "strict-serializable"},
     {"read-committed"}},
    {"all of it is seen",
     {{0, "info", "[[:append x 1] [:append y 1]]"}, {1, "ok", "[[:r x [1]] [:r y [1]]]"}},
     true,
     {},
     {"strict-serializable"}},
    {"none of it is seen",
     {{0, "info", "[[:append x 1] [:append y 1]]"}, {1, "ok", "[[:r x []] [:r y []]]"}},
     true,
     {},
     {"strict-serializable"}},
    {"two append what nobody reads, and neither saw the other",
     {{0, "ok", "[[:r x []] [:append y 1] [:append z 1]]"},
      {1, "ok", "[[:r y []] [:append x 1] [:append z 2]]"}},
     true,
     {"serializable"},
     {"prefix", "causal"}},
    {"two append what nobody reads, one after the other",
     {{0, "ok", "[[:r x []] [:append y 1] [:append z 1]]"},
      {1, "ok", "[[:r y [1]] [:append x 1] [:append z 2]]"}},
     true,
     {},
     {"serializable", "snapshot-isolation"}},
    {"a skew of writes, and appends of others that nobody reads",
     {{0, "ok", "[[:r x []] [:append y 1]]"},
      {1, "ok", "[[:r y []] [:append x 1]]"},
      {2, "ok", "[[:append z 1]]"},
      {3, "ok", "[[:append z 2]]"}},
     true,
     {"serializable", "repeatable-read"},
     {"snapshot-isolation", "parallel-snapshot-isolation", "cursor-stability"}},
    {"what was seen grows within a transaction",
     {{0, "ok", "[[:append x 1]]"}, {1, "ok", "[[:r x []] [:r x [1]]]"}},
     true,
     {"repeatable-read", "consistent-view", "read-atomic"},
     {"read-committed"}},
    {"a circle of what was seen by later reads",
     {{0, "ok", "[[:append y 1] [:r x []] [:r x [1]]]"}, {1, "ok", "[[:append x 1] [:r y [1]]]"}},
     true,
     {"read-committed"},
     {}},
    {"overwrote what it saw, and missed more of the same",
     {{0, "ok", "[[:append x 1] [:append y 1]]"},
      {1, "ok", "[[:r y []] [:append x 2]]"},
      {2, "ok", "[[:r x [1 2]]]"}},
     true,
     {"parallel-snapshot-isolation", "consistent-view", "snapshot-isolation"},
     {"causal", "prefix"}},
    {"a read after an own append shows what was there before",
     {{0, "ok", "[[:append x 1] [:append y 1]]"},
      {1, "ok", "[[:append x 2] [:r x [1 2]] [:r y []]]"}},
     false,
     {"read-atomic", "causal", "prefix", "snapshot-isolation"},
     {"read-committed"}},
    {"the second append without the first",
     {{0, "ok", "[[:append x 1] [:append x 2]]"}, {1, "ok", "[[:r x [2]]]"}},
     false,
     {"read-committed", "read-atomic", "serializable"},
     {}},
    {"an update of what another appended, whatever the order of both",
     {{0, "ok", "[[:append x 1] [:append y 1]]"},
      {1, "ok", "[[:r x []] [:r y [1]] [:append x 2]]"}},
     true,
     {"consistent-view", "read-atomic"},
     {"read-committed"}},
};

Decision decision(const OfLists& one, std::string_view level) {
  const History history = history_of(one.txns, one.open);
  return check_isolation(history, DataType::list_append, level).verdict.decision;
}

TEST(Lists, EachLevelSaysWhatItsDefinitionSays) {
  for (const OfLists& one : kOfLists) {
    for (const std::string_view level : one.refused) {
      EXPECT_EQ(decision(one, level), Decision::violated) << one.name << ": " << level;
    }
    for (const std::string_view level : one.held) {
      EXPECT_EQ(decision(one, level), Decision::ok) << one.name << ": " << level;
    }
  }
}

// Each order of the two appends speaks against it, though no cycle does with either left open.
TEST(Lists, WhereTheOrderOfVersionsIsOpenNothingIsOk) {
  for (const std::string_view level :
       {"snapshot-isolation", "parallel-snapshot-isolation", "consistent-view"}) {
    EXPECT_NE(decision(kOfLists[3], level), Decision::ok) << level;
  }
  EXPECT_NE(decision(kOfLists.back(), "cursor-stability"), Decision::ok);
}

TEST(Lists, ReadsThatNoListExplainsAreRefused) {
  const std::vector<Txn> txns{{0, "ok", "[[:r x [1]]]"},
                              {1, "ok", "[[:r x []] [:append x 2]]"},
                              {2, "ok", "[[:append x 1]]"},
                              {1, "ok", "[[:r x [2]]]"}};
  const std::vector<Txn> own{{0, "ok", "[[:append x 1] [:r x [4 1]]]"},
                             {0, "ok", "[[:append x 2] [:r x [4 2]]]"},
                             {0, "ok", "[[:append x 4]]"}};
  for (const std::vector<Txn>& all : {txns, own}) {
    for (const std::string_view level : isolation_levels()) {
      const History history = history_of(all);
      const IsolationReport report = check_isolation(history, DataType::list_append, level);
      EXPECT_NE(report.verdict.decision, Decision::ok) << level;
      EXPECT_TRUE(test::names(report).contains("incompatible-order")) << level;
    }
  }
}

TEST(Lists, ATransactionThatForgetsItselfSeesOthersAllTheSame) {
  const History history = history_of({{0, "ok", "[[:append y 1] [:append x 1] [:r x [1 2]]]"},
                                      {1, "ok", "[[:append x 2] [:r y [1]]]"}},
                                     true);
  for (const char* level : {"read-committed", "strong-session-read-committed"}) {
    const IsolationReport report = check_isolation(history, DataType::list_append, level);
    EXPECT_EQ(report.worst, "G1c") << level;
  }
  const History torn =
      history_of({{0, "ok", "[[:append x 1] [:r x [1 2]]]"}, {1, "ok", "[[:append x 2]]"}}, true);
  const IsolationReport report = check_isolation(torn, DataType::list_append, "read-atomic");
  EXPECT_TRUE(test::names(report).contains("internal"));
  for (const Anomaly& one : report.anomalies) EXPECT_TRUE(one.rechecked) << one.name;
}

// A skew of writes is a circle of all transactions, and a long fork is seen beside what is
// permitted.
TEST(Lists, WhatIsAskedForIsHeldAgainstItsCases) {
  const auto decided = [](const std::vector<Txn>& txns, const Counting& counting) {
    return check_isolation(history_of(txns, true), DataType::list_append, counting)
        .verdict.decision;
  };
  const std::vector<Txn> skew{{0, "ok", "[[:r x []] [:append y 1]]"},
                              {1, "ok", "[[:r y []] [:append x 1]]"}};
  EXPECT_EQ(decided(skew, {"read-uncommitted", {}, {"SER-cycle"}}), Decision::violated);
  EXPECT_EQ(decided(skew, {"read-uncommitted", {}, {"SI-cycle"}}), Decision::ok);
  std::vector<Txn> fork{{0, "ok", "[[:append x 1]]"},
                        {1, "ok", "[[:append y 1]]"},
                        {2, "ok", "[[:r x [1]] [:r y []]]"},
                        {3, "ok", "[[:r x []] [:r y [1]]]"},
                        {4, "ok", "[[:append z 1] [:r z []]]"}};
  EXPECT_EQ(decided(fork, {"prefix", {"internal"}, {}}), Decision::violated);
}

TEST(Lists, AnElementThatIsThereTwiceTookPlaceOnce) {
  const History history = history_of({{0, "ok", "[[:append x 1]]"},
                                      {1, "ok", "[[:r x [1]]]"},
                                      {1, "ok", "[[:r x [1 1]]]"},
                                      {0, "ok", "[[:r x []]]"}});
  for (const std::string_view level : isolation_levels()) {
    const IsolationReport report = check_isolation(history, DataType::list_append, level);
    EXPECT_EQ(report.verdict.decision, Decision::violated) << level;
    EXPECT_TRUE(test::names(report).contains("duplicate-elements")) << level;
  }
}

// A level that is decided, whatever the history.
constexpr std::string_view kListsDecide[] = {"read-committed",
                                             "read-atomic",
                                             "causal",
                                             "prefix",
                                             "repeatable-read",
                                             "serializable",
                                             "strong-session-read-committed",
                                             "strong-session-read-atomic",
                                             "strong-session-causal",
                                             "strong-session-serializable",
                                             "strong-read-committed",
                                             "strict-serializable"};
// One that is, where no key has two appends that nobody saw.
constexpr std::string_view kListsMostlyDecide[] = {"cursor-stability",
                                                   "consistent-view",
                                                   "parallel-snapshot-isolation",
                                                   "snapshot-isolation",
                                                   "strong-session-snapshot-isolation",
                                                   "strong-snapshot-isolation"};

struct ListTally {
  int held = 0;
  int refuted = 0;
  int open = 0;
};

void agree(const test::SmallHistory& small, std::string_view level, bool is_decided,
           ListTally& tally) {
  constexpr DataType kLists = DataType::list_append;
  const History history = recorded(small, kLists);
  const Decision found = check_isolation(history, kLists, level).verdict.decision;
  if (!is_decided && found == Decision::unknown) {
    ++tally.open;
    return;
  }
  const bool expected = exists_version_order(small, kLists, level);
  ++(expected ? tally.held : tally.refuted);
  ASSERT_EQ(found, expected ? Decision::ok : Decision::violated) << level << "\n" << text_of(small);
}

TEST(Lists, AgreeWithEveryOrderOfVersions) {
  static std::uint64_t round = 0;  // of --gtest_repeat
  test::Stream stream(20261201 + round++);
  std::map<std::string_view, ListTally> tally;
  for (int i = 0; i < 2000; ++i) {
    const test::SmallHistory small = test::random_list_history(stream);
    for (const std::string_view level : kListsDecide) {
      agree(small, level, true, tally[level]);
      ASSERT_FALSE(HasFatalFailure());
    }
    for (const std::string_view level : kListsMostlyDecide) {
      agree(small, level, false, tally[level]);
      ASSERT_FALSE(HasFatalFailure());
    }
  }
  for (const auto& [level, count] : tally) {
    EXPECT_GT(count.held, 300) << level;
    EXPECT_GT(count.refuted, 300) << level;
    EXPECT_LT(count.open, 200) << level;
  }
}

}  // namespace
}  // namespace windtunnel::checkers
