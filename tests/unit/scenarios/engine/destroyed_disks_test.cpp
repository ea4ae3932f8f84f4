// Runs whose plan destroys disks: nothing that the plan did is a violation, and a core that works
// is found where there is one.
#include "tests/unit/scenarios/running.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace windtunnel::scenarios {
namespace {

using ::testing::HasSubstr;

constexpr const char* kSnapshots = "{ snapshot_every: 100, keep_entries: 20 }";

RunResult run(const std::string& faults, std::uint64_t seed,
              const std::string& config = kSnapshots) {
  const std::string text =
      "scenario: v1\n"
      "name: destroyed\n"
      "limits: { sim_time: 14s }\n"
      "cluster: { groups: [{ name: n, count: 5, service: raft-kv, config: " +
      config +
      " }] }\n"
      "workloads: [{ name: kv, type: cas-register, clients: 3, keys: 3, rate: 60/s, start: 1s }]\n"
      "heal: { at: 7s, within: 6s }\n"
      "properties: [linearizable, raft.*, recovers]\n"
      "faults:\n" +
      faults;
  return run_text(text, seed);
}

const PropertyResult& result_of(const RunResult& result, std::string_view check) {
  for (const PropertyResult& property : result.properties) {
    if (property.check == check) return property;
  }
  return result.properties.front();
}

std::string why(const RunResult& result) {
  std::string text = "seed " + std::to_string(result.seed);
  for (const std::string& reason : result.reasons) text += "; " + reason;
  return text;
}

// Two nodes of five are damaged, so nothing is lost and three are left to serve.
void expect_pass(const std::string& faults) {
  std::uint64_t bites = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const RunResult result = run(faults, seed);
    EXPECT_NE(result.verdict, RunVerdict::fail) << why(result);
    const Finding& recovery = result_of(result, "recovers").finding;
    EXPECT_EQ(recovery.decision, Decision::ok) << recovery.text;
    for (const FaultActivity& fault : result.faults) bites += fault.bites;
  }
  EXPECT_GT(bites, 0U);
}

TEST(DestroyedDisks, WipesOfAMinorityAreSurvived) {
  expect_pass(
      "  - { at: 3s, disk: { nodes: n1, fault: wipe } }\n"
      "  - { at: 5s, disk: { nodes: n2, fault: wipe } }\n");
}

TEST(DestroyedDisks, LiesOfAMinorityAreSurvived) {
  expect_pass(
      "  - { at: 2s, disk: { nodes: [n1, n2], fault: lie-fsync } }\n"
      "  - { at: 4s, crash: { nodes: [n1, n2], kind: power }, for: 300ms }\n");
}

TEST(DestroyedDisks, RotOfAMinorityIsSurvived) {
  expect_pass(
      "  - { at: 3s, disk: { nodes: [n1, n2], fault: bit-rot, probability: 0.2 } }\n"
      "  - { at: 4s, crash: { nodes: [n1, n2], kind: power }, for: 300ms }\n");
}

TEST(DestroyedDisks, MisdirectedWritesOfAMinorityAreSurvived) {
  expect_pass(
      "  - { at: 2s, disk: { nodes: [n1, n2], fault: misdirect, probability: 0.1 },\n"
      "      for: 2s }\n"
      "  - { at: 4500ms, crash: { nodes: [n1, n2], kind: power }, for: 300ms }\n");
}

TEST(DestroyedDisks, WithoutAMajorityOfIntactDisksRecoveryIsUnknown) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const RunResult result = run("  - { at: 4s, disk: { nodes: all, fault: wipe } }\n", seed);
    EXPECT_EQ(result.verdict, RunVerdict::unknown) << why(result);
    const Finding& recovery = result_of(result, "recovers").finding;
    EXPECT_EQ(recovery.decision, Decision::unknown);
    EXPECT_THAT(recovery.text, HasSubstr("destroyed the disks"));
  }
}

TEST(DestroyedDisks, LiesOfAllAreNoViolationWhenThePowerFails) {
  std::uint64_t undecided = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const RunResult result =
        run("  - { at: 2s, disk: { nodes: all, fault: lie-fsync }, for: 3s }\n"
            "  - { at: 4s, crash: { nodes: all, kind: power }, for: 300ms }\n",
            seed, "{}");
    EXPECT_NE(result.verdict, RunVerdict::fail) << why(result);
    if (result_of(result, "recovers").finding.decision == Decision::unknown) ++undecided;
  }
  EXPECT_GT(undecided, 0U);
}

TEST(DestroyedDisks, ProcessesThatGaveUpRunAgainAfterTheHeal) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const RunResult result =
        run("  - { at: 3s, disk: { nodes: all, fault: fail-fsync }, for: 3s }\n", seed);
    EXPECT_EQ(result.verdict, RunVerdict::pass) << why(result);
    EXPECT_GE(result.stats.exits, 3U) << "they stopped themselves";
  }
}

// The fsync of the directory fails after a snapshot got its name; the process ends, and the next
// one finds the file, syncs it and builds on it (found by fuzzing).
TEST(FoundSnapshots, AreDurableOnceRecoveryHasSyncedThem) {
  const RunResult result = run_text(R"(scenario: v1
name: snapshot-found-in-the-cache
seeds: 2494
limits: { sim_time: 9938ms }
cluster: { groups: [{ name: n, count: 3, service: raft-kv, config: { snapshot_every: 5 } }] }
workloads:
  - { name: kv, type: cas-register, rate: 60/s, start: 430ms, stop: 538ms, timeout: 1s }
faults:
  - { id: f1, at: 250ms, crash: n1, for: 1500us }
  - { id: f2, at: 450ms, pause: n3, for: 1s }
  - { id: f3, at: 1s, disk: { nodes: n3, fault: fail-fsync, probability: 0.2 }, for: 3s }
  - { id: f4, at: 4938ms, restart: n3 }
properties:
  - raft.ack-durable
)",
                                    2494);
  EXPECT_EQ(result.verdict, RunVerdict::pass);
  EXPECT_EQ(result.stats.exits, 1U) << "n3 gives up when its fsync fails";
}

}  // namespace
}  // namespace windtunnel::scenarios
