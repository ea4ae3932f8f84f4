// `windtunnel check` with the models that name flaws: options, exit codes, what is printed.
#include "tests/cli/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace windtunnel::cli_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kIds =
    "{:process 0, :type :invoke, :f :generate, :value nil, :time 0}\n"
    "{:process 0, :type :ok, :f :generate, :value 7, :time 1000000}\n"
    "{:process 0, :type :invoke, :f :generate, :value nil, :time 2000000}\n"
    "{:process 0, :type :ok, :f :generate, :value 7, :time 9000000}\n";

std::string written(const std::string& path, const std::string& text) {
  write_file(path, text);
  return path;
}

TEST(CheckAudit, NamesTheFlawWithItsOperationsAndFigures) {
  const TemporaryDirectory folder;
  const std::string file = written(folder / "ids.edn", kIds);
  const Ended ended = windtunnel({"check", file, "--model", "unique-ids"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.out, HasSubstr("VIOLATED  2 operations"));
  EXPECT_THAT(ended.out,
              HasSubstr("\n  duplicated\n  The id 7 was given twice.\n       1: process 0"));
  EXPECT_THAT(ended.out, HasSubstr("attempts 2, acknowledged 2, distinct 1"));
}

TEST(CheckAudit, PrintsOneObject) {
  const TemporaryDirectory folder;
  const std::string file = written(folder / "ids.edn", kIds);
  const Ended ended = windtunnel({"check", file, "--model", "unique-ids", "--json"});
  EXPECT_EQ(ended.code, 1);
  const boost::json::value object = boost::json::parse(ended.out);
  EXPECT_EQ(object.at("schema"), "windtunnel.check/1");
  EXPECT_EQ(object.at("verdict"), "violated");
  EXPECT_EQ(object.at("flaws").at(0).at("name"), "duplicated");
  EXPECT_EQ(object.at("flaws").at(0).at("witness").at("rechecked"), true);
  EXPECT_EQ(object.at("figures").at("distinct"), 1);
}

TEST(CheckAudit, TellsAndLetsPassWhatIsPermitted) {
  const TemporaryDirectory folder;
  const std::string file = written(folder / "ids.edn", kIds);
  const Ended ended =
      windtunnel({"check", file, "--model", "unique-ids", "--permit", "duplicated"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, HasSubstr("duplicated (permitted)"));
}

TEST(CheckAudit, TakesSeveralLimits) {
  const TemporaryDirectory folder;
  const std::string file = written(folder / "ids.edn", kIds);
  const std::vector<std::string> command{"check", file, "--model", "availability", "--limit"};
  const auto with = [&](std::vector<std::string> limits) {
    std::vector<std::string> all = command;
    all.insert(all.end(), limits.begin(), limits.end());
    return windtunnel(all);
  };
  EXPECT_EQ(with({"max-gap=7ms", "--limit", "min-served=0.99"}).code, 0);
  const Ended gap = with({"min-served=0.99", "--limit", "max-gap=6ms"});
  EXPECT_EQ(gap.code, 1);
  EXPECT_THAT(gap.out,
              HasSubstr("From 0.002000 s to 0.009000 s generate was asked for during 0.007000 s"));
}

TEST(CheckAudit, WrongOptionsExitWith64AndSayWhatWouldBeRight) {
  const TemporaryDirectory folder;
  const std::string file = written(folder / "ids.edn", kIds);
  const std::vector<std::pair<std::vector<std::string>, const char*>> cases{
      {{"unique-ids", "--permit", "lost"}, "unique-ids has no flaw 'lost'; it has duplicated"},
      {{"unique-ids", "--initial", "1"}, "unique-ids takes no initial value"},
      {{"unique-ids", "--limit", "max-gap=1s"}, "unique-ids has no limits"},
      {{"unique-ids", "--consistency", "sequential"}, "unique-ids has no consistency levels"},
      {{"availability", "--limit", "max-gap"}, "--limit takes NAME=VALUE"},
      {{"availability", "--limit", "max-gap=5"}, "a duration like 5s"},
      {{"availability", "--limit", "min-served=2"}, "a share like 0.99"},
      {{"availability", "--limit", "max-stall=5s"}, "it has max-gap, max-recovery"},
      {{"bank", "--initial", "[1"}, "is not one EDN value"},
      {{"register", "--permit", "lost"}, "are for the models that name flaws"},
      {{"list-append", "--except", "G9"}, "list-append has no flaw 'G9'; it has CC-cycle"},
      {{"list-append", "--except", "G0", "--only", "G1a"}, "--only says all of which flaws count"},
      {{"register", "--initial", "[1"}, "is not one EDN value"}};
  for (const auto& [options, expected] : cases) {
    std::vector<std::string> command{"check", file, "--model"};
    command.insert(command.end(), options.begin(), options.end());
    const Ended ended = windtunnel(command);
    EXPECT_EQ(ended.code, 64) << expected;
    EXPECT_THAT(ended.err, HasSubstr(expected));
    EXPECT_EQ(ended.out, "");
  }
}

TEST(CheckAudit, OfWhatItDoesNotKnowItCountsTheOperations) {
  const TemporaryDirectory folder;
  const std::string file = written(folder / "ids.edn", kIds);
  const Ended ended = windtunnel({"check", file, "--model", "bank"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.out, HasSubstr("UNKNOWN  2 operations"));
  EXPECT_THAT(ended.out, Not(HasSubstr("  by ")));
}

TEST(CheckAudit, NoLevelIsOkThatIsNotProven) {
  const TemporaryDirectory folder;
  const auto txn = [](int process, const std::string& asked, const std::string& got) {
    const std::string begin = "{:process " + std::to_string(process) + ", :f :txn, :type ";
    return begin + ":invoke, :value " + asked + "}\n" + begin + ":ok, :value " + got + "}\n";
  };
  const std::string append = "[[:append x 1]]";
  const std::string read = "[[:r x nil]]";
  // Stale: sequential, and not strict.
  const std::string stale = txn(0, append, append) + txn(1, read, read);
  const std::string file = written(folder / "txn.edn", stale + txn(1, read, "[[:r x [1]]]"));
  const auto first_line = [&file](const std::vector<std::string>& options) {
    std::vector<std::string> command{"check", file, "--model", "list-append"};
    command.insert(command.end(), options.begin(), options.end());
    const std::string out = windtunnel(command).out;
    return out.substr(0, out.find("  3 transactions"));
  };
  EXPECT_EQ(first_line({}), "VIOLATED  strict-serializable");
  EXPECT_EQ(first_line({"--only", "G0"}), "ok  no G0");
  EXPECT_EQ(first_line({"--only", "G0", "--only", "G1a"}), "ok  no G0, G1a");
  EXPECT_EQ(first_line({"--consistency", "serializable", "--only", "G0"}), "ok  serializable");
  EXPECT_EQ(first_line({"--consistency", "serializable", "--forbid", "G1a"}),
            "ok  serializable and no G1a");
  EXPECT_EQ(first_line({"--except", "G0"}), "VIOLATED  strict-serializable but for G0");
}

TEST(CheckAudit, NothingDoneIsUnknown) {
  const TemporaryDirectory folder;
  const std::string file = written(folder / "none.edn", "");
  const Ended ended = windtunnel({"check", file, "--model", "set-full"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.out, HasSubstr("no operations"));
}

}  // namespace
}  // namespace windtunnel::cli_test
