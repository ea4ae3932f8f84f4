// Every shipped scenario does what it says: Raft ones pass for all of 200 seeds and are not
// vacuous, naive ones show their violation within 20 seeds. Each is an entry of ctest by itself
// (cmake/WindtunnelTests.cmake) and runs in one process, so that ctest can run several at a time.
#include <windtunnel/harness/builtin.h>
#include <windtunnel/scenarios/campaign/campaign.h>
#include <windtunnel/scenarios/format/load.h>
#include "tests/unit/sanitized.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace windtunnel::scenarios {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> files_in(const char* folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(fs::path(WT_SOURCE_DIR) / "scenarios" / folder)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

const Registry& builtin() {
  static const Registry registry = [] {
    Registry made;
    add_builtin(made);
    return made;
  }();
  return registry;
}

ScenarioSpec load(const std::string& path) {
  const Catalog catalog = builtin().catalog();
  LoadOptions options;
  options.catalog = &catalog;
  const LoadedScenario loaded = load_scenario(path, options);
  EXPECT_TRUE(loaded.spec.has_value()) << loaded.diagnostics.render();
  return loaded.spec.value_or(ScenarioSpec{});
}

struct Outcome {
  CampaignTotals totals;
  std::vector<SeedReport> reports;
};

Outcome run(const ScenarioSpec& spec, std::uint64_t seeds) {
  Outcome outcome;
  CampaignOptions options;
  options.seeds = SeedList::of({{1, seeds}}).value_or(SeedList());
  outcome.totals = run_campaign(spec, builtin(), options, [&](const SeedReport& report) {
    outcome.reports.push_back(report);
  });
  return outcome;
}

std::uint64_t median_operations(const Outcome& outcome) {
  std::vector<std::uint64_t> counts;
  for (const SeedReport& report : outcome.reports) counts.push_back(report.summary.ops_ok);
  std::sort(counts.begin(), counts.end());
  return counts.empty() ? 0 : counts[counts.size() / 2];
}

std::string bad_seeds(const Outcome& outcome) {
  std::string text;
  for (const SeedReport& report : outcome.reports) {
    if (report.summary.verdict == RunVerdict::pass) continue;
    text += "seed " + std::to_string(report.seed) + ": ";
    for (const std::string& reason : report.summary.reasons) text += reason + "; ";
    text += "\n";
    if (text.size() > 2000) break;
  }
  return text;
}

// What a sanitizer looks for shows in fewer.
constexpr std::uint64_t kSeeds = kSanitized ? 10 : 200;

class RaftScenario : public ::testing::TestWithParam<std::string> {};

TEST_P(RaftScenario, PassesForEverySeedAndEveryFaultBites) {
  const ScenarioSpec spec = load(GetParam());
  const Outcome outcome = run(spec, kSeeds);
  EXPECT_EQ(outcome.totals.pass, kSeeds) << bad_seeds(outcome);
  std::map<std::string, std::uint64_t> biting;
  for (const SeedReport& report : outcome.reports) {
    const boost::json::value line = boost::json::parse(report.line);
    for (const auto& fault : line.at("stats").at("faults").as_object()) {
      if (fault.value().at("bites").to_number<std::uint64_t>() > 0) ++biting[fault.key()];
    }
  }
  for (const faults::Fault& fault : spec.plan.faults) {
    EXPECT_GE(biting[fault.id] * 100, kSeeds * 95) << "fault " << fault.id;
  }
}

TEST_P(RaftScenario, ItsFloorIsHalfOfWhatARunWithoutFaultsDoes) {
  const ScenarioSpec spec = load(GetParam());
  ScenarioSpec calm = spec;
  calm.plan.faults.clear();
  calm.floor = {};
  const Outcome outcome = run(calm, 15);
  EXPECT_GE(2 * spec.floor.ops_ok, median_operations(outcome));
}

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = fs::path(info.param).stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(raft, RaftScenario, ::testing::ValuesIn(files_in("raft")), test_name);

class NaiveScenario : public ::testing::TestWithParam<std::string> {};

TEST_P(NaiveScenario, ShowsItsViolationWithin20Seeds) {
  const ScenarioSpec spec = load(GetParam());
  const Outcome outcome = run(spec, 20);
  EXPECT_EQ(outcome.totals.exit_code(), 0) << bad_seeds(outcome);
  EXPECT_TRUE(outcome.totals.never_violated.empty());
  const bool expects_violation =
      std::any_of(spec.properties.begin(), spec.properties.end(), [](const PropertySpec& property) {
        return property.expect == Expectation::violated ||
               property.expect == Expectation::violated_in_any;
      });
  EXPECT_TRUE(expects_violation);
}

INSTANTIATE_TEST_SUITE_P(naive, NaiveScenario, ::testing::ValuesIn(files_in("naive")), test_name);

TEST(Shipped, ThereAreAtLeast14Scenarios) {
  EXPECT_GE(files_in("raft").size() + files_in("naive").size(), 14U);
}

}  // namespace
}  // namespace windtunnel::scenarios
