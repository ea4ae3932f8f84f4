// A run of a scenario that a test spells out.
#pragma once

#include <windtunnel/harness/builtin.h>
#include <windtunnel/scenarios/engine/run.h>
#include <windtunnel/scenarios/format/load.h>

#include <gtest/gtest.h>

#include <string>

namespace windtunnel::scenarios {

// With the services, workloads and checks of the registry.
inline RunResult run_text(const std::string& text, const Registry& registry,
                          std::uint64_t seed = 1) {
  const Catalog catalog = registry.catalog();
  LoadOptions options;
  options.catalog = &catalog;
  const LoadedScenario loaded = parse_scenario("test.yaml", text, options);
  EXPECT_TRUE(loaded.spec.has_value()) << loaded.diagnostics.render();
  RunOptions how;
  how.seed = seed;
  return run_scenario(loaded.spec.value_or(ScenarioSpec{}), registry, how);
}

// With those that ship.
inline RunResult run_text(const std::string& text, std::uint64_t seed = 1) {
  Registry registry;
  add_builtin(registry);
  return run_text(text, registry, seed);
}

}  // namespace windtunnel::scenarios
