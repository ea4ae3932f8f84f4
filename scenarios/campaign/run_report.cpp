#include <windtunnel/scenarios/campaign/run_report.h>

#include <windtunnel/reports/page/html_report.h>
#include <windtunnel/scenarios/format/load.h>
#include <windtunnel/scenarios/format/print.h>

#include <map>
#include <vector>

namespace windtunnel::scenarios {
namespace {

std::vector<const ServiceDefinition*> services_of(const Registry& registry,
                                                  const std::string& scenario_yaml) {
  std::vector<const ServiceDefinition*> services;
  const LoadedScenario loaded = parse_scenario("scenario.yaml", scenario_yaml, {});
  if (loaded.spec) {
    for (const GroupSpec& group : loaded.spec->cluster.groups) {
      const ServiceDefinition* service = registry.service(group.service);
      if (service != nullptr) services.push_back(service);
    }
    return services;
  }
  for (const ServiceInfo& info : registry.catalog().services) {
    services.push_back(registry.service(info.name));
  }
  return services;
}

}  // namespace

reports::MessageWords message_words(const Registry& registry, const std::string& scenario_yaml) {
  std::map<std::uint8_t, std::string> names;
  std::map<std::uint8_t, const ServiceDefinition*> owners;
  for (const ServiceDefinition* service : services_of(registry, scenario_yaml)) {
    for (const MessageType& type : service->messages) {
      names.emplace(type.number, type.name);
      if (service->describe) owners.emplace(type.number, service);
    }
  }
  reports::MessageWords words;
  words.name = [names](std::uint8_t first_byte) {
    const auto found = names.find(first_byte);
    return found == names.end() ? std::string() : found->second;
  };
  words.describe = [owners](BytesView bytes) {
    if (bytes.empty()) return std::string();
    const auto found = owners.find(static_cast<std::uint8_t>(bytes.front()));
    return found == owners.end() ? std::string() : found->second->describe(bytes);
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
