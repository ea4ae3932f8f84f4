#include <windtunnel/scenarios/fuzzing/plan_edit.h>

#include <windtunnel/scenarios/engine/run.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace windtunnel::scenarios {
namespace {

using faults::Fault;

// False when the effect concerns nobody any more.
bool forget_in(faults::Effect& effect, const std::string& name) {
  bool empty = false;
  each_selector(effect, [&](Selector& selector) {
    const std::size_t before = selector.terms.size();
    std::erase_if(selector.terms, [&](const faults::Term& term) {
      return term.kind == faults::Term::Kind::named && term.name == name;
    });
    if (before != 0 && selector.terms.empty()) empty = true;
  });
  auto* partition = std::get_if<faults::Partition>(&effect);
  if (partition == nullptr || partition->sides.shape != faults::Sides::Shape::listed) return !empty;
  std::erase_if(partition->sides.sides, [](const Selector& side) { return side.terms.empty(); });
  return partition->sides.sides.size() >= 2;
}

// The occurrence `number` of `fault`, as a fault of its own.
Fault frozen_fault(const Fault& fault, const FaultActivity::Window& window, std::size_t number) {
  Fault frozen;
  frozen.id = number == 0 ? fault.id : fault.id + "." + std::to_string(number + 1);
  frozen.label = fault.label;
  const Duration at = window.begin - Instant{};
  frozen.trigger = faults::At{{at, at}};
  frozen.effect = *window.frozen;
  frozen.duration = fault.duration;
  const bool is_range = fault.duration && fault.duration->min != fault.duration->max;
  const bool chosen = !fault.choices.empty();
  if ((is_range || chosen) && window.end != kEndOfTime) {
    const Duration length = window.end - window.begin;
    frozen.duration = DurationRange{length, length};
  }
  return frozen;
}

}  // namespace

const Duration* time_of(const Fault& fault) {
  const auto* at = std::get_if<faults::At>(&fault.trigger);
  return at != nullptr && at->time.min == at->time.max ? &at->time.min : nullptr;
}

Duration* time_of(Fault& fault) { return const_cast<Duration*>(time_of(std::as_const(fault))); }

void set_time(Fault& fault, Duration at) { fault.trigger = faults::At{{at, at}}; }

const Duration* length_of(const Fault& fault) {
  const bool fixed = fault.duration && fault.duration->min == fault.duration->max;
  return fixed ? &fault.duration->min : nullptr;
}

void set_length(Fault& fault, Duration length) { fault.duration = DurationRange{length, length}; }

void forget_node(faults::FaultPlan& plan, const std::string& name) {
  std::erase_if(plan.faults, [&](Fault& fault) {
    if (!fault.script.empty()) {
      std::erase_if(fault.script,
                    [&](faults::Step& step) { return !forget_in(step.effect, name); });
      return fault.script.empty();
    }
    std::erase_if(fault.choices,
                  [&](faults::Choice& choice) { return !forget_in(choice.effect, name); });
    const bool had_effect = fault.effect.index() != 0;
    return !forget_in(fault.effect, name) || (!had_effect && fault.choices.empty());
  });
}

namespace {

// The nodes with the last numbers go, as many as `change` leaves out.
void change_group(ScenarioSpec& spec, std::size_t group,
                  const std::function<void(GroupSpec&)>& change) {
  GroupSpec& changed = spec.cluster.groups[group];
  const std::uint32_t before = node_count(changed);
  change(changed);
  for (std::uint32_t i = node_count(changed) + 1; i <= before; ++i) {
    forget_node(spec.plan, changed.name + std::to_string(i));
  }
}

}  // namespace

void resize_group(ScenarioSpec& spec, std::size_t group, std::uint32_t count) {
  change_group(spec, group, [count](GroupSpec& changed) { changed.count = count; });
}

void drop_spares(ScenarioSpec& spec, std::size_t group) {
  change_group(spec, group, [](GroupSpec& changed) { changed.spare = SpareSpec{}; });
}

void resize_clients(ScenarioSpec& spec, std::size_t workload, std::uint32_t count) {
  WorkloadSpec& changed = spec.workloads[workload];
  for (std::uint32_t i = count + 1; i <= changed.clients; ++i) {
    forget_node(spec.plan, changed.client_name + std::to_string(i));
  }
  changed.clients = count;
}

std::size_t count_faults(const faults::FaultPlan& plan) {
  std::size_t count = 0;
  for (const Fault& fault : plan.faults) count += std::max<std::size_t>(1, fault.script.size());
  return count;
}

std::uint32_t count_servers(const ScenarioSpec& spec) {
  std::uint32_t count = 0;
  for (const GroupSpec& group : spec.cluster.groups) count += node_count(group);
  return count;
}

std::uint32_t count_clients(const ScenarioSpec& spec) {
  std::uint32_t count = 0;
  for (const WorkloadSpec& workload : spec.workloads) count += workload.clients;
  return count;
}

faults::FaultPlan frozen_plan(const faults::FaultPlan& plan,
                              const std::vector<FaultActivity>& activity) {
  faults::FaultPlan frozen;
  for (const Fault& fault : plan.faults) {
    const auto of_this = std::find_if(activity.begin(), activity.end(),
                                      [&](const auto& each) { return each.id == fault.id; });
    if (!fault.script.empty() || of_this == activity.end()) {
      frozen.faults.push_back(fault);
      continue;
    }
    for (std::size_t i = 0; i < of_this->windows.size(); ++i) {
      const FaultActivity::Window& window = of_this->windows[i];
      if (window.frozen) frozen.faults.push_back(frozen_fault(fault, window, i));
    }
  }
  return frozen;
}

}  // namespace windtunnel::scenarios
