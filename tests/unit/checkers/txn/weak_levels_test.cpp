#include <windtunnel/checkers/txn/weak_levels.h>

#include <windtunnel/checkers/txn/recheck.h>
#include "tests/unit/checkers/generated.h"
#include "tests/unit/checkers/txn/commit_orders.h"
#include "tests/unit/checkers/txn/transactions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::checkers {
namespace {

using test::history_of;
using test::names;
using test::Txn;
using Names = std::set<std::string>;

constexpr DataType kRegisters = DataType::rw_register;

struct Example {
  const char* name;
  std::vector<Txn> txns;
  const char* level;
  const char* refuted_by;                // nullptr: the level holds
  std::set<std::uint32_t> transactions;  // of the witness
};

const std::vector<Example> kExamples{
    {"what was read from does not vanish",
     {{0, "ok", "[[:w x 1] [:w y 1]]"},
      {1, "ok", "[[:r x 1] [:w x 2] [:w y 2]]"},
      {2, "ok", "[[:r x 2] [:r y 1]]"}},
     "read-committed",
     "RC-cycle",
     {0, 1, 2}},
    {"what was read before may be older",
     {{0, "ok", "[[:w x 1] [:w y 1]]"},
      {1, "ok", "[[:r x 1] [:w x 2] [:w y 2]]"},
      {2, "ok", "[[:r y 1] [:r x 2]]"}},
     "read-committed",
     nullptr,
     {}},
    {"a key that was seen is not unset any more",
     {{0, "ok", "[[:w x 1] [:w y 1]]"}, {1, "ok", "[[:r x 1] [:r y nil]]"}},
     "read-committed",
     "RC-cycle",
     {0, 1}},
    {"a read may be of a later version than the one before",
     {{0, "ok", "[[:w x 1]]"}, {1, "ok", "[[:w x 2]]"}, {2, "ok", "[[:r x 1] [:r x 2]]"}},
     "read-committed",
     nullptr,
     {}},
    {"but not back again",
     {{0, "ok", "[[:w x 1]]"}, {1, "ok", "[[:w x 2]]"}, {2, "ok", "[[:r x 1] [:r x 2] [:r x 1]]"}},
     "read-committed",
     "RC-cycle",
     {0, 1, 2}},
    {"all of a transaction is seen, or nothing",
     {{0, "ok", "[[:w x 1] [:w y 1]]"},
      {1, "ok", "[[:r x 1] [:w x 2] [:w y 2]]"},
      {2, "ok", "[[:r y 1] [:r x 2]]"}},
     "read-atomic",
     "RA-cycle",
     {0, 1, 2}},
    {"readers disagree about the order of two writers",
     {{0, "ok", "[[:w x 1] [:w y 1]]"},
      {1, "ok", "[[:w x 2] [:w y 2]]"},
      {2, "ok", "[[:r y 1] [:r x 2]]"},
      {3, "ok", "[[:r x 1] [:r y 2]]"}},
     "read-atomic",
     "RA-cycle",
     {0, 1, 2}},
    {"effects before their causes",
     {{0, "ok", "[[:w x 1]]"},
      {1, "ok", "[[:r x 1] [:w y 1]]"},
      {2, "ok", "[[:r x nil] [:r y 1]]"}},
     "read-atomic",
     nullptr,
     {}},
    {"no effects before their causes",
     {{0, "ok", "[[:w x 1]]"},
      {1, "ok", "[[:r x 1] [:w y 1]]"},
      {2, "ok", "[[:r x nil] [:r y 1]]"}},
     "causal",
     "CC-cycle",
     {0, 1, 2}},
    {"overwritten in the past of the reader",
     {{0, "ok", "[[:w x 1]]"},
      {1, "ok", "[[:r x 1] [:w x 2]]"},
      {2, "ok", "[[:r x 2] [:w y 1]]"},
      {3, "ok", "[[:r y 1] [:r x 1]]"}},
     "causal",
     "CC-cycle",
     {0, 1, 2, 3}},
    {"lost update",
     {{0, "ok", "[[:w x 1]]"}, {1, "ok", "[[:r x 1] [:w x 2]]"}, {2, "ok", "[[:r x 1] [:w x 3]]"}},
     "causal",
     nullptr,
     {}},
    {"long fork",
     {{0, "ok", "[[:w x 1]]"},
      {1, "ok", "[[:w y 1]]"},
      {2, "ok", "[[:r x 1] [:r y nil]]"},
      {3, "ok", "[[:r x nil] [:r y 1]]"}},
     "causal",
     nullptr,
     {}},
    {"an open transaction was there when somebody saw it",
     {{0, "info", "[[:w x 1] [:w y 1]]"}, {1, "ok", "[[:r x 1] [:r y nil]]"}},
     "read-committed",
     "RC-cycle",
     {0, 1}},
    {"an open transaction that nobody saw forbids nothing",
     {{0, "info", "[[:w x 1] [:w y 1]]"}, {1, "ok", "[[:r x nil] [:r y nil]]"}},
     "strong-session-causal",
     nullptr,
     {}},
    {"a session sees its own writes",
     {{0, "ok", "[[:w x 1]]"}, {0, "ok", "[[:r x nil]]"}},
     "strong-session-read-atomic",
     "RA-cycle-process",
     {0, 1}},
    {"read atomic promises nothing of a session",
     {{0, "ok", "[[:w x 1]]"}, {0, "ok", "[[:r x nil]]"}},
     "read-atomic",
     nullptr,
     {}},
    {"a session keeps its order around what failed",
     {{0, "ok", "[[:w x 1]]"}, {0, "fail", "[[:w x 2]]"}, {0, "ok", "[[:r x nil]]"}},
     "strong-session-causal",
     "RA-cycle-process",
     {0, 2}},
    {"commits in the order of the session",
     {{0, "ok", "[[:w y 1]]"}, {0, "ok", "[[:w x 2] [:w y 2]]"}, {1, "ok", "[[:r x 2] [:r y 1]]"}},
     "strong-session-read-committed",
     "RC-cycle-process",
     {0, 1, 2}},
    {"commits against the order of the session",
     {{0, "ok", "[[:w y 1]]"}, {0, "ok", "[[:w x 2] [:w y 2]]"}, {1, "ok", "[[:r x 2] [:r y 1]]"}},
     "causal",
     nullptr,
     {}},
    {"a later session knows what the one that it saw knew",
     {{0, "ok", "[[:w x 1]]"},
      {0, "ok", "[[:w y 1]]"},
      {1, "ok", "[[:r y 1]]"},
      {1, "ok", "[[:r x nil]]"}},
     "strong-session-causal",
     "CC-cycle-process",
     {0, 1, 2, 3}},
};

bool contains(const std::vector<std::string>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

TEST(WeakLevels, AnOrderOfCommitsExistsOrAWitnessSaysWhyNot) {
  for (const Example& one : kExamples) {
    const IsolationReport report = check_isolation(history_of(one.txns), kRegisters, one.level);
    const bool holds = one.refuted_by == nullptr;
    EXPECT_EQ(report.verdict.decision, holds ? Decision::ok : Decision::violated) << one.name;
    EXPECT_EQ(contains(report.levels.upheld, one.level), holds) << one.name;
    EXPECT_NE(report.verdict.algorithm.find("awdit"), std::string::npos);
    if (holds) continue;
    EXPECT_TRUE(names(report).contains(one.refuted_by)) << one.name;
    for (const Anomaly& anomaly : report.anomalies) {
      if (anomaly.name != one.refuted_by) continue;
      const std::set<std::uint32_t> witness(anomaly.transactions.begin(),
                                            anomaly.transactions.end());
      EXPECT_EQ(witness, one.transactions) << one.name;
      EXPECT_TRUE(anomaly.rechecked) << one.name;
    }
  }
}

TEST(WeakLevels, WhatAWeakLevelForbidsRulesOutTheStrongerOnes) {
  const std::vector<Txn> fractured{{0, "ok", "[[:w x 1] [:w y 1]]"},
                                   {1, "ok", "[[:w x 2] [:w y 2]]"},
                                   {2, "ok", "[[:r y 1] [:r x 2]]"},
                                   {3, "ok", "[[:r x 1] [:r y 2]]"}};
  const IsolationReport report =
      check_isolation(history_of(fractured, true), kRegisters, "serializable");
  EXPECT_EQ(report.verdict.decision, Decision::violated);
  const std::vector<std::string> weakest{"read-atomic", "consistent-view", "repeatable-read"};
  EXPECT_EQ(report.levels.violated, weakest);
  for (const char* level : {"causal", "prefix", "snapshot-isolation", "serializable"}) {
    EXPECT_TRUE(contains(report.levels.also_violated, level)) << level;
  }
  EXPECT_TRUE(contains(report.levels.upheld, "read-committed"));
  // Of a session only the levels that promise it speak.
  const std::vector<Txn> stale{{0, "ok", "[[:w x 1]]"}, {0, "ok", "[[:r x nil]]"}};
  const IsolationReport session =
      check_isolation(history_of(stale), kRegisters, "strong-session-serializable");
  EXPECT_TRUE(contains(session.levels.violated, "strong-session-read-atomic"));
  EXPECT_TRUE(contains(session.levels.also_violated, "strong-session-snapshot-isolation"));
  EXPECT_TRUE(contains(session.levels.not_violated, "serializable"));
  EXPECT_TRUE(contains(session.levels.upheld, "causal"));
  EXPECT_TRUE(contains(session.levels.upheld, "strong-session-read-committed"));
}

TEST(WeakLevels, ACommitEdgeIsExplainedAndDrawnWithItsReason) {
  const IsolationReport report = check_isolation(history_of({{0, "ok", "[[:w x 1]]"},
                                                             {1, "ok", "[[:r x 1] [:w x 2]]"},
                                                             {2, "ok", "[[:r x 2] [:w y 1]]"},
                                                             {3, "ok", "[[:r y 1] [:r x 1]]"}}),
                                                 kRegisters, "causal");
  const auto at = static_cast<std::size_t>(
      std::find_if(report.anomalies.begin(), report.anomalies.end(),
                   [](const Anomaly& one) { return one.name == "CC-cycle"; }) -
      report.anomalies.begin());
  ASSERT_LT(at, report.texts.size());
  EXPECT_EQ(report.texts[at],
            "CC-cycle: T1 read key x as 1, which T0 had written. T2 read key x as 2, which T1 had "
            "written. T3 read key y as 1, which T2 had written. So T3 saw T1, which wrote 2 as key "
            "x, and yet read that key as 1, from T0: T1 was committed before T0. So T0 would have "
            "to come before itself.\n"
            "T0 = process 0 txn [[:w x 1]] (ok)\n"
            "T1 = process 1 txn [[:r x 1] [:w x 2]] (ok)\n"
            "T3 = process 3 txn [[:r y 1] [:r x 1]] (ok)\n"
            "T2 = process 2 txn [[:r x 2] [:w y 1]] (ok)");
  EXPECT_EQ(report.figures[at],
            "digraph \"CC-cycle\" {\n  rankdir=LR;\n  node [shape=box];\n"
            "  T0 [label=\"T0  process 0\\n[[:w x 1]]\"];\n"
            "  T1 [label=\"T1  process 1\\n[[:r x 1] [:w x 2]]\"];\n"
            "  T3 [label=\"T3  process 3\\n[[:r y 1] [:r x 1]]\"];\n"
            "  T2 [label=\"T2  process 2\\n[[:r x 2] [:w y 1]]\"];\n"
            "  T0 -> T1 [label=\"wr x\"];\n"
            "  T1 -> T0 [label=\"co x\", style=bold];\n"
            "  T1 -> T2 [label=\"wr x\", color=gray];\n"
            "  T2 -> T3 [label=\"wr y\", color=gray];\n"
            "  T0 -> T3 [label=\"wr x\", color=gray];\n}\n");
}

TEST(WeakLevels, AnUnsetReadIsExplained) {
  const IsolationReport report = check_isolation(
      history_of({{0, "ok", "[[:w x 1]]"}, {0, "ok", "[[:w y 1]]"}, {0, "ok", "[[:r x nil]]"}}),
      kRegisters, "strong-session-causal");
  ASSERT_EQ(report.verdict.decision, Decision::violated);
  ASSERT_TRUE(names(report).contains("RA-cycle-process"));
  for (std::size_t i = 0; i < report.anomalies.size(); ++i) {
    if (report.anomalies[i].name != "RA-cycle-process") continue;
    EXPECT_EQ(
        report.texts[i],
        "RA-cycle-process: T0 came before T2 in process 0. So T2 saw T0, which wrote 1 as key "
        "x, and yet read that key as unset.\n"
        "T0 = process 0 txn [[:w x 1]] (ok)\n"
        "T2 = process 0 txn [[:r x nil]] (ok)");
  }
}

// The plain reading believes a true witness, and none that is false in one place.
TEST(WeakLevels, TheRecheckRefusesAFalseWitness) {
  const History history = history_of({{0, "ok", "[[:w x 1] [:w y 1]]"},
                                      {1, "ok", "[[:r x 1] [:w x 2] [:w y 2]]"},
                                      {2, "ok", "[[:r y 1] [:r x 2]]"}});
  const auto txns = TxnHistory::read(history, kRegisters);
  ASSERT_TRUE(txns.has_value());
  const WeakDecision decision =
      decide_weak_level(Observations(*txns), WeakLevel::read_atomic, false);
  ASSERT_TRUE(decision.refuted.has_value());
  const Anomaly& truth = *decision.refuted;
  ASSERT_EQ(truth.reasons.size(), 1U);
  EXPECT_TRUE(recheck(*txns, truth));
  Anomaly stronger = truth;  // the reads are in the wrong order for this
  stronger.name = "RC-cycle";
  EXPECT_FALSE(recheck(*txns, stronger));
  Anomaly reader = truth;
  reader.reasons[0].reader = 0;
  EXPECT_FALSE(recheck(*txns, reader));
  Anomaly key = truth;
  for (Edge& edge : key.cycle) edge.key = edge.kind == kCommit ? 1 - edge.key : edge.key;
  EXPECT_TRUE(recheck(*txns, truth));
  EXPECT_FALSE(recheck(*txns, key));
  Anomaly session = truth;
  session.reasons[0].path = {{1, 2, Edge::kNoKey, kProcess}};
  EXPECT_FALSE(recheck(*txns, session));
  Anomaly open = truth;
  open.cycle.pop_back();
  EXPECT_FALSE(recheck(*txns, open));
  Anomaly without = truth;
  without.reasons.clear();
  EXPECT_FALSE(recheck(*txns, without));
}

TEST(WeakLevels, TooManyChainsAreUndecidedAndNotOk) {
  const History history = history_of({{0, "ok", "[[:w x 1]]"}, {1, "ok", "[[:r x 1]]"}});
  const auto txns = TxnHistory::read(history, kRegisters);
  ASSERT_TRUE(txns.has_value());
  const Observations seen(*txns);
  const auto decided = [&](const WeakBounds& bounds) {
    return decide_weak_level(seen, WeakLevel::causal, true, bounds).decided;
  };
  EXPECT_FALSE(decided({.max_entries = 0}));
  EXPECT_TRUE(decided({.max_entries = 1}));
  EXPECT_FALSE(decided({.max_steps = 0}));
}

TEST(WeakLevels, GeneratedHistoriesHoldUntilOneTransactionIsBlind) {
  for (const std::uint64_t info : {0U, 100U}) {
    const History history = test::generate({10, 3000, 5, info}, test::GeneratedRegisters{});
    const IsolationReport report = check_isolation(history, kRegisters, "strong-session-causal");
    EXPECT_EQ(report.verdict.decision, Decision::ok)
        << (report.texts.empty() ? report.verdict.reason : report.texts.front());
    EXPECT_TRUE(contains(report.levels.upheld, "strong-session-causal"));
    test::GeneratedRegisters blind;
    blind.blind = 2000;
    const IsolationReport broken = check_isolation(test::generate({10, 3000, 5, info}, blind),
                                                   kRegisters, "strong-session-causal");
    EXPECT_EQ(broken.verdict.decision, Decision::violated);
    EXPECT_TRUE(broken.verdict.witness.rechecked);
  }
}

struct DecidedLevel {
  WeakLevel level;
  bool sessions;
  const char* name;
};
constexpr DecidedLevel kDecided[] = {
    {WeakLevel::read_committed, false, "read-committed"},
    {WeakLevel::read_atomic, false, "read-atomic"},
    {WeakLevel::causal, false, "causal"},
    {WeakLevel::read_committed, true, "strong-session-read-committed"},
    {WeakLevel::read_atomic, true, "strong-session-read-atomic"},
    {WeakLevel::causal, true, "strong-session-causal"}};

struct Tally {
  int held = 0;
  int refuted = 0;  // although each read is legal by itself
};

// The algorithm by itself, where reads are legal, and the whole check.
void compare(const test::SmallHistory& small, const DecidedLevel& one, Tally& tally) {
  const bool legal = reads_are_legal(small, one.level);
  const bool expected = legal && exists_commit_order(small, one.level, one.sessions);
  if (legal) ++(expected ? tally.held : tally.refuted);
  const History history = recorded(small);
  const auto txns = TxnHistory::read(history, kRegisters);
  ASSERT_TRUE(txns.has_value());
  const WeakDecision decision = decide_weak_level(Observations(*txns), one.level, one.sessions);
  ASSERT_TRUE(decision.decided);
  ASSERT_TRUE(!legal || decision.refuted.has_value() != expected);
  ASSERT_TRUE(!decision.refuted.has_value() || recheck(*txns, *decision.refuted));
  const IsolationReport report = check_isolation(history, kRegisters, one.name);
  ASSERT_EQ(report.verdict.decision, expected ? Decision::ok : Decision::violated);
  const bool is_tested = report.verdict.put_to_the_test;
  ASSERT_EQ(contains(report.levels.upheld, one.name), expected && is_tested);
}

// Each level against all orders of commits, with the sessions and without.
TEST(WeakLevels, AgreeWithEveryOrderOfCommits) {
  static std::uint64_t round = 0;  // of --gtest_repeat
  test::Stream stream(20261125 + round++);
  std::map<std::string, Tally> tally;
  for (int i = 0; i < 4000; ++i) {
    const test::SmallHistory small = random_history(stream);
    for (const DecidedLevel& one : kDecided) {
      compare(small, one, tally[one.name]);
      ASSERT_FALSE(HasFatalFailure()) << one.name << "\n" << text_of(small);
    }
  }
  for (const DecidedLevel& one : kDecided) {
    EXPECT_GT(tally[one.name].held, 1000) << one.name;
    EXPECT_GT(tally[one.name].refuted, 200) << one.name;
  }
}

}  // namespace
}  // namespace windtunnel::checkers
