// Each matcher matches something and refuses something, and says why.
#include <windtunnel/scenarios/gtest/matchers.h>

#include <windtunnel/checkers/history/history_io.h>
#include <windtunnel/harness/builtin.h>
#include <windtunnel/scenarios/campaign/test_run.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace windtunnel {
namespace {

using checkers::DataType;
using checkers::History;
using scenarios::RunResult;
using testing::HasSubstr;
using testing::Not;

History history_of(std::string_view edn) {
  const checkers::HistoryResult read = checkers::read_history(edn);
  EXPECT_TRUE(read.has_value());
  return read.has_value() ? *read : History();
}

constexpr std::string_view kStaleRead = R"(
{:type :invoke, :process 0, :f :write, :value 1}
{:type :ok, :process 0, :f :write, :value 1}
{:type :invoke, :process 1, :f :read, :value nil}
{:type :ok, :process 1, :f :read, :value nil}
)";
constexpr std::string_view kFreshRead = R"(
{:type :invoke, :process 0, :f :write, :value 1}
{:type :ok, :process 0, :f :write, :value 1}
{:type :invoke, :process 1, :f :read, :value nil}
{:type :ok, :process 1, :f :read, :value 1}
)";

// What a failed EXPECT_THAT prints behind "Actual:".
template <class T, class Matcher>
std::string explanation(const Matcher& matcher, const T& value) {
  testing::StringMatchResultListener listener;
  matcher.MatchAndExplain(value, &listener);
  return listener.str();
}

TEST(IsLinearizable, MatchesAHistoryThatIs) {
  EXPECT_THAT(history_of(kFreshRead), IsLinearizable(RegisterModel{}));
  EXPECT_EQ(explanation(IsLinearizable(RegisterModel{}), history_of(kFreshRead)),
            "which is, by zones");
}

TEST(IsLinearizable, RefusesAStaleReadWithTheWitness) {
  const History history = history_of(kStaleRead);
  EXPECT_THAT(history, Not(IsLinearizable(RegisterModel{})));
  EXPECT_EQ(explanation(IsLinearizable(RegisterModel{}), history),
            "which is not:\n"
            "  The register held nil at the latest when the first operation on nil returned, and "
            "still when the last read of nil began, but another value was written and returned in "
            "between: the last read is stale.\n"
            "       2: process 0 write 1 (ok)\n"
            "       4: process 1 read -> nil (ok)");
}

TEST(IsLinearizable, IsCalledByItsModel) {
  const auto described = [](const HistoryMatcher& matcher) {
    std::ostringstream text;
    matcher.DescribeTo(&text);
    return text.str();
  };
  EXPECT_EQ(described(IsLinearizable(QueueModel{})), "is linearizable (fifo-queue)");
  EXPECT_EQ(described(IsLinearizable(RegisterModel{.independent = true})),
            "is linearizable (register, key by key)");
  EXPECT_EQ(described(ViolatesLevel("sequential", KvModel{})), "is not sequential (kv)");
  EXPECT_EQ(testing::PrintToString(history_of(kFreshRead)), "a history of 2 operations");
}

TEST(IsLinearizable, TakesTheStartOfTheModel) {
  const History history = history_of(
      "{:type :invoke, :process 0, :f :read, :value nil}\n"
      "{:type :ok, :process 0, :f :read, :value 7}\n");
  EXPECT_THAT(history, IsLinearizable(CounterModel{.initial = 7}));
  EXPECT_THAT(history, Not(IsLinearizable(CounterModel{})));
}

TEST(IsLinearizable, JudgesEachKeyByItself) {
  const History history = history_of(
      "{:type :invoke, :process 0, :f :write, :value [a 1]}\n"
      "{:type :ok, :process 0, :f :write, :value [a 1]}\n"
      "{:type :invoke, :process 0, :f :read, :value [b nil]}\n"
      "{:type :ok, :process 0, :f :read, :value [b nil]}\n");
  EXPECT_THAT(history, IsLinearizable(RegisterModel{.independent = true}));
}

