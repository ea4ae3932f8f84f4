#include "cli/service_config.h"

#include "cli/terminal.h"
#include "scenarios/diagnostics.h"

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

bool is_integer(const std::string& text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end;
}

bool is_choice(std::string_view choices, std::string_view text) {
  while (!choices.empty()) {
    const std::size_t bar = std::min(choices.find('|'), choices.size());
    if (choices.substr(0, bar) == text) return true;
    choices.remove_prefix(std::min(bar + 1, choices.size()));
  }
  return false;
}

// What the option wants, where the value is not that; empty: it fits.
std::string wanted_by(const OptionSpec& option, const std::string& value) {
  switch (option.kind) {
    case OptionKind::duration: return parse_duration(value) ? "" : "a duration, as 150ms";
    case OptionKind::size: return parse_size(value) ? "" : "a size, as 64KiB";
    case OptionKind::integer: return is_integer(value) ? "" : "a number";
    case OptionKind::boolean: return value == "true" || value == "false" ? "" : "true or false";
    case OptionKind::text: break;
  }
  const bool fits = option.choices.empty() || is_choice(option.choices, value);
  return fits ? "" : "one of " + std::string(option.choices);
}

bool set_option(const scenarios::ServiceDefinition& service, const std::string& text,
                ServiceConfig& config) {
  const std::optional<Setting> setting = split(text);
  if (!setting) {
    complain("error: --set " + text + ": write --set KEY=VALUE");
    return false;
  }
  std::vector<std::string_view> known;
  for (const OptionSpec& option : service.options) {
    known.push_back(option.key);
    if (option.key != setting->key) continue;
    const std::string wanted = wanted_by(option, setting->value);
    if (!wanted.empty()) {
      complain(fmt::format("error: --set {}: {} is expected", text, wanted));
      return false;
    }
    config.options[setting->key] = setting->value;
    return true;
  }
  const std::string hint = scenarios::suggest(setting->key, known);
  complain(fmt::format("error: --set {}: {} has no such option{}", text, service.name,
                       hint.empty() ? "" : "; " + hint));
  return false;
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
  const scenarios::ServiceDefinition* service = registry.service(request.service);
  if (service == nullptr) {
    const scenarios::Catalog catalog = registry.catalog();
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
  for (const std::string& setting : request.set) {
    if (!set_option(*service, setting, cluster.config)) return std::nullopt;
  }
  return cluster;
}

}  // namespace windtunnel::cli
