// gRPC's random subsetting (A68): a client keeps connections to a few of many endpoints, by
// rendezvous hashing, so that a change of the list by one changes its subset by at most one.
#pragma once

#include <windtunnel/protocols/rpc/policy/balancer.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace windtunnel::rpc {

// The `size` endpoints with the smallest hashes of their addresses under the client's own seed, in
// that order; the list as it is when it has no more. The size is not 0.
std::vector<Endpoint> random_subset(std::vector<Endpoint> endpoints, std::size_t size,
                                    std::uint64_t seed);

}  // namespace windtunnel::rpc
