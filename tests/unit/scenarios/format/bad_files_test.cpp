// Broken files, one mistake each: bad/manifest.tsv says which error, in which line (0: any), with
// which words.
#include <windtunnel/scenarios/format/load.h>
#include <windtunnel/scenarios/format/yaml_document.h>
#include "tests/unit/scenarios/test_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace windtunnel::scenarios {
namespace {

using testing::HasSubstr;

const std::string kFolder = WT_SOURCE_DIR "/tests/unit/scenarios/format/bad/";

struct BadFile {
  std::string name;
  int exit_code = 0;
  std::string code;
  std::uint32_t line = 0;
  std::string words;
};

std::vector<BadFile> manifest() {
  std::ifstream input(kFolder + "manifest.tsv");
  std::vector<BadFile> files;
  for (std::string row; std::getline(input, row);) {
    std::istringstream fields(row);
    BadFile file;
    fields >> file.name >> file.exit_code >> file.code >> file.line;
    std::getline(fields >> std::ws, file.words);
    files.push_back(file);
  }
  return files;
}

LoadedScenario load(const std::string& path) {
  const Catalog catalog = test_catalog();
  return load_scenario(path, LoadOptions{{}, &catalog});
}

TEST(BadFiles, AreRefusedWithCodeLineAndWords) {
  const std::vector<BadFile> files = manifest();
  EXPECT_GE(files.size(), 30U);
  for (const BadFile& file : files) {
    SCOPED_TRACE(file.name);
    const LoadedScenario loaded = load(kFolder + file.name);
    EXPECT_FALSE(loaded.spec.has_value());
    ASSERT_FALSE(loaded.diagnostics.empty());
    const Diagnostic& error = loaded.diagnostics.errors().front();
    EXPECT_EQ(loaded.diagnostics.exit_code(), file.exit_code);
    EXPECT_EQ(to_string(error.code), file.code) << loaded.diagnostics.render();
    EXPECT_THAT(error.message + "; " + error.hint, HasSubstr(file.words));
    if (file.line != 0) {
      EXPECT_EQ(error.span.line, file.line) << loaded.diagnostics.render();
    }
    EXPECT_EQ(loaded.diagnostics.count(), 1U) << loaded.diagnostics.render();
    EXPECT_TRUE(explain(file.code).has_value());
  }
}

TEST(BadFiles, EveryFileIsInTheManifest) {
  std::size_t found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    found += entry.path().extension() == ".yaml" ? 1 : 0;
  }
  EXPECT_EQ(found, manifest().size());
}

TEST(BadFiles, AMissingFileIsAnotherExitCode) {
  const LoadedScenario loaded = load(kFolder + "no-such-file.yaml");
  EXPECT_EQ(loaded.diagnostics.exit_code(), 66);
  EXPECT_THAT(loaded.diagnostics.render(), HasSubstr("there is no file"));
}

TEST(BadFiles, ADirectoryIsRefused) {
  const LoadedScenario loaded = load(kFolder);
  EXPECT_EQ(loaded.diagnostics.exit_code(), 65);
  EXPECT_THAT(loaded.diagnostics.render(), HasSubstr("is a directory"));
}

TEST(BadFiles, MoreThanAMebibyteIsRefusedUnread) {
  const LoadedScenario loaded =
      parse_scenario("big.yaml", "scenario: v1\n" + std::string(kMaxFileBytes, '#'));
  EXPECT_EQ(loaded.diagnostics.exit_code(), 65);
  EXPECT_EQ(loaded.diagnostics.errors().front().code, Code::too_large);
}

TEST(BadFiles, AreReportedTogetherUpToTwenty) {
  std::string text = "scenario: v1\nname: many\nlimits: { sim_time: 1s }\n";
  for (int i = 0; i < 30; ++i) text += "unknown" + std::to_string(i) + ": 1\n";
  const LoadedScenario loaded = parse_scenario("many.yaml", text);
  EXPECT_EQ(loaded.diagnostics.errors().size(), 20U);
  EXPECT_GE(loaded.diagnostics.count(), 21U);
  EXPECT_THAT(loaded.diagnostics.render(), HasSubstr("more not shown"));
}

TEST(BadFiles, ShowLineCaretAndTheNearestKey) {
  const LoadedScenario loaded = parse_scenario("s.yaml", "scenario: v1\nname: x\nsead: 42\n");
  EXPECT_THAT(loaded.diagnostics.render(), HasSubstr("error[E014]: unknown key 'sead'\n"
                                                     "  --> s.yaml:3:1\n"
                                                     "   |\n"
                                                     " 3 | sead: 42\n"
                                                     "   | ^^^^ did you mean 'seeds'?\n"));
}

TEST(BadFiles, ShowWhichWordOfAListIsMeant) {
  const Catalog catalog = test_catalog();
  const LoadedScenario loaded = parse_scenario("s.yaml",
                                               "scenario: v1\nname: x\nlimits: { sim_time: 9s }\n"
                                               "cluster: { groups: [{ name: n, count: 3,\n"
                                               "  service: raft-kv }] }\nfaults:\n"
                                               "  - { at: 1s, crash: [n1, zz], for: 1s }\n"
                                               "  - { at: 2s, partition: [[n1, yy], [rest]] }\n",
                                               LoadOptions{{}, &catalog});
  const std::string text = loaded.diagnostics.render();
  EXPECT_THAT(text, HasSubstr("'zz'\n  --> s.yaml:7:27\n"));
  EXPECT_THAT(text, HasSubstr("'yy'\n  --> s.yaml:8:32\n"));
}

TEST(BadFiles, SayWhereAMisplacedKeyBelongs) {
  const LoadedScenario loaded = load(kFolder + "misplaced-key.yaml");
  EXPECT_THAT(loaded.diagnostics.render(), HasSubstr("'latency' belongs under network.default"));
}

TEST(BadFiles, AnUnknownSetIsRefused) {
  const LoadedScenario loaded =
      parse_scenario("s.yaml", "scenario: v1\nname: x\nparams: { nodes: 3 }\n",
                     LoadOptions{{{"node", "5"}}, nullptr});
  EXPECT_THAT(loaded.diagnostics.render(), HasSubstr("did you mean 'nodes'?"));
}

}  // namespace
}  // namespace windtunnel::scenarios
