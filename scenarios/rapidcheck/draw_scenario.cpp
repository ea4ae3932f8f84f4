#include <windtunnel/scenarios/rapidcheck/draw_scenario.h>

#include <windtunnel/scenarios/rapidcheck/draw_values.h>

namespace windtunnel::gen {
namespace {

using scenarios::ScenarioSpec;

void vary_network(Draws& draws, scenarios::NetworkSpec& network) {
  scenarios::LinkProfile& links = network.standard;
  links.latency = draw_latency(draws, {microseconds(100), milliseconds(40)});
  if (draws.percent(30)) links.loss = draw_probability(draws, 50'000);
  if (draws.percent(30)) links.duplicate = draw_probability(draws, 50'000);
  if (draws.percent(30)) links.reorder = draw_probability(draws, 100'000);
}

void vary_storage(Draws& draws, scenarios::StorageSpec& storage) {
  scenarios::DiskProfile& disks = storage.standard;
  disks.read = draw_latency(draws, {microseconds(10), milliseconds(1)});
  disks.write = draw_latency(draws, {microseconds(1), microseconds(100)});
  disks.fsync = draw_latency(draws, {microseconds(50), milliseconds(15)});
}

void vary_clock(Draws& draws, scenarios::ClockSpec& clock) {
  const std::int64_t ppm = draws.between(0, 500);
  const Duration off = draws.between({}, seconds(2));
  clock.standard.drift_ppm = faults::IntegerRange{-ppm, ppm};
  clock.standard.wall_offset = faults::DurationRange{-off, off};
}

void vary_workload(Draws& draws, const scenarios::Catalog& catalog,
                   scenarios::WorkloadSpec& workload) {
  workload.clients = draws.count(1, workload.clients);
  workload.keys = draws.count(1, workload.keys);
  const auto* type = scenarios::find_named(catalog.workloads, workload.type);
  if (type == nullptr || type->operations.empty() || !draws.percent(30)) return;
  workload.ops.clear();
  for (const std::string& operation : type->operations) {
    workload.ops[operation] = draws.count(1, 5);
  }
}

}  // namespace

ScenarioSpec draw_surroundings(Draws& draws, const ScenarioOptions& options) {
  ScenarioSpec spec = options.plan.scenario;
  if (options.vary_cluster) {
    for (scenarios::GroupSpec& group : spec.cluster.groups) {
      group.count = draws.count(1, group.count);
    }
    if (draws.percent(30)) spec.ties = scenarios::TieOrder::seeded;
  }
  if (options.vary_network) vary_network(draws, spec.network);
  if (options.vary_storage) vary_storage(draws, spec.storage);
  if (options.vary_clock) vary_clock(draws, spec.clock);
  if (options.vary_workloads) {
    for (scenarios::WorkloadSpec& workload : spec.workloads) {
      vary_workload(draws, options.plan.catalog, workload);
    }
  }
  return spec;
}

}  // namespace windtunnel::gen
