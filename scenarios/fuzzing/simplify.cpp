#include <windtunnel/scenarios/fuzzing/simplify.h>

#include <windtunnel/scenarios/engine/draw.h>
#include <windtunnel/scenarios/fuzzing/plan_edit.h>
#include <windtunnel/scenarios/fuzzing/simplify_plan.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace windtunnel::scenarios {
namespace {

using Proposals = std::vector<ScenarioSpec>;

// Another check would end the run earlier, or does not matter any more.
Proposals only_what_fails(const Subject& subject) {
  Proposals proposals;
  propose(proposals, subject.spec, [&](ScenarioSpec& spec) {
    const std::size_t violated = subject.failure.property;
    PropertySpec only;
    if (violated < spec.properties.size()) only = spec.properties[violated];
    only.check = subject.failure.fingerprint.check;
    only.workload = subject.failure.fingerprint.workload;
    only.expect = Expectation::holds;
    // A crash ends every run; then what the properties were does not matter.
    if (only.check == "no-crash") {
      if (spec.properties.size() > 1) spec.properties.resize(1);
    } else {
      spec.properties = {only};
    }
    spec.floor = FloorSpec{};
    spec.tags.clear();
  });
  return proposals;
}

Duration round_up(Duration value, Duration unit) {
  return Duration{(value.ns + unit.ns - 1) / unit.ns * unit.ns};
}

// Nothing after the failure matters.
Proposals ends_early(const Subject& subject) {
  Proposals proposals;
  const Duration at = subject.failure.time;
  if (at.ns <= 0) return proposals;
  for (const Duration unit : {milliseconds(100), seconds(1)}) {
    const Duration end = round_up(at + milliseconds(1), unit);
    propose(proposals, subject.spec, [&](ScenarioSpec& spec) {
      if (spec.heal && spec.heal->at >= at) spec.heal.reset();
      const Duration least = spec.heal ? spec.heal->at + spec.heal->within : end;
      spec.limits.sim_time = std::min(spec.limits.sim_time, std::max(end, least));
      for (WorkloadSpec& workload : spec.workloads) {
        if (workload.stop && *workload.stop >= spec.limits.sim_time) workload.stop.reset();
      }
      std::erase_if(spec.plan.faults, [&](const faults::Fault& fault) {
        const Duration* begin = time_of(fault);
        return begin != nullptr && *begin > at;
      });
    });
  }
  return proposals;
}

GroupSpec plain_group(const ScenarioSpec& plain, std::size_t group) {
  return group < plain.cluster.groups.size() ? plain.cluster.groups[group] : GroupSpec{};
}

Proposals plain_world(const Subject& subject) {
  Proposals proposals;
  const ScenarioSpec& plain = subject.plain;
  const ScenarioSpec& spec = subject.spec;
  propose(proposals, spec, [&](ScenarioSpec& s) {
    s.network = plain.network;
    s.storage = plain.storage;
    s.clock = plain.clock;
    s.ties = plain.ties;
    for (std::size_t i = 0; i < s.cluster.groups.size(); ++i) {
      s.cluster.groups[i].compute = plain_group(plain, i).compute;
    }
  });
  propose(proposals, spec, [&](ScenarioSpec& s) {
    for (GroupSpec& group : s.cluster.groups) group.start = Duration{};
  });
  propose(proposals, spec, [&](ScenarioSpec& s) { s.network = plain.network; });
  propose(proposals, spec, [&](ScenarioSpec& s) { s.storage = plain.storage; });
  propose(proposals, spec, [&](ScenarioSpec& s) { s.clock = plain.clock; });
  propose(proposals, spec, [&](ScenarioSpec& s) { s.ties = plain.ties; });
  for (std::size_t i = 0; i < spec.cluster.groups.size(); ++i) {
    const GroupSpec usual = plain_group(plain, i);
    propose(proposals, spec, [&](ScenarioSpec& s) { s.cluster.groups[i].compute = usual.compute; });
    propose(proposals, spec, [&](ScenarioSpec& s) { s.cluster.groups[i].config = usual.config; });
    for (const auto& option : spec.cluster.groups[i].config) {
      if (usual.config.contains(option.first)) continue;
      propose(proposals, spec,
              [&](ScenarioSpec& s) { s.cluster.groups[i].config.erase(option.first); });
    }
  }
  return proposals;
}

Proposals fewer_nodes(const Subject& subject) {
  Proposals proposals;
  const ScenarioSpec& spec = subject.spec;
  for (std::size_t i = 0; i < spec.cluster.groups.size(); ++i) {
    propose(proposals, spec, [&](ScenarioSpec& s) { drop_spares(s, i); });
    const std::uint32_t count = spec.cluster.groups[i].count;
    for (std::uint32_t fewer = 1; fewer < count; ++fewer) {
      propose(proposals, spec, [&](ScenarioSpec& s) { resize_group(s, i, fewer); });
    }
  }
  return proposals;
}

Proposals fewer_clients(const Subject& subject) {
  Proposals proposals;
  const ScenarioSpec& spec = subject.spec;
  for (std::size_t i = 0; i < spec.workloads.size(); ++i) {
    const WorkloadSpec& workload = spec.workloads[i];
    if (workload.name != subject.failure.fingerprint.workload) {
      propose(proposals, spec, [&](ScenarioSpec& s) {
        resize_clients(s, i, 0);
        s.workloads.erase(s.workloads.begin() + static_cast<std::ptrdiff_t>(i));
      });
    }
    for (const std::uint32_t fewer : {1U, 2U, workload.clients / 2, workload.clients - 1}) {
      if (fewer == 0 || fewer >= workload.clients) continue;
      propose(proposals, spec, [&](ScenarioSpec& s) { resize_clients(s, i, fewer); });
    }
    if (workload.in_flight > 1) {
      propose(proposals, spec, [&](ScenarioSpec& s) { s.workloads[i].in_flight = 1; });
    }
    for (const auto& option : workload.options) {
      propose(proposals, spec,
              [&](ScenarioSpec& s) { s.workloads[i].options.erase(option.first); });
    }
    for (const std::uint32_t fewer : {1U, workload.keys / 2}) {
      if (fewer == 0 || fewer >= workload.keys) continue;
      propose(proposals, spec, [&](ScenarioSpec& s) { s.workloads[i].keys = fewer; });
    }
  }
  return proposals;
}

Proposals fewer_operations(const Subject& subject) {
  Proposals proposals;
  const ScenarioSpec& spec = subject.spec;
  for (std::size_t i = 0; i < spec.workloads.size(); ++i) {
    const WorkloadSpec& workload = spec.workloads[i];
    const Duration stop = workload.stop.value_or(spec.limits.sim_time);
    for (const std::int64_t part : {4, 2}) {
      const Duration length = stop - workload.start;
      const Duration later = two_digits(workload.start + length * (part - 1) / part);
      if (later > workload.start) {
        propose(proposals, spec, [&](ScenarioSpec& s) { s.workloads[i].start = later; });
      }
      const Duration sooner = two_digits(workload.start + length / part);
      if (sooner > workload.start && sooner < stop) {
        propose(proposals, spec, [&](ScenarioSpec& s) { s.workloads[i].stop = sooner; });
      }
    }
    if (!workload.rate) continue;
    for (const std::uint64_t part : {10U, 4U, 2U}) {
      const std::uint64_t rate = workload.rate->millionths_per_second / part / 1'000'000;
      if (rate == 0) continue;
      propose(proposals, spec,
              [&](ScenarioSpec& s) { s.workloads[i].rate = Rate{rate * 1'000'000}; });
    }
  }
  return proposals;
}

constexpr SimplifyPass kPasses[] = {
    {"what fails", &only_what_fails},        {"the end", &ends_early},
    {"fewer faults", &fewer_faults},         {"fewer nodes", &fewer_nodes},
    {"fewer clients", &fewer_clients},       {"a plain world", &plain_world},
    {"fewer operations", &fewer_operations}, {"fewer victims", &fewer_victims},
    {"simpler faults", &simpler_effects},    {"shorter faults", &shorter_faults},
    {"an earlier start", &earlier_start},    {"round times", &round_times},
};

constexpr SimplifyPass kPlanPasses[] = {{"fewer faults", &fewer_faults},
                                        {"fewer victims", &fewer_victims},
                                        {"simpler faults", &simpler_effects},
                                        {"shorter faults", &shorter_faults},
                                        {"round times", &round_times}};
constexpr SimplifyPass kSurroundingsPasses[] = {{"fewer nodes", &fewer_nodes},
                                                {"fewer clients", &fewer_clients},
                                                {"a plain world", &plain_world}};

}  // namespace

std::span<const SimplifyPass> simplify_passes() { return kPasses; }
std::span<const SimplifyPass> plan_passes() { return kPlanPasses; }
std::span<const SimplifyPass> surroundings_passes() { return kSurroundingsPasses; }

std::vector<ScenarioSpec> with_other_seeds(const Subject& subject) {
  constexpr std::uint64_t kOtherSeeds = 12;
  Proposals bold;
  for (const auto pass : {&fewer_faults, &fewer_nodes, &fewer_clients, &fewer_operations}) {
    for (ScenarioSpec& proposal : pass(subject)) bold.push_back(std::move(proposal));
  }
  Proposals proposals;
  const std::uint64_t seed = subject.spec.seeds.ranges.front().first;
  for (const ScenarioSpec& proposal : bold) {
    for (std::uint64_t i = 1; i <= kOtherSeeds && i <= UINT64_MAX - seed; ++i) {
      proposals.push_back(proposal);
      proposals.back().seeds.ranges = {SeedRange{seed + i, seed + i}};
    }
  }
  return proposals;
}

}  // namespace windtunnel::scenarios
