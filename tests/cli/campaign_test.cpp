// Campaigns: what many seeds say together, to people, to scripts and to CI systems.
#include "tests/cli/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <map>

namespace windtunnel::cli_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// A short run of a store that is right.
std::string calm(const std::string& name, const std::string& properties,
                 const std::string& sim_time = "3s") {
  return "scenario: v1\nname: " + name + "\nlimits: { sim_time: " + sim_time +
         " }\n"
         "cluster: { groups: [ { name: n, count: 3, service: raft-kv } ] }\n"
         "workloads: [ { name: kv, type: cas-register, clients: 2, rate: 20/s, start: 1s } ]\n"
         "properties: [ " +
         properties + " ]\n";
}
const std::string kNever =
    "{ check: linearizable, workload: kv, expect: violated in_any, because: a test }";
const std::string kHolds = "{ check: linearizable, workload: kv }";

class Campaign : public testing::Test {
 protected:
  Ended command(const std::vector<std::string>& arguments) const {
    Start start;
    start.directory = directory_.path();
    start.arguments = arguments;
    return run_command(start);
  }
  bool exists(const std::string& name) const { return std::filesystem::exists(directory_ / name); }
  void write(const std::string& name, const std::string& text) const {
    write_file(directory_ / name, text);
  }

  TemporaryDirectory directory_;
};

