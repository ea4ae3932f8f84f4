#include <windtunnel/scenarios/format/scalars.h>
#include <windtunnel/scenarios/format/validate.h>

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace windtunnel::scenarios {

void Validator::check_fault(const faults::Fault& fault) {
  check_fault_times(fault);
  if (const auto* when = std::get_if<faults::When>(&fault.trigger)) {
    check_pattern(when->pattern, places_.at(fault.span, {"when", "event"}));
  }
  check_effect(fault.effect, fault.span);
  for (const faults::Choice& choice : fault.choices) check_effect(choice.effect, choice.span);
  for (const faults::Step& step : fault.script) check_step(step);
}

void Validator::check_fault_times(const faults::Fault& fault) {
  const Duration end = spec_.limits.sim_time;
  Duration first;
  std::string_view key;
  if (const auto* at = std::get_if<faults::At>(&fault.trigger)) {
    first = at->time.max;
    key = "at";
  } else if (const auto* every = std::get_if<faults::Every>(&fault.trigger)) {
    first = every->from;
    key = "every";
  } else if (const auto* randomly = std::get_if<faults::Randomly>(&fault.trigger)) {
    first = randomly->between.max;
    key = "random";
  } else if (const auto* when = std::get_if<faults::When>(&fault.trigger)) {
    first = when->from;
    key = "when";
  }
  if (first <= end) return;
  diagnostics_.error(Code::inconsistent, places_.at(fault.span, {key}),
                     fmt::format("{} is after the end of the run", print_duration(first)),
                     fmt::format("limits.sim_time is {}", print_duration(end)));
}

// Faults that no run can have are no floor. What is drawn has no name but its kind.
void Validator::check_floor() {
  std::set<std::string> known;
  for (const faults::Fault& fault : spec_.plan.faults) {
    known.insert({fault.id, fault.label, kind_of(fault)});
  }
  if (spec_.fuzz) {
    for (const faults::Choice& kind : spec_.fuzz->kinds) known.insert(kind_of(kind.effect));
  }
  known.erase("");
  for (const auto& [name, unused] : spec_.floor.faults_bite.of) {
    if (known.contains(name)) continue;
    const std::vector<std::string_view> names(known.begin(), known.end());
    diagnostics_.error(Code::inconsistent, places_.at({"floor", "faults_bite", "of", name}),
                       fmt::format("no fault is called '{}'", name), suggest(name, names));
  }
}

void Validator::check_effect(const faults::Effect& effect, const SourceSpan& span) {
  const std::string_view key = key_of(effect, span);
  const auto selector = [&](const Selector& what, std::string_view member) {
    check_selector(what, places_.at(span, {key, member}), false);
  };
  std::visit(
      [&](const auto& e) {
        if constexpr (requires { e.nodes; }) selector(e.nodes, "nodes");
        if constexpr (requires {
                        e.action;
                        e.options;
                      })
          check_act(e, span);
        if constexpr (requires { e.from; }) {
          selector(e.from, "from");
          selector(e.to, "to");
          check_ends(e.from, e.to, span, key);
        }
        if constexpr (requires { e.sides; }) {
          for (const Selector& side : e.sides.sides) selector(side, "sides");
          check_sides(e.sides, places_.at(span, {key, "sides"}));
        }
        if constexpr (requires { e.messages; }) check_filter(e.messages, span, key);
      },
      effect);
  const auto* rule = std::get_if<faults::MessageRule>(&effect);
  if (rule == nullptr) return;
  const bool delays = rule->action == faults::MessageRule::Action::delay;
  if (delays != (rule->delay.max.ns > 0)) {
    diagnostics_.error(
        Code::inconsistent, places_.at(span, {key, "action"}),
        delays ? "`action: delay` needs `delay`, how long" : "`delay` belongs to `action: delay`");
  }
}

// The one node that the selector selects, where that is known before the run; empty: another
// number of nodes, or not known.
std::string Validator::only_node(const Selector& selector) const {
  std::string only;
  for (const faults::Term& term : selector.terms) {
    if (term.kind != faults::Term::Kind::named) return {};
    std::string node = term.name;
    const auto group = std::find_if(spec_.cluster.groups.begin(), spec_.cluster.groups.end(),
                                    [&](const GroupSpec& each) { return each.name == term.name; });
    const auto workload =
        std::find_if(spec_.workloads.begin(), spec_.workloads.end(),
                     [&](const WorkloadSpec& each) { return each.client_name == term.name; });
    const bool is_group = group != spec_.cluster.groups.end();
    const bool is_clients = workload != spec_.workloads.end();
    const std::uint32_t count = is_group ? group->count : is_clients ? workload->clients : 1;
    if (count != 1) return {};
    if (is_group || is_clients) node += "1";
    if (!only.empty() && only != node) return {};
    only = node;
  }
  return only;
}

// A node has no link to itself.
void Validator::check_ends(const Selector& from, const Selector& to, const SourceSpan& span,
                           std::string_view key) {
  const std::string node = only_node(from);
  if (node.empty() || node != only_node(to)) return;
  diagnostics_.error(Code::inconsistent, places_.at(span, {key, "to"}),
                     fmt::format("`from` and `to` are both the node '{}'", node),
                     "a link has two ends");
}

// A group may stand for what is left of it ([[n1], [n]]); a word that stands on two sides separates
// nothing from itself.
void Validator::check_sides(const faults::Sides& sides, const SourceSpan& span) {
  std::map<std::string, std::size_t, std::less<>> side_of;
  for (std::size_t i = 0; i < sides.sides.size(); ++i) {
    for (const faults::Term& term : sides.sides[i].terms) {
      if (term.kind != faults::Term::Kind::named) continue;
      const auto [place, is_new] = side_of.emplace(term.name, i);
      if (is_new || place->second == i) continue;
      diagnostics_.error(Code::inconsistent, span,
                         fmt::format("'{}' is on two sides of the partition", term.name),
                         "a node is on one side");
      return;
    }
  }
}

void Validator::check_step(const faults::Step& step) {
  check_effect(step.effect, step.span);
  if (const auto* deliver = std::get_if<faults::Deliver>(&step.action)) {
    check_filter(deliver->messages, step.span, "deliver");
  } else if (const auto* drop = std::get_if<faults::Drop>(&step.action)) {
    check_filter(drop->messages, step.span, "drop");
  } else if (const auto* until = std::get_if<faults::WaitUntil>(&step.action)) {
    check_pattern(until->pattern, places_.at(step.span, {"until", "event"}));
  }
}

void Validator::check_filter(const faults::MessageFilter& filter, const SourceSpan& span,
                             std::string_view key) {
  check_selector(filter.from, places_.at(span, {key, "from"}), false);
  check_selector(filter.to, places_.at(span, {key, "to"}), false);
  if (catalog_ == nullptr || filter.type.empty()) return;
  std::vector<std::string_view> known;
  for (const ServiceInfo* service : senders_of(filter.from)) {
    if (service == nullptr) return;
    known.insert(known.end(), service->message_types.begin(), service->message_types.end());
  }
  if (std::find(known.begin(), known.end(), filter.type) != known.end()) return;
  const std::string who = filter.from.terms.empty()
                              ? "no service here"
                              : "no service of '" + faults::to_string(filter.from) + "'";
  diagnostics_.error(Code::unknown_message, places_.at(span, {key, "type"}),
                     fmt::format("{} has messages of type '{}'", who, filter.type),
                     suggest(filter.type, known));
}

// The services as which those nodes speak; null for one that the catalog has not. Clients speak as
// the services that they call.
std::vector<const ServiceInfo*> Validator::senders_of(const faults::Selector& from) const {
  std::vector<const GroupSpec*> groups;
  for (const faults::Term& term : from.terms) {
    const std::vector<const GroupSpec*> named = groups_of(spec_, term.name);
    if (named.empty()) groups.clear();
    if (named.empty()) break;
    groups.insert(groups.end(), named.begin(), named.end());
  }
  if (groups.empty()) {
    for (const GroupSpec& group : spec_.cluster.groups) groups.push_back(&group);
  }
  std::vector<const ServiceInfo*> services;
  for (const GroupSpec* group : groups) {
    services.push_back(find_named(catalog_->services, group->service));
  }
  return services;
}

void Validator::check_pattern(const faults::Pattern& pattern, const SourceSpan& span) {
  if (!pattern.node.empty() && !is_known(pattern.node)) return unknown_node(pattern.node, span);
  if (!dictionary_) return;
  std::optional<faults::PatternFlaw> flaw;
  faults::Watch::make(pattern, *dictionary_, nodes_, flaw);
  if (!flaw) return;
  const std::vector<std::string_view> known(flaw->known.begin(), flaw->known.end());
  diagnostics_.error(Code::bad_pattern, span, flaw->message, suggest(flaw->word, known));
}

}  // namespace windtunnel::scenarios
