// The quantities of a fault plan, as data: ranges, distributions, and where they were written. No
// draw is made here; whoever fires a fault draws from them with its own keys.
#pragma once

#include <windtunnel/protocols/base/keyed_random.h>
#include <windtunnel/protocols/base/time.h>

#include <cstdint>

namespace windtunnel::faults {

// Where something was written: file is an index into the list of files that were read; line and
// column count from 1, column and length in bytes. A line of 0 means that it was not written
// anywhere.
struct SourceSpan {
  std::uint32_t file = 0;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t length = 0;
  // Two things that mean the same are equal wherever they were written.
  friend constexpr bool operator==(const SourceSpan&, const SourceSpan&) { return true; }
};

// Drawn uniformly, both ends included; equal ends draw nothing.
struct DurationRange {
  Duration min;
  Duration max;
  constexpr Duration draw(std::uint64_t word) const { return scale_between(word, min, max); }
  friend constexpr bool operator==(const DurationRange&, const DurationRange&) = default;
};

struct IntegerRange {
  std::int64_t min = 0;
  std::int64_t max = 0;
  constexpr std::int64_t draw(std::uint64_t word) const { return scale_between(word, min, max); }
  friend constexpr bool operator==(const IntegerRange&, const IntegerRange&) = default;
};

// A decimal number with six digits after the point, exact.
struct Decimal {
  std::int64_t millionths = 0;
  friend constexpr auto operator<=>(const Decimal&, const Decimal&) = default;
};

// A number of bytes.
struct Size {
  std::uint64_t bytes = 0;
  friend constexpr auto operator<=>(const Size&, const Size&) = default;
};

// How long something takes. Which members count depends on `shape`; `min` and `max` bound every
// shape where they are given (max 0: no upper bound).
struct Distribution {
  enum class Shape : std::uint8_t { uniform, constant, normal, lognormal, exponential, pareto };
  Shape shape = Shape::uniform;
  DurationRange value;  // uniform; constant: both ends are equal
  Duration mean;        // normal, exponential
  Duration stddev;      // normal
  Duration median;      // lognormal
  Decimal sigma;        // lognormal: standard deviation of the natural logarithm
  Duration scale;       // pareto: the least value
  Decimal tail;         // pareto: the exponent; smaller means a heavier tail
  Duration min;
  Duration max;

  static constexpr Distribution uniform(Duration low, Duration high) {
    Distribution made;
    made.value = DurationRange{low, high};
    return made;
  }
  static constexpr Distribution constant(Duration value) { return uniform(value, value); }
  friend constexpr bool operator==(const Distribution&, const Distribution&) = default;
};

}  // namespace windtunnel::faults
