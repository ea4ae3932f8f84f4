// `windtunnel fuzz` and `shrink` as a user runs them.
#include "tests/cli/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace windtunnel::cli_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string kNaive = WT_SOURCE_DIR "/scenarios/fuzz/naive-kv.yaml";
const std::string kRaft = WT_SOURCE_DIR "/scenarios/fuzz/raft-kv.yaml";

class Fuzz : public testing::Test {
 protected:
  Ended command(const std::vector<std::string>& arguments) const {
    Start start;
    start.directory = directory_.path();
    start.arguments = arguments;
    return run_command(start);
  }
  std::string only_file(const std::string& folder) const {
    std::string found;
    for (const auto& entry : std::filesystem::directory_iterator(directory_ / folder)) {
      EXPECT_EQ(found, "") << "one file is expected";
      found = entry.path().string();
    }
    return found;
  }
  std::size_t count_files(const std::string& folder) const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(directory_ / folder), {}));
  }
  // The files that are whole: one that is being written has another name until it is.
  std::vector<std::string> whole_files(const std::string& folder) const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(directory_ / folder)) {
      if (entry.path().extension() == ".yaml") found.push_back(entry.path().string());
    }
    return found;
  }

  TemporaryDirectory directory_;
};

TEST_F(Fuzz, WritesAScenarioForEachKindOfFailureThatPassesAsLongAsItFails) {
  const Ended ended = command({"fuzz", kNaive, "--runs", "12", "--shrink-time", "10s",
                               "--max-failures", "1", "--junit", "j.xml"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.out, AllOf(HasSubstr("FOUND linearizable-"), HasSubstr("shrunk   "),
                               Not(HasSubstr("does not reproduce"))));
  EXPECT_THAT(read_file(directory_ / "j.xml"), HasSubstr("failures=\"1\""));
  const std::string file = only_file("windtunnel-out/fuzz-naive-kv/findings");
  EXPECT_THAT(read_file(file), AllOf(HasSubstr("# What happens with seed"), HasSubstr("at: "),
                                     HasSubstr("expect: violated"), HasSubstr("fingerprint: ")));
  const Ended again = command({"run", file});
  EXPECT_EQ(again.code, 0) << again.out << again.err;
}

TEST_F(Fuzz, SaysWhatItCoveredWhereNothingIsFound) {
  const Ended ended = command({"fuzz", kRaft, "--runs", "20"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out,
              AllOf(HasSubstr("nothing found"), HasSubstr(" states; "), HasSubstr(" marks; "),
                    HasSubstr("kinds of faults bit"), HasSubstr("20 runs: 20 passed")));
}

TEST_F(Fuzz, SaysWhatItCouldNotJudgeInEveryForm) {
  std::string text = read_file(kRaft);
  const std::size_t floor = text.find("ops_ok: 20");
  ASSERT_NE(floor, std::string::npos);
  write_file(directory_ / "idle.yaml", text.replace(floor, 10, "ops_ok: 1000000"));
  const Ended ended = command({"fuzz", "idle.yaml", "--runs", "3", "--junit", "j.xml"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.out, AllOf(HasSubstr("unknown  3 x below the floor"),
                               HasSubstr("run idle.yaml --seed 1\n")));
  EXPECT_THAT(read_file(directory_ / "j.xml"), HasSubstr("3 unknown, first seed 1"));
  const Ended json = command({"fuzz", "idle.yaml", "--runs", "3", "--json"});
  EXPECT_THAT(json.out, HasSubstr("\"count\":3,\"first_seed\":\"1\""));
}

TEST_F(Fuzz, PrintsJsonForScripts) {
  const Ended ended = command({"fuzz", kNaive, "--runs", "10", "--no-shrink", "--json", "-j", "2"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.out,
              AllOf(HasSubstr("{\"schema\":\"windtunnel.finding/1\""),
                    HasSubstr("{\"schema\":\"windtunnel.fuzz/1\""), HasSubstr("\"runs\":10,")));
}

TEST_F(Fuzz, RunsTheCorpusFirstAndKeepsAllOfIt) {
  const std::vector<std::string> fuzz = {"fuzz",          kNaive,  "--runs",         "4",
                                         "--shrink-time", "5s",    "--max-failures", "1",
                                         "--corpus",      "corpus"};
  EXPECT_EQ(command(fuzz).code, 1);
  const std::string file = only_file("corpus");
  const Ended again = command(fuzz);
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.out, AllOf(HasSubstr(file.substr(file.rfind('/') + 1)),
                               HasSubstr("  reproduces"), HasSubstr("the corpus has it: corpus/"),
                               HasSubstr("corpus   1 of 1 reproduce")));
  // A bug that is gone is said to be gone, and stays in the corpus.
  std::string text = read_file(file);
  const std::size_t faults = text.find("fingerprint: linearizable-");
  ASSERT_NE(faults, std::string::npos);
  text.replace(faults, 26, "fingerprint: linearizable-0");
  write_file(directory_ / "corpus/gone.yaml", text);
  const Ended gone = command(fuzz);
  EXPECT_THAT(gone.out, HasSubstr("gone.yaml  no longer reproduces"));
  EXPECT_EQ(count_files("corpus"), 2U);
}

TEST_F(Fuzz, ACorpusFileThatCannotBeReadStopsItBeforeAnythingRuns) {
  std::filesystem::create_directories(directory_ / "corpus");
  write_file(directory_ / "corpus/bad.yaml", "scenario: v1\nname: {\n");
  const Ended ended = command({"fuzz", kNaive, "--runs", "2", "--corpus", "corpus"});
  EXPECT_EQ(ended.code, 65);
  EXPECT_THAT(ended.err, HasSubstr("corpus/bad.yaml"));
  EXPECT_EQ(count_files("corpus"), 1U);
}

TEST_F(Fuzz, RefusesWhatMakesNoSense) {
  const std::string plain = WT_SOURCE_DIR "/scenarios/raft/leader-crash.yaml";
  const Ended no_space = command({"fuzz", plain});
  EXPECT_EQ(no_space.code, 65);
  EXPECT_THAT(no_space.err, HasSubstr("no `fuzz:` section"));
  std::string text = read_file(kNaive);
  const std::size_t expected = text.find("violated in_any");
  ASSERT_NE(expected, std::string::npos);
  write_file(directory_ / "known.yaml", text.replace(expected, 15, "violated"));
  const Ended known = command({"fuzz", "known.yaml"});
  EXPECT_EQ(known.code, 65);
  EXPECT_THAT(known.err, HasSubstr("fuzzing looks for violations"));
  EXPECT_EQ(command({"fuzz", kRaft, "--junit", "."}).code, 70);
  EXPECT_EQ(command({"fuzz", kRaft, kRaft}).code, 64);
  EXPECT_EQ(command({"fuzz", kRaft, "--runs", "0"}).code, 64);
  const Ended time = command({"fuzz", kRaft, "--time", "60"});
  EXPECT_EQ(time.code, 64);
  EXPECT_THAT(time.err, HasSubstr("with its unit"));
  EXPECT_EQ(command({"fuzz", "none.yaml"}).code, 66);
  write_file(directory_ / "file", "kept");
  const Ended corpus = command({"fuzz", kNaive, "--runs", "2", "--corpus", "file"});
  EXPECT_EQ(corpus.code, 70);
  EXPECT_THAT(corpus.err, HasSubstr("'file' is not a directory"));
  EXPECT_EQ(read_file(directory_ / "file"), "kept");
}

TEST_F(Fuzz, AnInterruptEndsItWithASummary) {
  Start start;
  start.directory = directory_.path();
  start.arguments = {"fuzz", kRaft, "--time", "1h"};
  const std::unique_ptr<Process> process = start_command(start);
  ASSERT_TRUE(process->wait_for("from seed 1"));
  process->signal(SIGINT);
  const Ended ended = process->wait();
  EXPECT_EQ(ended.code, 130);
  EXPECT_THAT(ended.out, AllOf(HasSubstr("interrupted"), HasSubstr(" passed, ")));
}

TEST_F(Fuzz, WhatWasFoundIsThereWhenItIsKilled) {
  Start start;
  start.directory = directory_.path();
  start.arguments = {"fuzz", kNaive, "--time", "1h"};
  const std::unique_ptr<Process> process = start_command(start);
  ASSERT_TRUE(process->wait_for("from seed 1"));
  const std::string folder = "windtunnel-out/fuzz-naive-kv/findings";
  constexpr int kFarTooLong = 72'000;  // an hour
  for (int i = 0; i < kFarTooLong && whole_files(folder).empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  process->signal(SIGKILL);
  process->wait();
  ASSERT_THAT(whole_files(folder), Not(IsEmpty()));
  for (const std::string& file : whole_files(folder)) {
    EXPECT_EQ(command({"run", file}).code, 0) << file;
  }
}

TEST_F(Fuzz, LosesNothingWhereAFileCannotBeWritten) {
  ASSERT_EQ(command({"fuzz", kNaive, "--runs", "2", "--no-shrink", "--max-failures", "1"}).code, 1);
  const std::string file = only_file("windtunnel-out/fuzz-naive-kv/findings");
  const std::string before = read_file(file);
  Start start;
  start.directory = directory_.path();
  start.arguments = {"fuzz", kNaive, "--runs", "20", "--no-shrink"};
  start.file_limit = 200;
  const Ended full = run_command(start);
  EXPECT_EQ(full.code, 70);
  EXPECT_THAT(full.err, HasSubstr("cannot write"));
  EXPECT_EQ(read_file(file), before);
  EXPECT_EQ(only_file("windtunnel-out/fuzz-naive-kv/findings"), file);
}

TEST_F(Fuzz, ShrinksOneSeed) {
  const Ended ended = command({"shrink", kNaive, "--seed", "1", "-o", "small.yaml"});
  EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("shrunk   "));
  EXPECT_EQ(command({"run", "small.yaml"}).code, 0);
  const Ended nothing = command({"shrink", kRaft, "--seed", "1", "-o", "none.yaml"});
  EXPECT_EQ(nothing.code, 1);
  EXPECT_THAT(nothing.err, HasSubstr("nothing to shrink"));
  EXPECT_FALSE(std::filesystem::exists(directory_ / "none.yaml"));
}

}  // namespace
}  // namespace windtunnel::cli_test
