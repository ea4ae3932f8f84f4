// Scenarios and services for tests of fuzzing.
#pragma once

#include <windtunnel/harness/builtin.h>
#include <windtunnel/protocols/env/await.h>
#include <windtunnel/protocols/env/service.h>
#include <windtunnel/scenarios/engine/draw.h>
#include <windtunnel/scenarios/format/load.h>
#include <windtunnel/scenarios/fuzzing/fingerprint.h>

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace windtunnel::scenarios {

// Ends its process a second after its start.
class AbortingService final : public Service {
 public:
  explicit AbortingService(Env& env) : env_(env) {}
  void start() override { scope_.spawn(fail_soon(env_)); }

 private:
  static Task<void> fail_soon(Env& env) {
    co_await sleep_for(env, seconds(1));
    std::abort();
  }
  Env& env_;
  TaskScope scope_;
};

// Never comes back from its start.
class HangingService final : public Service {
 public:
  void start() override {
    const volatile bool forever = true;
    while (forever) {
    }
  }
};

class FuzzingTest : public testing::Test {
 protected:
  FuzzingTest() {
    add_builtin(registry_);
    ServiceDefinition aborting;
    aborting.name = "aborting";
    aborting.make = [](Env& env, const ServiceConfig&) -> std::unique_ptr<Service> {
      return std::make_unique<AbortingService>(env);
    };
    registry_.add(aborting);
    ServiceDefinition hanging;
    hanging.name = "hanging";
    hanging.make = [](Env&, const ServiceConfig&) -> std::unique_ptr<Service> {
      return std::make_unique<HangingService>();
    };
    registry_.add(hanging);
  }

  ScenarioSpec parse(const std::string& text) const {
    const Catalog catalog = registry_.catalog();
    LoadOptions options;
    options.catalog = &catalog;
    LoadedScenario loaded = parse_scenario("test.yaml", text, options);
    EXPECT_TRUE(loaded.spec.has_value()) << loaded.diagnostics.render() << text;
    return loaded.spec.value_or(ScenarioSpec{});
  }
  ScenarioSpec shipped(const std::string& name) const {
    LoadedScenario loaded = load_scenario(WT_SOURCE_DIR "/scenarios/fuzz/" + name);
    EXPECT_TRUE(loaded.spec.has_value()) << loaded.diagnostics.render();
    return loaded.spec.value_or(ScenarioSpec{});
  }

  SeedReport report(const ScenarioSpec& spec, std::uint64_t seed) const {
    std::optional<SeedReport> made = run_seed(spec, seed, registry_);
    EXPECT_TRUE(made.has_value());
    return made.value_or(SeedReport{});
  }

  // A seed of the naive store that fails, drawn.
  ScenarioSpec failing_naive(std::uint64_t seed, Failure& failure) const {
    ScenarioSpec spec = draw_scenario(shipped("naive-kv.yaml"), seed);
    std::optional<Failure> found = failure_of(report(spec, seed));
    EXPECT_TRUE(found.has_value()) << "choose another seed";
    if (found) failure = std::move(*found);
    return spec;
  }

  Registry registry_;
};

}  // namespace windtunnel::scenarios
