// A fixture that runs scenarios. When the test has failed, it writes run directory and report of
// what went wrong and prints where they are and the command that makes the run again.
//
//   class MyStore : public windtunnel::ScenarioTest {
//    protected:
//     MyStore() {
//       registry().add(my_service());
//       settings().keep.command = "build/my-windtunnel";  // the command that knows the service
//     }
//   };
//
//   TEST_F(MyStore, SurvivesTheLossOfItsLeader) {
//     const windtunnel::scenarios::ScenarioSpec spec = load("tests/leader-loss.yaml");
//     for (std::uint64_t seed = 1; seed <= 20; ++seed) EXPECT_THAT(run(spec, seed), Passes());
//   }
#pragma once

#include <windtunnel/scenarios/campaign/test_run.h>
#include <windtunnel/scenarios/format/load.h>
#include <windtunnel/scenarios/gtest/matchers.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace windtunnel {

class ScenarioTest : public testing::Test {
 protected:
  using SetValues = std::vector<std::pair<std::string, std::string>>;
  struct Settings {
    scenarios::KeepOptions keep;  // where runs are kept, and which command replays them
    // Each run is made in a worker process; off for a debugger.
    bool in_worker = true;
    // Of the runs of a failed test, so many that did not pass are kept; if all did, the last one.
    std::size_t most_kept = 3;
  };

  // With what ships: harness/builtin.h.
  ScenarioTest();

  scenarios::Registry& registry() { return registry_; }
  Settings& settings() { return settings_; }

  // Scenarios from a file, or from its text; `set` as with `run --set`. What is wrong with it fails
  // the test, and the spec has no nodes then.
  scenarios::ScenarioSpec load(const std::string& path, const SetValues& set = {});
  scenarios::ScenarioSpec parse(const std::string& text, const SetValues& set = {});

  // A spec that could not stand in a file fails the test and is not run: its verdict is unknown.
  scenarios::TestRun run(const scenarios::ScenarioSpec& spec, std::uint64_t seed = 1);

  void TearDown() override;
  // What was kept for the test so far, in words; keeps it. Empty when nothing was run.
  std::string keep_runs();

 private:
  scenarios::ScenarioSpec accept(scenarios::LoadedScenario loaded);

  scenarios::Registry registry_;
  Settings settings_;
  std::vector<scenarios::TestRun> bad_;   // the first that did not pass
  std::vector<scenarios::TestRun> last_;  // one, or none
};

}  // namespace windtunnel
