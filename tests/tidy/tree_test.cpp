// Runs the rules over this tree, and prints what is longest in it.
#include "tests/tidy/ratchet.h"
#include "tests/tidy/tidy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

namespace windtunnel::tidy {
namespace {

namespace fs = std::filesystem;
std::string read(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

// What git tracks; empty where there is no git.
std::vector<std::string> files_of_git() {
  const std::string command = "git -C '" WT_SOURCE_DIR "' ls-files 2>/dev/null";
  std::vector<std::string> paths;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  if (!pipe) return paths;
  std::string line;
  for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get())) {
    if (c != '\n') {
      line.push_back(static_cast<char>(c));
      continue;
    }
    paths.push_back(line);
    line.clear();
  }
  return paths;
}

std::vector<std::string> files_on_disk() {
  std::vector<std::string> paths;
  auto at = fs::recursive_directory_iterator(WT_SOURCE_DIR);
  for (; at != fs::recursive_directory_iterator(); ++at) {
    const std::string name = at->path().filename().string();
    if (at->is_directory() && (name == "build" || name == ".git" || name == "windtunnel-out")) {
      at.disable_recursion_pending();
    } else if (at->is_regular_file()) {
      paths.push_back(fs::relative(at->path(), WT_SOURCE_DIR).string());
    }
  }
  return paths;
}

bool is_checked(const std::string& path) {
  constexpr std::string_view kEndings[] = {".h",     ".cpp",           ".md",
                                           ".cmake", "CMakeLists.txt", ".yaml"};
  return std::any_of(std::begin(kEndings), std::end(kEndings),
                     [&](std::string_view ending) { return path.ends_with(ending); });
}

std::vector<File> tree() {
  std::vector<std::string> paths = files_of_git();
  if (paths.empty()) paths = files_on_disk();
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  std::vector<File> files;
  for (const std::string& path : paths) {
    const fs::path full = fs::path(WT_SOURCE_DIR) / path;
    if (!is_checked(path) || !fs::is_regular_file(full)) continue;
    const fs::path header = fs::path(full).replace_extension(".h");
    const bool has_header = path.ends_with(".cpp") && fs::exists(header);
    files.push_back({path, read(full), has_header ? read(header) : ""});
  }
  return files;
}

void print_longest(const char* title, std::vector<Measure> measures) {
  std::sort(measures.begin(), measures.end(), [](const Measure& a, const Measure& b) {
    return a.lines != b.lines ? a.lines > b.lines : a.path < b.path;
  });
  if (measures.empty()) return;
  std::cout << title << " (" << measures.size() << ", median "
            << measures[measures.size() / 2].lines << " lines)\n";
  measures.resize(std::min<std::size_t>(measures.size(), 8));
  for (const Measure& measure : measures) {
    std::cout << "  " << measure.lines << "  " << measure.path;
    if (!measure.name.empty()) std::cout << ":" << measure.line << " " << measure.name;
    std::cout << "\n";
  }
}

// What each hunk of the patch takes for the old text, in the file that it names; "" where there is
// none such.
std::string misfit(const fs::path& patch) {
  std::ifstream lines(patch);
  std::string text = "\n";
  std::string old = "\n";
  bool in_hunk = false;
  for (std::string line; std::getline(lines, line);) {
    const bool ends = line.starts_with("@@") || line.starts_with("diff ");
    if (ends && text.find(old) == std::string::npos) return old;
    if (ends) old = "\n";
    if (ends) in_hunk = line.starts_with("@@");
    if (!in_hunk && line.starts_with("--- a/")) {
      text = "\n" + read(fs::path(WT_SOURCE_DIR) / line.substr(6));
    }
    if (in_hunk && (line.empty() || line[0] == ' ' || line[0] == '-')) {
      old += line.substr(std::min<std::size_t>(1, line.size())) + "\n";
    }
  }
  return text.find(old) == std::string::npos ? old : "";
}

TEST(Tree, PlantedBugsFitTheCode) {
  int patches = 0;
  for (const auto& entry : fs::directory_iterator(WT_SOURCE_DIR "/tests/mutants")) {
    if (entry.path().extension() != ".patch") continue;
    ++patches;
    EXPECT_EQ(misfit(entry.path()), "") << entry.path().filename();
  }
  EXPECT_GE(patches, 45);
}

TEST(Tree, HasFiles) { EXPECT_GT(tree().size(), 10U); }

TEST(Tree, KeepsTheRules) {
  Findings findings;
  std::vector<Measure> sizes;
  std::vector<Measure> functions;
  for (const File& file : tree()) {
    const Report report = check(file);
    findings.insert(findings.end(), report.findings.begin(), report.findings.end());
    functions.insert(functions.end(), report.functions.begin(), report.functions.end());
    const bool code = file.path.ends_with(".h") || file.path.ends_with(".cpp");
    if (code) sizes.push_back({file.path, "", 1, count_lines(file.text)});
  }
  print_longest("longest files", sizes);
  print_longest("longest functions", functions);

  std::string left;
  for (const Finding& finding : apply_ratchet(findings, exceptions())) {
    left += finding.path + ":" + std::to_string(finding.line) + ": " + finding.rule + ": " +
            finding.message + "\n";
  }
  EXPECT_TRUE(left.empty()) << left;
}

}  // namespace
}  // namespace windtunnel::tidy