TEST(IsLinearizable, MatchesNothingThatIsNotDecided) {
  const History strange = history_of(
      "{:type :invoke, :process 0, :f :fly, :value 1}\n"
      "{:type :ok, :process 0, :f :fly, :value 1}\n");
  const History none;
  for (const History& history : {strange, none}) {
    EXPECT_FALSE(testing::Value(history, IsLinearizable(RegisterModel{})));
    EXPECT_FALSE(testing::Value(history, ViolatesLevel("linearizable", RegisterModel{})));
  }
  EXPECT_EQ(explanation(IsLinearizable(RegisterModel{}), none),
            "of which nothing can be said, so that it matches nothing:\n  no operations");
  EXPECT_THAT(explanation(IsLinearizable(RegisterModel{}), strange),
              HasSubstr("is not an operation of the model register"));
}

TEST(Levels, OfObjectsAreToldApart) {
  const History stale = history_of(kStaleRead);
  EXPECT_THAT(stale, IsSequentiallyConsistent(RegisterModel{}));
  EXPECT_THAT(stale, SatisfiesLevel("monotonic-reads", RegisterModel{}));
  EXPECT_THAT(stale, ViolatesLevel("linearizable", RegisterModel{}));
  EXPECT_FALSE(testing::Value(stale, ViolatesLevel("sequential", RegisterModel{})));
  const History forgotten = history_of(
      "{:type :invoke, :process 0, :f :write, :value 1}\n"
      "{:type :ok, :process 0, :f :write, :value 1}\n"
      "{:type :invoke, :process 0, :f :read, :value nil}\n"
      "{:type :ok, :process 0, :f :read, :value nil}\n");
  EXPECT_FALSE(testing::Value(forgotten, IsSequentiallyConsistent(RegisterModel{})));
  EXPECT_THAT(forgotten, ViolatesLevel("read-your-writes", RegisterModel{}));
}

TEST(Levels, OfTransactionsAreToldApart) {
  const History skew = history_of(
      "{:type :invoke, :process 0, :f :txn, :value [[:r 1 nil] [:append 2 1]]}\n"
      "{:type :invoke, :process 1, :f :txn, :value [[:r 2 nil] [:append 1 1]]}\n"
      "{:type :ok, :process 0, :f :txn, :value [[:r 1 []] [:append 2 1]]}\n"
      "{:type :ok, :process 1, :f :txn, :value [[:r 2 []] [:append 1 1]]}\n"
      "{:type :invoke, :process 0, :f :txn, :value [[:r 1 nil] [:r 2 nil]]}\n"
      "{:type :ok, :process 0, :f :txn, :value [[:r 1 [1]] [:r 2 [1]]]}\n");
  EXPECT_THAT(skew, SatisfiesIsolation("snapshot-isolation", DataType::list_append));
  EXPECT_THAT(skew, ViolatesIsolation("serializable", DataType::list_append));
  EXPECT_FALSE(testing::Value(skew, SatisfiesIsolation("serializable", DataType::list_append)));
}

TEST(Levels, OfRealTimeMatchNothingWhereNoneIsTold) {
  const History history = history_of(
      "{:type :ok, :process 0, :f :txn, :value [[:w x 1]]}\n"
      "{:type :ok, :process 1, :f :txn, :value [[:r x 1]]}\n");
  EXPECT_THAT(history, SatisfiesIsolation("serializable", DataType::rw_register));
  EXPECT_THAT(history, Not(SatisfiesIsolation("strict-serializable", DataType::rw_register)));
  EXPECT_THAT(history, Not(ViolatesIsolation("strict-serializable", DataType::rw_register)));
}

TEST(Levels, ThatNobodyKnowsMatchNothingAndAreNamed) {
  const History history = history_of(kFreshRead);
  EXPECT_THAT(explanation(SatisfiesLevel("linear", RegisterModel{}), history),
              HasSubstr("no level 'linear'; there are linearizable, sequential, "));
  EXPECT_THAT(explanation(SatisfiesIsolation("serial", DataType::rw_register), history),
              HasSubstr("no level 'serial'; there are read-uncommitted, "));
}

