// What the command was attacked with: none of it may hang, overflow, lose files or blame the code
// under test.
#include <windtunnel/scenarios/campaign/aside.h>
#include "tests/cli/process.h"
#include "tests/unit/sanitized.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>
#include <regex>
#include <thread>

namespace windtunnel::cli_test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class Attack : public testing::Test {
 protected:
  Ended command(const std::vector<std::string>& arguments) const {
    Start start;
    start.directory = directory_.path();
    start.arguments = arguments;
    return run_command(start);
  }
  Ended shell(const std::string& script) const {
    Start start;
    start.directory = directory_.path();
    return run_shell(start, script);
  }
  bool exists(const std::string& name) const { return std::filesystem::exists(directory_ / name); }
  // A scenario with its floor out of reach: fails no check, and is never judged.
  void write_short(const std::string& name, const std::string& sim_time) const {
    write_file(directory_ / (name + ".yaml"),
               "scenario: v1\nname: " + name + "\nlimits: { sim_time: " + sim_time +
                   " }\n"
                   "cluster: { groups: [ { name: n, count: 3, service: raft-kv } ] }\n"
                   "workloads: [ { name: kv, type: register, clients: 1, rate: 20/s } ]\n"
                   "properties: [ { check: linearizable, workload: kv, expect: violated,\n"
                   "                because: it must fail } ]\n");
  }

  TemporaryDirectory directory_;
};

TEST_F(Attack, AnEmptyNameIsNoPlaceForResults) {
  const Ended run = command({"run", kScenario, "--out", ""});
  EXPECT_EQ(run.code, 64) << run.out;
  EXPECT_THAT(run.err, HasSubstr("--out: the name is empty"));
  EXPECT_EQ(command({"run", kScenario, "--junit", ""}).code, 64);
  EXPECT_EQ(command({"fuzz", kScenario, "--out", ""}).code, 64);
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
}

TEST_F(Attack, PipesAndDevicesAreNoInput) {
  ASSERT_EQ(::mkfifo((directory_ / "pipe").c_str(), 0600), 0);
  std::filesystem::create_directory(directory_ / "saved");
  ASSERT_EQ(::mkfifo((directory_ / "saved/trace.wtt").c_str(), 0600), 0);
  const std::vector<std::vector<std::string>> lines = {
      {"run", "pipe"},
      {"run", "/dev/zero"},
      {"scenario", "check", "pipe"},
      {"check", "pipe", "--model", "register"},
      {"check", "/dev/zero", "--model", "register"},
      {"convert", "pipe", "to.edn"},
      {"show", "pipe"},
      {"show", "saved"},
      {"replay", "pipe"},
  };
  for (const std::vector<std::string>& line : lines) {
    const Ended ended = command(line);
    EXPECT_EQ(ended.code, 65) << line[0] << " " << line[1] << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("a pipe or a device")) << line[0] << " " << line[1];
  }
  EXPECT_FALSE(exists("to.edn"));
}

TEST_F(Attack, WhatKilledRunsLeftBehindIsRemovedByTheNext) {
  write_short("it", "1s");
  const std::string home = directory_ / "windtunnel-out/it";
  std::filesystem::create_directories(home + "/1.tmp4711");
  write_file(home + "/1.tmp4711/trace.wtt", "half a trace");
  std::filesystem::create_directories(home + "/mine.tmp");
  std::filesystem::create_directories(home + "/notes.tmp1");
  const scenarios::AsideDirectory alive(home + "/2");
  ASSERT_THAT(alive.error(), IsEmpty());
  EXPECT_EQ(command({"run", "it.yaml"}).code, 1);
  EXPECT_FALSE(exists("windtunnel-out/it/1.tmp4711"));
  EXPECT_TRUE(exists("windtunnel-out/it/mine.tmp")) << "it is not ours";
  EXPECT_TRUE(exists("windtunnel-out/it/notes.tmp1"));
  EXPECT_TRUE(std::filesystem::exists(alive.path())) << "somebody writes there";
  EXPECT_TRUE(exists("windtunnel-out/it/1/result.json"));
}

std::string hash_in(const std::string& text) {
  std::smatch found;
  const std::regex hash("\"trace_hash\":\"([0-9a-f]{32})\"");
  return std::regex_search(text, found, hash) ? found[1].str() : "none";
}

// Both write the directory of the one name and seed; whichever comes last, its files are of one
// run.
TEST_F(Attack, TwoRunsIntoOneDirectoryDoNotMixTheirFiles) {
  write_short("it", "1s");
  std::filesystem::copy(directory_ / "it.yaml", directory_ / "other.yaml");
  std::string text = read_file(directory_ / "other.yaml");
  text.replace(text.find("sim_time: 1s"), 12, "sim_time: 2s");
  write_file(directory_ / "other.yaml", text);
  for (int round = 0; round < 5; ++round) {
    shell(WT_COMMAND " run it.yaml & " WT_COMMAND " run other.yaml & wait");
    const std::string home = directory_ / "windtunnel-out/it/1/";
    const std::string result = hash_in(read_file(home + "result.json"));
    EXPECT_NE(result, "none");
    EXPECT_EQ(hash_in(read_file(home + "trace.wtt")), result) << "round " << round;
  }
}

