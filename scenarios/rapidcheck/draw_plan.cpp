#include <windtunnel/scenarios/rapidcheck/draw_plan.h>

#include <windtunnel/protocols/base/assert.h>

#include <algorithm>
#include <utility>

namespace windtunnel::gen {

using namespace faults;

namespace {

Names names_of(const scenarios::ScenarioSpec& spec) {
  Names names;
  for (const scenarios::GroupSpec& group : spec.cluster.groups) {
    names.groups.push_back({group.name, group.count});
  }
  for (const scenarios::NodeLayout& node : scenarios::layout(spec)) {
    (node.client ? names.clients : names.servers).push_back(node.name);
  }
  for (const scenarios::WorkloadSpec& workload : spec.workloads) {
    names.clients.push_back(workload.client_name);
  }
  return names;
}

DurationRange begin_of(const PlanOptions& options) {
  if (options.begin) return *options.begin;
  const Duration end = options.scenario.limits.sim_time;
  const Duration last = options.scenario.heal ? options.scenario.heal->at : end * 3 / 4;
  return {{}, std::min(last, end)};
}

bool is_about(const PlanFrame& frame, const std::string& effect) {
  if (effect == "act") return !frame.actions.empty();
  if (effect == "disk") return !frame.disk_faults.empty();
  return effect != "script";
}

Trigger draw_when(Draws& draws, const PlanFrame& frame) {
  When when;
  when.pattern = draw_pattern(draws, frame.names);
  if (draws.percent(60)) when.delay = draw_range(draws, {{}, milliseconds(200)});
  when.repeat = draws.percent(30);
  when.from = draws.between(frame.begin.min, frame.begin.max);
  when.until = frame.begin.max;
  return when;
}

Trigger draw_every(Draws& draws, const PlanFrame& frame) {
  Every every;
  every.period = draws.between(milliseconds(300), milliseconds(300) + frame.longest);
  every.from = draws.between(frame.begin.min, frame.begin.max);
  every.until = draws.between(every.from, frame.begin.max);
  return every;
}

Trigger draw_randomly(Draws& draws, const PlanFrame& frame) {
  Randomly randomly;
  randomly.between.min = draws.between(frame.begin.min, frame.begin.max);
  randomly.between.max = draws.between(randomly.between.min, frame.begin.max);
  randomly.mean_interval = draws.between(milliseconds(200), seconds(2));
  return randomly;
}

DurationRange draw_duration(Draws& draws, const PlanFrame& frame) {
  const Duration least = std::min(milliseconds(10), frame.longest);
  return draw_range(draws, {least, frame.longest});
}

// Overloads that overlap multiply: a few of them, and one input takes longer than the run.
void let_repeat(Fault& fault) {
  if (std::holds_alternative<At>(fault.trigger)) return;
  auto* const when = std::get_if<When>(&fault.trigger);
  auto* const load = std::get_if<Overload>(&fault.effect);
  if (load != nullptr) load->factor = 1;
  if (load != nullptr && when != nullptr) when->repeat = false;
  for (Choice& choice : fault.choices) {
    if (auto* const one = std::get_if<Overload>(&choice.effect)) one->factor = 1;
  }
}

std::vector<Choice> draw_choices(Draws& draws, const PlanFrame& frame) {
  std::vector<Choice> choices(draws.count(2, 3));
  for (Choice& choice : choices) {
    choice.weight = draws.count(1, 5);
    choice.effect = draw_effect(draws, frame);
    if (lasts(choice.effect)) choice.duration = draw_duration(draws, frame);
  }
  return choices;
}

Step step_of(ScriptAction action) {
  Step step;
  step.action = std::move(action);
  return step;
}
Step step_of(Effect effect) {
  Step step;
  step.effect = std::move(effect);
  return step;
}

// Holds messages, does something to some of them, and lets the others go.
std::vector<Step> draw_script(Draws& draws, const PlanFrame& frame) {
  const MessageFilter filter = draw_filter(draws, frame);
  std::vector<Step> steps{step_of(Effect(Hold{filter}))};
  const std::uint32_t count = draws.count(1, 3);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t ordinal = draws.count(1, 3);
    const Duration pause = draws.between({}, milliseconds(400));
    switch (draws.below(5)) {
      case 0: steps.push_back(step_of(Wait{pause})); break;
      case 1: steps.push_back(step_of(Deliver{filter, ordinal})); break;
      case 2: steps.push_back(step_of(Drop{filter, ordinal})); break;
      case 3: steps.push_back(step_of(WaitUntil{draw_pattern(draws, frame.names)})); break;
      default: steps.push_back(step_of(draw_effect(draws, frame))); break;
    }
  }
  steps.push_back(step_of(Effect(Release{filter})));
  return steps;
}

Fault draw_fault(Draws& draws, const PlanFrame& frame) {
  Fault fault;
  const std::uint64_t trigger = draws.below(10);
  if (trigger < 6) fault.trigger = At{draw_range(draws, frame.begin)};
  if (trigger == 6) fault.trigger = draw_every(draws, frame);
  if (trigger == 7) fault.trigger = draw_randomly(draws, frame);
  if (trigger > 7) fault.trigger = draw_when(draws, frame);
  const bool has_effects = !frame.effects.empty();
  if (trigger == 7 && has_effects && draws.percent(50)) {
    fault.choices = draw_choices(draws, frame);
    let_repeat(fault);
    return fault;
  }
  const bool once = trigger < 6;
  if (!has_effects || (frame.scripts && once && draws.percent(10))) {
    fault.script = draw_script(draws, frame);
    return fault;
  }
  fault.effect = draw_effect(draws, frame);
  if (lasts(fault.effect)) fault.duration = draw_duration(draws, frame);
  let_repeat(fault);
  return fault;
}

}  // namespace

