// The same scenario and seed give the same trace, whatever else is true of the process. Other
// compilers, optimisation levels and sanitizers are compared by .ci/run.
#include <windtunnel/harness/builtin.h>
#include <windtunnel/scenarios/engine/run.h>
#include <windtunnel/scenarios/format/load.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace windtunnel::scenarios {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> shipped() {
  std::vector<std::string> files;
  for (const char* folder : {"raft", "naive", "fuzz"}) {
    const fs::path path = fs::path(WT_SOURCE_DIR) / "scenarios" / folder;
    for (const auto& entry : fs::directory_iterator(path)) {
      if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

class Determinism : public ::testing::TestWithParam<std::string> {
 protected:
  Determinism() {
    add_builtin(registry_);
    const Catalog catalog = registry_.catalog();
    LoadOptions options;
    options.catalog = &catalog;
    LoadedScenario loaded = load_scenario(GetParam(), options);
    EXPECT_TRUE(loaded.spec.has_value()) << loaded.diagnostics.render();
    if (loaded.spec) spec_ = std::move(*loaded.spec);
  }

  RunResult run(TraceLevel level, RunArtifacts* artifacts = nullptr) const {
    RunOptions options;
    options.seed = 7;
    options.trace = level;
    return run_scenario(spec_, registry_, options, artifacts);
  }

  Registry registry_;
  ScenarioSpec spec_;
};

TEST_P(Determinism, TwoRunsWithAMovedHeapAreEqualRecordByRecord) {
  RunArtifacts first;
  RunArtifacts second;
  run(TraceLevel::full, &first);
  std::vector<std::unique_ptr<char[]>> junk;
  for (std::size_t i = 1; i < 1000; ++i) {
    junk.push_back(std::make_unique<char[]>(i * 131 % 9000 + 8));
    if (i % 2 == 0) junk[i / 2].reset();
  }
  run(TraceLevel::full, &second);
  EXPECT_EQ(first_difference(first.trace, second.trace), 0U);
  EXPECT_EQ(first.trace.hash, second.trace.hash);
  EXPECT_EQ(first.history_jsonl, second.history_jsonl);
}

TEST_P(Determinism, TheLevelOfTheTraceDoesNotChangeItsHash) {
  const RunResult hash = run(TraceLevel::hash);
  EXPECT_EQ(hash.trace_hash, run(TraceLevel::ring).trace_hash);
  EXPECT_EQ(hash.trace_hash, run(TraceLevel::full).trace_hash);
}

TEST_P(Determinism, AnotherSeedGivesAnotherTrace) {
  RunOptions options;
  options.seed = 8;
  EXPECT_NE(run(TraceLevel::hash).trace_hash, run_scenario(spec_, registry_, options).trace_hash);
}

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = fs::path(info.param).parent_path().filename().string() + "_" +
                     fs::path(info.param).stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Shipped, Determinism, ::testing::ValuesIn(shipped()), test_name);

}  // namespace
}  // namespace windtunnel::scenarios
