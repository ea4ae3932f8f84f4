// What `new` writes, and that a command of another name calls itself by it.
#include "tests/cli/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace windtunnel::cli_test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(New, WritesAScenarioThatPassesItsCheckAndNeverOverwrites) {
  TemporaryDirectory directory;
  Start start;
  start.directory = directory.path();
  start.arguments = {"new", "first"};
  EXPECT_EQ(run_command(start).code, 0);
  const std::string text = read_file(directory / "first.yaml");
  EXPECT_THAT(text, HasSubstr("name: first\n"));
  const Ended again = run_command(start);
  EXPECT_EQ(again.code, 64);
  EXPECT_THAT(again.err, HasSubstr("there is a file 'first.yaml' already"));
  EXPECT_EQ(read_file(directory / "first.yaml"), text);
  start.arguments = {"run", "first.yaml", "--seeds", "1..5"};
  const Ended ran = run_command(start);
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Ended new_protocol(const TemporaryDirectory& directory, const std::string& name,
                   std::uint64_t file_limit = 0) {
  Start start;
  start.directory = directory.path();
  start.file_limit = file_limit;
  start.arguments = {"new", "--protocol=" + name};
  return run_command(start);
}

TEST(NewProtocol, WritesAProjectThatIsCalledByItsName) {
  TemporaryDirectory directory;
  const Ended ended = new_protocol(directory, "my-register");
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("build/my-register-tunnel run scenario.yaml"));
  EXPECT_THAT(names_in(directory.path()), ElementsAre("my-register"));
  const std::string project = directory / "my-register";
  EXPECT_THAT(names_in(project),
              ElementsAre("CMakeLists.txt", "README.md", "client.h", "fuzz.yaml", "main.cpp",
                          "messages.h", "scenario.yaml", "server.h"));
  for (const std::string& name : names_in(project)) {
    const std::string text = read_file(project + "/" + name);
    EXPECT_THAT(text, Not(IsEmpty())) << name;
    EXPECT_THAT(text, Not(HasSubstr("@NAME@"))) << name;
    EXPECT_THAT(text, Not(HasSubstr("windtunnel run"))) << name;
  }
  EXPECT_THAT(read_file(project + "/scenario.yaml"), HasSubstr("service: my-register }"));
}

TEST(NewProtocol, NamesThatWillNotDoAreRefused) {
  TemporaryDirectory directory;
  for (const std::string& name :
       {std::string("Register"), std::string("my_register"), std::string("-x"), std::string("3pc"),
        std::string("x-"), std::string("a/b"), std::string(".."), std::string("a b"),
        std::string("a\nb"), std::string(61, 'x')}) {
    const Ended ended = new_protocol(directory, name);
    EXPECT_EQ(ended.code, 64) << name;
    EXPECT_THAT(ended.out, IsEmpty()) << name;
    EXPECT_THAT(ended.err,
                HasSubstr("take small letters, digits and -, at most 60, with a letter first"));
  }
  const Ended taken = new_protocol(directory, "raft-kv");
  EXPECT_EQ(taken.code, 64);
  EXPECT_THAT(taken.err, HasSubstr("there is a service 'raft-kv' already; take another name"));
  EXPECT_THAT(names_in(directory.path()), IsEmpty());
}

TEST(NewProtocol, ItIsEitherAScenarioOrAProtocol) {
  EXPECT_THAT(windtunnel({"new"}).err, HasSubstr("NAME of a scenario, or --protocol NAME"));
  EXPECT_EQ(windtunnel({"new"}).code, 64);
  EXPECT_THAT(windtunnel({"new", "a", "--protocol", "b"}).err, HasSubstr("excludes"));
  EXPECT_EQ(windtunnel({"new", ""}).code, 64);
  EXPECT_EQ(windtunnel({"new", "--protocol", ""}).code, 64);
}

TEST(NewProtocol, WhateverHasTheNameStays) {
  TemporaryDirectory directory;
  write_file(directory / "a-file", "mine");
  fs::create_directory(directory / "a-folder");
  fs::create_symlink("nowhere", directory / "a-link");
  for (const std::string name : {"a-file", "a-folder", "a-link"}) {
    const Ended ended = new_protocol(directory, name);
    EXPECT_EQ(ended.code, 64);
    EXPECT_THAT(ended.err, HasSubstr("there is a file or directory '" + name + "' already"));
  }
  EXPECT_THAT(names_in(directory.path()), ElementsAre("a-file", "a-folder", "a-link"));
  EXPECT_EQ(read_file(directory / "a-file"), "mine");
  EXPECT_THAT(names_in(directory / "a-folder"), IsEmpty());
  EXPECT_TRUE(fs::is_symlink(directory / "a-link"));
}

TEST(NewProtocol, OneThatIsHalfWrittenDoesNotStay) {
  TemporaryDirectory directory;
  const Ended ended = new_protocol(directory, "reg", 1000);
  EXPECT_EQ(ended.code, 70);
  EXPECT_THAT(ended.err, HasSubstr("error: cannot write 'reg/"));
  EXPECT_THAT(names_in(directory.path()), IsEmpty());
}

TEST(NewProtocol, WhatAKilledOneLeftIsRemovedAndNothingElse) {
  TemporaryDirectory directory;
  for (const char* name : {"reg.tmp4711", "other.tmp4711", "reg.tmpx"}) {
    fs::create_directory(directory / name);
  }
  EXPECT_EQ(new_protocol(directory, "reg").code, 0);
  EXPECT_THAT(names_in(directory.path()), ElementsAre("other.tmp4711", "reg", "reg.tmpx"));
}

// The command by another name, as a program with services of its own has it.
TEST(CommandName, IsWhatTheCommandTellsPeopleToType) {
  TemporaryDirectory directory;
  fs::create_symlink(WT_COMMAND, directory / "my-tool");
  fs::create_directory_symlink(fs::path(WT_SOURCE_DIR) / "scenarios", directory / "scenarios");
  Start start;
  start.directory = directory.path();
  const auto say = [&](const std::string& arguments) {
    const Ended ended = run_shell(start, "./my-tool " + arguments);
    return ended.out + ended.err;
  };
  struct Case {
    std::string arguments;
    std::string said;
  };
  const std::vector<Case> cases = {
      {"rnu", "`my-tool --help` says what there is"},
      {"run --help", "Usage: my-tool run"},
      {"run none.yaml", "see `./my-tool explain E001`"},
      {"scenario check none.yaml", "see `./my-tool explain E001`"},
      {"replay none.yaml", "see `./my-tool explain E001`"},
      {"shrink none.yaml -o x.yaml", "see `./my-tool explain E001`"},
      {"explore none.yaml", "see `./my-tool explain E001`"},
      {"explain E034", "`./my-tool list workloads`"},
      {"fuzz scenarios/raft/leader-crash.yaml", "`./my-tool run --seeds A..B`"},
      {"scenario list scenarios/explore", "(`./my-tool explore`)"},
      {"completion bash", "-F _my_tool my-tool"},
      {"completion fish", "complete -c my-tool"},
      {"new first", "run it: ./my-tool run first.yaml"},
  };
  for (const Case& one : cases) {
    const std::string said = say(one.arguments);
    EXPECT_THAT(said, HasSubstr(one.said)) << one.arguments;
    EXPECT_THAT(said, Not(HasSubstr("windtunnel "))) << one.arguments;
  }
  EXPECT_EQ(say("--version"), "my-tool (windtunnel 0.1.0)\n");
  EXPECT_THAT(read_file(directory / "first.yaml"), HasSubstr("  ./my-tool run first.yaml\n"));
}

}  // namespace
}  // namespace windtunnel::cli_test
