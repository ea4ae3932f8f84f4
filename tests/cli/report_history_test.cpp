// `windtunnel report` of a history from anywhere.
#include "tests/cli/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace windtunnel::cli_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kHistory = WT_SOURCE_DIR "/docs/histories/stale-read.edn";

Ended report(const TemporaryDirectory& folder, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "report");
  return run_in(folder.path(), arguments);
}

TEST(ReportHistory, ShowsOneThatNobodyJudged) {
  const TemporaryDirectory folder;
  write_file(folder / "h.edn", read_file(kHistory));
  const Ended ended = report(folder, {"h.edn"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out, "h.edn.html  3 operations  not judged\n");
  EXPECT_THAT(read_file(folder / "h.edn.html"), HasSubstr("\"verdict\":\"not judged\""));
}

TEST(ReportHistory, JudgesItAsCheckDoes) {
  const TemporaryDirectory folder;
  const Ended ended = report(folder, {kHistory, "--model", "register", "-o", "out.html"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out, "out.html  3 operations  violated\n");
  const std::string page = read_file(folder / "out.html");
  EXPECT_THAT(page, HasSubstr("the last read is stale"));
  EXPECT_THAT(page, HasSubstr("register, linearizable"));
  EXPECT_THAT(page, HasSubstr(" check " + kHistory + " --model register"));
  report(folder, {kHistory, "--model", "register", "-o", "again.html"});
  EXPECT_EQ(page, read_file(folder / "again.html"));
}

TEST(ReportHistory, RefusesABadFileWithItsPlace) {
  const TemporaryDirectory folder;
  write_file(folder / "bad.edn", "{:type :invoke, :process 0, :f :read, :value nil}\n{:type ]\n");
  const Ended bad = report(folder, {"bad.edn"});
  EXPECT_EQ(bad.code, 65);
  EXPECT_THAT(bad.err, HasSubstr("error: bad.edn: line 2, column "));
  EXPECT_EQ(report(folder, {"none.edn", "--model", "register"}).code, 66);
}

TEST(ReportHistory, RefusesWhatDoesNotFit) {
  const TemporaryDirectory folder;
  const auto refused = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all{kHistory};
    all.insert(all.end(), more.begin(), more.end());
    const Ended ended = report(folder, all);
    EXPECT_EQ(ended.code, 64) << ended.err;
    return ended.err;
  };
  EXPECT_THAT(refused({"--consistency", "sequential"}), HasSubstr("name a model with --model"));
  EXPECT_THAT(refused({"--model", "nothing"}), HasSubstr("no model 'nothing'"));
  EXPECT_THAT(refused({"--model", "register", "--permit", "lost"}), HasSubstr("--permit"));
  EXPECT_THAT(refused({"--model", "register", "--full"}), HasSubstr("--full"));
}

TEST(ReportHistory, DoesNotReplaceTheHistory) {
  const TemporaryDirectory folder;
  write_file(folder / "h.edn", read_file(kHistory));
  const Ended ended = report(folder, {"h.edn", "-o", "./h.edn"});
  EXPECT_EQ(ended.code, 64);
  EXPECT_THAT(ended.err, HasSubstr("would replace h.edn"));
  EXPECT_EQ(read_file(folder / "h.edn"), read_file(kHistory));
}

}  // namespace
}  // namespace windtunnel::cli_test
