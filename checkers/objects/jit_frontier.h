// What check_jit keeps between events: configurations of which none dominates another.
#pragma once

#include <windtunnel/checkers/objects/machine.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace windtunnel::checkers {

// A set of slots; W words of 64.
template <std::size_t W>
struct Mask {
  std::array<std::uint64_t, W> words{};

  std::uint32_t count() const {
    int count = 0;
    for (const std::uint64_t word : words) count += std::popcount(word);
    return static_cast<std::uint32_t>(count);
  }

  bool has(std::uint32_t slot) const { return (words[slot / 64] >> (slot % 64) & 1) != 0; }
  void add(std::uint32_t slot) { words[slot / 64] |= 1ULL << (slot % 64); }
  void remove(std::uint32_t slot) { words[slot / 64] &= ~(1ULL << (slot % 64)); }
  void subtract(const Mask& other) {
    for (std::size_t i = 0; i < W; ++i) words[i] &= ~other.words[i];
  }
  void intersect(const Mask& other) {
    for (std::size_t i = 0; i < W; ++i) words[i] &= other.words[i];
  }
  void unite(const Mask& other) {
    for (std::size_t i = 0; i < W; ++i) words[i] |= other.words[i];
  }
  bool covers(const Mask& other) const {
    for (std::size_t i = 0; i < W; ++i) {
      if ((other.words[i] & ~words[i]) != 0) return false;
    }
    return true;
  }
};

template <std::size_t W>
struct Config {
  Mask<W> can_use;
  Mask<W> may_return;
  std::uint32_t state = 0;
  std::uint32_t next = kIllegal;   // in its bucket
  std::uint32_t trail = kIllegal;  // the last use that led here
  bool dead = false;               // dominated by a later one
};

// The undominated configurations of one moment, in the order of their discovery, with buckets by
// state.
template <std::size_t W>
class Antichain {
 public:
  std::vector<Config<W>> all;
  std::uint64_t compared = 0;  // since the beginning: the work that it was

  void clear() {
    for (const Config<W>& config : all) heads_[config.state] = kIllegal;
    all.clear();
  }

  // False when a member dominates the candidate; those that it dominates die.
  bool insert(Config<W> candidate) {
    if (heads_.size() <= candidate.state) {
      heads_.resize(std::max<std::size_t>(candidate.state + 1, heads_.size() * 2), kIllegal);
    }
    std::uint32_t* link = &heads_[candidate.state];
    while (*link != kIllegal) {
      Config<W>& other = all[*link];
      ++compared;
      if (dominates(other, candidate)) return false;
      if (dominates(candidate, other)) {
        other.dead = true;
        *link = other.next;
      } else {
        link = &other.next;
      }
    }
    candidate.next = heads_[candidate.state];
    heads_[candidate.state] = static_cast<std::uint32_t>(all.size());
    all.push_back(candidate);
    return true;
  }

 private:
  static bool dominates(const Config<W>& a, const Config<W>& b) {
    return a.can_use.covers(b.can_use) && a.may_return.covers(b.may_return);
  }
  std::vector<std::uint32_t> heads_;  // by state
};

}  // namespace windtunnel::checkers
