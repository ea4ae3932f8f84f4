// Services, workloads and checks against the catalog.
#include <windtunnel/scenarios/format/option_values.h>
#include <windtunnel/scenarios/format/validate.h>

#include <fmt/format.h>

#include <algorithm>

namespace windtunnel::scenarios {
namespace {

// Two names of one class of messages, of services that share a node; empty: there are none.
std::string clash_of(const ServiceInfo& one, const ServiceInfo& other) {
  for (std::size_t i = 0; i < one.message_classes.size(); ++i) {
    for (std::size_t j = 0; j < other.message_classes.size(); ++j) {
      const bool is_same = one.message_types[i] == other.message_types[j];
      if (is_same || one.message_classes[i] != other.message_classes[j]) continue;
      return fmt::format("'{}' of {} and '{}' of {} are both class {}", one.message_types[i],
                         one.name, other.message_types[j], other.name, one.message_classes[i]);
    }
  }
  return {};
}

std::string hint_for_check(std::string_view name, const std::vector<CheckInfo>& checks) {
  for (const CheckInfo& info : checks) {
    const auto& others = info.not_called;
    if (std::find(others.begin(), others.end(), name) == others.end()) continue;
    return fmt::format("did you mean '{}'?", info.name);
  }
  return suggest(name, names_of(checks));
}

}  // namespace

void Validator::check_options(const OptionMap& given, const std::vector<OptionInfo>& known,
                              const SourceSpan& object, std::string_view key,
                              std::string_view owner) {
  const std::size_t before = diagnostics_.count();
  for (const auto& [name, text] : given) {
    const SourceSpan span = places_.at(object, {key, name});
    const OptionInfo* option = find_named(known, name);
    if (option == nullptr) {
      diagnostics_.error(Code::unknown_option, span,
                         fmt::format("{} has no option '{}'", owner, name),
                         suggest(name, names_of(known)));
    } else if (const MaybeProblem problem = check_option(*option, text)) {
      diagnostics_.error(problem->code, span, problem->message, problem->hint);
    }
  }
  if (diagnostics_.count() != before) return;
  for (const OptionInfo& option : known) {
    const MaybeProblem problem = check_order(option, known, given);
    if (!problem) continue;
    // Only one of the two may be written.
    const bool written = given.find(option.name) != given.end();
    const std::string& name = written ? option.name : option.less_than;
    diagnostics_.error(problem->code, places_.at(object, {key, name}), problem->message,
                       problem->hint);
  }
}

void Validator::check_service(const GroupSpec& group) {
  if (catalog_ == nullptr) return;
  const ServiceInfo* service = find_named(catalog_->services, group.service);
  if (service == nullptr) {
    std::string hint = suggest(group.service, names_of(catalog_->services));
    hint += hint.empty() ? "" : "; ";
    diagnostics_.error(Code::unknown_service, places_.at(group.span, {"service"}),
                       fmt::format("there is no service '{}'", group.service),
                       hint + "services of your own are in your own command");
    return;
  }
  check_options(group.config, service->options, group.span, "config", service->name);
  check_size(group, *service);
  if (!group.on.empty()) check_neighbours(group);
}

// Services on one node are told apart by the ports on which they listen, and their messages by
// class.
void Validator::check_neighbours(const GroupSpec& group) {
  for (const GroupSpec* each : {&host_of(spec_, group), &group}) {
    const ServiceInfo* service = find_named(catalog_->services, each->service);
    if (service == nullptr || !service->ports.empty()) continue;
    diagnostics_.error(Code::inconsistent, places_.at(group.span, {"on"}),
                       fmt::format("{} does not say on which ports it listens", service->name),
                       "a service says so (`ports` of its ServiceDefinition) to share a node");
    return;
  }
  const ServiceInfo* guest = find_named(catalog_->services, group.service);
  for (const GroupSpec& other : spec_.cluster.groups) {
    if (&other == &group || &host_of(spec_, other) != &host_of(spec_, group)) continue;
    const ServiceInfo* service = find_named(catalog_->services, other.service);
    const std::string clash = service == nullptr ? std::string() : clash_of(*service, *guest);
    if (clash.empty()) continue;
    diagnostics_.error(Code::inconsistent, places_.at(group.span, {"on"}), clash,
                       "services that share a node number their messages differently");
    return;
  }
}

void Validator::check_size(const GroupSpec& group, const ServiceInfo& service) {
  const SourceSpan span = places_.at(group.span, {"count"});
  const std::uint32_t nodes = node_count(host_of(spec_, group));
  if (service.max_nodes != 0 && nodes > service.max_nodes) {
    diagnostics_.error(Code::too_many_nodes, span,
                       fmt::format("{} nodes in a group of {}; at most {} are allowed", nodes,
                                   service.name, service.max_nodes));
    return;
  }
  std::size_t servers = 0;
  for (const GroupSpec& each : spec_.cluster.groups) servers += node_count(each);
  if (service.max_servers == 0 || servers <= service.max_servers) return;
  diagnostics_.error(Code::too_many_nodes, span,
                     fmt::format("{} nodes in all groups; beside {} at most {} are allowed",
                                 servers, service.name, service.max_servers));
}

void Validator::check_workload(const WorkloadSpec& workload) {
  const auto at = [&](std::string_view key) { return places_.at(workload.span, {key}); };
  const bool is_group =
      std::any_of(spec_.cluster.groups.begin(), spec_.cluster.groups.end(),
                  [&](const GroupSpec& group) { return group.name == workload.target; });
  if (!workload.target.empty() && !is_group) unknown_node(workload.target, at("target"));
  if (workload.rate && workload.think_time) {
    diagnostics_.error(Code::inconsistent, at("think_time"), "`think_time` beside `rate`",
                       "give one of them");
  }
  if (workload.stop && *workload.stop < workload.start) {
    diagnostics_.error(Code::inconsistent, at("stop"), "`stop` is before `start`");
  }
  const bool idle =
      !workload.ops.empty() && std::all_of(workload.ops.begin(), workload.ops.end(),
                                           [](const auto& op) { return op.second == 0; });
  if (idle) diagnostics_.error(Code::inconsistent, at("ops"), "every weight is 0");
  if (catalog_ == nullptr) return;
  if (workload.target.empty() || is_group) check_target(workload);
  const WorkloadInfo* info = find_named(catalog_->workloads, workload.type);
  if (info == nullptr) {
    diagnostics_.error(Code::unknown_workload, at("type"),
                       fmt::format("there is no workload type '{}'", workload.type),
                       suggest(workload.type, names_of(catalog_->workloads)));
    return;
  }
  const std::vector<std::string_view> operations(info->operations.begin(), info->operations.end());
  for (const auto& [name, weight] : workload.ops) {
    if (std::find(operations.begin(), operations.end(), name) != operations.end()) continue;
    diagnostics_.error(Code::unknown_operation, places_.at(workload.span, {"ops", name}),
                       fmt::format("{} has no operation '{}'", info->name, name),
                       suggest(name, operations));
  }
  check_options(workload.options, info->options, workload.span, "options", info->name);
}

// What a workload calls has clients.
void Validator::check_target(const WorkloadSpec& workload) {
  const auto lacks_clients = [this](const GroupSpec& group) {
    const ServiceInfo* service = find_named(catalog_->services, group.service);
    return service != nullptr && !service->has_clients;
  };
  const std::vector<GroupSpec>& groups = spec_.cluster.groups;
  const std::size_t target = target_group(spec_, workload);
  if (groups.empty() || !lacks_clients(groups[target])) return;
  std::string others;
  for (const GroupSpec& group : groups) {
    if (!lacks_clients(group)) others += (others.empty() ? "" : " or ") + group.name;
  }
  diagnostics_.error(
      Code::inconsistent, places_.at(workload.span, {workload.target.empty() ? "type" : "target"}),
      fmt::format("a workload calls '{}', and {} has no clients", groups[target].name,
                  groups[target].service),
      others.empty() ? "`make_client` of a ServiceDefinition makes them" : "target: " + others);
}

void Validator::check_property(const PropertySpec& property) {
  const auto at = [&](std::string_view key) { return places_.at(property.span, {key}); };
  const bool wanted = property.workload.empty() ||
                      std::any_of(spec_.workloads.begin(), spec_.workloads.end(),
                                  [&](const auto& w) { return w.name == property.workload; });
  if (!wanted) {
    diagnostics_.error(Code::unknown_workload, at("workload"),
                       fmt::format("there is no workload '{}'", property.workload),
                       suggest(property.workload, names_of(spec_.workloads)));
  }
  const std::string_view check = property.check;
  const bool many = check.size() > 2 && check.substr(check.size() - 2) == ".*";
  if (many && property.expect != Expectation::holds && property.expect != Expectation::any) {
    diagnostics_.error(Code::inconsistent, at("expect"), "which of these checks is violated?",
                       "name one check");
  }
  if (catalog_ == nullptr) return;
  const std::string_view prefix = check.substr(0, check.size() - (many ? 1 : 0));
  std::vector<const CheckInfo*> meant;
  for (const CheckInfo& info : catalog_->checks) {
    const bool fits = many ? info.name.substr(0, prefix.size()) == prefix : info.name == check;
    if (fits) meant.push_back(&info);
  }
  if (meant.empty()) {
    diagnostics_.error(Code::unknown_check, at("check"),
                       fmt::format("there is no check '{}'", check),
                       hint_for_check(check, catalog_->checks));
    return;
  }
  check_needs(property, meant);
  check_flaws(property, *meant.front());
  check_reading(property, *meant.front());
  check_options(property.options, many ? std::vector<OptionInfo>{} : meant.front()->options,
                property.span, "options", check);
}

void Validator::check_flaws(const PropertySpec& property, const CheckInfo& check) {
  const std::vector<std::string_view> known(check.flaws.begin(), check.flaws.end());
  for (const auto& [key, list] :
       {std::pair("permit", &property.permit), std::pair("forbid", &property.forbid)}) {
    for (const std::string& flaw : *list) {
      if (std::find(known.begin(), known.end(), flaw) != known.end()) continue;
      diagnostics_.error(Code::unknown_option, places_.at(property.span, {key}),
                         known.empty() ? fmt::format("{} names no flaws", check.name)
                                       : fmt::format("{} has no flaw '{}'", check.name, flaw),
                         suggest(flaw, known));
    }
  }
}

// Whether a judge has a history that it fits, or is told what to judge.
void Validator::check_reading(const PropertySpec& property, const CheckInfo& check) {
  if (check.models.empty() || spec_.workloads.empty()) return;
  const bool is_one = std::any_of(spec_.workloads.begin(), spec_.workloads.end(),
                                  [&](const auto& w) { return w.name == property.workload; });
  if (!property.workload.empty() && !is_one) return;  // said already
  const bool is_level = find_named(check.options, "model") != nullptr;
  if (is_level ? property.options.contains("model")
               : !property.workload.empty() || spec_.workloads.size() == 1) {
    return;
  }
  for (const WorkloadSpec& workload : spec_.workloads) {
    if (!property.workload.empty() && workload.name != property.workload) continue;
    const WorkloadInfo* type = find_named(catalog_->workloads, workload.type);
    if (type == nullptr || type->model.empty()) return;
    const auto& models = check.models;
    if (std::find(models.begin(), models.end(), type->model) != models.end()) return;
  }
  diagnostics_.error(
      Code::inconsistent, places_.at(property.span, {"check"}),
      fmt::format("no workload here does what {} judges", check.name),
      is_level ? fmt::format("say what it does: options: {{ model: {} }}", check.models.front())
               : "name one: workload: " + spec_.workloads.front().name);
}

// What the checks that a property names want of the rest of the scenario.
void Validator::check_needs(const PropertySpec& property,
                            const std::vector<const CheckInfo*>& checks) {
  const auto any = [&](bool CheckInfo::*need) {
    return std::any_of(checks.begin(), checks.end(), [&](const auto* info) { return info->*need; });
  };
  const auto at = [&](std::string_view key) { return places_.at(property.span, {key}); };
  const bool is_about_workloads = any(&CheckInfo::needs_workload);
  if (is_about_workloads && spec_.workloads.empty()) {
    diagnostics_.error(Code::unknown_workload, at("check"),
                       fmt::format("{} needs a workload", property.check));
  }
  if (!is_about_workloads && !property.workload.empty()) {
    diagnostics_.error(Code::inconsistent, at("workload"),
                       fmt::format("{} judges the whole run, not a workload", property.check),
                       "remove `workload`");
  }
  if (any(&CheckInfo::needs_heal) && !spec_.heal) {
    diagnostics_.error(Code::inconsistent, at("check"),
                       fmt::format("{} needs `heal`", property.check),
                       "add for example heal: { at: 20s, within: 5s }");
  }
}

}  // namespace windtunnel::scenarios
