// Strong identifiers. Two ids of different kinds do not compare, convert or mix.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace windtunnel {

// An unsigned integer that names a thing of kind `Tag`. Zero-initialised; ordered; trivially
// copyable.
template <class Tag, class Rep>
struct Id {
  using rep = Rep;
  Rep value = 0;

  constexpr Id() = default;
  constexpr explicit Id(Rep v) : value(v) {}
  friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

// A machine of the cluster or a client. Dense from 0 in the order of the scenario.
using NodeId = Id<struct NodeIdTag, std::uint32_t>;
// A consensus group; one host carries many.
using GroupId = Id<struct GroupIdTag, std::uint32_t>;
// Ordinal of a node's life: 0 for the first start, one more after each crash.
using Incarnation = Id<struct IncarnationTag, std::uint32_t>;

inline constexpr NodeId kNoNode{0xffffffffU};

}  // namespace windtunnel
