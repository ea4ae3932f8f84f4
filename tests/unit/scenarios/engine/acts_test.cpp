// Actions of services: who does them, with which options, and what the run says of them.
#include "tests/unit/scenarios/running.h"

#include <windtunnel/faults/plan/simpler.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace windtunnel::scenarios {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

// What was done in the run at hand: "n1: shine colour=red".
std::vector<std::string>& done() {
  static std::vector<std::string> list;
  return list;
}

class Lamp final : public Service {
 public:
  explicit Lamp(const ServiceConfig& config) : name_(config.name) {}
  void start() override {}
  void shine(const OptionValues& options) {
    done().push_back(name_ + ": shine " + options.text("colour", "white") + " for " +
                     std::to_string(options.duration("span", seconds(1)).ns / 1'000'000) + " ms");
  }

 private:
  std::string name_;
};

constexpr OptionSpec kShineOptions[] = {
    {"colour", OptionKind::text, "white", "of the light", "white|red"},
    {"span", OptionKind::duration, "1s", "how long"},
};

Registry acts_registry() {
  Registry made;
  add_builtin(made);
  ServiceDefinition lamps;
  lamps.name = "lamp";
  lamps.make = [](Env&, const ServiceConfig& config) -> std::unique_ptr<Service> {
    return std::make_unique<Lamp>(config);
  };
  lamps.actions.push_back({"shine", "gives light",
                           [](Service& service, const OptionValues& options) {
                             static_cast<Lamp&>(service).shine(options);
                           },
                           kShineOptions});
  made.add(std::move(lamps));
  return made;
}

const std::string kLamps = R"(
scenario: v1
name: lamps
limits: { sim_time: 3s }
cluster:
  groups:
    - { name: n, count: 3, service: raft-kv }
    - { name: l, count: 2, service: lamp }
workloads:
  - { name: kv, type: register, clients: 2, rate: 20/s }
)";

RunResult run_acts(const std::string& fault, std::uint64_t seed = 1) {
  done().clear();
  return run_text(kLamps + "faults:\n  - { id: f, at: 1s, " + fault + " }\n", acts_registry(),
                  seed);
}

TEST(Acts, AreDoneByTheServiceOfTheNodeWithTheirOptions) {
  const RunResult result = run_acts("act: { nodes: l2, action: shine, colour: red, span: 20ms }");
  EXPECT_THAT(done(), ElementsAre("l2: shine red for 20 ms"));
  EXPECT_EQ(result.faults.at(0).bites, 1U);
  EXPECT_EQ(result.faults.at(0).label, "shine colour=red span=20ms");
  EXPECT_EQ(result.faults.at(0).kind, "shine");
}

TEST(Acts, HaveDefaultsForOptionsThatAreNotGiven) {
  run_acts("act: { nodes: l, action: shine }");
  EXPECT_THAT(done(),
              UnorderedElementsAre("l1: shine white for 1000 ms", "l2: shine white for 1000 ms"));
}

// Of a node that is drawn it is known in the run alone whether its service has the action.
TEST(Acts, PassOverNodesWhoseServiceHasNoSuchAction) {
  std::set<std::uint64_t> bites;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const RunResult result = run_acts("act: { nodes: random(1), action: shine }", seed);
    EXPECT_EQ(result.faults.at(0).bites, done().size());
    EXPECT_EQ(result.faults.at(0).windows.at(0).victims.size(), done().size());
    bites.insert(result.faults.at(0).bites);
  }
  EXPECT_THAT(bites, ElementsAre(0U, 1U));
}

TEST(Acts, ATimeoutOfAMixedClusterReachesTheNodesThatHaveOne) {
  const RunResult result = run_acts("timeout: all");
  EXPECT_EQ(result.faults.at(0).bites, 3U);
  for (const NodeId node : result.faults.at(0).windows.at(0).victims) EXPECT_LT(node.value, 3U);
}

TEST(Acts, ANodeThatIsDownDoesNothing) {
  done().clear();
  run_text(kLamps +
               "faults:\n  - { at: 500ms, crash: l1 }\n"
               "  - { at: 1s, act: { nodes: l, action: shine } }\n",
           acts_registry());
  EXPECT_THAT(done(), ElementsAre("l2: shine white for 1000 ms"));
}

TEST(Acts, AreDrawnByAFuzzSection) {
  done().clear();
  const std::string fuzz =
      "fuzz:\n"
      "  between: 500ms..2s\n"
      "  faults: 3\n"
      "  kinds:\n"
      "    - { act: { nodes: l1, action: shine, colour: red } }\n";
  const RunResult result = run_text(kLamps + fuzz, acts_registry());
  EXPECT_EQ(result.faults.size(), 3U);
  EXPECT_EQ(done().size(), 3U);
}

TEST(Acts, LoseTheirOptionsOneByOneWhenTheyAreMadeSimpler) {
  const faults::Act act{{}, "shine", {{"colour", "red"}, {"span", "20ms"}}};
  const std::vector<faults::Effect> simpler = faults::simpler_amounts(act);
  ASSERT_EQ(simpler.size(), 2U);
  EXPECT_EQ(title_of(simpler[0]), "shine span=20ms");
  EXPECT_EQ(title_of(simpler[1]), "shine colour=red");
  EXPECT_TRUE(faults::simpler_amounts(simpler[0]).at(0) ==
              faults::Effect(faults::Act{{}, "shine", {}}));
}

}  // namespace
}  // namespace windtunnel::scenarios
