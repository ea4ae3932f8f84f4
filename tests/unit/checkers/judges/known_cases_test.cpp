// Inputs on which a verdict was wrong, where they are at hand beside the checkout.
#include <windtunnel/checkers/history/history_io.h>
#include <windtunnel/checkers/judges/judge.h>
#include "tests/unit/checkers/objects/known_histories.h"

#include <gtest/gtest.h>

namespace windtunnel::checkers {
namespace {

struct KnownCase {
  const char* file;
  const char* model;
  const char* level;  // empty: the model's strongest
  Decision decision;
};
constexpr KnownCase kKnownCases[] = {
    {"f1-write-skew-after-setup.edn", "rw-register", "serializable", Decision::violated},
    {"f1-stale-read.edn", "rw-register", "", Decision::violated},
    {"f2-nothing-returned.edn", "rw-register", "", Decision::unknown},
    {"f10-long-fork-at-prefix.edn", "list-append", "prefix", Decision::violated},
};

TEST(KnownCases, HaveTheRightVerdict) {
  const auto folder = test::shared_folder("cases");
  if (!folder) GTEST_SKIP() << "there is no shared/cases beside the checkout";
  for (const KnownCase& one : kKnownCases) {
    const HistoryResult history = read_history_file(*folder + one.file);
    ASSERT_TRUE(history.has_value()) << one.file << ": " << to_string(history.error());
    JudgeOptions options;
    options.level = one.level;
    const Verdict verdict = judge(*history, *find_judge(one.model), options).verdict;
    EXPECT_EQ(verdict.decision, one.decision) << one.file << explanation_text(verdict);
  }
}

}  // namespace
}  // namespace windtunnel::checkers
