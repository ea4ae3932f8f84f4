// Work is counted in steps and not in time, so that a search that is bounded ends at the same place
// on every machine.
#pragma once

#include <algorithm>
#include <cstdint>

namespace windtunnel::checkers {

// As much as a slow machine does in a second, so that a bound that is given as a time is one of
// work.
inline constexpr std::uint64_t kWorkPerSecond = 50'000'000;
inline constexpr std::uint64_t kStandardWork = 10 * kWorkPerSecond;
inline constexpr const char* kOutOfWork = "the bound of work was reached";

// What was done, and how much may be done.
struct Work {
  std::uint64_t max = kStandardWork;
  std::uint64_t done = 0;

  bool is_spent() const { return done >= max; }
  std::uint64_t left() const { return max - std::min(done, max); }
};

}  // namespace windtunnel::checkers
