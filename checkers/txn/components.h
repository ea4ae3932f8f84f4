// Strongly connected components, by Boost.Graph (Tarjan 1972).
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace windtunnel::checkers {

using VertexPair = std::pair<std::uint32_t, std::uint32_t>;

// The component of each of the vertices 0..count-1; a component's number is higher than those of
// the components that it leads to. `edges` is sorted or not; it is used up.
std::vector<std::uint32_t> components_of(std::uint32_t count, std::vector<VertexPair> edges);

}  // namespace windtunnel::checkers
