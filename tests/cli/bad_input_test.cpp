// Input that is missing, damaged or not what it claims to be, and output that cannot be written.
#include "tests/cli/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace windtunnel::cli_test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(MissingInput, ExitsWith66AndNamesTheFile) {
  TemporaryDirectory directory;
  const std::vector<std::vector<std::string>> lines = {
      {"run", "no-such"},
      {"scenario", "check", "no-such"},
      {"scenario", "show", "no-such"},
      {"scenario", "list", "no-such"},
      {"check", "no-such", "--model", "register"},
      {"convert", "no-such", "to.edn"},
      {"report", "no-such"},
      {"show", "no-such"},
      {"diff", "no-such", "no-such"},
      {"export", "no-such", "--to", "jsonl"},
      {"replay", "no-such"},
  };
  for (const std::vector<std::string>& line : lines) {
    const Ended ended = run_in(directory.path(), line);
    EXPECT_EQ(ended.code, 66) << line.front() << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("no-such")) << line.front();
    EXPECT_THAT(ended.out, IsEmpty()) << line.front();
  }
}

TEST(Directories, AreNoFilesAndExitWith65) {
  TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "folder");
  EXPECT_EQ(run_in(directory.path(), {"run", "folder"}).code, 65);
  EXPECT_EQ(run_in(directory.path(), {"check", "folder", "--model", "register"}).code, 65);
}

TEST(Scenarios, AllAreReadBeforeAnythingRuns) {
  TemporaryDirectory directory;
  write_file(directory / "bad.yaml", "scenario: v1\nname: x\nlimitz: {}\n");
  const Ended ended = run_in(directory.path(), {"run", kScenario, "bad.yaml"});
  EXPECT_EQ(ended.code, 65);
  EXPECT_THAT(ended.err, HasSubstr("bad.yaml:3:1"));
  EXPECT_THAT(ended.err, HasSubstr("did you mean 'limits'?"));
  EXPECT_THAT(ended.out, IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(directory / "windtunnel-out"));
}

struct DamagedHistory {
  std::string text;
  std::string place;
};

