// Quantiles of the standard normal distribution, for fixed_point.cpp.
#pragma once

#include <cstddef>
#include <cstdint>

namespace windtunnel {

// Octaves of the chance p, from 2^-33 up to 1/2, each in 16 equal steps, and p = 1/2 at the end.
inline constexpr std::size_t kNormalOctaves = 32;
inline constexpr std::size_t kNormalSteps = 16;
inline constexpr std::size_t kNormalTableSize = kNormalOctaves * kNormalSteps + 1;

// How many standard deviations below the mean the chance p lies, with 24 bits after the point.
extern const std::int32_t kNormalTable[kNormalTableSize];

}  // namespace windtunnel
