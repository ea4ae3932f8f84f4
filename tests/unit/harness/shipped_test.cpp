// The scenarios that ship, and the format's law: what is printed reads back as the same.
#include <windtunnel/harness/builtin.h>
#include <windtunnel/scenarios/format/load.h>
#include <windtunnel/scenarios/format/print.h>
#include <windtunnel/scenarios/format/schema.h>
#include "tests/unit/scenarios/test_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace windtunnel::scenarios {
namespace {

std::vector<std::string> shipped() {
  std::vector<std::string> paths;
  for (const char* folder : {"raft", "naive", "fuzz"}) {
    const std::string root = std::string(WT_SOURCE_DIR "/scenarios/") + folder;
    for (const auto& entry : std::filesystem::directory_iterator(root)) {
      if (entry.path().extension() == ".yaml") paths.push_back(entry.path().string());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string content(const std::string& path) {
  std::ifstream input(path);
  std::ostringstream text;
  text << input.rdbuf();
  return text.str();
}

TEST(Shipped, AreWithoutErrors) {
  Registry registry;
  add_builtin(registry);
  const Catalog catalog = registry.catalog();
  EXPECT_GE(shipped().size(), 30U);
  for (const std::string& path : shipped()) {
    const LoadedScenario loaded = load_scenario(path, LoadOptions{{}, &catalog});
    EXPECT_TRUE(loaded.spec.has_value()) << loaded.diagnostics.render();
    if (!loaded.spec) continue;
    const std::string stem = std::filesystem::path(path).stem().string();
    const std::string folder = std::filesystem::path(path).parent_path().filename().string();
    EXPECT_EQ(loaded.spec->name, folder + "-" + stem);
    EXPECT_LE(loaded.spec->limits.sim_time, seconds(60));
    EXPECT_FALSE(loaded.spec->properties.empty());
    EXPECT_GT(loaded.spec->floor.ops_ok, 0U);
  }
}

TEST(Shipped, PrintAndReadBackAsTheSame) {
  for (const std::string& path : shipped()) {
    const LoadedScenario loaded = load_scenario(path);
    ASSERT_TRUE(loaded.spec.has_value()) << loaded.diagnostics.render();
    const std::string text = print_spec(*loaded.spec);
    const LoadedScenario again = parse_scenario("printed.yaml", text);
    ASSERT_TRUE(again.spec.has_value()) << again.diagnostics.render() << text;
    EXPECT_TRUE(*again.spec == *loaded.spec) << text;
    EXPECT_EQ(print_spec(*again.spec), text);
  }
}

// Deletes, doubles, swaps or replaces pieces of a valid file.
std::string mutated(std::string text) {
  const int edits = *rc::gen::inRange(1, 6);
  for (int i = 0; i < edits && !text.empty(); ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    const auto length = *rc::gen::inRange<std::size_t>(1, 20);
    const auto other = *rc::gen::inRange<std::size_t>(0, text.size());
    switch (*rc::gen::inRange(0, 4)) {
      case 0: text.erase(at, length); break;
      case 1: text.insert(at, text.substr(other, length)); break;
      case 2:
        text[at] = *rc::gen::element('{', '}', '[', ']', ':', '-', '"', '\n', ' ', '&', '*', '!',
                                     '0', '9', '.', '$', '#', '|', '\t', '\xff');
        break;
      default: text.insert(at, *rc::gen::arbitrary<std::string>()); break;
    }
  }
  return text;
}

RC_GTEST_PROP(Mutations, AreReadOrRefusedAndNeverCrash, ()) {
  const Catalog catalog = test_catalog();
  const std::string path = *rc::gen::elementOf(shipped());
  const std::string text = mutated(content(path));
  const LoadedScenario loaded = parse_scenario(path, text, LoadOptions{{}, &catalog});
  RC_ASSERT(loaded.spec.has_value() == loaded.diagnostics.empty());
  RC_ASSERT(loaded.diagnostics.empty() == loaded.diagnostics.render().empty());
  if (!loaded.spec) return;
  const LoadedScenario again = parse_scenario("printed.yaml", print_spec(*loaded.spec));
  RC_ASSERT(again.spec.has_value());
  RC_ASSERT(*again.spec == *loaded.spec);
}

}  // namespace
}  // namespace windtunnel::scenarios
