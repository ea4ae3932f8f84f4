// What many seeds say together.
#include <windtunnel/scenarios/campaign/campaign.h>

#include <windtunnel/harness/builtin.h>
#include <windtunnel/scenarios/format/load.h>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace windtunnel::scenarios {
namespace {

std::vector<std::string> never_violated(const std::string& properties) {
  Registry registry;
  add_builtin(registry);
  const LoadedScenario loaded = parse_scenario(
      "test.yaml",
      "scenario: v1\nname: two\nlimits: { sim_time: 2s }\n"
      "cluster: { groups: [{ name: n, count: 3, service: naive-kv }] }\n"
      "workloads: [{ name: kv, type: register, clients: 2, rate: 50/s }]\nproperties: [" +
          properties + "]\n");
  EXPECT_TRUE(loaded.spec.has_value()) << loaded.diagnostics.render();
  CampaignOptions options;
  options.seeds = SeedList::of({{1, 2}}).value();
  return run_campaign(*loaded.spec, registry, options, [](const SeedReport&) {}).never_violated;
}

// Nobody is served within a nanosecond, and everybody within five seconds.
TEST(Campaign, TwoPropertiesOnOneCheckDoNotStandForEachOther) {
  const std::string any = "expect: violated in_any";
  const std::string breaks = "{ check: available, " + any + ", options: { max_p99: 1ns } }";
  const std::string keeps = "{ check: available, " + any + ", options: { max_p99: 5s } }";
  EXPECT_EQ(never_violated(breaks), (std::vector<std::string>{}));
  EXPECT_EQ(never_violated(keeps), (std::vector<std::string>{"available"}));
  EXPECT_EQ(never_violated(keeps + ", " + breaks), (std::vector<std::string>{"available"}));
}

}  // namespace
}  // namespace windtunnel::scenarios