PlanFrame::PlanFrame(const PlanOptions& options)
    : names(names_of(options.scenario)),
      begin(begin_of(options)),
      end(options.scenario.limits.sim_time),
      longest(options.longest),
      max_faults(options.max_faults),
      disk_faults(options.disk_faults),
      damage_messages(options.damage_messages) {
  WT_ASSERT(!names.servers.empty(), "a plan is for a scenario with servers");
  WT_ASSERT(begin.min <= begin.max && begin.max <= end, "faults begin within the run");
  for (const scenarios::GroupSpec& group : options.scenario.cluster.groups) {
    const auto* service = scenarios::find_named(options.catalog.services, group.service);
    if (service == nullptr) continue;
    for (const scenarios::ActionInfo& action : service->actions) actions.push_back(action.name);
    message_types.insert(message_types.end(), service->message_types.begin(),
                         service->message_types.end());
  }
  for (const std::string& effect : options.effects) {
    if (effect == "script") scripts = true;
    if (is_about(*this, effect)) effects.push_back(effect);
  }
  WT_ASSERT(scripts || !effects.empty(), "the options allow an effect that the scenario has");
}

FaultPlan draw_plan(Draws& draws, const PlanFrame& frame) {
  FaultPlan plan;
  const std::size_t most = frame.max_faults * static_cast<std::size_t>(draws.size()) / 100 + 1;
  const std::uint64_t count = draws.below(std::min(most, frame.max_faults) + 1);
  for (std::uint64_t i = 0; i < count; ++i) {
    plan.faults.push_back(draw_fault(draws, frame));
    plan.faults.back().id = "f" + std::to_string(i + 1);
  }
  return plan;
}

Duration earliest(const Fault& fault) {
  if (const auto* at = std::get_if<At>(&fault.trigger)) return at->time.min;
  if (const auto* every = std::get_if<Every>(&fault.trigger)) return every->from;
  if (const auto* randomly = std::get_if<Randomly>(&fault.trigger)) return randomly->between.min;
  return std::get<When>(fault.trigger).from;
}

}  // namespace windtunnel::gen
