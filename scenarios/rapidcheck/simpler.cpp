#include <windtunnel/scenarios/rapidcheck/simpler.h>

#include <windtunnel/faults/plan/simpler.h>

#include <algorithm>
#include <utility>

namespace windtunnel::gen {

using namespace faults;

namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

// The same, and shorter.
std::vector<DurationRange> simpler_durations(const DurationRange& duration) {
  std::vector<DurationRange> simpler;
  if (duration.min != duration.max) {
    simpler.push_back({duration.min, duration.min});
    return simpler;
  }
  const Duration half{duration.min.ns / 2 / kMillisecond * kMillisecond};
  if (half.ns >= 10 * kMillisecond) simpler.push_back({half, half});
  for (const DurationRange& rounded : simpler_times(duration)) {
    if (rounded.min.ns > 0) simpler.push_back(rounded);
  }
  return simpler;
}

void simplify_trigger(const Fault& fault, std::vector<Fault>& out) {
  const auto with = [&](Trigger trigger) {
    out.push_back(fault);
    out.back().trigger = std::move(trigger);
  };
  if (const auto* at = std::get_if<At>(&fault.trigger)) {
    for (const DurationRange& time : simpler_times(at->time)) with(At{time});
    return;
  }
  // A choice needs a random trigger.
  const bool once = fault.choices.empty();
  if (const auto* every = std::get_if<Every>(&fault.trigger)) {
    with(At{{every->from, every->from}});
  } else if (const auto* randomly = std::get_if<Randomly>(&fault.trigger)) {
    if (once) with(At{{randomly->between.min, randomly->between.min}});
  } else if (const auto* when = std::get_if<When>(&fault.trigger)) {
    with(At{{when->from, when->from}});
    When simpler = *when;
    simpler.repeat = false;
    if (when->repeat) with(simpler);
    simpler = *when;
    simpler.delay = {};
    if (when->delay.max.ns > 0) with(simpler);
  }
}

void simplify_body(const Fault& fault, std::vector<Fault>& out) {
  for (const Choice& choice : fault.choices) {
    Fault simpler = fault;
    simpler.choices.clear();
    simpler.effect = choice.effect;
    simpler.duration = choice.duration;
    out.push_back(std::move(simpler));
  }
  for (std::size_t i = 0; i < fault.script.size(); ++i) {
    // Without its end a script holds messages for ever.
    if (fault.script.size() == 1 || std::holds_alternative<Release>(fault.script[i].effect)) break;
    out.push_back(fault);
    out.back().script.erase(out.back().script.begin() + static_cast<std::ptrdiff_t>(i));
  }
  for (Effect& effect : simpler_effects(fault.effect)) {
    out.push_back(fault);
    out.back().effect = std::move(effect);
  }
}

// Two halves, four quarters, and so on: the plan without each.
void drop_faults(const FaultPlan& plan, std::vector<FaultPlan>& out) {
  const std::size_t count = plan.faults.size();
  if (count > 0) out.emplace_back();
  for (std::size_t size = count / 2; size > 0; size /= 2) {
    for (std::size_t from = 0; from < count; from += size) {
      FaultPlan rest;
      for (std::size_t i = 0; i < count; ++i) {
        if (i < from || i >= from + size) rest.faults.push_back(plan.faults[i]);
      }
      if (size < count) out.push_back(std::move(rest));
    }
  }
}

}  // namespace

std::vector<Fault> simpler_faults(const Fault& fault) {
  std::vector<Fault> out;
  simplify_trigger(fault, out);
  simplify_body(fault, out);
  if (fault.duration) {
    for (const DurationRange& duration : simpler_durations(*fault.duration)) {
      out.push_back(fault);
      out.back().duration = duration;
    }
  }
  return out;
}

std::vector<FaultPlan> simpler_plans(const FaultPlan& plan) {
  std::vector<FaultPlan> out;
  drop_faults(plan, out);
  for (std::size_t i = 0; i < plan.faults.size(); ++i) {
    for (Fault& fault : simpler_faults(plan.faults[i])) {
      out.push_back(plan);
      out.back().faults[i] = std::move(fault);
    }
  }
  return out;
}

std::vector<scenarios::ScenarioSpec> simpler_surroundings(const scenarios::ScenarioSpec& spec,
                                                          const scenarios::ScenarioSpec& base) {
  std::vector<scenarios::ScenarioSpec> out;
  const auto reset = [&](auto member) {
    if (spec.*member == base.*member) return;
    out.push_back(spec);
    out.back().*member = base.*member;
  };
  reset(&scenarios::ScenarioSpec::network);
  reset(&scenarios::ScenarioSpec::storage);
  reset(&scenarios::ScenarioSpec::clock);
  reset(&scenarios::ScenarioSpec::ties);
  for (std::size_t i = 0; i < spec.cluster.groups.size(); ++i) {
    for (std::uint32_t count = 1; count < spec.cluster.groups[i].count; count += 2) {
      out.push_back(spec);
      out.back().cluster.groups[i].count = count;
    }
  }
  for (std::size_t i = 0; i < spec.workloads.size(); ++i) {
    const scenarios::WorkloadSpec& workload = spec.workloads[i];
    const auto with = [&](auto member, auto value) {
      out.push_back(spec);
      out.back().workloads[i].*member = value;
    };
    if (workload.keys > 1) with(&scenarios::WorkloadSpec::keys, 1U);
    if (workload.clients > 1) with(&scenarios::WorkloadSpec::clients, workload.clients / 2);
    if (workload.ops != base.workloads[i].ops) {
      with(&scenarios::WorkloadSpec::ops, base.workloads[i].ops);
    }
  }
  return out;
}

}  // namespace windtunnel::gen
