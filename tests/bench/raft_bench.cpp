// Whole runs: Raft commits and checked seeds, as a user has them.
#include <windtunnel/harness/builtin.h>
#include <windtunnel/scenarios/engine/run.h>
#include <windtunnel/scenarios/engine/world.h>
#include "tests/bench/allocations.h"

#include <benchmark/benchmark.h>

namespace windtunnel::bench {
namespace {

using namespace windtunnel::scenarios;

const Registry& builtin() {
  static const Registry registry = [] {
    Registry made;
    add_builtin(made);
    return made;
  }();
  return registry;
}

ScenarioSpec cluster(std::uint32_t clients, Duration sim_time) {
  ScenarioSpec spec;
  spec.name = "bench";
  spec.limits.sim_time = sim_time;
  GroupSpec group;
  group.name = "n";
  group.count = 5;
  group.service = "raft-kv";
  spec.cluster.groups.push_back(group);
  WorkloadSpec workload;
  workload.name = "kv";
  workload.type = "register";
  workload.clients = clients;
  workload.keys = 16;
  workload.start = seconds(1);
  spec.workloads.push_back(workload);
  return spec;
}

// The writes of a whole scenario run: set-up and teardown, a client program and a node for each
// client, the workload's generator and the history take part. A client has one operation
// outstanding, so `clients` is the window. What the consensus alone costs is in commit_bench.cpp.
void RaftScenario(benchmark::State& state) {
  const auto clients = static_cast<std::uint32_t>(state.range(0));
  ScenarioSpec spec = cluster(clients, seconds(clients == 1 ? 30 : 6));
  spec.workloads[0].ops = {{"write", 1}};
  if (state.range(1) != 0) spec.properties.push_back({"raft.*", "", {}, "", {}, {}, {}, {}});
  RunOptions options;
  std::uint64_t commits = 0;
  std::uint64_t events = 0;
  std::uint64_t allocated = 0;
  for (auto _ : state) {
    const std::uint64_t before = allocations();
    const RunResult result = run_scenario(spec, builtin(), options);
    allocated += allocations() - before;
    commits += result.stats.ops_ok;
    events += result.events;
    if (result.verdict == RunVerdict::fail) state.SkipWithError("the run did not pass");
  }
  state.counters["commits/s"] =
      benchmark::Counter(static_cast<double>(commits), benchmark::Counter::kIsRate);
  state.counters["events/commit"] =
      static_cast<double>(events) / static_cast<double>(std::max<std::uint64_t>(commits, 1));
  state.counters["allocs/commit"] =
      static_cast<double>(allocated) / static_cast<double>(std::max<std::uint64_t>(commits, 1));
}
BENCHMARK(RaftScenario)
    ->ArgNames({"window", "invariants"})
    ->Args({1, 0})
    ->Args({1, 1})
    ->Args({64, 0})
    ->Args({64, 1})
    ->Unit(benchmark::kMillisecond);

// 60 simulated seconds, five nodes, faults, about 2,000 operations, all invariants and
// linearizability; report off.
void CheckedSeeds(benchmark::State& state) {
  ScenarioSpec spec = cluster(5, seconds(60));
  spec.workloads[0].type = "cas-register";
  spec.workloads[0].rate = Rate{36'000'000};
  spec.workloads[0].stop = seconds(58);
  for (int i = 0; i < 4; ++i) {
    faults::Fault fault;
    fault.trigger = faults::At{{seconds(5 + 12 * i), seconds(9 + 12 * i)}};
    fault.duration = faults::DurationRange{seconds(2), seconds(4)};
    faults::Selector leader;
    leader.terms.push_back({faults::Term::Kind::leader, "", 0});
    if (i % 2 == 0) {
      fault.effect = faults::Isolate{leader};
    } else {
      fault.effect = faults::Crash{leader, faults::Crash::Kind::power};
    }
    spec.plan.faults.push_back(fault);
  }
  faults::assign_ids(spec.plan);
  spec.heal = HealSpec{seconds(50), seconds(8)};
  for (const char* check : {"linearizable", "raft.*", "recovers"}) {
    spec.properties.push_back({check, "", {}, "", {}, {}, {}, {}});
  }
  RunOptions options;
  std::uint64_t seeds = 0;
  std::uint64_t operations = 0;
  std::uint64_t events = 0;
  for (auto _ : state) {
    const RunResult result = run_scenario(spec, builtin(), options);
    if (result.verdict != RunVerdict::pass) state.SkipWithError("the run did not pass");
    ++options.seed;
    ++seeds;
    operations += result.stats.ops_ok;
    events += result.events;
  }
  const auto runs = static_cast<double>(std::max<std::uint64_t>(seeds, 1));
  state.counters["seeds/s"] =
      benchmark::Counter(static_cast<double>(seeds), benchmark::Counter::kIsRate);
  state.counters["ops/seed"] = static_cast<double>(operations) / runs;
  state.counters["events/seed"] = static_cast<double>(events) / runs;
  state.SetLabel("reach 150/s");
}
BENCHMARK(CheckedSeeds)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace windtunnel::bench
