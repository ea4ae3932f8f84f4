#include <windtunnel/checkers/objects/linearizable.h>

#include <windtunnel/checkers/objects/jit.h>
#include <windtunnel/checkers/objects/wgl.h>
#include "tests/unit/checkers/histories.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace windtunnel::checkers {
namespace {

using test::check;
using test::history_of;

constexpr std::string_view kStale =
    "{:type :invoke, :process 0, :f :write, :value 1, :time 1000000}"
    "{:type :ok, :process 0, :f :write, :value 1, :time 2000000}"
    "{:type :invoke, :process 0, :f :write, :value 2, :time 3000000}"
    "{:type :ok, :process 0, :f :write, :value 2, :time 4000000}"
    "{:type :invoke, :process 1, :f :read, :value nil, :time 5000000}"
    "{:type :ok, :process 1, :f :read, :value 1, :time 6000000}";

TEST(Linearizable, AStaleReadIsViolatedWithAMinimalWitness) {
  const Verdict verdict = check(kStale, "register");
  ASSERT_EQ(verdict.decision, Decision::violated);
  EXPECT_EQ(verdict.algorithm, "zones");
  ASSERT_EQ(verdict.witness.operations.size(), 3U);
  EXPECT_TRUE(verdict.witness.minimised);
  EXPECT_TRUE(verdict.witness.rechecked);
  EXPECT_NE(verdict.witness.explanation.find("stale"), std::string::npos);
}

TEST(Linearizable, TheSearchExplainsTheOperationThatFitsNowhere) {
  const std::string_view history =
      "{:type :invoke, :process 0, :f :write, :value 1, :time 1000000}"
      "{:type :ok, :process 0, :f :write, :value 1, :time 2000000}"
      "{:type :invoke, :process 0, :f :cas, :value [1 2], :time 3000000}"
      "{:type :ok, :process 0, :f :cas, :value [1 2], :time 4000000}"
      "{:type :invoke, :process 1, :f :read, :value nil, :time 5000000}"
      "{:type :ok, :process 1, :f :read, :value 1, :time 6000000}";
  const Verdict verdict = check(history, "cas-register");
  ASSERT_EQ(verdict.decision, Decision::violated);
  EXPECT_EQ(verdict.algorithm, "jit");
  EXPECT_EQ(
      verdict.witness.explanation,
      "read by process 1, called at 0.005 s, returned 1 at 0.006 s, but it fits nowhere: just "
      "before it returned, the object was a value that nobody read, and no order of the operations "
      "that were open then "
      "makes it legal.");
}

// No 64-bit sum wraps around to another that a read may return.
TEST(Linearizable, ACounterDoesNotWrap) {
  const auto counter = [](std::string_view f, std::string_view first, std::string_view read) {
    return check(fmt::format("{{:type :invoke, :process 0, :f {0}, :value {1}}}"
                             "{{:type :ok, :process 0, :f {0}, :value {1}}}"
                             "{{:type :invoke, :process 0, :f :add, :value {1}}}"
                             "{{:type :ok, :process 0, :f :add, :value {1}}}"
                             "{{:type :invoke, :process 1, :f :read, :value nil}}"
                             "{{:type :ok, :process 1, :f :read, :value {2}}}",
                             f, first, read),
                 "counter")
        .decision;
  };
  EXPECT_EQ(counter(":add", "9223372036854775807", "-2"), Decision::violated);
  EXPECT_EQ(counter(":add", "-9223372036854775808", "0"), Decision::violated);
  EXPECT_EQ(counter(":subtract", "-9223372036854775808", "0"), Decision::ok);
  EXPECT_EQ(counter(":add", "4611686018427387903", "9223372036854775806"), Decision::ok);
}

// The pitfall: an `:info` cas may match, may not match, and may never happen.
TEST(Linearizable, AnInfoOperationMayNeverHappen) {
  const std::string_view history =
      "{:type :invoke, :process 0, :f :cas, :value [5 6]}"
      "{:type :info, :process 0, :f :cas, :value [5 6]}"
      "{:type :invoke, :process 1, :f :read, :value nil}"
      "{:type :ok, :process 1, :f :read, :value 0}";
  EXPECT_EQ(check(history, "cas-register", "0").decision, Decision::ok);
  const std::string_view mutex =
      "{:type :invoke, :process 0, :f :acquire, :value nil}"
      "{:type :ok, :process 0, :f :acquire, :value nil}"
      "{:type :invoke, :process 1, :f :acquire, :value nil}"
      "{:type :info, :process 1, :f :acquire, :value nil}";
  EXPECT_EQ(check(mutex, "mutex").decision, Decision::ok);
}

TEST(Linearizable, AnInfoOperationMayHappenMuchLater) {
  const std::string_view history =
      "{:type :invoke, :process 0, :f :write, :value 6}"
      "{:type :info, :process 0, :f :write, :value 6}"
      "{:type :invoke, :process 1, :f :write, :value 1}"
      "{:type :ok, :process 1, :f :write, :value 1}"
      "{:type :invoke, :process 1, :f :read, :value nil}"
      "{:type :ok, :process 1, :f :read, :value 1}"
      "{:type :invoke, :process 1, :f :read, :value nil}"
      "{:type :ok, :process 1, :f :read, :value 6}";
  EXPECT_EQ(check(history, "register").decision, Decision::ok);
  const std::string twice = fmt::format("{}{}", history,
                                        "{:type :invoke, :process 1, :f :read, :value nil}"
                                        "{:type :ok, :process 1, :f :read, :value 1}");
  EXPECT_EQ(check(twice, "register").decision, Decision::violated) << "it happens once";
}

TEST(Linearizable, ANilReadIsUnsetOrUnknownByTheInitialValue) {
  const std::string_view history =
      "{:type :invoke, :process 1, :f :write, :value 1}"
      "{:type :ok, :process 1, :f :write, :value 1}"
      "{:type :invoke, :process 1, :f :read, :value nil}"
      "{:type :ok, :process 1, :f :read, :value nil}";
  EXPECT_EQ(check(history, "register", "nil").decision, Decision::violated);
  EXPECT_EQ(check(history, "register", "0").decision, Decision::ok);
}

TEST(Linearizable, KeysAreCheckedOneByOneAndTheWitnessNamesTheKey) {
  const std::string_view history =
      "{:type :invoke, :process 0, :f :put, :key \"a\", :value \"x\"}"
      "{:type :ok, :process 0, :f :put, :key \"a\", :value \"x\"}"
      "{:type :invoke, :process 0, :f :get, :key \"b\", :value nil}"
      "{:type :ok, :process 0, :f :get, :key \"b\", :value \"x\"}";
  const Verdict verdict = check(history, "kv");
  ASSERT_EQ(verdict.decision, Decision::violated);
  EXPECT_EQ(verdict.witness.key, "\"b\"");
  EXPECT_EQ(verdict.witness.operations.size(), 1U);
}

TEST(Linearizable, IndependentTuplesAreSplitByOption) {
  const std::string_view text =
      "{:type :invoke, :process 0, :f :write, :value [1 5]}"
      "{:type :ok, :process 0, :f :write, :value [1 5]}"
      "{:type :invoke, :process 0, :f :read, :value [2 nil]}"
      "{:type :ok, :process 0, :f :read, :value [2 nil]}";
  ModelSpec spec;
  spec.independent = true;
  EXPECT_EQ(check_linearizable(history_of(text), spec).decision, Decision::ok);
  spec.independent = false;
  EXPECT_EQ(check_linearizable(history_of(text), spec).decision, Decision::violated);
}

TEST(Linearizable, TransactionsOverSharedKeysAreOneObject) {
  const std::string_view skew =
      "{:type :invoke, :process 0, :f :txn, :value [[:write x 1] [:write y 1]]}"
      "{:type :ok, :process 0, :f :txn, :value [[:write x 1] [:write y 1]]}"
      "{:type :invoke, :process 1, :f :txn, :value [[:read x nil] [:read y nil]]}"
      "{:type :ok, :process 1, :f :txn, :value [[:read x 1] [:read y 0]]}";
  EXPECT_EQ(check(skew, "multi-register", "{x 0, y 0}").decision, Decision::violated);
  const std::string_view single =
      "{:type :invoke, :process 0, :f :txn, :value [[:w :x 1]]}"
      "{:type :invoke, :process 1, :f :txn, :value [[:r :y nil]]}"
      "{:type :ok, :process 1, :f :txn, :value [[:r :y 0]]}"
      "{:type :ok, :process 0, :f :txn, :value [[:w :x 1]]}"
      "{:type :invoke, :process 1, :f :txn, :value [[:r :x nil]]}"
      "{:type :ok, :process 1, :f :txn, :value [[:r :x 1]]}";
  EXPECT_EQ(check(single, "multi-register", "{x 0, y 0}").decision, Decision::ok);
}

TEST(Linearizable, ASetMayNotForget) {
  const std::string added =
      "{:type :invoke, :process 0, :f :add, :value 1}"
      "{:type :ok, :process 0, :f :add, :value 1}"
      "{:type :invoke, :process 0, :f :read, :value nil}";
  EXPECT_EQ(check(added + "{:type :ok, :process 0, :f :read, :value #{1}}", "set").decision,
            Decision::ok);
  EXPECT_EQ(check(added + "{:type :ok, :process 0, :f :read, :value []}", "set").decision,
            Decision::violated);
}

std::vector<std::string> shown(const Verdict& verdict) {
  std::vector<std::string> texts;
  for (const Witness::Item& item : verdict.witness.operations) texts.push_back(item.text);
  return texts;
}

// What else the read showed is not missed: the witness is what contradicts itself.
TEST(Linearizable, AReadOfASetWithoutAnElementNamesThatElement) {
  std::string text;
  for (const int element : {1, 2, 5}) {
    text += fmt::format("{{:type :invoke, :process 0, :f :add, :value {}}}", element);
    text += fmt::format("{{:type :ok, :process 0, :f :add, :value {}}}", element);
  }
  text += "{:type :invoke, :process 0, :f :read, :value nil}";
  const Verdict verdict = check(text + "{:type :ok, :process 0, :f :read, :value [1 2]}", "set");
  EXPECT_EQ(verdict.decision, Decision::violated);
  EXPECT_EQ(verdict.witness.explanation, "5 was added before a read began that does not show it.");
  EXPECT_EQ(shown(verdict),
            (std::vector<std::string>{"process 0 add 5 (ok)", "process 0 read -> [1 2] (ok)"}));
  EXPECT_TRUE(verdict.witness.minimised);
  EXPECT_TRUE(verdict.witness.rechecked);
}

TEST(Linearizable, AnOperationThatTheModelDoesNotKnowIsUnknownWithItsLine) {
  const Verdict verdict = check("\n{:type :invoke, :process 0, :f :frob, :value 1}", "register");
  EXPECT_EQ(verdict.decision, Decision::unknown);
  EXPECT_EQ(verdict.reason,
            "line 2: process 0 frob 1 (info) is not an operation of the model register, which "
            "has read, write");
}

TEST(Linearizable, WhetherASetContainsAnElementIsAnsweredByTrueOrFalse) {
  const std::string call = "{:type :invoke, :process 0, :f :contains, :value 3}";
  for (const std::string answer : {"nil", "4", "[3 true]"}) {
    const Verdict verdict =
        check(call + "{:type :ok, :process 0, :f :contains, :value " + answer + "}", "set");
    EXPECT_EQ(verdict.decision, Decision::unknown) << answer;
    EXPECT_NE(verdict.reason.find("line 1: process 0 contains 3"), std::string::npos) << answer;
  }
}

// A hard history: n concurrent transactions, and a read of a state that none of their orders gives.
std::string hard_history(int n) {
  std::string text;
  for (int i = 0; i < n; ++i) {
    text +=
        fmt::format("{{:type :invoke, :process {}, :f :enqueue, :value {}}}", i, i % 2 + i / 2 * 2);
  }
  for (int i = 0; i < n; ++i) {
    text += fmt::format("{{:type :ok, :process {}, :f :enqueue, :value {}}}", i, i % 2 + i / 2 * 2);
  }
  text += fmt::format("{{:type :invoke, :process {}, :f :dequeue, :value nil}}", n);
  return text + fmt::format("{{:type :ok, :process {}, :f :dequeue, :value :none}}", n);
}

TEST(Linearizable, TheBoundsEndInUnknownWithAReasonAndAreDeterministic) {
  // An initial element keeps the fast check of queues out.
  Limits limits;
  limits.max_configurations = 2000;
  const Verdict verdict = check(hard_history(12), "fifo-queue", "[99]", limits);
  EXPECT_EQ(verdict.decision, Decision::unknown);
  EXPECT_NE(verdict.reason.find("configurations was reached"), std::string::npos);
  EXPECT_EQ(check(hard_history(12), "fifo-queue", "[99]", limits).configurations,
            verdict.configurations);
  limits = {};
  limits.max_bytes = 10'000;
  EXPECT_NE(check(hard_history(12), "fifo-queue", "[99]", limits).reason.find("bytes was reached"),
            std::string::npos);
}

TEST(Linearizable, ManyOpenOperationsUseWiderMasksThenTheGeneralSearch) {
  for (const int open : {70, 130, 300, 600, 2100}) {
    std::string text;
    for (int i = 0; i < open; ++i) {
      text += fmt::format("{{:type :invoke, :process {}, :f :cas, :value [{} {}]}}", i, i, i + 1);
    }
    for (int i = 0; i < open; ++i) {
      text += fmt::format("{{:type :ok, :process {}, :f :cas, :value [{} {}]}}", i, i, i + 1);
    }
    const Verdict verdict = check(text, "cas-register", "0");
    EXPECT_EQ(verdict.decision, Decision::ok) << open;
    EXPECT_EQ(verdict.algorithm, open > 2048 ? "wgl" : "jit");
  }
}

std::string operation(int process, std::string_view f, std::string_view value,
                      std::string_view outcome = "ok") {
  return fmt::format(
      "{{:type :invoke, :process {0}, :f :{1}, :value {2}}}"
      "{{:type :{3}, :process {0}, :f :{1}, :value {2}}}",
      process, f, value, outcome);
}

// What the dominance rule is for: sixteen compare-and-sets of unknown outcome under later traffic.
TEST(Linearizable, UnknownOutcomesDoNotMultiplyTheWork) {
  std::string text = operation(0, "write", "0");
  for (int i = 0; i < 16; ++i) {
    text += operation(100 + i, "cas", fmt::format("[{} {}]", i % 5, (i * 3 + 1) % 5), "info");
  }
  for (int i = 0; i < 40; ++i) {
    text += operation(0, "write", fmt::format("{}", i % 5));
    text += operation(0, "read", fmt::format("{}", i % 5));
    text += operation(0, "cas", fmt::format("[{} {}]", i % 5, i * 2 % 5));
  }
  const Verdict verdict = check(text, "cas-register");
  EXPECT_EQ(verdict.decision, Decision::ok);
  EXPECT_LT(verdict.configurations, 500U);
}

// Strings that nobody reads are one state: the order of ten concurrent appends comes from the read.
TEST(Linearizable, ConcurrentAppendsAreOrderedByWhoReadsThem) {
  std::string text;
  std::string all;
  for (int i = 0; i < 10; ++i) {
    text += fmt::format("{{:type :invoke, :process {}, :f :append, :value [k \"<{}>\"]}}", i, i);
    all += fmt::format("<{}>", 9 - i);
  }
  for (int i = 0; i < 10; ++i) {
    text += fmt::format("{{:type :ok, :process {}, :f :append, :value [k \"<{}>\"]}}", i, i);
  }
  text += "{:type :invoke, :process 0, :f :get, :value [k nil]}";
  const Verdict verdict =
      check(text + fmt::format("{{:type :ok, :process 0, :f :get, :value [k \"{}\"]}}", all), "kv");
  EXPECT_EQ(verdict.decision, Decision::ok);
  EXPECT_LT(verdict.configurations, 3000U);
}

// A user's own model, as the header shows it.
struct Counter {
  using State = std::int64_t;
  struct Op {
    bool add = false;
    std::int64_t amount = 0;
    auto operator<=>(const Op&) const = default;
  };
  State initial() const { return 0; }
  bool apply(State& state, const Op& op) const {
    if (op.add) state += op.amount;
    return op.add || state == op.amount;
  }
};

TEST(Linearizable, UsersBringTheirOwnModel) {
  const auto decode = [](const History& history,
                         const Operation& op) -> std::optional<Counter::Op> {
    if (history.f(op) == "add") return Counter::Op{true, history.argument(op).integer()};
    if (op.outcome != EventType::ok) return std::nullopt;
    return Counter::Op{false, history.result(op).integer()};
  };
  const std::string adds =
      "{:type :invoke, :process 0, :f :add, :value 2}"
      "{:type :invoke, :process 1, :f :add, :value 3}"
      "{:type :ok, :process 0, :f :add, :value 2}"
      "{:type :invoke, :process 2, :f :read, :value nil}";
  const auto decide = [&](const std::string& read) {
    const History history =
        history_of(adds + "{:type :ok, :process 2, :f :read, :value " + read + "}");
    return check_model(history, Counter{}, decode).decision;
  };
  EXPECT_EQ(decide("2"), Decision::ok);
  EXPECT_EQ(decide("5"), Decision::ok);
  EXPECT_EQ(decide("3"), Decision::violated);
}

TEST(ParseModel, NamesTheModelsThatExist) {
  const auto unknown = parse_model("regster", std::nullopt);
  ASSERT_TRUE(unknown.has_error());
  EXPECT_NE(unknown.error().reason.find("cas-register"), std::string::npos);
  EXPECT_TRUE(parse_model("multi-register", "5").has_error());
  EXPECT_TRUE(parse_model("register", "[1").has_error());
  for (const Model model : all_models()) EXPECT_TRUE(parse_model(name_of(model), std::nullopt));
}

}  // namespace
}  // namespace windtunnel::checkers