TEST_F(Campaign, SaysToScriptsToThatAnExpectedViolationWasNeverSeen) {
  write("never.yaml", calm("never", kNever));
  const Ended ended =
      command({"run", "never.yaml", "--seeds", "1..3", "--json", "--junit", "j.xml"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("never: no seed violated linearizable (kv)"));
  EXPECT_THAT(read_file(directory_ / "j.xml"),
              AllOf(HasSubstr("failures=\"1\""), HasSubstr("no seed violated")));
}

// The one violates in most seeds, the other never: each is expected to.
TEST_F(Campaign, TellsApartWhichWorkloadWasViolated) {
  write("two.yaml", R"(
scenario: v1
name: two
limits: { sim_time: 10s }
cluster:
  groups:
    - { name: a, count: 3, service: naive-kv, config: { reads: any } }
    - { name: b, count: 3, service: raft-kv }
network:
  links: [ { from: a, to: a, latency: { dist: exponential, mean: 30ms, min: 5ms } } ]
workloads:
  - { name: wa, type: register, target: a, clients: 4, keys: 2, rate: 200/s, start: 1s, stop: 8s }
  - { name: wb, type: register, target: b, client_name: d, rate: 20/s, start: 1s }
properties:
  - { check: linearizable, workload: wa, expect: violated in_any, because: stale reads }
  - { check: linearizable, workload: wb, expect: violated in_any, because: a test }
)");
  const Ended ended = command({"run", "two.yaml", "--seeds", "1..5"});
  EXPECT_EQ(ended.code, 1) << ended.out << ended.err;
  EXPECT_THAT(ended.out, AllOf(HasSubstr("no seed violated linearizable (wb)"),
                               Not(HasSubstr("no seed violated linearizable (wa)"))));
}

TEST_F(Campaign, KeepsItsFirstFailuresAlsoForScripts) {
  const std::string wrong = "{ check: linearizable, workload: kv, expect: violated, because: no }";
  write("wrong.yaml", calm("wrong", wrong));
  const Ended ended = command({"run", "wrong.yaml", "--seeds", "1..7", "--json"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_TRUE(exists("windtunnel-out/wrong/1/result.json"));
  EXPECT_TRUE(exists("windtunnel-out/wrong/5/trace.wtt"));
  EXPECT_FALSE(exists("windtunnel-out/wrong/6"));
}

TEST_F(Campaign, KeepsTheFirstRunThatShowsAnExpectedViolation) {
  const Ended ended = command({"run", WT_SOURCE_DIR "/scenarios/naive/stale-read.yaml"});
  EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
  EXPECT_THAT(ended.out, AllOf(HasSubstr("as expected, linearizable is violated"),
                               HasSubstr("report   windtunnel-out/naive-stale-read/"),
                               HasSubstr("20 of 20 seeds: 20 passed")));
  // The violation has its place in the trace: the answer after which the history cannot be right.
  const Ended story = command({"replay", "windtunnel-out/latest", "--break", "linearizable"});
  EXPECT_EQ(story.code, 0);
  EXPECT_THAT(story.out, HasSubstr("is answered: ok"));
  EXPECT_THAT(read_file(directory_ / "windtunnel-out/latest/result.json"),
              Not(HasSubstr("\"event\":\"0\"")));
}

TEST_F(Campaign, ARunWithoutPropertiesProvesNothing) {
  write("none.yaml", calm("none", ""));
  const Ended ended = command({"run", "none.yaml"});
  EXPECT_EQ(ended.code, 2) << ended.out << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("the scenario names no properties"));
}

TEST_F(Campaign, RefusesTwoScenariosOfOneName) {
  write("one.yaml", calm("same", kHolds));
  write("two.yaml", calm("same", kHolds, "4s"));
  const Ended ended = command({"run", "one.yaml", "two.yaml"});
  EXPECT_EQ(ended.code, 64);
  EXPECT_THAT(ended.err, HasSubstr("one.yaml and two.yaml are both named 'same'"));
}

TEST_F(Campaign, FindsOutBeforeItRunsThatResultsCannotBeWritten) {
  write("calm.yaml", calm("calm", kHolds));
  const Ended out = command({"run", "calm.yaml", "--out", "calm.yaml"});
  EXPECT_EQ(out.code, 70);
  EXPECT_EQ(out.out, "");
  EXPECT_THAT(out.err, HasSubstr("'calm.yaml' is not a directory"));
  const Ended junit = command({"run", "calm.yaml", "--junit", "."});
  EXPECT_EQ(junit.code, 70);
  EXPECT_THAT(junit.err, HasSubstr("is a directory"));
}

TEST_F(Campaign, AnInterruptWhileItsDirectoryIsWrittenIsNoSuccess) {
  write("long.yaml", calm("long", kHolds, "600s"));
  Start start;
  start.directory = directory_.path();
  start.arguments = {"run", "long.yaml"};
  const std::unique_ptr<Process> running = start_command(start);
  ASSERT_TRUE(running->wait_for("operations ok"));
  running->signal(SIGINT);
  const Ended ended = running->wait();
  EXPECT_EQ(ended.code, 130) << ended.out << ended.err;
  EXPECT_THAT(ended.out, Not(HasSubstr("report")));
  EXPECT_FALSE(exists("windtunnel-out/latest"));
}

// The second run is another scenario of the same name; its trace does not fit.
TEST_F(Campaign, ADirectoryThatCannotBeReplacedStaysAsItWas) {
  const std::string home = "windtunnel-out/calm/1/";
  write("calm.yaml", calm("calm", kHolds));
  ASSERT_EQ(command({"run", "calm.yaml"}).code, 0);
  write(home + "notes.txt", "mine");
  std::map<std::string, std::string> before;
  for (const char* name :
       {"result.json", "scenario.yaml", "history.jsonl", "trace.wtt", "report.html", "notes.txt"}) {
    before[name] = read_file(directory_ / (home + name));
  }
  write("calm.yaml", calm("calm", kHolds, "60s"));
  Start start;
  start.directory = directory_.path();
  start.arguments = {"run", "calm.yaml"};
  start.file_limit = 600'000;
  EXPECT_EQ(run_command(start).code, 70);
  for (const auto& [name, text] : before) EXPECT_EQ(read_file(directory_ / (home + name)), text);
  start.file_limit = 0;
  EXPECT_EQ(run_command(start).code, 0);
  EXPECT_NE(read_file(directory_ / (home + "scenario.yaml")), before["scenario.yaml"]);
  EXPECT_EQ(read_file(directory_ / (home + "notes.txt")), "mine");
}

TEST_F(Campaign, WritesThroughLinksAndIntoPipes) {
  write("calm.yaml", calm("calm", kHolds));
  write("target.xml", "old");
  std::filesystem::create_symlink("target.xml", directory_ / "link.xml");
  EXPECT_EQ(command({"run", "calm.yaml", "--junit", "link.xml"}).code, 0);
  EXPECT_TRUE(std::filesystem::is_symlink(directory_ / "link.xml"));
  EXPECT_THAT(read_file(directory_ / "target.xml"), HasSubstr("<testsuites>"));
  Start start;
  start.directory = directory_.path();
  const Ended piped = run_shell(start, "mkfifo pipe; cat pipe > copy & " WT_COMMAND
                                       " run calm.yaml --junit pipe && wait && test -p pipe");
  EXPECT_EQ(piped.code, 0) << piped.err;
  EXPECT_THAT(read_file(directory_ / "copy"), HasSubstr("<testsuites>"));
}

TEST_F(Campaign, ReplayRefusesACheckThatIsNone) {
  write("calm.yaml", calm("calm", kHolds));
  const Ended ended = command({"replay", "calm.yaml", "--break", "linearisable"});
  EXPECT_EQ(ended.code, 64);
  EXPECT_THAT(ended.err, HasSubstr("there is no such check; did you mean 'linearizable'?"));
}

}  // namespace
}  // namespace windtunnel::cli_test
