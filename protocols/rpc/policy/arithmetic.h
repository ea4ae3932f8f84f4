// What the policies need of real numbers, in integers: the same on every machine. Each function
// says how far it is from the real result.
#pragma once

#include <windtunnel/protocols/base/time.h>

#include <compare>
#include <cstdint>

namespace windtunnel::rpc {

inline constexpr std::int64_t kMillion = 1'000'000;

// The largest r with r * r <= n.
std::uint64_t integer_sqrt(unsigned __int128 n);

// A real number of [0, 1], in units of 2^-62.
struct Fraction {
  static constexpr int kBits = 62;
  std::uint64_t units = 0;

  static constexpr Fraction one() { return {std::uint64_t{1} << kBits}; }
  friend constexpr auto operator<=>(const Fraction&, const Fraction&) = default;
};

// exp(-elapsed / time_constant), within 2^-55. The time constant is positive; an elapsed time below
// 0 counts as 0.
Fraction decay(Duration elapsed, Duration time_constant);

// old_value * weight + fresh * (1 - weight), rounded down: one step of a moving average.
std::uint64_t blend(std::uint64_t old_value, std::uint64_t fresh, Fraction weight);

// `duration` times `millionths` / 10^6, rounded down; at most the longest Duration. Neither is
// negative.
Duration scaled(Duration duration, std::int64_t millionths);

}  // namespace windtunnel::rpc
