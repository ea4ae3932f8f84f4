#include <windtunnel/scenarios/fuzzing/simplify_plan.h>

#include <windtunnel/faults/plan/simpler.h>
#include <windtunnel/scenarios/engine/draw.h>
#include <windtunnel/scenarios/fuzzing/plan_edit.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace windtunnel::scenarios {
namespace {

using faults::Fault;
using Proposals = std::vector<ScenarioSpec>;

// For each fault one proposal, or as many as `change` has.
void propose_each(Proposals& proposals, const ScenarioSpec& spec,
                  const std::function<void(Fault&)>& change) {
  for (std::size_t i = 0; i < spec.plan.faults.size(); ++i) {
    propose(proposals, spec, [&](ScenarioSpec& s) { change(s.plan.faults[i]); });
  }
}

void drop_steps(Proposals& proposals, const ScenarioSpec& spec, std::size_t fault) {
  for (std::size_t i = 0; i < spec.plan.faults[fault].script.size(); ++i) {
    propose(proposals, spec, [&](ScenarioSpec& s) {
      std::vector<faults::Step>& script = s.plan.faults[fault].script;
      if (script.size() > 1) script.erase(script.begin() + static_cast<std::ptrdiff_t>(i));
    });
  }
}

// The largest of these units that `value` is a whole multiple of.
Duration unit_of(Duration value) {
  for (const Duration unit : {seconds(1), milliseconds(500), milliseconds(100), milliseconds(50),
                              milliseconds(10), milliseconds(5), milliseconds(1)}) {
    if (value.ns % unit.ns == 0) return unit;
  }
  return Duration{1};
}

// `value` to the next multiple of a larger unit than its own, the largest unit first.
std::vector<Duration> rounder(Duration value) {
  std::vector<Duration> rounded;
  for (const Duration unit : {seconds(1), milliseconds(500), milliseconds(100), milliseconds(50),
                              milliseconds(10), milliseconds(5), milliseconds(1)}) {
    if (unit <= unit_of(value)) break;
    const std::int64_t below = value.ns / unit.ns * unit.ns;
    const std::int64_t nearest = value.ns - below < unit.ns / 2 ? below : below + unit.ns;
    for (const std::int64_t ns : {nearest, below, below + unit.ns}) {
      const Duration candidate{ns};
      const bool known = std::find(rounded.begin(), rounded.end(), candidate) != rounded.end();
      if (ns > 0 && !known) rounded.push_back(candidate);
    }
  }
  return rounded;
}

void shift(ScenarioSpec& spec, Duration by) {
  for (Fault& fault : spec.plan.faults) {
    if (const Duration* at = time_of(fault)) set_time(fault, *at - by);
  }
  for (WorkloadSpec& workload : spec.workloads) {
    workload.start = std::max(Duration{}, workload.start - by);
    if (workload.stop) workload.stop = *workload.stop - by;
  }
  if (spec.heal) spec.heal->at = spec.heal->at - by;
  spec.limits.sim_time = spec.limits.sim_time - by;
}

}  // namespace

void propose(std::vector<ScenarioSpec>& proposals, const ScenarioSpec& spec,
             const std::function<void(ScenarioSpec&)>& change) {
  ScenarioSpec changed = spec;
  change(changed);
  if (!(changed == spec)) proposals.push_back(std::move(changed));
}

// Halves, quarters, ... single ones (Zeller's ddmin, without the complements: dropping one of n
// faults is proposed n times in the last round).
std::vector<ScenarioSpec> fewer_faults(const Subject& subject) {
  Proposals proposals;
  const std::size_t count = subject.spec.plan.faults.size();
  for (std::size_t size = count; size >= 1; size = size == 1 ? 0 : (size + 1) / 2) {
    for (std::size_t first = 0; first < count; first += size) {
      propose(proposals, subject.spec, [&](ScenarioSpec& s) {
        const auto from = s.plan.faults.begin() + static_cast<std::ptrdiff_t>(first);
        const auto to =
            s.plan.faults.begin() + static_cast<std::ptrdiff_t>(std::min(count, first + size));
        s.plan.faults.erase(from, to);
      });
    }
  }
  for (std::size_t i = 0; i < count; ++i) drop_steps(proposals, subject.spec, i);
  return proposals;
}

