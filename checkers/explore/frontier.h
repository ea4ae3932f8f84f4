// States waiting to be expanded, first in, first out, in blocks that are freed as they are read.
#pragma once

#include <windtunnel/protocols/base/assert.h>

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

namespace windtunnel::explore {

// A state as a row of words; what they mean only its world knows.
using StateWords = std::vector<std::uint32_t>;
using StateView = std::span<const std::uint32_t>;

class Frontier {
 public:
  void push(StateView state) {
    const std::size_t needed = state.size() + 1;
    const bool is_full = blocks_.empty() || blocks_.back().size() + needed > kBlockWords;
    if (is_full) {
      WT_ASSERT(needed <= kBlockWords, "a state fits a block");
      blocks_.emplace_back().reserve(kBlockWords);
    }
    blocks_.back().push_back(static_cast<std::uint32_t>(state.size()));
    blocks_.back().insert(blocks_.back().end(), state.begin(), state.end());
  }
  bool empty() const { return blocks_.empty(); }
  std::uint64_t bytes() const { return blocks_.size() * kBlockWords * sizeof(std::uint32_t); }

  template <class Take>
  void for_each(Take take) const {
    for (const StateWords& block : blocks_) read(block, take);
  }
  // The same, and nothing is left.
  template <class Take>
  void consume(Take take) {
    while (!blocks_.empty()) {
      read(blocks_.front(), take);
      blocks_.pop_front();
    }
  }

 private:
  static constexpr std::size_t kBlockWords = std::size_t{1} << 16;

  template <class Take>
  static void read(const StateWords& block, Take& take) {
    for (std::size_t at = 0; at < block.size(); at += block[at] + 1) {
      take(StateView(&block[at] + 1, block[at]));
    }
  }
  std::deque<StateWords> blocks_;
};

}  // namespace windtunnel::explore
