#include <windtunnel/protocols/rpc/policy/subsetting.h>

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/rpc/policy/xxh64.h>

#include <algorithm>
#include <utility>

namespace windtunnel::rpc {

std::vector<Endpoint> random_subset(std::vector<Endpoint> endpoints, std::size_t size,
                                    std::uint64_t seed) {
  WT_ASSERT(size > 0, "a subset has endpoints");
  if (size >= endpoints.size()) return endpoints;
  std::vector<std::pair<std::uint64_t, Endpoint>> hashed;
  for (Endpoint& endpoint : endpoints) {
    const std::uint64_t hash = xxh64(endpoint.address, seed);
    hashed.emplace_back(hash, std::move(endpoint));
  }
  std::sort(hashed.begin(), hashed.end());
  endpoints.clear();
  for (std::size_t i = 0; i < size; ++i) endpoints.push_back(std::move(hashed[i].second));
  return endpoints;
}

}  // namespace windtunnel::rpc
