#include <windtunnel/cli/service_config.h>

#include <windtunnel/cli/terminal.h>
#include <windtunnel/scenarios/format/diagnostics.h>
#include <windtunnel/scenarios/format/option_values.h>

#include <fmt/format.h>

#include <charconv>

namespace windtunnel::cli {
namespace {

struct Setting {
  std::string key;
  std::string value;
};

std::optional<Setting> split(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) return std::nullopt;
  return Setting{text.substr(0, equals), text.substr(equals + 1)};
}

bool refuse(const std::string& text, const std::string& message, const std::string& hint) {
  complain("error: --set " + text + ": " + message + (hint.empty() ? "" : "; " + hint));
  return false;
}

bool set_option(const scenarios::ServiceInfo& service, const std::string& text,
                ServiceConfig& config) {
  const std::optional<Setting> setting = split(text);
  if (!setting) return refuse(text, "write --set KEY=VALUE", "");
  const scenarios::OptionInfo* option = find_named(service.options, setting->key);
  if (option == nullptr) {
    return refuse(text, service.name + " has no such option",
                  scenarios::suggest(setting->key, names_of(service.options)));
  }
  if (const scenarios::MaybeProblem problem = check_option(*option, setting->value)) {
    return refuse(text, problem->message, problem->hint);
  }
  config.options[setting->key] = setting->value;
  return true;
}

bool set_options(const scenarios::ServiceInfo& service, const std::vector<std::string>& settings,
                 ServiceConfig& config) {
  for (const std::string& setting : settings) {
    if (!set_option(service, setting, config)) return false;
  }
  for (const scenarios::OptionInfo& option : service.options) {
    const scenarios::MaybeProblem problem = check_order(option, service.options, config.options);
    if (!problem) continue;
    complain("error: --set: " + problem->message + "; " + problem->hint);
    return false;
  }
  return true;
}

bool add_peer(const std::string& text, std::map<NodeId, Setting>& peers) {
  const std::optional<Setting> peer = split(text);
  if (!peer) {
    complain("error: --peers " + text + ": write NAME=HOST:PORT, as n1=127.0.0.1:7001");
    return false;
  }
  const std::optional<NodeId> id = node_id_of(peer->key);
  if (!id) {
    complain("error: --peers " + text + ": a node's name ends in its number, as n1");
    return false;
  }
  if (!peers.emplace(*id, *peer).second) {
    complain("error: --peers " + text + ": two nodes have the same number");
    return false;
  }
  return true;
}

}  // namespace

std::optional<NodeId> node_id_of(const std::string& name) {
  const std::size_t digits = name.find_last_not_of("0123456789");
  const std::size_t from = digits == std::string::npos ? 0 : digits + 1;
  std::uint32_t number = 0;
  const auto [stop, error] = std::from_chars(name.data() + from, name.data() + name.size(), number);
  if (error != std::errc() || number == 0 || number > 0xffff) return std::nullopt;
  return NodeId{number};
}

std::optional<Cluster> read_cluster(const ClusterRequest& request,
                                    const scenarios::Registry& registry) {
  const scenarios::Catalog catalog = registry.catalog();
  const scenarios::ServiceInfo* service = find_named(catalog.services, request.service);
  if (service == nullptr) {
    complain(fmt::format("error: there is no service '{}'; {}", request.service,
                         scenarios::suggest(request.service, names_of(catalog.services))));
    return std::nullopt;
  }
  Cluster cluster;
  cluster.config.group = GroupId{request.group};
  std::map<NodeId, Setting> peers;
  for (const std::string& peer : request.peers) {
    if (!add_peer(peer, peers)) return std::nullopt;
  }
  if (service->max_nodes != 0 && peers.size() > service->max_nodes) {
    complain(fmt::format("error: --peers: {} nodes; {} has at most {}", peers.size(), service->name,
                         service->max_nodes));
    return std::nullopt;
  }
  for (const auto& [id, peer] : peers) {
    cluster.config.members.push_back(id);
    cluster.config.member_names.push_back(peer.key);
    cluster.addresses.emplace(id, peer.value);
  }
  if (!set_options(*service, request.set, cluster.config)) return std::nullopt;
  return cluster;
}

}  // namespace windtunnel::cli
