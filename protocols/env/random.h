// This node's randomness.
#pragma once

#include <cstdint>
#include <string_view>

namespace windtunnel {

class Random {
 public:
  // The next draw for `purpose` ("election-timeout"), uniform over 2^64. Draws of different
  // purposes do not affect one another; in the simulator each is a function of (seed, node,
  // incarnation, purpose, ordinal).
  virtual std::uint64_t draw(std::string_view purpose) = 0;

 protected:
  ~Random() = default;
};

}  // namespace windtunnel
