// How often each place of a line is covered, with "the first place from here that is not covered"
// in O(log n): a segment tree with range addition and minimum.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace windtunnel::checkers {

class Cover {
 public:
  explicit Cover(std::uint32_t places) : places_(places) {
    while (size_ < places_) size_ *= 2;
    least_.assign(2 * size_, 0);
    added_.assign(2 * size_, 0);
  }

  // Adds `amount` to the places from..to-1.
  void add(std::uint32_t from, std::uint32_t to, std::int32_t amount) {
    if (from < to) add(1, 0, size_, from, to, amount);
  }
  // `places` when all from there on are covered.
  std::uint32_t first_bare(std::uint32_t from) const {
    return std::min(first_bare(1, 0, size_, from, 0), places_);
  }

 private:
  void add(std::uint32_t node, std::uint32_t begin, std::uint32_t end, std::uint32_t from,
           std::uint32_t to, std::int32_t amount) {
    if (from <= begin && end <= to) {
      least_[node] += amount;
      added_[node] += amount;
      return;
    }
    const std::uint32_t middle = (begin + end) / 2;
    if (from < middle) add(2 * node, begin, middle, from, to, amount);
    if (to > middle) add(2 * node + 1, middle, end, from, to, amount);
    least_[node] = added_[node] + std::min(least_[2 * node], least_[2 * node + 1]);
  }

  std::uint32_t first_bare(std::uint32_t node, std::uint32_t begin, std::uint32_t end,
                           std::uint32_t from, std::int32_t above) const {
    if (end <= from || above + least_[node] > 0) return size_;
    if (end - begin == 1) return begin;
    const std::uint32_t middle = (begin + end) / 2;
    const std::int32_t here = above + added_[node];
    const std::uint32_t left = first_bare(2 * node, begin, middle, from, here);
    return left < size_ ? left : first_bare(2 * node + 1, middle, end, from, here);
  }

  std::uint32_t places_;
  std::uint32_t size_ = 1;
  std::vector<std::int32_t> least_;  // below the node, without what was added above it
  std::vector<std::int32_t> added_;
};

}  // namespace windtunnel::checkers
