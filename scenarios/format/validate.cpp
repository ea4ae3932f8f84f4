#include <windtunnel/scenarios/format/validate.h>

#include <windtunnel/scenarios/format/scalars.h>

#include <fmt/format.h>

#include <algorithm>

namespace windtunnel::scenarios {
namespace {

constexpr std::size_t kMostNodes = 10'000;
constexpr std::size_t kLongestName = 64;

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

bool is_good_name(const std::string& name) {
  if (name.empty() || name.size() > kLongestName) return false;
  const char first = name.front();
  const bool letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
  return letter && std::all_of(name.begin(), name.end(), is_word_character);
}

}  // namespace

Places::Places(const YamlNode& root) : root_(root) { index(root); }

void Places::index(const YamlNode& node) {
  nodes_.emplace(std::tuple(node.span.file, node.span.line, node.span.column), &node);
  for (const YamlNode& child : node.children) index(child);
}

SourceSpan Places::follow(const YamlNode* node, std::span<const std::string_view> path) {
  for (const std::string_view key : path) {
    const YamlNode* child = node->find(key);
    if (child == nullptr) break;
    node = child;
  }
  return node->span;
}

SourceSpan Places::at(const SourceSpan& object,
                      std::initializer_list<std::string_view> path) const {
  const auto found = nodes_.find(std::tuple(object.file, object.line, object.column));
  return found == nodes_.end() ? object : follow(found->second, {path.begin(), path.size()});
}

SourceSpan Places::at(std::initializer_list<std::string_view> path) const {
  return follow(&root_, {path.begin(), path.size()});
}

SourceSpan Places::at(const std::vector<std::string_view>& path) const {
  return follow(&root_, path);
}

SourceSpan Places::word(const SourceSpan& span, std::string_view text) const {
  const auto found = nodes_.find(std::tuple(span.file, span.line, span.column));
  const YamlNode* const scalar = found == nodes_.end() ? nullptr : find(*found->second, text);
  return scalar == nullptr ? span : scalar->span;
}

const YamlNode* Places::find(const YamlNode& node, std::string_view text) {
  if (node.is_scalar()) return node.text == text ? &node : nullptr;
  for (const YamlNode& child : node.children) {
    if (const YamlNode* scalar = find(child, text); scalar != nullptr) return scalar;
  }
  return nullptr;
}

bool Places::has(const SourceSpan& object, std::string_view key) const {
  const auto found = nodes_.find(std::tuple(object.file, object.line, object.column));
  return found != nodes_.end() && found->second->find(key) != nullptr;
}

Validator::Validator(const ScenarioSpec& spec, const YamlNode& root, const Catalog* catalog,
                     Diagnostics& diagnostics)
    : spec_(spec), catalog_(catalog), diagnostics_(diagnostics), places_(root) {}

void Validator::check() {
  const std::size_t before = diagnostics_.count();
  check_groups();
  if (diagnostics_.count() != before) return;
  check_names();
  check_rules();
  for (const GroupSpec& group : spec_.cluster.groups) check_service(group);
  if (catalog_ != nullptr && diagnostics_.count() == before) read_dictionary();
  for (const WorkloadSpec& workload : spec_.workloads) check_workload(workload);
  for (const PropertySpec& property : spec_.properties) check_property(property);
  check_times();
  for (const faults::Fault& fault : spec_.plan.faults) check_fault(fault);
  check_floor();
  if (spec_.fuzz) check_fuzz(*spec_.fuzz);
}

void Validator::check_name(const std::string& name, const SourceSpan& span, std::string_view what) {
  if (is_good_name(name)) return;
  diagnostics_.error(Code::malformed, span, fmt::format("'{}' is not a name of a {}", name, what),
                     "a letter, then letters, digits, - and _, at most 64");
}

void Validator::check_groups() {
  check_name(spec_.name, places_.at({"name"}), "scenario");
  std::size_t nodes = 0;
  for (const GroupSpec& group : spec_.cluster.groups) {
    check_name(group.name, places_.at(group.span, {"name"}), "group");
    if (!group.on.empty()) check_guest(group);
    nodes += node_count(group);
  }
  for (const WorkloadSpec& workload : spec_.workloads) {
    check_name(workload.name, places_.at(workload.span, {"name"}), "workload");
    check_name(workload.client_name, places_.at(workload.span, {"client_name"}), "client");
    nodes += workload.clients;
  }
  if (spec_.cluster.groups.empty()) {
    diagnostics_.error(Code::missing_key, places_.at({"cluster", "groups"}), "there is no group",
                       "- { name: n, count: 5, service: NAME }");
  }
  if (nodes > kMostNodes) {
    diagnostics_.error(Code::too_many_nodes, places_.at({"cluster", "groups"}),
                       fmt::format("{} nodes; at most {} are allowed", nodes, kMostNodes));
  }
}

void Validator::check_guest(const GroupSpec& group) {
  const SourceSpan on = places_.at(group.span, {"on"});
  const GroupSpec& host = host_of(spec_, group);
  if (&group == &spec_.cluster.groups.front()) {
    return diagnostics_.error(Code::inconsistent, on, "the first group has nodes of its own",
                              "write the group that it runs on first");
  }
  if (&host == &group || !host.on.empty()) {
    std::vector<std::string_view> known;
    for (const GroupSpec& each : spec_.cluster.groups) {
      if (each.on.empty()) known.push_back(each.name);
    }
    return diagnostics_.error(Code::unknown_node, on,
                              fmt::format("'{}' is no group with nodes of its own", group.on),
                              suggest(group.on, known));
  }
  const auto guests = std::count_if(spec_.cluster.groups.begin(), spec_.cluster.groups.end(),
                                    [&](const GroupSpec& each) { return each.on == group.on; });
  if (static_cast<std::size_t>(guests) > kMostGuests) {
    return diagnostics_.error(Code::out_of_range, on,
                              fmt::format("{} services beside that of '{}'", guests, group.on),
                              fmt::format("at most {} are allowed", kMostGuests));
  }
  for (const std::string_view key : {"count", "spare", "start", "compute"}) {
    if (!places_.has(group.span, key)) continue;
    diagnostics_.error(Code::inconsistent, places_.at(group.span, {key}),
                       fmt::format("`{}` beside `on`", key),
                       fmt::format("the nodes are those of '{}'", group.on));
  }
}

void Validator::check_names() {
  for (const GroupSpec& group : spec_.cluster.groups) {
    add_nodes(group.name, node_count(group), "group", places_.at(group.span, {"name"}));
  }
  std::map<std::string, int, std::less<>> workloads;
  for (const WorkloadSpec& workload : spec_.workloads) {
    if (++workloads[workload.name] == 2) {
      diagnostics_.error(Code::duplicate_name, places_.at(workload.span, {"name"}),
                         fmt::format("there are two workloads '{}'", workload.name));
    }
    add_nodes(workload.client_name, workload.clients, "client_name",
              places_.at(workload.span, {"client_name"}));
  }
}

void Validator::add_nodes(const std::string& name, std::uint32_t count, std::string_view what,
                          const SourceSpan& span) {
  const std::optional<faults::Term> term = faults::parse_term(name);
  if (!term || term->kind != faults::Term::Kind::named || name == "null") {
    diagnostics_.error(Code::duplicate_name, span, fmt::format("'{}' is a word of selectors", name),
                       "take another name");
    return;
  }
  std::string taken = names_.count(name) != 0 ? name : std::string();
  names_.emplace(name, fmt::format("the {} {}", what, name));
  for (std::uint32_t i = 1; i <= count && taken.empty(); ++i) {
    const std::string node = name + std::to_string(i);
    if (!names_.emplace(node, fmt::format("a node of {} {}", what, name)).second) taken = node;
  }
  if (taken.empty()) return;
  diagnostics_.error(Code::duplicate_name, span,
                     fmt::format("'{}' is already {}", taken, names_.find(taken)->second),
                     "take another name");
}

void Validator::check_rules() {
  for (const LinkRule& rule : spec_.network.links) {
    check_selector(rule.from, places_.at(rule.span, {"from"}), true);
    check_selector(rule.to, places_.at(rule.span, {"to"}), true);
  }
  for (const DiskRule& rule : spec_.storage.nodes) {
    check_selector(rule.nodes, places_.at(rule.span, {"nodes"}), true);
  }
  for (const ClockRule& rule : spec_.clock.nodes) {
    check_selector(rule.nodes, places_.at(rule.span, {"nodes"}), true);
  }
}

void Validator::unknown_node(std::string_view name, const SourceSpan& span) {
  std::vector<std::string_view> known = faults::selector_words();
  for (const auto& [node, what] : names_) {
    if (known.size() < 1'000) known.push_back(node);
  }
  diagnostics_.error(Code::unknown_node, span, fmt::format("there is no node or group '{}'", name),
                     suggest(name, known));
}

void Validator::check_selector(const Selector& selector, const SourceSpan& span, bool is_static) {
  using Kind = faults::Term::Kind;
  for (const faults::Term& term : selector.terms) {
    const SourceSpan at = places_.word(span, faults::to_string(term));
    const bool named = term.kind == Kind::named || !term.name.empty();
    if (term.group) {
      check_group(term, at);
    } else if (named && !is_known(term.name)) {
      unknown_node(term.name, at);
    } else if (is_static && term.kind != Kind::named && term.kind != Kind::all &&
               term.kind != Kind::clients) {
      diagnostics_.error(Code::bad_selector, at,
                         fmt::format("'{}' means nothing before the run", faults::to_string(term)),
                         "name nodes or groups, all or clients");
    }
  }
}

// What the services say of themselves: all of them are known.
void Validator::read_dictionary() {
  Dictionary dictionary;
  for (const GroupSpec& group : spec_.cluster.groups) {
    const ServiceInfo& service = *find_named(catalog_->services, group.service);
    const std::uint32_t groups = service.groups ? service.groups(group.config) : 1;
    if (groups == 0 || groups > kMostGroups - dictionary.group_count()) {
      diagnostics_.error(Code::out_of_range, places_.at(group.span, {"config"}),
                         fmt::format("{} groups with this config", groups),
                         fmt::format("all services together have 1 to {}", kMostGroups));
      return;
    }
    dictionary.add(group.name, group.service, groups, service.words);
  }
  dictionary_ = std::move(dictionary);
  for (const NodeLayout& node : layout(spec_)) {
    nodes_.push_back({node.name, node.group, node.client, node.spare, node.guests});
  }
}

// `n/1`: nodes of that name form a group of that number.
void Validator::check_group(const faults::Term& term, const SourceSpan& span) {
  if (!dictionary_) return;
  // Seeds that draw the config of its nodes may draw how many groups they form.
  const auto is_drawn = [&](const ServiceWords& service) {
    if (!spec_.fuzz) return false;
    if (service.first == GroupId{}) return !spec_.fuzz->first.config.empty();
    const auto draws = spec_.fuzz->groups.find(service.nodes);
    return draws != spec_.fuzz->groups.end() && !draws->second.config.empty();
  };
  for (const ServiceWords& service : dictionary_->services()) {
    if (service.nodes != term.name) continue;
    if (*term.group < service.groups || is_drawn(service)) return;
    diagnostics_.error(Code::bad_selector, span,
                       fmt::format("'{}' has no group {}", term.name, *term.group),
                       fmt::format("it has {}, numbered from 0", service.groups));
    return;
  }
  if (!is_known(term.name)) return unknown_node(term.name, span);
  diagnostics_.error(Code::bad_selector, span,
                     fmt::format("'{}' names no nodes that form groups", term.name),
                     "name them together, as the cluster does");
}

void Validator::check_times() {
  const Duration end = spec_.limits.sim_time;
  if (spec_.heal && end < spec_.heal->at + spec_.heal->within) {
    diagnostics_.error(
        Code::inconsistent, places_.at({"heal"}),
        fmt::format("the core has until {}, the run ends at {}",
                    print_duration(spec_.heal->at + spec_.heal->within), print_duration(end)),
        "raise limits.sim_time");
  }
  for (const GroupSpec& group : spec_.cluster.groups) check_starts(group);
  std::map<std::string, int, std::less<>> ids;
  for (const faults::Fault& fault : spec_.plan.faults) {
    if (++ids[fault.id] == 2) {
      diagnostics_.error(Code::duplicate_name, places_.at(fault.span, {"id"}),
                         fmt::format("there are two faults with the id '{}'", fault.id));
    }
  }
}

// A core that is healed consists of nodes that have started.
void Validator::check_starts(const GroupSpec& group) {
  const Duration end = spec_.heal ? spec_.heal->at : spec_.limits.sim_time;
  const auto check = [&](Duration start, const SourceSpan& span) {
    if (start <= end) return;
    diagnostics_.error(
        Code::inconsistent, span,
        fmt::format("{} is after {}", print_duration(start), spec_.heal ? "heal.at" : "the end"),
        fmt::format("{} is {}", spec_.heal ? "heal.at" : "limits.sim_time", print_duration(end)));
  };
  check(group.start, places_.at(group.span, {"start"}));
  const SourceSpan spare = places_.at(group.span, {"spare", "start"});
  if (group.spare.start) check(*group.spare.start, spare);
  if (!group.spare.start || group.spare.count != 0) return;
  diagnostics_.error(Code::inconsistent, spare, "there are no spare nodes that could start",
                     "give `count`");
}

}  // namespace windtunnel::scenarios
