// Lists of endpoints for tests of balancers.
#pragma once

#include <windtunnel/protocols/rpc/policy/balancer.h>

#include <string>
#include <vector>

namespace windtunnel::rpc {

inline Endpoint endpoint(std::uint32_t id, std::uint32_t weight = 1) {
  return {EndpointId{id}, "10.0.0." + std::to_string(id) + ":80", weight};
}

inline std::vector<Endpoint> endpoints(std::uint32_t count) {
  std::vector<Endpoint> list;
  for (std::uint32_t id = 0; id < count; ++id) list.push_back(endpoint(id));
  return list;
}

inline void list_ready(Balancer& balancer, std::vector<Endpoint> list, Instant now = {}) {
  balancer.update(list, now, 0);
  for (const Endpoint& each : list) balancer.set_state(each.id, Connectivity::ready, now);
}

inline std::uint32_t picked(Balancer& balancer, const PickArguments& arguments = {}) {
  const Pick pick = balancer.pick(arguments);
  return pick.kind == Pick::Kind::complete ? pick.endpoint.value : 0xffffffffU;
}

}  // namespace windtunnel::rpc
