// Keeps each different value once and gives it a number, so that a state is a row of numbers and
// equal parts of states are equal numbers. Numbers are dense from 0 in the order of arrival.
#pragma once

#include <windtunnel/protocols/base/hash.h>

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace windtunnel::explore {

// For look-up by words that are hashes or small numbers; never iterated.
struct WordHash {
  using is_avalanching = void;
  std::size_t operator()(std::uint64_t word) const { return hash_combine(word, kHashSeed3); }
};
template <class Value>
using WordMap = boost::unordered_flat_map<std::uint64_t, Value, WordHash>;

// T is compared by ==; its hash may collide.
template <class T>
class Pool {
 public:
  struct Place {
    std::uint32_t number = 0;
    bool is_new = false;
  };
  Place intern(T value, std::uint64_t hash) {
    const auto [at, is_first] = heads_.try_emplace(hash, kNone);
    for (std::uint32_t i = at->second; i != kNone; i = next_[i]) {
      if (values_[i] == value) return {i, false};
    }
    const auto number = static_cast<std::uint32_t>(values_.size());
    values_.push_back(std::move(value));
    next_.push_back(at->second);
    at->second = number;
    return {number, true};
  }
  const T& operator[](std::uint32_t number) const { return values_[number]; }
  std::size_t size() const { return values_.size(); }
  std::uint64_t bytes() const { return values_.size() * (sizeof(T) + 32); }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  std::deque<T> values_;
  std::vector<std::uint32_t> next_;  // of the same hash
  WordMap<std::uint32_t> heads_;     // by hash
};

}  // namespace windtunnel::explore
