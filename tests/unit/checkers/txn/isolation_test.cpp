#include <windtunnel/checkers/txn/check.h>

#include <windtunnel/checkers/history/history_io.h>
#include "tests/unit/checkers/generated.h"
#include "tests/unit/checkers/objects/known_histories.h"
#include "tests/unit/checkers/txn/transactions.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::checkers {
namespace {

using test::history_of;
using test::names;
using test::Txn;

IsolationReport lists(const std::vector<Txn>& txns, std::string_view level, bool open = true) {
  return check_isolation(history_of(txns, open), DataType::list_append, level);
}
IsolationReport registers(const std::vector<Txn>& txns, std::string_view level) {
  return check_isolation(history_of(txns, true), DataType::rw_register, level);
}

using Names = std::set<std::string>;

struct Case {
  const char* name;
  DataType type;
  std::vector<Txn> txns;
  Names anomalies;       // all of them, among data alone
  const char* violated;  // the weakest level that is ruled out
  const char* holds;     // a level that is not
};

constexpr DataType kList = DataType::list_append;
constexpr DataType kRegister = DataType::rw_register;

const std::vector<Case> kCases{
    {"legal",
     kList,
     {{0, "ok", "[[:append x 1] [:r x [1]]]"}, {1, "ok", "[[:r x [1]]]"}},
     {},
     nullptr,
     "serializable"},
    {"dirty write",
     kList,
     {{0, "ok", "[[:append x 1] [:append y 1]]"},
      {1, "ok", "[[:append x 2] [:append y 2]]"},
      {2, "ok", "[[:r x [1 2]] [:r y [2 1]]]"}},
     {"G0"},
     "read-uncommitted",
     nullptr},
    {"aborted read",
     kList,
     {{0, "fail", "[[:append x 1]]"}, {1, "ok", "[[:r x [1]]]"}},
     {"G1a"},
     "read-committed",
     "read-uncommitted"},
    {"intermediate read",
     kList,
     {{0, "ok", "[[:append x 1] [:append x 2]]"}, {1, "ok", "[[:r x [1]]]"}},
     {"G1b", "G-single"},
     "read-committed",
     "read-uncommitted"},
    {"circular reads",
     kList,
     {{0, "ok", "[[:append x 1] [:r y [1]]]"}, {1, "ok", "[[:append y 1] [:r x [1]]]"}},
     {"G1c"},
     "read-committed",
     "read-uncommitted"},
    {"read skew",
     kList,
     {{0, "ok", "[[:append x 1] [:append y 1]]"}, {1, "ok", "[[:r x [1]] [:r y []]]"}},
     {"G-single", "RA-cycle"},
     "read-atomic",
     "read-committed"},
    {"write skew",
     kList,
     {{0, "ok", "[[:r x []] [:append y 1]]"},
      {1, "ok", "[[:r y []] [:append x 1]]"},
      {2, "ok", "[[:r x [1]] [:r y [1]]]"}},
     {"G2-item"},
     "repeatable-read",
     "snapshot-isolation"},
    {"long fork",
     kList,
     {{0, "ok", "[[:append x 1]]"},
      {1, "ok", "[[:append y 1]]"},
      {2, "ok", "[[:r x [1]] [:r y []]]"},
      {3, "ok", "[[:r x []] [:r y [1]]]"}},
     {"G-nonadjacent", "PC-cycle"},
     "prefix",
     "parallel-snapshot-isolation"},
    {"effects before their causes",
     kList,
     {{0, "ok", "[[:append x 1]]"},
      {1, "ok", "[[:r x [1]] [:append y 1]]"},
      {2, "ok", "[[:r y [1]] [:r x []]]"}},
     {"G-single", "CC-cycle"},
     "causal",
     "read-atomic"},
    {"readers disagree about the order of two writers",
     kList,
     {{0, "ok", "[[:append x 1] [:append y 1]]"},
      {1, "ok", "[[:append x 2] [:append y 2]]"},
      {2, "ok", "[[:r x [1 2]] [:r y [1]]]"}},
     {"G-single", "RA-cycle"},
     "read-atomic",
     "read-committed"},
    {"prefix and no more: what comes in parts comes in order",
     kList,
     {{0, "ok", "[[:append x 1]]"},
      {1, "ok", "[[:append x 2] [:append y 1]]"},
      {2, "ok", "[[:append y 2] [:append z 1]]"},
      {3, "ok", "[[:r z [1]] [:r x [1]]]"},
      {4, "ok", "[[:r x [1 2]] [:r y [1 2]]]"}},
     {"G-single", "PC-cycle"},
     "prefix",
     "causal"},
    {"a blind append in between",
     kList,
     {{0, "ok", "[[:r x []] [:append x 1]]"},
      {1, "ok", "[[:append x 2]]"},
      {2, "ok", "[[:r x [2 1]]]"}},
     {"lost-update", "G-single"},
     "cursor-stability",
     "prefix"},
    {"lost update",
     kList,
     {{0, "ok", "[[:r x []] [:append x 1]]"},
      {1, "ok", "[[:r x []] [:append x 2]]"},
      {2, "ok", "[[:r x [1 2]]]"}},
     {"lost-update", "G-single"},
     "cursor-stability",
     "read-atomic"},
    {"own writes forgotten",
     kList,
     {{0, "ok", "[[:append x 1] [:r x []]]"}},
     {"internal"},
     "read-atomic",
     "read-committed"},
    {"own writes foreseen",
     kList,
     {{0, "ok", "[[:r x [1]] [:append x 1]]"}},
     {"future-read"},
     "read-committed",
     "read-uncommitted"},
    {"twice",
     kList,
     {{0, "ok", "[[:append x 1]]"}, {1, "ok", "[[:r x [1 1]]]"}},
     {"duplicate-elements"},
     "read-uncommitted",
     nullptr},
    {"two orders",
     kList,
     {{0, "ok", "[[:append x 1]]"},
      {1, "ok", "[[:append x 2]]"},
      {2, "ok", "[[:r x [1]]]"},
      {3, "ok", "[[:r x [2]]]"}},
     {"incompatible-order"},
     "read-committed",
     "read-uncommitted"},
    {"out of thin air",
     kList,
     {{0, "ok", "[[:r x [7]]]"}},
     {"garbage-read"},
     "read-uncommitted",
     nullptr},
    {"on top of what failed",
     kList,
     {{0, "fail", "[[:append x 1]]"}, {1, "ok", "[[:append x 2]]"}, {2, "ok", "[[:r x [1 2]]]"}},
     {"dirty-update", "G1a"},
     "read-committed",
     "read-uncommitted"},
    {"an :info append that somebody saw",
     kList,
     {{0, "info", "[[:append x 1]]"}, {1, "ok", "[[:r x [1]]]"}},
     {},
     nullptr,
     "serializable"},
    {"an :info append that nobody saw",
     kList,
     {{0, "info", "[[:append x 1]]"}, {1, "ok", "[[:r x []]]"}},
     {},
     nullptr,
     "serializable"},
    {"register: legal",
     kRegister,
     {{0, "ok", "[[:w x 1]]"}, {1, "ok", "[[:r x 1]]"}},
     {},
     nullptr,
     "serializable"},
    {"register: aborted read",
     kRegister,
     {{0, "fail", "[[:w x 1]]"}, {1, "ok", "[[:r x 1]]"}},
     {"G1a"},
     "read-committed",
     "read-uncommitted"},
    {"register: intermediate read",
     kRegister,
     {{0, "ok", "[[:w x 1] [:w x 2]]"}, {1, "ok", "[[:r x 1]]"}},
     {"G1b"},
     "read-committed",
     "read-uncommitted"},
    {"register: circular reads",
     kRegister,
     {{0, "ok", "[[:w x 1] [:r y 1]]"}, {1, "ok", "[[:w y 1] [:r x 1]]"}},
     {"G1c", "RC-cycle"},
     "read-committed",
     "read-uncommitted"},
    {"register: read skew",
     kRegister,
     {{0, "ok", "[[:w x 1]]"},
      {1, "ok", "[[:r x 1] [:w y 1]]"},
      {2, "ok", "[[:r x nil] [:r y 1]]"}},
     {"G-single", "CC-cycle"},
     "causal",
     "read-atomic"},
    {"register: fractured read",
     kRegister,
     {{0, "ok", "[[:w x 1] [:w y 1]]"}, {1, "ok", "[[:r y nil] [:r x 1]]"}},
     {"G-single", "RA-cycle"},
     "read-atomic",
     "monotonic-atomic-view"},
    {"register: write skew",
     kRegister,
     {{0, "ok", "[[:r x nil] [:w y 1]]"}, {1, "ok", "[[:r y nil] [:w x 1]]"}},
     {"G2-item"},
     "repeatable-read",
     "snapshot-isolation"},
    {"register: lost update",
     kRegister,
     {{0, "ok", "[[:w x 1]]"}, {1, "ok", "[[:r x 1] [:w x 2]]"}, {2, "ok", "[[:r x 1] [:w x 3]]"}},
     {"lost-update", "G2-item"},
     "cursor-stability",
     "read-atomic"},
    {"register: thin air",
     kRegister,
     {{0, "ok", "[[:r x 7]]"}},
     {"garbage-read"},
     "read-uncommitted",
     nullptr},
    {"register: versions in a circle",
     kRegister,
     {{0, "ok", "[[:r x 2] [:w x 1]]"}, {1, "ok", "[[:r x 1] [:w x 2]]"}},
     {"cyclic-versions", "G0", "G1c", "RC-cycle"},
     "read-uncommitted",
     nullptr},
};

TEST(Isolation, EachAnomalyIsFoundAndNamedAndRulesOutItsLevels) {
  for (const Case& one : kCases) {
    const IsolationReport report =
        check_isolation(history_of(one.txns, true), one.type, "serializable");
    EXPECT_EQ(names(report), one.anomalies) << one.name;
    EXPECT_EQ(report.verdict.decision, one.violated == nullptr ? Decision::ok : Decision::violated)
        << one.name;
    const auto has = [](const std::vector<std::string>& all, const char* level) {
      return std::find(all.begin(), all.end(), level) != all.end();
    };
    EXPECT_TRUE(one.violated == nullptr || has(report.levels.violated, one.violated)) << one.name;
    EXPECT_TRUE(one.holds == nullptr || has(report.levels.not_violated, one.holds)) << one.name;
    for (const Anomaly& anomaly : report.anomalies) {
      if (anomaly.name == "cyclic-versions") continue;
      EXPECT_TRUE(anomaly.rechecked) << one.name << ": " << anomaly.name;
    }
  }
}

TEST(Isolation, ProcessAndRealTimeAreViolationsOnlyOfLevelsThatPromiseThem) {
  const std::vector<Txn> stale{{0, "ok", "[[:append x 1]]"}, {0, "ok", "[[:r x []]]"}};
  EXPECT_EQ(lists(stale, "serializable", false).verdict.decision, Decision::ok);
  const IsolationReport session = lists(stale, "strong-session-serializable", false);
  EXPECT_EQ(session.verdict.decision, Decision::violated);
  EXPECT_EQ(names(session), (Names{"G-single-process", "RA-cycle-process"}));
  const std::vector<Txn> others{{0, "ok", "[[:append x 1]]"}, {1, "ok", "[[:r x []]]"}};
  EXPECT_EQ(lists(others, "strong-session-serializable", false).verdict.decision, Decision::ok);
  const IsolationReport strict = lists(others, "strict-serializable", false);
  EXPECT_EQ(strict.verdict.decision, Decision::violated);
  EXPECT_EQ(names(strict), Names{"G-single-realtime"});
  EXPECT_EQ(lists(others, "strict-serializable", true).verdict.decision, Decision::ok);
}

TEST(Isolation, ACycleIsExplainedInSentencesAndDrawnAlone) {
  const IsolationReport report = registers(
      {{0, "ok", "[[:w x 1] [:w y 1]]"}, {1, "ok", "[[:r x 1] [:r y nil]]"}}, "consistent-view");
  ASSERT_EQ(names(report), (Names{"G-single", "RC-cycle"}));
  EXPECT_EQ(report.texts[1],
            "G-single: T1 read key y as nil, before T0 wrote 1. T1 read key x as 1, which T0 had "
            "written. So T1 would have to come before itself.\n"
            "T1 = process 1 txn [[:r x 1] [:r y nil]] (ok)\n"
            "T0 = process 0 txn [[:w x 1] [:w y 1]] (ok)");
  EXPECT_EQ(report.figures[1],
            "digraph \"G-single\" {\n  rankdir=LR;\n  node [shape=box];\n"
            "  T1 [label=\"T1  process 1\\n[[:r x 1] [:r y nil]]\"];\n"
            "  T0 [label=\"T0  process 0\\n[[:w x 1] [:w y 1]]\"];\n"
            "  T1 -> T0 [label=\"rw y\", style=dashed];\n"
            "  T0 -> T1 [label=\"wr x\"];\n}\n");
  ASSERT_EQ(report.cycles[1].size(), 2U);
  const DrawnEdge& edge = report.cycles[1][0];
  EXPECT_EQ(edge.from, 1U);
  EXPECT_EQ(edge.to, 0U);
  EXPECT_EQ(edge.kind + " " + edge.key, "rw y");
  EXPECT_EQ(edge.reason, "T1 read key y as nil, before T0 wrote 1.");
  EXPECT_EQ(report.witnesses[1].operations.size(), 2U);
}

TEST(Isolation, AValueWrittenTwiceAndWhatIsNoTransactionAreUnknown) {
  const IsolationReport twice =
      lists({{0, "ok", "[[:append x 1]]"}, {1, "ok", "[[:append x 1]]"}}, "serializable");
  EXPECT_EQ(twice.verdict.decision, Decision::unknown);
  EXPECT_NE(twice.verdict.reason.find("1 of key x is written twice"), std::string::npos);
  const IsolationReport other = lists({{0, "ok", "[[:cas x 1]]"}}, "serializable");
  EXPECT_EQ(other.verdict.decision, Decision::unknown);
  EXPECT_NE(other.verdict.reason.find("line 2"), std::string::npos) << other.verdict.reason;
}

// A read whose result nobody tells, a result that is no list, and one with other writes.
TEST(Isolation, AResultThatIsMissingTellsNothingAndAWrongOneIsRefused) {
  const auto check = [](const std::string& called, const std::string& returned, DataType type) {
    const std::string head = "{:process 0, :f :txn, :type ";
    const History history = test::history_of(head + ":invoke, :value " + called + "}\n" + head +
                                             ":ok, :value " + returned + "}\n");
    return check_isolation(history, type, "strict-serializable");
  };
  const IsolationReport missing = check("[[:r x nil] [:w x 1]]", "nil", kRegister);
  EXPECT_FALSE(missing.verdict.put_to_the_test);
  EXPECT_FALSE(check("[[:r x nil]]", "nil", kList).verdict.put_to_the_test);
  EXPECT_TRUE(check("[[:r x nil]]", "[[:r x nil]]", kRegister).verdict.put_to_the_test);
  for (const char* wrong : {"7", "[[:w x 2]]", "[]", "[[:w x 1] [:w y 1]]"}) {
    const IsolationReport report = check("[[:w x 1]]", wrong, kRegister);
    EXPECT_EQ(report.verdict.decision, Decision::unknown) << wrong;
    EXPECT_EQ(report.verdict.reason.rfind("line 2: ", 0), 0U) << report.verdict.reason;
  }
}

TEST(Isolation, GeneratedHistoriesAreStrictSerializable) {
  for (const std::uint64_t info : {0U, 100U}) {
    const History history = test::generate({10, 3000, 11, info}, test::GeneratedLists{});
    const IsolationReport report =
        check_isolation(history, DataType::list_append, "strict-serializable");
    EXPECT_EQ(report.verdict.decision, Decision::ok)
        << (report.texts.empty() ? report.verdict.reason : report.texts.front());
  }
}

TEST(Isolation, ElleSHistoriesHaveTheirAnomalies) {
  const auto folder = test::known_histories_folder();
  if (!folder.has_value()) GTEST_SKIP() << "there is no shared/histories beside the checkout";
  const auto check = [&](const char* file, std::string_view level) {
    const HistoryResult history = read_history_file(*folder + "elle/" + file);
    EXPECT_TRUE(history.has_value()) << to_string(history.error());
    return check_isolation(*history, DataType::list_append, level);
  };
  const IsolationReport skew = check("si-without-g-single.edn", "repeatable-read");
  EXPECT_EQ(names(skew), Names{"G2-item"});
  EXPECT_EQ(skew.verdict.decision, Decision::violated);
  const IsolationReport snapshot = check("si-without-g-single.edn", "snapshot-isolation");
  EXPECT_EQ(snapshot.verdict.decision, Decision::ok);
  EXPECT_EQ(names(check("paper-example.edn", "serializable")), Names{"G-single"});
  const IsolationReport huge = check("huge-scc.edn", "strict-serializable");
  EXPECT_EQ(names(huge),
            (Names{"G-single-realtime", "G-nonadjacent-realtime", "G2-item-realtime"}));
  EXPECT_EQ(huge.levels.violated, std::vector<std::string>{"strong-snapshot-isolation"});
  for (const Anomaly& anomaly : huge.anomalies) EXPECT_TRUE(anomaly.rechecked) << anomaly.name;
}

// What counts may be named, too.
const std::vector<Txn> kWriteSkew{{0, "ok", "[[:r x []] [:append y 1]]"},
                                  {1, "ok", "[[:r y []] [:append x 1]]"}};
const std::vector<Txn> kReadSkew{{0, "ok", "[[:append x 1] [:append y 1]]"},
                                 {1, "ok", "[[:r x [1]] [:r y []]]"}};

Decision counted(const std::vector<Txn>& txns, const Counting& counting) {
  return check_isolation(history_of(txns, true), kList, counting).verdict.decision;
}
Decision only(const std::vector<Txn>& txns, std::string_view level, const std::string& anomaly) {
  Counting counting{level, {}, {anomaly}};
  for (const std::string_view name : anomaly_names()) {
    if (name != anomaly) counting.permitted.emplace_back(name);
  }
  return counted(txns, counting);
}

TEST(Counting, WhatIsExceptedIsToldAndPasses) {
  EXPECT_EQ(counted(kWriteSkew, {"serializable", {}, {}}), Decision::violated);
  EXPECT_EQ(counted(kWriteSkew, {"serializable", {"G2-item"}, {}}), Decision::ok);
  const IsolationReport report = check_isolation(history_of(kWriteSkew, true), kList,
                                                 Counting{"serializable", {"G2-item"}, {}});
  ASSERT_EQ(report.texts.size(), 1U);
  EXPECT_TRUE(report.texts[0].starts_with("G2-item (permitted): ")) << report.texts[0];
  EXPECT_EQ(report.worst, "");
  // By its name: a case of it that is worse counts.
  EXPECT_EQ(counted(kReadSkew, {"serializable", {"G2-item"}, {}}), Decision::violated);
}

TEST(Counting, OnlyWhatIsNamedCountsWithItsCases) {
  EXPECT_EQ(only(kWriteSkew, "serializable", "G2-item"), Decision::violated);
  EXPECT_EQ(only(kReadSkew, "serializable", "G2-item"), Decision::violated);
  EXPECT_EQ(only(kWriteSkew, "serializable", "G-single"), Decision::ok);
  EXPECT_EQ(only(kReadSkew, "serializable", "G1c"), Decision::ok);
  // Also where the level allows it.
  EXPECT_EQ(only(kWriteSkew, "read-committed", "G2-item"), Decision::violated);
  EXPECT_EQ(counted(kWriteSkew, {"read-committed", {}, {"G2-item"}}), Decision::violated);
  EXPECT_EQ(counted(kWriteSkew, {"read-committed", {}, {}}), Decision::ok);
}

// A level without sessions looks for nothing between them.
TEST(Counting, WhatIsNotLookedForIsNotAbsent) {
  EXPECT_EQ(only(kWriteSkew, "serializable", "G0-realtime"), Decision::unknown);
  EXPECT_EQ(only(kWriteSkew, "strict-serializable", "G0-realtime"), Decision::ok);
}

TEST(Counting, EveryAnomalyIsForbiddenByALevel) {
  for (const std::string_view name : anomaly_names()) {
    EXPECT_FALSE(forbidden_from(std::string(name)).empty()) << name;
  }
  EXPECT_EQ(forbidden_from("G2-item"), "repeatable-read");
}

}  // namespace
}  // namespace windtunnel::checkers
