// Renamings of the nodes of a group: its symmetries, as far as no node is special.
#pragma once

#include <windtunnel/protocols/base/ids.h>

#include <cstdint>
#include <vector>

namespace windtunnel::explore {

// names[i] is what node i is called.
using Renaming = std::vector<NodeId>;

// A renaming of n nodes is one of n!; above this many the reduction costs more than it saves.
inline constexpr std::size_t kMaxSymmetricNodes = 5;

// All renamings of `nodes` nodes, the one that changes nothing first; only that one without
// `symmetry`.
std::vector<Renaming> renamings(std::size_t nodes, bool symmetry);

}  // namespace windtunnel::explore