std::vector<ScenarioSpec> fewer_victims(const Subject& subject) {
  Proposals proposals;
  const ScenarioSpec& spec = subject.spec;
  for (std::size_t i = 0; i < spec.plan.faults.size(); ++i) {
    std::vector<std::string> names;
    Fault fault = spec.plan.faults[i];
    each_selector(fault.effect, [&](const Selector& selector) {
      for (const faults::Term& term : selector.terms) {
        const bool known = std::find(names.begin(), names.end(), term.name) != names.end();
        if (term.kind == faults::Term::Kind::named && !known) names.push_back(term.name);
      }
    });
    for (const std::string& name : names) {
      faults::FaultPlan alone{{spec.plan.faults[i]}};
      forget_node(alone, name);
      if (alone.faults.empty()) continue;
      propose(proposals, spec, [&](ScenarioSpec& s) { s.plan.faults[i] = alone.faults[0]; });
    }
  }
  return proposals;
}

std::vector<ScenarioSpec> simpler_effects(const Subject& subject) {
  Proposals proposals;
  const ScenarioSpec& spec = subject.spec;
  for (std::size_t i = 0; i < spec.plan.faults.size(); ++i) {
    const Fault& fault = spec.plan.faults[i];
    for (const faults::Trigger& simpler : faults::simpler_triggers(fault.trigger)) {
      if (!fault.choices.empty()) break;  // they need a random trigger
      propose(proposals, spec, [&](ScenarioSpec& s) { s.plan.faults[i].trigger = simpler; });
    }
    for (const faults::Effect& simpler : faults::simpler_amounts(fault.effect)) {
      propose(proposals, spec, [&](ScenarioSpec& s) { s.plan.faults[i].effect = simpler; });
    }
  }
  propose_each(proposals, spec, [](Fault& fault) { fault.label.clear(); });
  return proposals;
}

std::vector<ScenarioSpec> shorter_faults(const Subject& subject) {
  Proposals proposals;
  const ScenarioSpec& spec = subject.spec;
  propose_each(proposals, spec, [](Fault& fault) { fault.duration.reset(); });
  for (const std::int64_t part : {4, 2}) {
    propose_each(proposals, spec, [&](Fault& fault) {
      const Duration* length = length_of(fault);
      if (length != nullptr && *length / part >= milliseconds(1)) {
        set_length(fault, two_digits(*length / part));
      }
    });
  }
  return proposals;
}

std::vector<ScenarioSpec> earlier_start(const Subject& subject) {
  Proposals proposals;
  const ScenarioSpec& spec = subject.spec;
  Duration first = subject.failure.time;
  for (const Fault& fault : spec.plan.faults) {
    const Duration* at = time_of(fault);
    if (at != nullptr) first = std::min(first, *at);
    if (at == nullptr) return proposals;
  }
  for (const WorkloadSpec& workload : spec.workloads) {
    if (workload.stop) first = std::min(first, *workload.stop);
  }
  for (const std::int64_t part : {1, 2, 4}) {
    const Duration by{(first.ns - milliseconds(10).ns) / part / 1'000'000 * 1'000'000};
    if (by < milliseconds(10)) continue;
    propose(proposals, spec, [&](ScenarioSpec& s) { shift(s, by); });
  }
  return proposals;
}

std::vector<ScenarioSpec> round_times(const Subject& subject) {
  Proposals proposals;
  const ScenarioSpec& spec = subject.spec;
  for (std::size_t i = 0; i < spec.plan.faults.size(); ++i) {
    const Fault& fault = spec.plan.faults[i];
    if (const Duration* at = time_of(fault)) {
      for (const Duration rounded : rounder(*at)) {
        propose(proposals, spec, [&](ScenarioSpec& s) { set_time(s.plan.faults[i], rounded); });
      }
    }
    if (const Duration* length = length_of(fault)) {
      for (const Duration rounded : rounder(*length)) {
        if (rounded > *length) continue;  // `shorter_faults` would undo it
        propose(proposals, spec, [&](ScenarioSpec& s) { set_length(s.plan.faults[i], rounded); });
      }
    }
  }
  for (std::size_t i = 0; i < spec.workloads.size(); ++i) {
    for (const Duration rounded : rounder(spec.workloads[i].start)) {
      if (rounded < spec.workloads[i].start) continue;  // `fewer_operations` would undo it
      if (spec.workloads[i].stop && rounded >= *spec.workloads[i].stop) continue;
      propose(proposals, spec, [&](ScenarioSpec& s) { s.workloads[i].start = rounded; });
    }
  }
  return proposals;
}

}  // namespace windtunnel::scenarios
