#include "my_store/my_kv.h"
#include <windtunnel/harness/builtin.h>
#include <windtunnel/scenarios/gtest/scenario_test.h>
#include <windtunnel/scenarios/rapidcheck/arbitrary.h>
#include <windtunnel/scenarios/rapidcheck/assert_that.h>

#include <rapidcheck/gtest.h>

namespace {

using namespace windtunnel;
using scenarios::ScenarioSpec;
using scenarios::TestRun;

class MyKv : public ScenarioTest {
 protected:
  MyKv() {
    registry().add(my_kv());
    settings().keep.command = "build/my-windtunnel";  // the command that knows my-kv
  }
};

TEST_F(MyKv, GivesStaleReadsFromItsBackups) {
  EXPECT_THAT(run(load("my-kv.yaml"), 3), Violates("linearizable"));
}

TEST_F(MyKv, GivesFreshReadsFromThePrimary) {
  ScenarioSpec spec = load("my-kv.yaml");
  spec.cluster.groups[0].config["reads"] = "primary";
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const TestRun made = run(spec, seed);
    EXPECT_THAT(made, Holds("linearizable"));
    EXPECT_THAT(made.history("kv"), IsLinearizable(RegisterModel{.independent = true}));
  }
}

scenarios::Registry my_registry() {
  scenarios::Registry registry;
  scenarios::add_builtin(registry);
  registry.add(my_kv());
  return registry;
}

// Three nodes that are read at the primary, and two clients.
ScenarioSpec my_scenario() {
  ScenarioSpec spec = gen::base_scenario();
  spec.cluster.groups[0] = {.name = "n", .count = 3, .service = "my-kv", .config = {}};
  spec.cluster.groups[0].config["reads"] = "primary";
  spec.heal.reset();
  spec.properties.resize(1);  // linearizable
  return spec;
}

RC_GTEST_PROP(MyKvUnderFaults, DoesNotCareWhatTimeItIs, ()) {
  const scenarios::Registry registry = my_registry();
  gen::PlanOptions options{.scenario = my_scenario(), .catalog = registry.catalog()};
  options.effects = {"clock_jump"};
  ScenarioSpec spec = options.scenario;
  spec.plan = *gen::fault_plan(options);
  WT_RC_ASSERT_THAT(scenarios::run_for_test(spec, registry), Holds("linearizable"));
}

}  // namespace
