// Runs, replays and what they leave behind, as a user sees them.
#include "tests/cli/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <regex>

namespace windtunnel::cli_test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::string without_wall_time(const std::string& lines) {
  return std::regex_replace(lines, std::regex("\"wall_time_ms\":[^,]*,"), "");
}

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(Run, GivesTheSameLinesAgainAndWithTwoJobs) {
  TemporaryDirectory directory;
  const auto lines = [&](const char* jobs) {
    const Ended ended =
        run_in(directory.path(), {"run", kScenario, "--seeds", "1..10", "--json", "-j", jobs});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_THAT(ended.err, IsEmpty());
    return without_wall_time(ended.out);
  };
  const std::string first = lines("1");
  EXPECT_EQ(lines_in(first), 10U);
  EXPECT_THAT(first, StartsWith("{\"schema\":\"windtunnel.run/1\",\"scenario\":"
                                "\"raft-leader-partition\",\"seed\":\"1\",\"verdict\":\"pass\","
                                "\"trace_hash\":\""));
  EXPECT_EQ(lines("1"), first);
  EXPECT_EQ(lines("2"), first);
}

TEST(Run, SeedsGiveDifferentRuns) {
  TemporaryDirectory directory;
  const std::vector<std::string> common = {"run", kScenario, "--json", "--seed"};
  std::vector<std::string> one = common;
  one.push_back("1");
  std::vector<std::string> hex = common;
  hex.push_back("0x1");
  std::vector<std::string> two = common;
  two.push_back("2");
  const std::string first = without_wall_time(run_in(directory.path(), one).out);
  EXPECT_EQ(without_wall_time(run_in(directory.path(), hex).out), first);
  EXPECT_NE(without_wall_time(run_in(directory.path(), two).out), first);
}

TEST(Run, AnExpectedViolationIsAPassAndIsShown) {
  TemporaryDirectory directory;
  const Ended ended = run_in(
      directory.path(), {"run", WT_SOURCE_DIR "/scenarios/naive/stale-read.yaml", "--seed", "1"});
  EXPECT_EQ(ended.code, 0) << ended.out;
  EXPECT_THAT(ended.out, HasSubstr("as expected, linearizable is violated"));
}