// ---- runs

scenarios::PropertyResult property(std::string check, std::string workload,
                                   scenarios::Decision decision, std::string text = "") {
  scenarios::PropertyResult result;
  result.check = std::move(check);
  result.workload = std::move(workload);
  result.finding.decision = decision;
  result.finding.text = std::move(text);
  return result;
}

RunResult some_run() {
  using scenarios::Decision;
  RunResult run;
  run.scenario = "some";
  run.seed = 4;
  run.verdict = scenarios::RunVerdict::fail;
  run.reasons = {"linearizable (kv) is violated: a read was stale", "below the floor"};
  run.properties = {
      property("linearizable", "kv", Decision::violated, "a read was stale\n  process 1 read"),
      property("linearizable", "locks", Decision::ok),
      property("raft.log-matching", "", Decision::ok),
      property("raft.election-safety", "", Decision::ok),
      property("recovers", "", Decision::unknown, "the run ended before")};
  return run;
}

TEST(Holds, MatchesWhereEachOfTheChecksHolds) {
  EXPECT_THAT(some_run(), Holds("raft.log-matching"));
  EXPECT_THAT(some_run(), Holds("raft.*"));
  EXPECT_THAT(some_run(), Holds("linearizable", "locks"));
  EXPECT_EQ(explanation(Holds("raft.*"), some_run()),
            "of which\n  raft.log-matching holds\n  raft.election-safety holds");
}

TEST(Holds, RefusesWhatIsViolatedUndecidedOrNotChecked) {
  EXPECT_FALSE(testing::Value(some_run(), Holds("linearizable")));
  EXPECT_EQ(explanation(Holds("linearizable"), some_run()),
            "of which\n  linearizable (kv) is violated: a read was stale\n  process 1 read");
  EXPECT_FALSE(testing::Value(some_run(), Holds("recovers")));
  EXPECT_EQ(explanation(Holds("recovers"), some_run()),
            "of which\n  recovers could not be decided: the run ended before");
  EXPECT_FALSE(testing::Value(some_run(), Holds("raft.log-matchng")));
  EXPECT_EQ(explanation(Holds("raft.log-matchng"), some_run()),
            "which did not check it; it checked linearizable (kv), linearizable (locks), "
            "raft.log-matching, raft.election-safety, recovers");
  EXPECT_EQ(explanation(Holds("linearizable"), RunResult{}), "which checked nothing");
}

TEST(Violates, MatchesWhereOneOfTheChecksIsViolated) {
  EXPECT_THAT(some_run(), Violates("linearizable"));
  EXPECT_THAT(some_run(), Violates("linearizable", "kv"));
  EXPECT_FALSE(testing::Value(some_run(), Violates("linearizable", "locks")));
  EXPECT_FALSE(testing::Value(some_run(), Violates("recovers")));
  EXPECT_FALSE(testing::Value(some_run(), Violates("available")));
  EXPECT_EQ(explanation(Violates("raft.log-matching"), some_run()),
            "of which\n  raft.log-matching holds");
}

TEST(Passes, GoesByTheVerdict) {
  RunResult good = some_run();
  good.verdict = scenarios::RunVerdict::pass;
  good.stats.ops_ok = 12;
  EXPECT_THAT(good, Passes());
  EXPECT_EQ(explanation(Passes(), good), "with 12 operations ok");
  EXPECT_FALSE(testing::Value(some_run(), Passes()));
  EXPECT_EQ(explanation(Passes(), some_run()),
            "because\n  linearizable (kv) is violated: a read was stale\n  below the floor");
  EXPECT_EQ(testing::PrintToString(some_run()), "the run of some with seed 4 (fail)");
}

}  // namespace
}  // namespace windtunnel
