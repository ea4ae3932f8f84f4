// Sorting by position in linear time: positions of a history are small, and all different.
#pragma once

#include <windtunnel/checkers/objects/problem.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace windtunnel::checkers {

// One more than the largest position of the steps; kNever does not count.
inline std::uint32_t position_end(const std::vector<Step>& steps) {
  std::uint32_t end = 0;
  for (const Step& step : steps) {
    end = std::max(end, step.call + 1);
    if (step.ret != kNever) end = std::max(end, step.ret + 1);
  }
  return end;
}

// The items 0..count-1 in the order of `position_of(item)`; those at kNever or beyond are left out.
// Sorts when the positions are sparse, as in a minimised history.
template <class PositionOf>
std::vector<std::uint32_t> order_by_position(std::uint32_t count, std::uint32_t end,
                                             PositionOf position_of) {
  constexpr std::uint32_t kNobody = 0xffffffffU;
  std::vector<std::uint32_t> order;
  if (end / 16 > count) {
    for (std::uint32_t i = 0; i < count; ++i) {
      if (position_of(i) < end) order.push_back(i);
    }
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return position_of(a) < position_of(b); });
    return order;
  }
  std::vector<std::uint32_t> at(end, kNobody);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (position_of(i) < end) at[position_of(i)] = i;
  }
  order.reserve(count);
  for (const std::uint32_t item : at) {
    if (item != kNobody) order.push_back(item);
  }
  return order;
}

}  // namespace windtunnel::checkers
