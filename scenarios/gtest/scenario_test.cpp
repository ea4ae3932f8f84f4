#include <windtunnel/scenarios/gtest/scenario_test.h>

#include <windtunnel/harness/builtin.h>

#include <cstdio>

namespace windtunnel {

using scenarios::LoadedScenario;
using scenarios::LoadOptions;
using scenarios::ScenarioSpec;
using scenarios::TestRun;

ScenarioTest::ScenarioTest() { scenarios::add_builtin(registry_); }

ScenarioSpec ScenarioTest::accept(LoadedScenario loaded) {
  if (loaded.spec) return *std::move(loaded.spec);
  ADD_FAILURE() << loaded.diagnostics.render();
  return {};
}

ScenarioSpec ScenarioTest::load(const std::string& path, const SetValues& set) {
  const scenarios::Catalog catalog = registry_.catalog();
  return accept(scenarios::load_scenario(path, LoadOptions{set, &catalog}));
}

ScenarioSpec ScenarioTest::parse(const std::string& text, const SetValues& set) {
  const scenarios::Catalog catalog = registry_.catalog();
  return accept(scenarios::parse_scenario("scenario.yaml", text, LoadOptions{set, &catalog}));
}

TestRun ScenarioTest::run(const ScenarioSpec& spec, std::uint64_t seed) {
  ScenarioSpec complete = spec;
  faults::assign_ids(complete.plan);
  const scenarios::Catalog catalog = registry_.catalog();
  const std::string wrong = scenarios::why_invalid(complete, &catalog);
  if (!wrong.empty()) {
    ADD_FAILURE() << "this scenario cannot be run:\n" << wrong;
    TestRun refused;
    refused.scenario = spec.name;
    refused.seed = seed;
    refused.reasons.push_back("it was refused:\n" + wrong);
    return refused;
  }
  scenarios::TestRunOptions options;
  options.seed = seed;
  options.in_worker = settings_.in_worker;
  TestRun made = scenarios::run_for_test(complete, registry_, options);
  const bool bad = made.verdict != scenarios::RunVerdict::pass;
  if (bad && bad_.size() < settings_.most_kept) bad_.push_back(made);
  last_.assign(1, made);
  return made;
}

std::string ScenarioTest::keep_runs() {
  std::string text;
  for (const TestRun& made : bad_.empty() ? last_ : bad_) {
    text += describe(made, scenarios::keep_run(made, registry_, settings_.keep)) + "\n";
  }
  return text;
}

void ScenarioTest::TearDown() {
  if (!HasFailure()) return;
  const std::string kept = keep_runs();
  std::fputs(kept.c_str(), stdout);
  std::fflush(stdout);
}

}  // namespace windtunnel