TEST(DamagedHistories, ExitWith65AndNameTheLine) {
  const std::string first = "{:index 0, :type :invoke, :process 0, :f :write, :value 1}\n";
  const DamagedHistory histories[] = {
      {first + "{:index 1, :type :maybe, :process 0, :f :write, :value 1}\n", "line 2"},
      {first + first, "line 2"},
      {first + "{:index 1, :type :ok, :process 9, :f :write, :value 1}\n", "line 2"},
      {first + "]\n", "line 2"},
      {first + "{:index 1, :type}\n", "line 2"},
      {"{\"type\":\"invoke\",\"process\":0,\"f\":\"read\"}\n[1,2]\n", "line 2"},
      {std::string(100'000, '['), "line 1"},
      {std::string("\0\0\0\0", 4), "line 1"},
      {"\xff\xfe nonsense", "line 1"},
  };
  TemporaryDirectory directory;
  for (const DamagedHistory& history : histories) {
    write_file(directory / "history", history.text);
    const Ended ended = run_in(directory.path(), {"check", "history", "--model", "register"});
    EXPECT_EQ(ended.code, 65) << history.text.substr(0, 200) << ended.out;
    EXPECT_THAT(ended.err, HasSubstr("history: " + history.place)) << history.text.substr(0, 200);
  }
}

TEST(CutHistories, AreReadUpToTheCutAndSaySo) {
  const std::string first = "{:index 0, :type :invoke, :process 0, :f :write, :value 1}\n";
  TemporaryDirectory directory;
  for (const std::string& text :
       {first + "{:index 1, :type :ok, :process 0, :f :write, :value 1\n",
        first + "{:type :ok, :process 0, :f :write, :value \"open\n",
        std::string("{\"type\":\"invoke\",\"process\":0,\"f\":\"read\"}\n{\"type\":\n")}) {
    write_file(directory / "history", text);
    const Ended ended = run_in(directory.path(), {"check", "history", "--model", "register"});
    EXPECT_EQ(ended.code, 2) << text << ended.err;
    EXPECT_THAT(ended.out, HasSubstr("UNKNOWN  1 operations")) << text;
    EXPECT_THAT(ended.out, HasSubstr("hint: the text is cut off (line 2: ")) << text;
  }
}

TEST(Histories, EveryVerdictHasItsExitCode) {
  TemporaryDirectory directory;
  const auto operation = [](int process, const char* type, const char* f, const char* value) {
    return "{:type :" + std::string(type) + ", :process " + std::to_string(process) + ", :f :" + f +
           ", :value " + value + "}\n";
  };
  const std::string good = operation(0, "invoke", "write", "1") + operation(0, "ok", "write", "1") +
                           operation(1, "invoke", "read", "nil") + operation(1, "ok", "read", "1");
  write_file(directory / "good.edn", good);
  const Ended held = run_in(directory.path(), {"check", "good.edn", "--model", "register"});
  EXPECT_EQ(held.code, 0);
  EXPECT_THAT(held.out, HasSubstr("ok  2 operations"));
  write_file(directory / "bad.edn",
             good + operation(0, "invoke", "write", "2") + operation(0, "ok", "write", "2") +
                 operation(1, "invoke", "read", "nil") + operation(1, "ok", "read", "1"));
  const Ended broken =
      run_in(directory.path(), {"check", "bad.edn", "--model", "register", "--json"});
  EXPECT_EQ(broken.code, 1);
  EXPECT_THAT(broken.out, HasSubstr("{\"schema\":\"windtunnel.check/1\",\"verdict\":\"violated\","
                                    "\"ops\":4,\"check_ms\":"));
  EXPECT_THAT(broken.out, HasSubstr("\"line\":7"));
  write_file(directory / "other.edn", operation(0, "invoke", "dance", "1"));
  const Ended unknown = run_in(directory.path(), {"check", "other.edn", "--model", "register"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.out, HasSubstr("dance"));
}

TEST(Histories, OneWithoutOperationsIsUnknownNotOk) {
  TemporaryDirectory directory;
  write_file(directory / "empty.edn", "");
  const Ended text = run_in(directory.path(), {"check", "empty.edn", "--model", "register"});
  EXPECT_EQ(text.code, 2);
  EXPECT_THAT(text.out, HasSubstr("UNKNOWN  0 operations"));
  EXPECT_THAT(text.out, HasSubstr("no operations"));
  const Ended object =
      run_in(directory.path(), {"check", "empty.edn", "--model", "register", "--json"});
  EXPECT_EQ(object.code, 2);
  EXPECT_THAT(object.out, HasSubstr("\"verdict\":\"unknown\",\"ops\":0"));
  EXPECT_THAT(object.out, HasSubstr("\"reason\":\"no operations\""));
}

TEST(Parameters, AnUnknownOneIsAnsweredWithTheNearest) {
  TemporaryDirectory directory;
  const std::string rest = "limits: { sim_time: 1s }\ncluster: { groups: [] }\n";
  write_file(directory / "some.yaml", "scenario: v1\nname: x\nparams: { nodes: 3 }\n" + rest);
  write_file(directory / "none.yaml", "scenario: v1\nname: x\n" + rest);
  const auto set = [&](const std::string& file, const std::string& setting) {
    const Ended ended = run_in(directory.path(), {"run", file, "--set", setting});
    EXPECT_EQ(ended.code, 65);
    return ended.err;
  };
  EXPECT_THAT(set("some.yaml", "node=5"), HasSubstr("did you mean 'nodes'?"));
  EXPECT_THAT(set("some.yaml", "foo=1"), HasSubstr("one of: nodes"));
  EXPECT_THAT(set("none.yaml", "foo=1"), HasSubstr("the scenario has no `params:`"));
}

// A saved run, to be damaged.
class DamagedRun : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(run_in(directory_.path(), {"run", kScenario}).code, 0);
    trace_ = read_file(trace_path_);
    ASSERT_GT(trace_.size(), 1000U);
  }
  void expect_refused(const std::string& what) const {
    for (const char* command : {"show", "report"}) {
      const Ended ended = run_in(directory_.path(), {command, "windtunnel-out/latest"});
      EXPECT_EQ(ended.code, 65) << command << " " << what << ended.err;
      EXPECT_THAT(ended.err, HasSubstr("error: ")) << what;
    }
  }

  TemporaryDirectory directory_;
  const std::string home_ = directory_ / "windtunnel-out/latest/";
  const std::string trace_path_ = home_ + "trace.wtt";
  std::string trace_;
};

TEST_F(DamagedRun, ATraceThatIsCutIsRefusedWithItsPlace) {
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{7}, trace_.size() / 2, trace_.size() - 1}) {
    write_file(trace_path_, trace_.substr(0, length));
    const Ended ended = run_in(directory_.path(), {"show", "windtunnel-out/latest"});
    EXPECT_EQ(ended.code, 65) << length;
    EXPECT_THAT(ended.err, HasSubstr("trace.wtt")) << length;
    EXPECT_THAT(ended.err, HasSubstr("at byte ")) << length;
  }
}

