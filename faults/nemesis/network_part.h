// A piece of a fault on the network, as it lies on the links: kept so that it can be narrowed when
// some nodes heal.
#pragma once

#include <windtunnel/faults/plan/values.h>
#include <windtunnel/sim/net/link.h>

#include <vector>

namespace windtunnel::faults {

struct NetworkPart {
  FaultId id = 0;
  // The link fault's sets, as lists.
  std::vector<NodeId> from;
  std::vector<NodeId> to;
  LinkFault fault;
};

NodeSet to_set(const std::vector<NodeId>& nodes);

// The plan's distribution as one that the simulation draws from.
Latency to_latency(const Distribution& distribution);

bool has_link_among(const NetworkPart& part, const std::vector<NodeId>& healed);

// What is left of `part` when the links among `healed` are: at most two pieces, without ids.
std::vector<NetworkPart> without_links_among(const NetworkPart& part,
                                             const std::vector<NodeId>& healed);

}  // namespace windtunnel::faults
