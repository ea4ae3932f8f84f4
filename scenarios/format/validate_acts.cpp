// Actions of services against the nodes that are to do them.
#include <windtunnel/scenarios/format/validate.h>

#include <fmt/format.h>

#include <algorithm>

namespace windtunnel::scenarios {

std::string_view Validator::key_of(const faults::Effect& effect, const SourceSpan& object) const {
  const std::string_view key = faults::row_of(effect).name;
  const bool is_act = std::holds_alternative<faults::Act>(effect);
  return is_act && !places_.has(object, key) ? kShortAction : key;
}

// Those of the nodes that the term may mean; a service that the catalog has not is left out.
std::vector<const ServiceInfo*> Validator::services_of(const faults::Term& term) const {
  std::vector<const ServiceInfo*> found;
  const auto add = [&](const GroupSpec& group) {
    const ServiceInfo* service = find_named(catalog_->services, group.service);
    const bool is_new = std::find(found.begin(), found.end(), service) == found.end();
    if (service != nullptr && is_new) found.push_back(service);
  };
  if (term.kind == faults::Term::Kind::clients) return found;
  if (term.name.empty()) {
    for (const GroupSpec& group : spec_.cluster.groups) add(group);
  } else {
    for (const GroupSpec* group : groups_of(spec_, term.name)) add(*group);
  }
  return found;
}

void Validator::check_act(const faults::Act& act, const SourceSpan& object) {
  if (catalog_ == nullptr) return;
  const std::size_t before = diagnostics_.count();
  for (const faults::Term& term : act.nodes.terms) {
    if (diagnostics_.count() == before) check_actor(act, term, object);
  }
}

// Which node leads, or is drawn, is known in the run alone: then it is enough that one of them may
// have the action.
void Validator::check_actor(const faults::Act& act, const faults::Term& term,
                            const SourceSpan& object) {
  if (term.kind == faults::Term::Kind::named && !is_known(term.name)) return;  // said already
  const std::vector<const ServiceInfo*> services = services_of(term);
  const ActionInfo* action = nullptr;
  for (const ServiceInfo* service : services) {
    action = find_named(service->actions, act.action);
    if (action == nullptr) continue;
    check_options(act.options, action->options, object, faults::Act::kRow.name,
                  fmt::format("the action {} of {}", action->name, service->name));
    return;
  }
  unknown_action(act, term, services, object);
}

void Validator::unknown_action(const faults::Act& act, const faults::Term& term,
                               const std::vector<const ServiceInfo*>& services,
                               const SourceSpan& object) {
  const std::string_view key = key_of(act, object);
  const std::string who = faults::to_string(term);
  const bool is_client = term.kind == faults::Term::Kind::clients ||
                         (!term.name.empty() && groups_of(spec_, term.name).empty());
  if (services.empty() && !is_client) return;  // of no service that is known: said already
  if (is_client) {
    diagnostics_.error(Code::unknown_action, places_.at(object, {key, "nodes"}),
                       fmt::format("clients have no actions, but '{}' is a client", who),
                       "name nodes of a service");
    return;
  }
  std::string names;
  std::vector<std::string_view> known;
  for (const ServiceInfo* service : services) {
    names += (names.empty() ? "" : ", ") + service->name;
    for (const ActionInfo& action : service->actions) known.push_back(action.name);
  }
  const SourceSpan span = places_.at(object, {key, "action"});
  diagnostics_.error(Code::unknown_action, span,
                     fmt::format("'{}' is of {}, which has no action '{}'", who, names, act.action),
                     known.empty() ? "it has no actions" : suggest(act.action, known));
}

}  // namespace windtunnel::scenarios
