#include <windtunnel/scenarios/engine/registry.h>

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/scenarios/format/option_values.h>

#include <utility>

namespace windtunnel::scenarios {
namespace {

template <class Definition>
const Definition* find_definition(const std::vector<Definition>& table, std::string_view name) {
  for (const Definition& definition : table) {
    if (definition.name == name) return &definition;
  }
  return nullptr;
}

OptionInfo::Kind kind_of(OptionKind kind) {
  switch (kind) {
    case OptionKind::duration: return OptionInfo::Kind::duration;
    case OptionKind::size: return OptionInfo::Kind::size;
    case OptionKind::integer: return OptionInfo::Kind::integer;
    case OptionKind::boolean: return OptionInfo::Kind::boolean;
    case OptionKind::text: break;
  }
  return OptionInfo::Kind::text;
}

std::vector<std::string> split(std::string_view choices) {
  std::vector<std::string> words;
  while (!choices.empty()) {
    const std::size_t bar = std::min(choices.find('|'), choices.size());
    words.emplace_back(choices.substr(0, bar));
    choices.remove_prefix(std::min(bar + 1, choices.size()));
  }
  return words;
}

std::vector<OptionInfo> infos_of(std::span<const OptionSpec> options) {
  std::vector<OptionInfo> infos;
  for (const OptionSpec& option : options) {
    infos.push_back({std::string(option.key), kind_of(option.kind), std::string(option.fallback),
                     std::string(option.doc), split(option.choices), std::string(option.minimum),
                     std::string(option.maximum), std::string(option.less_than)});
  }
  return infos;
}

ServiceInfo info_of(const ServiceDefinition& definition) {
  ServiceInfo info;
  info.name = definition.name;
  info.doc = definition.doc;
  info.options = infos_of(definition.options);
  for (const MessageType& type : definition.messages) {
    info.message_types.push_back(type.name);
    info.message_classes.push_back(type.number);
  }
  info.ports = definition.ports;
  info.words = definition.words;
  if (definition.groups) {
    info.groups = [definition](const OptionMap& options) { return groups_of(definition, options); };
  }
  info.has_clients = definition.make_client != nullptr;
  info.max_nodes = definition.max_nodes;
  info.max_servers = definition.max_servers;
  for (const ActionDefinition& action : definition.actions) {
    info.actions.push_back({action.name, action.doc, infos_of(action.options)});
  }
  return info;
}

// A table whose own words do not fit would refuse every value, or none.
void assert_consistent(const OptionInfo& option) {
  for (const std::string& bound : {option.minimum, option.maximum}) {
    WT_ASSERT(bound.empty() || !check_option(option, bound), "the bounds of an option fit it");
  }
  const bool bounded = !range_text(option).empty();
  WT_ASSERT(!bounded || !check_option(option, option.default_text),
            "the default of an option is within its bounds");
}

// A report could not tell the action from an effect, nor the file its option from another key.
void assert_consistent(const ActionInfo& action) {
  for (std::size_t i = 0; i < std::variant_size_v<faults::Effect>; ++i) {
    WT_ASSERT(faults::row_at(i).name != action.name, "an action is called as no effect is");
  }
  for (const OptionInfo& option : action.options) {
    WT_ASSERT(option.name != "nodes" && option.name != "action", "keys of `act` are not options");
    assert_consistent(option);
  }
}

}  // namespace

std::uint32_t groups_of(const ServiceDefinition& service, const OptionMap& options) {
  if (!service.groups) return 1;
  ServiceConfig config;
  config.options.insert(options.begin(), options.end());
  return service.groups(config);
}

void OperationSource::completed(const Operation&, const Outcome&) {}

void Registry::add(ServiceDefinition definition) {
  WT_ASSERT(service(definition.name) == nullptr, "service names are unique");
  WT_ASSERT(flaw_of(definition.words).empty(), flaw_of(definition.words).data());
  const ServiceInfo info = info_of(definition);
  for (const OptionInfo& option : info.options) assert_consistent(option);
  for (const ActionInfo& action : info.actions) assert_consistent(action);
  services_.push_back(std::move(definition));
}

void Registry::add(WorkloadDefinition definition) {
  WT_ASSERT(workload(definition.name) == nullptr, "workload names are unique");
  for (const OptionInfo& option : infos_of(definition.options)) assert_consistent(option);
  workloads_.push_back(std::move(definition));
}

void Registry::add(CheckDefinition definition) {
  WT_ASSERT(check(definition.info.name) == nullptr, "check names are unique");
  checks_.push_back(std::move(definition));
}

void Registry::add(checkers::Judge added) {
  WT_ASSERT(judge(added.name) == nullptr, "judge names are unique");
  judges_.push_back(std::move(added));
}

const ServiceDefinition* Registry::service(std::string_view name) const {
  return find_definition(services_, name);
}

const WorkloadDefinition* Registry::workload(std::string_view name) const {
  return find_definition(workloads_, name);
}

const checkers::Judge* Registry::judge(std::string_view name) const {
  return find_definition(judges_, name);
}

const CheckDefinition* Registry::check(std::string_view name) const {
  for (const CheckDefinition& definition : checks_) {
    if (definition.info.name == name) return &definition;
  }
  return nullptr;
}

Catalog Registry::catalog() const {
  Catalog catalog;
  for (const ServiceDefinition& definition : services_) {
    catalog.services.push_back(info_of(definition));
  }
  for (const WorkloadDefinition& definition : workloads_) {
    WorkloadInfo info;
    info.name = definition.name;
    info.doc = definition.doc;
    info.options = infos_of(definition.options);
    info.model = definition.reading.model;
    for (const auto& [operation, weight] : definition.operations) {
      info.operations.push_back(operation);
    }
    catalog.workloads.push_back(std::move(info));
  }
  for (const CheckDefinition& definition : checks_) catalog.checks.push_back(definition.info);
  return catalog;
}

}  // namespace windtunnel::scenarios
