#include <windtunnel/protocols/rpc/policy/arithmetic.h>

#include <windtunnel/protocols/base/assert.h>

#include <algorithm>

namespace windtunnel::rpc {
namespace {

using Wide = unsigned __int128;

constexpr int kExponentBits = 57;                             // up to 64 with room to spare
constexpr std::uint64_t kNaturalLog2 = 0x162E42FEFA39EF3ULL;  // ln 2, in units of 2^-57
constexpr std::int64_t kNothingLeft = 44;                     // exp(-44) < 2^-62

// exp(-r) for r of [0, ln 2], by its series: the terms fall faster than 2^-n.
std::uint64_t exp_of_minus(std::uint64_t r) {
  std::uint64_t sum = Fraction::one().units;
  std::uint64_t term = sum;
  for (std::uint64_t n = 1; term != 0; ++n) {
    term = static_cast<std::uint64_t>((Wide{term} * r) >> kExponentBits) / n;
    sum = n % 2 == 0 ? sum + term : sum - term;
  }
  return sum;
}

}  // namespace

std::uint64_t integer_sqrt(unsigned __int128 n) {
  std::uint64_t root = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 63; bit != 0; bit >>= 1) {
    const std::uint64_t candidate = root | bit;
    if (Wide{candidate} * candidate <= n) root = candidate;
  }
  return root;
}

Fraction decay(Duration elapsed, Duration time_constant) {
  WT_ASSERT(time_constant > Duration{}, "a time constant is positive");
  if (elapsed <= Duration{}) return Fraction::one();
  if (elapsed.ns / kNothingLeft >= time_constant.ns) return {};
  const auto exponent =
      static_cast<std::uint64_t>((Wide(static_cast<std::uint64_t>(elapsed.ns)) << kExponentBits) /
                                 static_cast<std::uint64_t>(time_constant.ns));
  const std::uint64_t halvings = exponent / kNaturalLog2;
  return {exp_of_minus(exponent % kNaturalLog2) >> halvings};
}

std::uint64_t blend(std::uint64_t old_value, std::uint64_t fresh, Fraction weight) {
  const Wide sum =
      Wide{old_value} * weight.units + Wide{fresh} * (Fraction::one().units - weight.units);
  return static_cast<std::uint64_t>(sum >> Fraction::kBits);
}

Duration scaled(Duration duration, std::int64_t millionths) {
  WT_ASSERT(duration >= Duration{}, "a delay is not negative");
  WT_ASSERT(millionths >= 0, "a factor is not negative");
  const Wide product = Wide(static_cast<std::uint64_t>(duration.ns)) *
                       static_cast<std::uint64_t>(millionths) / kMillion;
  return {static_cast<std::int64_t>(std::min(product, Wide{INT64_MAX}))};
}

}  // namespace windtunnel::rpc
