// Small numbers for values, by first use: 0, 1, 2, ... An open-addressing table of hashes, because
// a history of a million operations asks two million times.
#pragma once

#include <windtunnel/protocols/base/value.h>

#include <cstdint>
#include <string>
#include <vector>

namespace windtunnel::checkers {

class Numbering {
 public:
  static constexpr std::uint32_t kAbsent = 0xffffffffU;

  // The number of the value; a new one when it was not there.
  std::uint32_t number(const Value& value);
  // kAbsent when it was never numbered.
  std::uint32_t find(const Value& value) const;
  const Value& value(std::uint32_t number) const { return values_[number]; }
  // Its EDN text.
  std::string name(std::uint32_t number) const;
  std::uint32_t size() const { return static_cast<std::uint32_t>(values_.size()); }

 private:
  struct Place {
    std::uint32_t hash = 0;
    std::uint32_t number = kAbsent;
  };
  // Where the value is, or the free place where it belongs. The table is not empty.
  std::size_t place_of(const Value& value, std::uint64_t hash) const;
  void grow();

  std::vector<Value> values_;
  std::vector<Place> places_;  // a power of two, at most half full
};

}  // namespace windtunnel::checkers
