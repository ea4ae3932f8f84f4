// The nodes of a real cluster and the options of its service, from the command line.
#pragma once

#include <windtunnel/protocols/env/service.h>
#include <windtunnel/scenarios/engine/registry.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::cli {

// Every process of a cluster is given the same peers, in any order: a node's number is the one that
// its name ends in.
struct Cluster {
  ServiceConfig config;                     // but for `name`
  std::map<NodeId, std::string> addresses;  // "host:port"
};

struct ClusterRequest {
  std::string service = "raft-kv";
  std::vector<std::string> peers;  // "n1=127.0.0.1:7001"
  std::vector<std::string> set;    // "key=value": options of the service
  std::uint32_t group = 0;         // the same for all nodes of a cluster
};

// Nothing, with the reason printed, when the request makes no sense.
std::optional<Cluster> read_cluster(const ClusterRequest& request,
                                    const scenarios::Registry& registry);

// The number at the end of a node's name; nothing where there is none in 1..65535.
std::optional<NodeId> node_id_of(const std::string& name);

}  // namespace windtunnel::cli