// Whoever publishes a run waits for its turn.
TEST_F(Attack, ADirectoryThatIsLockedIsNotWrittenTo) {
  write_short("it", "1s");
  const std::string home = directory_ / "windtunnel-out/it/1";
  std::filesystem::create_directories(home);
  Start start;
  start.directory = directory_.path();
  start.arguments = {"run", "it.yaml"};
  {
    scenarios::DirectoryLock lock;
    ASSERT_TRUE(lock.lock(home));
    const std::unique_ptr<Process> running = start_command(start);
    const std::string done = home + ".tmp" + std::to_string(running->pid()) + "/report.html";
    while (!std::filesystem::exists(done)) std::this_thread::yield();
    EXPECT_TRUE(std::filesystem::is_empty(home));
  }
  EXPECT_EQ(run_command(start).code, 1);
  EXPECT_TRUE(std::filesystem::exists(home + "/result.json"));
}

TEST_F(Attack, ARangeOfSeedsCostsNoMemory) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer needs address space of its own";
  write_short("it", "1s");
  Start start;
  start.directory = directory_.path();
  start.arguments = {"run", "it.yaml", "--seeds", "1..100000000", "--max-failures", "1"};
  start.memory_limit = std::uint64_t{700} << 20;
  const Ended ended = run_command(start);
  EXPECT_EQ(ended.code, 1) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("1 of 100000000 seeds"));
}

TEST_F(Attack, SeedsEndAndDoNotBeginAgain) {
  write_short("it", "1s");
  const std::string last = "18446744073709551615";
  const Ended run = command({"run", "it.yaml", "--seeds", "18446744073709551614.." + last});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.out, HasSubstr("2 of 2 seeds"));
  const std::string fuzzed = WT_SOURCE_DIR "/scenarios/fuzz/raft-kv.yaml";
  const Ended more = command({"fuzz", fuzzed, "--seed", last, "--runs", "2"});
  EXPECT_EQ(more.code, 64);
  EXPECT_THAT(more.err, HasSubstr("the last seed is " + last));
  EXPECT_EQ(command({"fuzz", fuzzed, "--seed", last, "--runs", "1"}).code, 0);
  const Ended endless = command({"fuzz", fuzzed, "--seed", last, "--time", "1h", "--json"});
  EXPECT_THAT(endless.out, HasSubstr("\"runs\":1"));
}

// A file that gets the number of a closed standard descriptor would take what is printed.
TEST_F(Attack, ClosedStandardDescriptorsAreSurvived) {
  write_short("it", "1s");
  const Ended all = shell(WT_COMMAND " run it.yaml <&- >&- 2>&-; echo $?");
  EXPECT_EQ(all.out, "1\n");
  EXPECT_EQ(command({"show", "windtunnel-out/latest"}).code, 0) << "the trace is whole";
  const Ended two = shell(WT_COMMAND " run it.yaml <&- 2>&-");
  EXPECT_EQ(two.code, 1);
  EXPECT_THAT(two.out, HasSubstr("FAIL it"));
  EXPECT_EQ(command({"replay", "windtunnel-out/latest"}).code, 0);
}

TEST_F(Attack, WhatConvertWritesCanBeRead) {
  write_file(directory_ / "bad.edn",
             "{:type :invoke, :process 0, :f :write, :value \"a\"}\n"
             "{:type :ok, :process 0, :f :write, :value \"\xff\xfe\"}\n");
  const Ended ended = command({"convert", "bad.edn", "to.jsonl"});
  EXPECT_EQ(ended.code, 65);
  EXPECT_THAT(ended.err, HasSubstr("line 2, column 44: byte 0xff is not UTF-8"));
  EXPECT_FALSE(exists("to.jsonl"));
  // Each of its bytes takes six in the other form.
  const std::string quiet(5'000'000, '\x01');
  write_file(directory_ / "long.edn",
             "{:type :invoke, :process 0, :f :w, :value \"" + quiet + "\"}");
  const Ended longer = command({"convert", "long.edn", "to.jsonl"});
  EXPECT_EQ(longer.code, 65);
  EXPECT_THAT(longer.err, HasSubstr("line 1: the event would be longer"));
}

TEST_F(Attack, WithoutForksARunIsTheSameAndLeavesNothing) {
  const std::vector<std::string> common = {"run", kScenario, "--seed", "3", "--json"};
  std::vector<std::string> alone = common;
  alone.emplace_back("--no-fork");
  const Ended here = command(alone);
  EXPECT_EQ(here.code, 0) << here.err;
  EXPECT_FALSE(exists("windtunnel-out"));
  EXPECT_EQ(hash_in(here.out), hash_in(command(common).out));
  EXPECT_NE(hash_in(here.out), "none");
}

}  // namespace
}  // namespace windtunnel::cli_test