TEST_F(DamagedRun, ATraceWithAFlippedBitIsRefused) {
  for (const std::size_t at : {std::size_t{3}, trace_.size() / 3, trace_.size() - 20}) {
    std::string damaged = trace_;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    write_file(trace_path_, damaged);
    expect_refused("bit at " + std::to_string(at));
  }
}

TEST_F(DamagedRun, ATraceOfSomethingElseIsRefused) {
  write_file(trace_path_, "name,value\n1,2\n");
  expect_refused("csv");
}

TEST_F(DamagedRun, AResultThatIsNoJsonIsRefused) {
  write_file(home_ + "result.json", "{\"schema\":");
  expect_refused("result.json");
  EXPECT_EQ(run_in(directory_.path(), {"replay", "windtunnel-out/latest"}).code, 65);
}

TEST_F(DamagedRun, AHistoryWithABrokenLineIsRefusedWithItsLine) {
  write_file(home_ + "history.jsonl", "{\"type\":\"invoke\",\"process\":0,\"f\":\"read\"}\n{\n");
  const Ended ended = run_in(directory_.path(), {"show", "windtunnel-out/latest"});
  EXPECT_EQ(ended.code, 65);
  EXPECT_THAT(ended.err, HasSubstr("line 2"));
}

TEST(Output, AFullDeviceOnStandardOutputIsAnError) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full";
  TemporaryDirectory directory;
  for (const std::vector<std::string>& line :
       std::vector<std::vector<std::string>>{{"list", "checks"},
                                             {"--help"},
                                             {"run", kScenario, "--json", "--seeds", "1..2"},
                                             {"run", kScenario}}) {
    Start start;
    start.directory = directory.path();
    start.arguments = line;
    start.output = "/dev/full";
    const Ended ended = run_command(start);
    EXPECT_EQ(ended.code, 70) << line.front();
    EXPECT_THAT(ended.err, HasSubstr("No space left on device")) << line.front();
  }
}

// A limit on the size of files stands for a disk without room: both make `write` fail in the
// middle.
TEST(Output, AFullDiskLosesNoEarlierResultAndSaysSo) {
  TemporaryDirectory directory;
  Start start;
  start.directory = directory.path();
  start.arguments = {"run", kScenario, "--seed", "1"};
  ASSERT_EQ(run_command(start).code, 0);
  const std::string home = directory / "windtunnel-out/raft-leader-partition/1/";
  const std::string trace = read_file(home + "trace.wtt");
  const std::string result = read_file(home + "result.json");
  start.file_limit = 100'000;
  const Ended again = run_command(start);
  EXPECT_NE(again.code, 0);
  EXPECT_THAT(again.err, HasSubstr("cannot write"));
  EXPECT_EQ(read_file(home + "trace.wtt"), trace);
  EXPECT_EQ(read_file(home + "result.json"), result);
  start.arguments = {"run", kScenario, "--seed", "2"};
  const Ended other = run_command(start);
  EXPECT_NE(other.code, 0);
  const std::string unfinished = directory / "windtunnel-out/raft-leader-partition/2/";
  EXPECT_FALSE(std::filesystem::exists(unfinished));
  const std::filesystem::path all = directory / "windtunnel-out/raft-leader-partition";
  for (const auto& entry : std::filesystem::directory_iterator(all)) {
    EXPECT_EQ(entry.path().string().find(".tmp"), std::string::npos) << entry.path();
  }
  start.arguments = {"replay", "windtunnel-out/latest"};
  start.file_limit = 0;
  EXPECT_EQ(run_command(start).code, 0) << "latest still points at the whole run";
}

TEST(Output, APlaceThatCannotBeWrittenIsAnError) {
  TemporaryDirectory directory;
  write_file(directory / "file", "kept");
  const Ended run = run_in(directory.path(), {"run", kScenario, "--out", "file"});
  EXPECT_EQ(run.code, 70);
  EXPECT_THAT(run.err, HasSubstr("'file' is not a directory"));
  EXPECT_EQ(read_file(directory / "file"), "kept");
  const Ended junit = run_in(directory.path(), {"run", kScenario, "--junit", "file/junit.xml"});
  EXPECT_EQ(junit.code, 70);
  ASSERT_EQ(run_in(directory.path(), {"run", kScenario}).code, 0);
  const Ended report =
      run_in(directory.path(), {"report", "windtunnel-out/latest", "-o", "file/report.html"});
  EXPECT_EQ(report.code, 70);
  EXPECT_THAT(report.err, HasSubstr("file/report.html"));
}

}  // namespace
}  // namespace windtunnel::cli_test
