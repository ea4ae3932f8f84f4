// What clients do with what their workload says, and what the history has of it.
#include <windtunnel/checkers/history/history_io.h>
#include <windtunnel/scenarios/engine/workload.h>

#include "tests/unit/scenarios/running.h"

#include <gtest/gtest.h>

#include <string>

namespace windtunnel::scenarios {
namespace {

using checkers::History;
using checkers::Operation;

// What the clients of a scenario saw.
History history_of(const std::string& text, const Registry& registry) {
  const Catalog catalog = registry.catalog();
  LoadOptions options;
  options.catalog = &catalog;
  const LoadedScenario loaded = parse_scenario("test.yaml", text, options);
  EXPECT_TRUE(loaded.spec.has_value()) << loaded.diagnostics.render();
  RunArtifacts artifacts;
  (void)run_scenario(loaded.spec.value_or(ScenarioSpec{}), registry, RunOptions{}, &artifacts);
  checkers::HistoryResult history = checkers::read_history(artifacts.history_jsonl);
  EXPECT_TRUE(history.has_value());
  return history.has_value() ? std::move(*history) : History();
}

History history_of(const std::string& text) {
  Registry registry;
  add_builtin(registry);
  return history_of(text, registry);
}

TEST(Workload, ItsTimeoutHoldsForEveryService) {
  for (const std::string service : {"raft-kv", "naive-kv"}) {
    const History history = history_of(
        "scenario: v1\nname: cut-off\nlimits: { sim_time: 3s }\n"
        "cluster: { groups: [{ name: n, count: 3, service: " +
        service +
        " }] }\n"
        "workloads: [{ name: w, type: register, clients: 1, start: 1s, stop: 2s, timeout: 20ms }]\n"
        "faults: [{ at: 500ms, cut: { from: all, to: clients } }]\n"
        "properties: [linearizable]\n");
    ASSERT_GT(history.operations().size(), 10U) << service;
    for (const Operation& operation : history.operations()) {
      ASSERT_NE(history.completion(operation), nullptr) << service;
      const std::int64_t began = history.invocation(operation).time_ns;
      EXPECT_LE(history.completion(operation)->time_ns - began, milliseconds(20).ns) << service;
    }
  }
}

}  // namespace
}  // namespace windtunnel::scenarios
