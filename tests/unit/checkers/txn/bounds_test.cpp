// A bound of work ends the check of transactions at the same place each time, and never in an
// answer that is wrong.
#include <windtunnel/checkers/judges/judge.h>
#include "tests/unit/checkers/generated.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace windtunnel::checkers {
namespace {

struct Bounded {
  const char* name;
  History history;
  DataType type;
  const char* level;
  Decision decision;  // without a bound
};

// A write skew in the middle of lists.
History skewed_lists(const History& around) {
  return test::with_in_the_middle(
      around,
      test::open_transactions(
          {"[[:append left 1] [:append right 1]]", "[[:r left [1]] [:append right 2]]",
           "[[:r right [1]] [:append left 2]]", "[[:r left [1 2]]]", "[[:r right [1 2]]]"}));
}

std::vector<Bounded> bounded_histories() {
  const DataType lists = DataType::list_append;
  const DataType registers = DataType::rw_register;
  const History appends = test::generate({8, 400, 5, 50}, test::GeneratedLists{});
  const History writes = test::generate({8, 400, 5, 50}, test::GeneratedRegisters{});
  const History skewed = test::with_in_the_middle(writes, test::write_skew());
  const History forked = test::with_in_the_middle(writes, test::long_fork());
  return {
      {"lists", appends, lists, "strict-serializable", Decision::ok},
      {"lists, causal", skewed_lists(appends), lists, "causal", Decision::ok},
      {"lists, skewed", skewed_lists(appends), lists, "serializable", Decision::violated},
      {"registers", writes, registers, "strict-serializable", Decision::ok},
      {"registers, read-atomic", skewed, registers, "read-atomic", Decision::ok},
      {"registers, skewed", skewed, registers, "serializable", Decision::violated},
      {"registers, forked", forked, registers, "snapshot-isolation", Decision::violated},
  };
}

TEST(TransactionBounds, AtEachTheAnswerIsRightOrUnknown) {
  for (const Bounded& one : bounded_histories()) {
    int undecided = 0;
    int decided = 0;
    for (std::uint64_t bound = 1; bound <= kStandardWork; bound *= 4) {
      const Verdict verdict = check_isolation(one.history, one.type, one.level, bound).verdict;
      const Verdict again = check_isolation(one.history, one.type, one.level, bound).verdict;
      EXPECT_EQ(again.decision, verdict.decision) << one.name << " " << bound;
      EXPECT_EQ(again.work, verdict.work) << one.name << " " << bound;
      if (verdict.decision == Decision::unknown) {
        EXPECT_NE(verdict.reason.find(kOutOfWork), std::string::npos)
            << one.name << " " << bound << " " << verdict.reason;
        // A step is small: what is counted once it has been done is little.
        EXPECT_LT(verdict.work, bound + 40'000) << one.name << " " << bound;
        ++undecided;
      } else {
        EXPECT_EQ(verdict.decision, one.decision) << one.name << " " << bound;
        ++decided;
      }
    }
    EXPECT_GT(undecided, 0) << one.name;
    EXPECT_GT(decided, 0) << one.name;
  }
}

TEST(TransactionBounds, LessWorkThanOneLookAtTheHistoryDecidesNothing) {
  const History history = test::generate({8, 400, 5, 0}, test::GeneratedLists{});
  const History sets = [] {
    HistoryRecorder recorder(1);
    for (std::int64_t i = 1; i < 1000; ++i) {
      const auto added = recorder.invoke(0, Instant{i * 10}, "add", Value(i));
      recorder.complete(added, Instant{i * 10 + 1}, EventType::ok, Value(i));
    }
    const auto read = recorder.invoke(0, Instant{1'000'000}, "read", {});
    recorder.complete(read, Instant{1'000'001}, EventType::ok, Value::vector({Value(1)}));
    return recorder.take();
  }();
  const auto asked = [](const History& of, const char* model, std::optional<std::uint64_t> bound) {
    JudgeOptions options;
    options.max_work = bound;
    return judge(of, *find_judge(model), options).verdict;
  };
  for (const auto& [of, model] : {std::pair{&history, "list-append"}, {&sets, "set-full"}}) {
    const Verdict bounded = asked(*of, model, 1000);
    EXPECT_EQ(bounded.decision, Decision::unknown) << model;
    EXPECT_EQ(bounded.reason.find(kOutOfWork), 0U) << bounded.reason;
    EXPECT_NE(asked(*of, model, kStandardWork).decision, Decision::unknown) << model;
    EXPECT_NE(asked(*of, model, std::nullopt).decision, Decision::unknown) << model;
  }
}

}  // namespace
}  // namespace windtunnel::checkers
