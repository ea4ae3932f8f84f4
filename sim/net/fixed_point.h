// Logarithms, powers and normal quantiles in integers, for latency distributions: equal on every
// machine, unlike libm. Tables are interpolated linearly; the accuracy stands with each function.
#pragma once

#include <windtunnel/protocols/base/time.h>

#include <cstdint>

namespace windtunnel {

// A number with 32 bits after the point.
using Fixed32 = std::int64_t;
inline constexpr Fixed32 kFixedOne = Fixed32{1} << 32;

// log2(x) for x >= 1. Absolute error below 4e-6.
Fixed32 fixed_log2(std::uint64_t x);
// value * 2^exponent, at most `limit`. Relative error below 2e-6.
Duration scale_by_power(Duration value, Fixed32 exponent, Duration limit);
// The quantile of the standard normal distribution at word / 2^64. Absolute error below 3e-4; the
// tails end at +-6.34 (a chance of 2^-33 each).
Fixed32 normal_quantile(std::uint64_t word);
// -ln((word + 1) / 2^64): the quantile of the exponential distribution of mean 1. Absolute error
// below 4e-6.
Fixed32 exponential_quantile(std::uint64_t word);

// value * factor, rounded down, at most `limit`.
Duration scale_by(Duration value, Fixed32 factor, Duration limit);

}  // namespace windtunnel
