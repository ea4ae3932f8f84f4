// What the command says about itself, and how it answers a wrong command line.
#include "tests/cli/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace windtunnel::cli_test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

const std::vector<std::string> kSubcommands = {
    "run",    "replay", "check", "convert",  "explore", "report", "show",    "diff",
    "export", "serve",  "kv",    "scenario", "new",     "list",   "explain", "completion"};

TEST(Help, NamesEverySubcommandOnStandardOutput) {
  const Ended ended = windtunnel({"--help"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.err, IsEmpty());
  for (const std::string& name : kSubcommands) EXPECT_THAT(ended.out, HasSubstr("\n  " + name));
}

TEST(Help, IsThereForEverySubcommand) {
  for (const std::string& name : kSubcommands) {
    const Ended ended = windtunnel({name, "--help"});
    EXPECT_EQ(ended.code, 0) << name;
    EXPECT_THAT(ended.out, HasSubstr("Usage: windtunnel " + name)) << name;
  }
}

TEST(Help, VersionIsOneLine) {
  const Ended ended = windtunnel({"--version"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.out, "windtunnel 0.1.0\n");
}

struct WrongLine {
  std::vector<std::string> arguments;
  std::string answer;
};

void expect_refused(std::initializer_list<WrongLine> lines) {
  for (const WrongLine& line : lines) {
    const Ended ended = windtunnel(line.arguments);
    EXPECT_EQ(ended.code, 64) << line.answer;
    EXPECT_THAT(ended.out, IsEmpty()) << line.answer;
    EXPECT_THAT(ended.err, StartsWith("error: ")) << line.answer;
    EXPECT_THAT(ended.err, HasSubstr(line.answer));
  }
}

TEST(CommandLine, WrongOnesExitWith64AndSayWhatWasMeant) {
  expect_refused({
      {{}, "A subcommand is required"},
      {{"rnu"}, "there is no subcommand 'rnu'; did you mean 'run'?"},
      {{"scenario", "chekc", "x"}, "there is no subcommand 'chekc'; did you mean 'check'?"},
      {{"run", "--seedz", "5", "x.yaml"}, "there is no option '--seedz'; did you mean '--seed'?"},
      {{"run", "--jsno", "x.yaml"}, "there is no option '--jsno'; did you mean '--json'?"},
      {{"run"}, "scenario is required"},
      {{"run", "x.yaml", "--seed", "five"}, "--seed five: not a seed"},
      {{"run", "x.yaml", "--seeds", "9..3"}, "--seeds 9..3: not a range"},
      {{"run", "x.yaml", "--seed", "1", "--seeds", "1..2"}, "excludes"},
      {{"run", "x.yaml", "-j", "many"}, "many"},
      {{"run", "x.yaml", "--set", "novalue"}, "write --set KEY=VALUE"},
      {{"check", "x.edn"}, "--model is required"},
      {{"check", "x.edn", "--model", "registre"}, "no model 'registre'"},
      {{"check", "x.edn", "--model", "register", "--consistency", "eventual"}, "eventual"},
      {{"show", "x", "--format", "picture"}, "picture"},
      {{"explain", "E999"}, "there is no code 'E999'"},
      {{"explain", "E014", "E015"}, "'E015' is one argument too many"},
      {{"list", "check"}, "check"},
      {{"completion", "tcsh"}, "tcsh"},
      {{"--color", "blue", "list", "checks"}, "blue"},
      {{"new", "../escape"}, "is no name for a scenario"},
      {{"serve", "raft-kvv", "--id", "n1", "--data", "d", "--peers", "n1=localhost:1"},
       "there is no service 'raft-kvv'; did you mean 'raft-kv'?"},
      {{"serve", "raft-kv", "--id", "n4", "--data", "d", "--peers", "n1=localhost:1"},
       "--id n4: the node is not among the peers"},
      {{"serve", "raft-kv", "--id", "n1", "--data", "d", "--peers", "leader=localhost:1"},
       "a node's name ends in its number"},
      {{"serve", "raft-kv", "--id", "n1", "--data", "d", "--peers", "n1=a:1,m1=a:2"},
       "two nodes have the same number"},
      {{"serve", "raft-kv", "--id", "n1", "--data", "d", "--peers", "n1=a:1", "--set",
        "hartbeat=5ms"},
       "did you mean 'heartbeat'?"},
      {{"kv", "get", "k", "--peers", "n1=a:1", "--set", "heartbeat=5"},
       "a duration needs a number and a unit"},
      {{"kv", "get", "k", "--peers", "n1=a:1", "--set", "heartbeat=0ms"},
       "'heartbeat' is out of range: 0ms; 100us to 24h is allowed"},
      {{"serve", "raft-kv", "--id", "n1", "--data", "d", "--peers", "n1=a:1", "--set",
        "snapshot_every=0"},
       "1 to 1000000000 is allowed"},
      {{"serve", "raft-kv", "--id", "n1", "--data", "d", "--peers", "n1=a:1", "--set",
        "heartbeat=1s"},
       "'heartbeat', 1s is not less than 'election_timeout', 150ms by default"},
      {{"serve", "raft-kv", "--id", "n1", "--data", "d", "--peers", "n1=a:1", "--set",
        "apply_cost=-5ms"},
       "the least that is allowed is 0s"},
  });
}

TEST(CommandLine, MisreadOrIgnoredOnesExitWith64) {
  expect_refused({
      {{"bogus"}, "there is no subcommand 'bogus'; one of: run, replay, check, "},
      {{"run", "x.yaml", "--max-failures", "-1"}, "'-1' is not a whole number from 0 to "},
      {{"run", "x.yaml", "-j", "-1"}, "'-1' is not a whole number from 0 to 1024"},
      {{"run", "x.yaml", "-j", "010"}, "'010' is not a whole number"},
      {{"replay", "x", "--until", "-5"}, "'-5' is not a whole number from 1 to "},
      {{"replay", "x", "--until", "0"}, "'0' is not a whole number from 1 to "},
      {{"replay", "x", "--limit", "0"}, "'0' is not a whole number from 1 to "},
      {{"replay", "x", "--limit", "-1"}, "'-1' is not a whole number from 1 to "},
      {{"show", "x", "--around", "-1"}, "'-1' is not a whole number from 1 to "},
      {{"show", "x", "--limit", "-1"}, "'-1' is not a whole number from 1 to 1000000"},
      {{"show", "x", "--limit", "0"}, "'0' is not a whole number from 1 to 1000000"},
      {{"export", "x", "--to", "dot", "--around", "-1"}, "'-1' is not a whole number from 1 to "},
      {{"check", "x.edn", "--model", "register", "--max-configurations", "-1"},
       "'-1' is not a whole number from 1 to "},
      {{"serve", "raft-kv", "--id", "n1", "--data", "d", "--peers", "n1=a:1", "--group", "-1"},
       "'-1' is not a whole number from 0 to 4294967295"},
      {{"show", "x", "--node", "n1"}, "--node belongs to --format table; lanes shows all nodes"},
      {{"export", "x", "--to", "edn", "--around", "3"},
       "--around belongs to --to shiviz, mermaid and dot; edn is all of the run"},
  });
}

TEST(CommandLine, AnOptionTakesOneArgumentAndLeavesTheScenario) {
  const Ended ended = windtunnel({"scenario", "check", "--set", "a=b", "no-such-file.yaml"});
  EXPECT_EQ(ended.code, 66);
  EXPECT_THAT(ended.err, HasSubstr("no-such-file.yaml"));
}

TEST(Listing, FaultsAreThoseOfTheFormat) {
  const Ended ended = windtunnel({"list", "faults"});
  EXPECT_EQ(ended.code, 0);
  for (const char* fault : {"partition", "isolate", "crash", "pause", "clock_jump", "disk"}) {
    EXPECT_THAT(ended.out, HasSubstr(fault));
  }
}

TEST(Listing, ServicesComeWithTheirOptionsAndMessages) {
  const Ended ended = windtunnel({"list", "services"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, HasSubstr("raft-kv  "));
  EXPECT_THAT(ended.out, HasSubstr("naive-kv "));
  EXPECT_THAT(ended.out, HasSubstr("    election_timeout "));
  EXPECT_THAT(ended.out, HasSubstr("(30ms; 100us to 24h, less than election_timeout)"));
  EXPECT_THAT(ended.out, Not(HasSubstr("unknown")));
  EXPECT_THAT(ended.out, HasSubstr("    messages: "));
}

TEST(Listing, ChecksAndWorkloadsAreThere) {
  const Ended checks = windtunnel({"list", "checks"});
  EXPECT_THAT(checks.out, HasSubstr("linearizable "));
  EXPECT_THAT(checks.out, HasSubstr("recovers "));
  EXPECT_THAT(checks.out, HasSubstr("strict-serializable "));
  EXPECT_THAT(checks.out, HasSubstr("flaws: wrong-total, unexpected-key"));
  const Ended workloads = windtunnel({"list", "workloads"});
  EXPECT_EQ(workloads.code, 0);
  EXPECT_THAT(workloads.out, HasSubstr("cas-register "));
  EXPECT_THAT(workloads.out, HasSubstr("    operations: get, put, append"));
}

TEST(Explain, EveryCodeThatItNamesIsExplained) {
  const Ended wrong = windtunnel({"explain", "nonsense"});
  std::size_t codes = 0;
  for (std::size_t at = wrong.err.find(" E0"); at != std::string::npos;
       at = wrong.err.find(" E0", at + 1)) {
    const std::string code = wrong.err.substr(at + 1, 4);
    const Ended ended = windtunnel({"explain", code});
    EXPECT_EQ(ended.code, 0) << code;
    EXPECT_THAT(ended.out, StartsWith(code + ": "));
    ++codes;
  }
  EXPECT_GE(codes, 30U);
}

TEST(Completion, ShellsThatAreHereAcceptTheScripts) {
  TemporaryDirectory directory;
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const Ended ended = windtunnel({"completion", shell});
    EXPECT_EQ(ended.code, 0);
    EXPECT_THAT(ended.out, HasSubstr("windtunnel"));
    EXPECT_THAT(ended.out, HasSubstr("scenario"));
    write_file(directory / shell, ended.out);
  }
  const std::string script =
      "bash -c 'source " + (directory / "bash") +
      " && COMP_WORDS=(windtunnel scenario che) COMP_CWORD=2 && _windtunnel && "
      "test \"${COMPREPLY[*]}\" = check'";
  EXPECT_EQ(std::system(script.c_str()), 0);
}

}  // namespace
}  // namespace windtunnel::cli_test
