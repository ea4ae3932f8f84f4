// Histories as people have them, each with the verdict that is right. They lie in shared/cases
// beside the checkout, or beside a folder above it.
#include <windtunnel/checkers/history/history_io.h>
#include <windtunnel/checkers/judges/judge.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::checkers {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::optional<std::string> cases_folder() {
  for (const char* up : {"/../", "/../../"}) {
    const std::string folder = std::string(WT_SOURCE_DIR) + up + "shared/cases/";
    if (std::ifstream(folder + "manifest.tsv")) return folder;
  }
  return std::nullopt;
}

struct Judged {
  Verdict verdict;
  std::vector<std::string> hints;
};

class Cases : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!cases_folder()) GTEST_SKIP() << "shared/cases is not at hand";
  }

  static Judged judged(const std::string& file, std::string_view model,
                       const JudgeOptions& options = {}, const ReadOptions& reading = {}) {
    auto read = read_any_history(*cases_folder() + file, reading);
    EXPECT_TRUE(read.has_value()) << file << ": "
                                  << (read.has_error() ? to_string(read.error()) : "");
    if (read.has_error()) return {undecided("not read"), {}};
    const Judge& judge = *find_judge(model);
    EXPECT_EQ(refuse(judge, options), std::nullopt);
    return {checkers::judge(read->history, judge, options).verdict, read->hints};
  }
};

TEST_F(Cases, OneArrayOfJsonIsAHistory) {
  const Judged it = judged("f3-array.json", "register");
  EXPECT_EQ(it.verdict.decision, Decision::ok);
  EXPECT_THAT(it.hints, IsEmpty());
}

TEST_F(Cases, RegistersOfTransactionsStartAsTheyAreSaidTo) {
  JudgeOptions options;
  options.initial = 0;
  EXPECT_EQ(judged("f4-registers-start-at-0.edn", "rw-register", options).verdict.decision,
            Decision::ok);
}

TEST_F(Cases, LogsOneBehindTheOtherAreHintedAtAndSorted) {
  const std::string file = "f5-logs-one-after-the-other.edn";
  const Judged as_read = judged(file, "register");
  EXPECT_EQ(as_read.verdict.decision, Decision::violated);
  EXPECT_THAT(as_read.hints, ElementsAre(HasSubstr("--sort time")));
  const Judged sorted = judged(file, "register", {}, {"", true});
  EXPECT_EQ(sorted.verdict.decision, Decision::ok);
  EXPECT_THAT(sorted.hints, IsEmpty());
}

TEST_F(Cases, ManyTimeoutsAreDecided) {
  const Verdict verdict = judged("f6-600-operations-125-timeouts.edn", "cas-register").verdict;
  EXPECT_EQ(verdict.decision, Decision::ok);
  EXPECT_LT(verdict.work, kWorkPerSecond);
}

TEST_F(Cases, OperationsThatAnAuditDoesNotKnowAreNamed) {
  const Verdict verdict = judged("f7-broadcast.edn", "set-full").verdict;
  EXPECT_THAT(verdict.decision, AnyOf(Decision::ok, Decision::unknown));
  if (verdict.decision == Decision::unknown) {
    EXPECT_THAT(verdict.reason, HasSubstr("broadcast"));
  }
  EXPECT_EQ(judged("f7-broadcast.edn", "broadcast").verdict.decision, Decision::ok);
}

TEST_F(Cases, ObjectsAsClojurePrintsThemAreRead) {
  const Verdict verdict = judged("f8-object.edn", "register").verdict;
  EXPECT_EQ(verdict.operations, 1U);
  EXPECT_EQ(verdict.decision, Decision::ok);
}

TEST_F(Cases, ProcessesMayHaveNames) {
  EXPECT_EQ(judged("f12-named-processes.jsonl", "register").verdict.decision, Decision::violated);
}

}  // namespace
}  // namespace windtunnel::checkers