TEST(Run, AnUnexpectedViolationFailsAndNamesTheCommandThatRepeatsIt) {
  TemporaryDirectory directory;
  std::string text = read_file(WT_SOURCE_DIR "/scenarios/naive/stale-read.yaml");
  const std::string expected = "expect: violated in_any";
  text.replace(text.find(expected), expected.size(), "expect: holds");
  write_file(directory / "stale.yaml", text);
  const Ended ended = run_in(directory.path(), {"run", "stale.yaml", "--seed", "7"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.out, HasSubstr("FAIL naive-stale-read  seed 7"));
  EXPECT_THAT(ended.out, HasSubstr("rerun    " WT_COMMAND " run stale.yaml --seed 7"));
}

// As what is not linearizable is: by its operations, with the steps of the cycle.
TEST(Run, ACycleOfTransactionsIsShownInTheTextAndOnThePage) {
  TemporaryDirectory directory;
  std::string text = read_file(WT_SOURCE_DIR "/scenarios/naive/stale-transaction.yaml");
  const std::string expected = "expect: violated in_any";
  text.replace(text.find(expected), expected.size(), "expect: holds");
  write_file(directory / "stale.yaml", text);
  const Ended ended = run_in(directory.path(), {"run", "stale.yaml", "--seed", "1"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.out, HasSubstr("FAIL naive-stale-transaction  seed 1"));
  EXPECT_THAT(ended.out,
              HasSubstr("strict-serializable (lists) is violated: G-single-realtime: T"));
  EXPECT_THAT(ended.out, HasSubstr(" had returned when T"));
  EXPECT_THAT(ended.out, HasSubstr(" txn [[:append \"k"));
  const std::string page =
      read_file(directory / "windtunnel-out/naive-stale-transaction/1/report.html");
  EXPECT_THAT(page, HasSubstr("G-single-realtime: T"));
  const std::string result =
      read_file(directory / "windtunnel-out/naive-stale-transaction/1/result.json");
  EXPECT_THAT(result, HasSubstr("\"history\":["));
}

// Whatever the tool was called by, and whatever the file is called.
TEST(Run, TheCommandThatRepeatsAFailureCanBePasted) {
  TemporaryDirectory directory;
  std::string text = read_file(WT_SOURCE_DIR "/scenarios/naive/stale-read.yaml");
  const std::string expected = "expect: violated in_any";
  text.replace(text.find(expected), expected.size(), "expect: holds");
  write_file(directory / "it's stale.yaml", text);
  Start start;
  start.directory = directory.path();
  const Ended first = run_shell(start, "mkdir 'my tools' && ln -s " WT_COMMAND
                                       " 'my tools/wt' && "
                                       "'my tools/wt' run \"it's stale.yaml\" --seed 7");
  EXPECT_EQ(first.code, 1) << first.err;
  const std::string said = "rerun    ";
  const std::size_t from = first.out.find(said);
  ASSERT_NE(from, std::string::npos) << first.out;
  const std::size_t begin = from + said.size();
  const std::string command = first.out.substr(begin, first.out.find('\n', begin) - begin);
  EXPECT_EQ(command, "'my tools/wt' run 'it'\\''s stale.yaml' --seed 7");
  const Ended again = run_shell(start, command);
  EXPECT_EQ(again.code, 1) << again.err;
  EXPECT_THAT(again.out, HasSubstr("FAIL naive-stale-read  seed 7"));
}

TEST(Run, RunsAllSeedsOfTheScenarioWhenNoneIsNamed) {
  TemporaryDirectory directory;
  std::string text = read_file(kScenario);
  text += "\nseeds: [9, 2..4, 3]\n";
  write_file(directory / "some.yaml", text);
  const Ended ended = run_in(directory.path(), {"run", "some.yaml", "--json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(lines_in(ended.out), 4U);
  for (const char* seed : {"2", "3", "4", "9"}) {
    EXPECT_THAT(ended.out, HasSubstr("\"seed\":\"" + std::string(seed) + "\""));
  }
  const Ended one = run_in(directory.path(), {"run", "some.yaml", "--json", "--seed", "7"});
  EXPECT_EQ(lines_in(one.out), 1U);
}

TEST(Run, RefusesMoreSeedsThanItCanCount) {
  TemporaryDirectory directory;
  std::string text = read_file(kScenario);
  text += "\nseeds: 0..18446744073709551615\n";
  write_file(directory / "many.yaml", text);
  const Ended ended = run_in(directory.path(), {"run", "many.yaml"});
  EXPECT_EQ(ended.code, 64);
  EXPECT_THAT(ended.err, HasSubstr("many.yaml names more than 100000000 seeds"));
}

// Two workloads, one history: the checker is told which is meant, and the report shows both.
TEST(Run, KeepsTheOperationsOfEveryWorkload) {
  TemporaryDirectory directory;
  write_file(directory / "two.yaml", R"(
scenario: v1
name: two
limits: { sim_time: 5s }
cluster:
  groups: [{ name: a, count: 3, service: raft-kv }, { name: b, count: 1, service: raft-kv }]
workloads:
  - { name: apples, target: a, type: register, clients: 2, rate: 20/s, start: 1s }
  - { name: pears, target: b, type: cas-register, clients: 2, rate: 20/s, start: 1s,
      client_name: d }
properties: [{ check: linearizable, workload: apples }, { check: linearizable, workload: pears }]
)");
  const Ended ended = run_in(directory.path(), {"run", "two.yaml"});
  ASSERT_EQ(ended.code, 0) << ended.out << ended.err;
  const std::string history = "windtunnel-out/latest/history.jsonl";
  const auto check = [&](const std::string& model, const std::string& workload) {
    std::vector<std::string> arguments = {"check", history, "--model", model, "--independent"};
    if (!workload.empty()) arguments.insert(arguments.end(), {"--workload", workload});
    return run_in(directory.path(), arguments);
  };
  EXPECT_EQ(check("register", "apples").code, 0);
  EXPECT_EQ(check("cas-register", "pears").code, 0);
  const Ended unclear = check("register", "");
  EXPECT_EQ(unclear.code, 64);
  EXPECT_THAT(unclear.err, HasSubstr("name one with --workload: apples, pears"));
  const Ended unknown = check("register", "plums");
  EXPECT_EQ(unknown.code, 64);
  EXPECT_THAT(unknown.err, HasSubstr("--workload plums: the workloads of the history are apples"));
  const Ended edn = run_in(directory.path(), {"export", "windtunnel-out/latest", "--to", "edn"});
  EXPECT_EQ(edn.code, 0) << edn.err;
  EXPECT_THAT(edn.out, HasSubstr(":workload \"apples\""));
  EXPECT_THAT(edn.out, HasSubstr(":workload \"pears\""));
}

TEST(Run, WhatDidTooLittleIsUnknown) {
  TemporaryDirectory directory;
  std::string text = read_file(kScenario);
  text.replace(text.find("ops_ok: "), 8, "ops_ok: 9");
  write_file(directory / "idle.yaml", text);
  const Ended ended = run_in(directory.path(), {"run", "idle.yaml"});
  EXPECT_EQ(ended.code, 2) << ended.out;
  EXPECT_THAT(ended.out, HasSubstr("below the floor"));
}

TEST(Run, SaysWhichFaultsWereMissing) {
  TemporaryDirectory directory;
  std::string text = read_file(kScenario);
  const std::string faults = "faults:\n";
  text.insert(text.find(faults) + faults.size(),
              "  - { when: event kind=snapshot-taken count=4000, crash: n1, label: late }\n");
  text.replace(text.find("faults_bite: "), 14, "faults_bite: 9");
  write_file(directory / "missing.yaml", text);
  const Ended ended = run_in(directory.path(), {"run", "missing.yaml"});
  EXPECT_EQ(ended.code, 2) << ended.out << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("of the faults, late (crash-process) never fired"));
}

TEST(Run, AnInterruptKeepsTheResultsSoFar) {
  TemporaryDirectory directory;
  Start start;
  start.directory = directory.path();
  start.arguments = {"run", kScenario, "--seeds", "1..1000000", "--json"};
  const std::unique_ptr<Process> run = start_command(start);
  ASSERT_TRUE(run->wait_for("\"seed\":\"3\""));
  run->signal(SIGINT);
  const Ended ended = run->wait();
  EXPECT_EQ(ended.code, 130) << ended.err;
  EXPECT_GE(lines_in(ended.out), 3U);
  EXPECT_EQ(ended.out.back(), '\n');
}

TEST(Run, WritesAJUnitReport) {
  TemporaryDirectory directory;
  const Ended ended =
      run_in(directory.path(), {"run", kScenario, "--seeds", "1..3", "--junit", "junit.xml"});
  EXPECT_EQ(ended.code, 0);
  const std::string xml = read_file(directory / "junit.xml");
  EXPECT_THAT(xml, HasSubstr("<testsuite name=\"raft-leader-partition\" tests=\"1\""));
  EXPECT_THAT(xml, HasSubstr("failures=\"0\""));
}

// One saved run for the tests of what reads it.
class SavedRun : public testing::Test {
 protected:
  void SetUp() override {
    const Ended ended = run_in(directory_.path(), {"run", kScenario, "--seed", "3"});
    ASSERT_EQ(ended.code, 0) << ended.out << ended.err;
    ASSERT_THAT(ended.out, HasSubstr("windtunnel-out/raft-leader-partition/3/report.html"));
  }
  Ended command(const std::vector<std::string>& arguments) const {
    return run_in(directory_.path(), arguments);
  }

  const std::string latest_ = "windtunnel-out/latest";
  TemporaryDirectory directory_;
};

TEST_F(SavedRun, HasEveryFile) {
  for (const char* name :
       {"result.json", "scenario.yaml", "history.jsonl", "trace.wtt", "report.html"}) {
    EXPECT_TRUE(std::filesystem::exists(directory_ / (latest_ + "/" + name))) << name;
  }
}

TEST_F(SavedRun, ReplaysToTheSameHash) {
  const Ended ended = command({"replay", latest_});
  EXPECT_EQ(ended.code, 0) << ended.out;
  EXPECT_THAT(ended.out, HasSubstr("the same: verdict and trace hash "));
}

TEST_F(SavedRun, SaysWhenItNoLongerReproduces) {
  const std::string path = directory_ / (latest_ + "/scenario.yaml");
  std::string text = read_file(path);
  text.replace(text.find("80/s"), 4, "81/s");
  write_file(path, text);
  const Ended ended = command({"replay", latest_});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.out, HasSubstr("no longer reproduces"));
}

TEST_F(SavedRun, ReplayShowsWhatLedToAnEvent) {
  const Ended ended = command({"replay", latest_, "--until", "3000", "--limit", "5"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(lines_in(ended.out), 5U);
  EXPECT_THAT(ended.out, HasSubstr("\n3000  "));
  EXPECT_EQ(command({"replay", latest_, "--until", "99999999"}).code, 64);
  const Ended held = command({"replay", latest_, "--break", "linearizable"});
  EXPECT_EQ(held.code, 1);
  EXPECT_THAT(held.out, HasSubstr("linearizable is not violated"));
}

TEST_F(SavedRun, IsShownAndExportedInEveryForm) {
  for (const char* form : {"lanes", "table", "mermaid", "dot"}) {
    const Ended ended = command({"show", latest_, "--format", form, "--limit", "20"});
    EXPECT_EQ(ended.code, 0) << form << ended.err;
    EXPECT_GT(lines_in(ended.out), 3U) << form;
  }
  for (const char* form : {"jsonl", "edn", "shiviz", "mermaid", "dot", "perfetto"}) {
    const Ended ended = command({"export", latest_, "--to", form, "-o", "exported"});
    EXPECT_EQ(ended.code, 0) << form << ended.err;
    EXPECT_GT(read_file(directory_ / "exported").size(), 100U) << form;
  }
  EXPECT_EQ(command({"show", latest_, "--around", "99999999"}).code, 64);
}

TEST_F(SavedRun, ItsExportedHistoryPassesTheCheckOfItsModel) {
  ASSERT_EQ(command({"export", latest_, "--to", "edn", "-o", "history.edn"}).code, 0);
  for (const std::string& history : {std::string("history.edn"), latest_ + "/history.jsonl"}) {
    const Ended ended =
        command({"check", history, "--model", "cas-register", "--independent", "--json"});
    EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
    EXPECT_THAT(ended.out, HasSubstr("\"verdict\":\"ok\""));
  }
}

TEST_F(SavedRun, IsComparedWithAnother) {
  EXPECT_EQ(command({"diff", latest_, latest_}).code, 0);
  ASSERT_EQ(command({"run", kScenario, "--seed", "4"}).code, 0);
  const Ended ended = command({"diff", latest_, "windtunnel-out/raft-leader-partition/3"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.out, HasSubstr("differ at event"));
}

TEST_F(SavedRun, IsReportedAgain) {
  const Ended ended = command({"report", latest_, "-o", "again.html"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(read_file(directory_ / "again.html"),
            read_file(directory_ / (latest_ + "/report.html")));
}

TEST(ScenarioCommand, ChecksShowsAndListsWhatShips) {
  const Ended checked = windtunnel({"scenario", "check", kScenario});
  EXPECT_EQ(checked.code, 0);
  EXPECT_EQ(checked.out, "ok  " + kScenario + "  raft-leader-partition\n");
  TemporaryDirectory directory;
  const Ended shown = windtunnel({"scenario", "show", kScenario});
  write_file(directory / "shown.yaml", shown.out);
  EXPECT_EQ(windtunnel({"scenario", "show", directory / "shown.yaml"}).out, shown.out);
  const Ended listed = windtunnel({"scenario", "list"});
  EXPECT_EQ(listed.code, 0);
  EXPECT_THAT(listed.out, HasSubstr("scenarios/raft/leader-partition.yaml\n    "));
  EXPECT_THAT(listed.out, HasSubstr("scenarios/explore/raft.yaml\n    (`"));
  EXPECT_THAT(listed.out, HasSubstr("windtunnel explore`) Two terms, with a crash"));
  const Ended schema = windtunnel({"scenario", "schema"});
  EXPECT_THAT(schema.out, HasSubstr("draft-07"));
}

}  // namespace
}  // namespace windtunnel::cli_test
