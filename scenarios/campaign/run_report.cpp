#include <windtunnel/scenarios/campaign/run_report.h>

#include <windtunnel/reports/page/html_report.h>
#include <windtunnel/scenarios/format/load.h>
#include <windtunnel/scenarios/format/print.h>

#include <memory>
#include <string>
#include <vector>

namespace windtunnel::scenarios {
namespace {

// The services whose messages each node sends, by node; where the scenario cannot be read, all
// there are, for everybody.
struct Senders {
  std::vector<std::vector<const ServiceDefinition*>> by_node;
  std::vector<const ServiceDefinition*> others;

  // The one that calls messages of this class something, and what; null where none does.
  const ServiceDefinition* of(NodeId node, std::uint8_t type, std::string& name) const {
    for (const ServiceDefinition* service :
         node.value < by_node.size() ? by_node[node.value] : others) {
      for (const MessageType& message : service->messages) {
        if (message.number != type) continue;
        name = message.name;
        return service;
      }
    }
    return nullptr;
  }
};

Senders senders_of(const Registry& registry, const std::string& scenario_yaml) {
  Senders senders;
  const LoadedScenario loaded = parse_scenario("scenario.yaml", scenario_yaml, {});
  if (!loaded.spec) {
    for (const ServiceInfo& info : registry.catalog().services) {
      senders.others.push_back(registry.service(info.name));
    }
    return senders;
  }
  const ScenarioSpec& spec = *loaded.spec;
  for (const NodeLayout& node : layout(spec)) {
    const std::size_t called =
        node.client ? target_group(spec, spec.workloads[node.owner]) : spec.cluster.groups.size();
    senders.by_node.emplace_back();
    for (std::size_t i = 0; i < spec.cluster.groups.size(); ++i) {
      const GroupSpec& group = spec.cluster.groups[i];
      const ServiceDefinition* service = registry.service(group.service);
      const bool speaks = i == called || runs(node, group);
      if (service != nullptr && speaks) senders.by_node.back().push_back(service);
    }
  }
  return senders;
}

}  // namespace

reports::MessageWords message_words(const Registry& registry, const std::string& scenario_yaml) {
  const auto senders = std::make_shared<const Senders>(senders_of(registry, scenario_yaml));
  reports::MessageWords words;
  words.name = [senders](NodeId sender, std::uint8_t type) {
    std::string name;
    senders->of(sender, type, name);
    return name;
  };
  words.describe = [senders](NodeId sender, std::uint8_t type, BytesView bytes) {
    std::string name;
    const ServiceDefinition* service = senders->of(sender, type, name);
    const bool is_told = service != nullptr && service->describe && !bytes.empty();
    return is_told ? service->describe(bytes) : std::string();
  };
  return words;
}

std::string write_run_report(const ScenarioSpec& spec, const Registry& registry,
                             const std::string& directory) {
  reports::ReportOptions options;
  options.words = message_words(registry, print_spec(spec));
  const auto written = reports::write_report(directory, directory + "/report.html", options);
  return written ? std::string() : written.error().what;
}

}  // namespace windtunnel::scenarios
