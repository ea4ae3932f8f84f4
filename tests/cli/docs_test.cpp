// Every command that the documentation shows does what the documentation says.
//
// A fenced block `sh` is run line by line, as far as the lines begin with the command, and must
// exit with 0, or with what its info string says (`sh exit=1`). `sh not-run` is shown only; another
// test does what it shows.
#include <windtunnel/checkers/judges/judge.h>

#include "tests/cli/process.h"
#include "tests/unit/sanitized.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace windtunnel::cli_test {
namespace {

namespace fs = std::filesystem;

struct DocumentedCommand {
  int line = 0;
  std::string arguments;  // as written, for the shell
  int exit_code = 0;
};

// What follows the name of the command; empty where the line is something else.
std::string arguments_of(const std::string& line) {
  for (const std::string name : {"windtunnel ", "build/release/windtunnel "}) {
    if (line.rfind(name, 0) == 0) return line.substr(name.size());
  }
  return {};
}

std::vector<DocumentedCommand> commands_in(const std::string& text) {
  std::vector<DocumentedCommand> commands;
  std::istringstream lines(text);
  bool running = false;
  bool fenced = false;
  int exit_code = 0;
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.rfind("```", 0) == 0) {
      fenced = !fenced;
      const bool shell = line == "```sh" || line.rfind("```sh ", 0) == 0;
      running = fenced && shell && line.find("not-run") == std::string::npos;
      const std::size_t code = line.find("exit=");
      exit_code = code == std::string::npos ? 0 : std::stoi(line.substr(code + 5));
    } else if (running && !arguments_of(line).empty()) {
      commands.push_back({number, arguments_of(line), exit_code});
    }
  }
  return commands;
}

// Runs the document's commands one after the other, in a directory that looks like the source tree.
void run_commands_of(const fs::path& document) {
  TemporaryDirectory directory;
  for (const char* name : {"scenarios", "docs"}) {
    fs::create_directory_symlink(fs::path(WT_SOURCE_DIR) / name, directory / name);
  }
  for (const DocumentedCommand& command : commands_in(read_file(document.string()))) {
    Start start;
    start.directory = directory.path();
    const std::string script = "'" WT_COMMAND "' " + command.arguments;
    const Ended ended = run_shell(start, script);
    EXPECT_EQ(ended.code, command.exit_code) << document.filename() << ":" << command.line
                                             << ": windtunnel " << command.arguments << "\n"
                                             << ended.out << ended.err;
  }
}

std::vector<fs::path> pages() {
  std::vector<fs::path> found = {fs::path(WT_SOURCE_DIR) / "README.md"};
  for (const fs::directory_entry& entry :
       fs::directory_iterator(fs::path(WT_SOURCE_DIR) / "docs")) {
    if (entry.path().extension() == ".md") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

class Page : public testing::TestWithParam<fs::path> {};

TEST_P(Page, EveryCommandThatItShowsRuns) {
  if (kSanitized) GTEST_SKIP() << "the documentation is the same for every build";
  run_commands_of(GetParam());
}

// Each is an entry of ctest by itself (cmake/WindtunnelTests.cmake).
INSTANTIATE_TEST_SUITE_P(page, Page, testing::ValuesIn(pages()), [](const auto& page) {
  std::string name = page.param.stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(Documentation, ShowsCommands) {
  std::size_t commands = 0;
  for (const fs::path& page : pages()) commands += commands_in(read_file(page.string())).size();
  EXPECT_GE(commands, 15U);
}

TEST(Documentation, CommandsAreFoundWithTheirExitCodes) {
  const auto commands = commands_in(
      "```yaml\nwindtunnel not this\n```\nwindtunnel nor this\n"
      "```sh\n# a comment\nbuild/release/windtunnel run a\n./dev test\n```\n"
      "```sh exit=65\nwindtunnel check b\n```\n```sh not-run\nwindtunnel serve c\n```\n");
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_EQ(commands[0].arguments, "run a");
  EXPECT_EQ(commands[0].line, 7);
  EXPECT_EQ(commands[1].exit_code, 65);
}

TEST(Documentation, NamesEverySubcommandAndExitCode) {
  const std::string text = read_file(WT_SOURCE_DIR "/docs/command.md");
  for (const char* name :
       {"run",     "fuzz",   "shrink",         "replay",        "check",           "convert",
        "explore", "report", "show",           "diff",          "export",          "serve",
        "kv put",  "kv get", "scenario check", "scenario show", "scenario schema", "scenario list",
        "new",     "list",   "explain",        "completion"}) {
    EXPECT_THAT(text, testing::HasSubstr(std::string("`") + name)) << name;
  }
  for (const char* code : {"0", "1", "2", "3", "4", "64", "65", "66", "70", "130"}) {
    EXPECT_THAT(text, testing::HasSubstr(std::string("\n| ") + code + " |")) << code;
  }
}

// The rows of the table under a heading, without its head.
std::vector<std::vector<std::string>> rows_under(const std::string& text,
                                                 const std::string& heading) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(
      text.substr(std::min(text.find("\n" + heading + "\n") + 1, text.size())));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line) && line.rfind("#", 0) != 0) {
    if (line.rfind("| `", 0) != 0) continue;
    std::vector<std::string>& cells = rows.emplace_back();
    std::istringstream rest(line.substr(1));
    for (std::string cell; std::getline(rest, cell, '|');) cells.push_back(cell);
  }
  return rows;
}

TEST(Documentation, SaysOfEveryJudgeWhatItsVerdictsMean) {
  const std::string text = read_file(WT_SOURCE_DIR "/docs/checkers.md");
  std::map<std::string, int> told;  // in the first cells
  for (const auto& cells : rows_under(text, "## Every judge in a table")) {
    EXPECT_EQ(cells.size(), 7U) << cells[0];
    for (const std::string& cell : cells) EXPECT_GE(cell.size(), 3U) << cells[0];
    std::istringstream names(cells[0]);
    for (std::string name; std::getline(names, name, '`') && std::getline(names, name, '`');) {
      ++told[name];
    }
  }
  std::map<std::string, int> all;
  for (const checkers::Judge& judge : checkers::judges()) all[judge.name] = 1;
  EXPECT_EQ(told, all);
}

}  // namespace
}  // namespace windtunnel::cli_test
