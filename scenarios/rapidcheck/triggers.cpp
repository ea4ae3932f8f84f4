#include <windtunnel/scenarios/rapidcheck/triggers.h>

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/sim/trace/dictionary.h>

#include <algorithm>
#include <optional>
#include <set>

namespace windtunnel::gen {

using namespace faults;

namespace {

Trigger draw_trigger(Duration from, Duration until, const std::vector<std::string>& moments,
                     DrawKey draws) {
  const Duration some = milliseconds(300 + static_cast<std::int64_t>(scale(draws.at(1), 1'700)));
  switch (scale(draws.at(0), 10)) {
    case 0: return Every{some, from, until};
    case 1: return Randomly{{from, until}, some};
    case 2:
    case 3: {
      if (moments.empty()) break;
      When when;
      const std::optional<Pattern> pattern =
          parse_pattern(moments[scale(draws.at(2), moments.size())]);
      WT_ASSERT(pattern.has_value(), "a generated pattern is one of the format");
      when.pattern = *pattern;
      if (scale(draws.at(3), 2) == 1) when.delay = {Duration{}, milliseconds(200)};
      when.repeat = scale(draws.at(4), 3) == 0;
      when.from = from;
      when.until = until;
      return when;
    }
    default: break;
  }
  return At{{from, from}};
}

}  // namespace

void vary_triggers(FaultPlan& plan, DurationRange within, const std::vector<std::string>& moments,
                   DrawKey draws) {
  for (std::size_t i = 0; i < plan.faults.size(); ++i) {
    Fault& fault = plan.faults[i];
    // Those that overlap multiply: a few of them, and one input takes longer than the run.
    if (std::holds_alternative<Overload>(fault.effect)) continue;
    fault.trigger = draw_trigger(earliest(fault), within.max, moments, draws.of(i));
  }
}

std::vector<std::string> moments_of(const scenarios::ScenarioSpec& scenario,
                                    const scenarios::Catalog& catalog) {
  Dictionary dictionary;
  for (const scenarios::GroupSpec& group : scenario.cluster.groups) {
    const auto* service = scenarios::find_named(catalog.services, group.service);
    if (service != nullptr) dictionary.add(group.name, group.service, 1, service->words);
  }
  std::set<std::string> moments;
  for (const ServiceWords& service : dictionary.services()) {
    for (const windtunnel::Counter& counter : service.counters) {
      if (counter.announced_by == ObservationKind::none) continue;
      const bool is_slow = counter.strip == Strip::label;
      moments.insert(std::string(counter.name) + (is_slow ? " >= 3" : " >= 20"));
    }
    for (const ObservationWord& word : service.words) {
      if (word.weight == Weight::news) moments.insert("event kind=" + std::string(word.name));
    }
    const bool has_leader = std::any_of(service.roles.begin(), service.roles.end(),
                                        [](const RoleWord& role) { return role.leads; });
    if (has_leader) moments.insert("leader elected");
  }
  return {moments.begin(), moments.end()};
}

Duration earliest(const Fault& fault) {
  if (const auto* at = std::get_if<At>(&fault.trigger)) return at->time.min;
  if (const auto* every = std::get_if<Every>(&fault.trigger)) return every->from;
  if (const auto* randomly = std::get_if<Randomly>(&fault.trigger)) return randomly->between.min;
  return std::get<When>(fault.trigger).from;
}

}  // namespace windtunnel::gen
