#include <windtunnel/sim/net/fixed_point.h>

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/sim/net/normal_table.h>

#include <array>
#include <bit>

namespace windtunnel {
namespace {

constexpr std::size_t kSteps = 256;
using Table = std::array<std::uint64_t, kSteps + 1>;

constexpr std::uint64_t multiply_q62(std::uint64_t a, std::uint64_t b) {
  return static_cast<std::uint64_t>((static_cast<unsigned __int128>(a) * b) >> 62);
}

// log2(1 + i / 256) with 32 bits after the point, bit by bit: squaring doubles a logarithm.
constexpr Table make_log2_table() {
  Table table{};
  for (std::size_t i = 0; i < kSteps; ++i) {
    std::uint64_t x = (std::uint64_t{1} << 62) + (static_cast<std::uint64_t>(i) << 54);
    std::uint64_t log = 0;
    for (int bit = 0; bit < 33; ++bit) {
      x = multiply_q62(x, x);
      log <<= 1;
      if ((x >> 63) != 0) {
        log |= 1;
        x >>= 1;
      }
    }
    table[i] = (log + 1) >> 1;
  }
  table[kSteps] = std::uint64_t{1} << 32;
  return table;
}

constexpr std::uint64_t square_root_q62(std::uint64_t x) {
  std::uint64_t root = 0;
  for (int bit = 62; bit >= 0; --bit) {
    const std::uint64_t candidate = root | (std::uint64_t{1} << bit);
    if (static_cast<unsigned __int128>(candidate) * candidate <= static_cast<unsigned __int128>(x)
                                                                     << 62) {
      root = candidate;
    }
  }
  return root;
}

// 2^(i / 256) with 62 bits after the point: products of repeated square roots of 2.
constexpr Table make_exp2_table() {
  Table table{};
  for (std::size_t i = 0; i < kSteps; ++i) table[i] = std::uint64_t{1} << 62;
  std::uint64_t root = std::uint64_t{1} << 63;
  for (std::size_t bit = kSteps / 2; bit > 0; bit /= 2) {
    root = square_root_q62(root);
    for (std::size_t i = 0; i < kSteps; ++i) {
      if ((i & bit) != 0) table[i] = multiply_q62(table[i], root);
    }
  }
  table[kSteps] = std::uint64_t{1} << 63;
  return table;
}

constexpr Table kLog2 = make_log2_table();
constexpr Table kExp2 = make_exp2_table();

// Between table[index] and its successor, at `fraction` / 2^32.
std::uint64_t interpolate(const Table& table, std::size_t index, std::uint64_t fraction) {
  const auto step = static_cast<unsigned __int128>(table[index + 1] - table[index]);
  return table[index] + static_cast<std::uint64_t>((step * fraction) >> 32);
}

constexpr Fixed32 kLn2 = 2977044472;  // ln(2) * 2^32

}  // namespace

Fixed32 fixed_log2(std::uint64_t x) {
  WT_ASSERT(x != 0, "zero has no logarithm");
  const int zeros = std::countl_zero(x);
  const std::uint64_t mantissa = x << zeros << 1;  // without the leading one
  const std::uint64_t log = interpolate(kLog2, mantissa >> 56, (mantissa << 8) >> 32);
  return (Fixed32{63 - zeros} << 32) + static_cast<Fixed32>(log);
}

Duration scale_by_power(Duration value, Fixed32 exponent, Duration limit) {
  const std::int64_t whole = exponent >> 32;
  const auto rest = static_cast<std::uint64_t>(exponent & (kFixedOne - 1));
  const std::uint64_t factor = interpolate(kExp2, rest >> 24, (rest << 8) & 0xffffffffU);
  if (value.ns == 0 || whole < -62) return {};
  if (whole > 62) return limit;
  unsigned __int128 product = static_cast<unsigned __int128>(value.ns) * factor;
  // Leave the factor's 62 bits after the point, and go as far as `whole` says; saturate.
  const std::int64_t shift = 62 - whole;
  product >>= shift;
  const auto bound = static_cast<unsigned __int128>(limit.ns);
  return product > bound ? limit : Duration{static_cast<std::int64_t>(product)};
}

Fixed32 normal_quantile(std::uint64_t word) {
  const bool upper = (word >> 63) != 0;
  // The chance of the tail that `word` lies in, in (0, 1/2], as a multiple of 2^-64.
  std::uint64_t tail = upper ? ~word + 1 : word;
  constexpr std::uint64_t kLeast = std::uint64_t{1} << (64 - kNormalOctaves - 1);
  if (tail < kLeast) tail = kLeast;
  std::int64_t value = 0;
  if (tail >> 63 == 0) {
    const auto octave = static_cast<std::size_t>(std::countl_zero(tail)) - 1;
    const std::uint64_t mantissa = tail << (octave + 2);
    const std::size_t index = (kNormalOctaves - 1 - octave) * kNormalSteps + (mantissa >> 60);
    const auto fraction = static_cast<std::int64_t>((mantissa << 4) >> 32);
    const std::int64_t step = kNormalTable[index + 1] - kNormalTable[index];
    value = (std::int64_t{kNormalTable[index]} << 8) + ((step * fraction) >> 24);
  }
  return upper ? value : -value;
}

Fixed32 exponential_quantile(std::uint64_t word) {
  const Fixed32 bits = word == UINT64_MAX ? 0 : (Fixed32{64} << 32) - fixed_log2(word + 1);
  return static_cast<Fixed32>((static_cast<__int128>(bits) * kLn2) >> 32);
}

Duration scale_by(Duration value, Fixed32 factor, Duration limit) {
  const __int128 product = (static_cast<__int128>(value.ns) * factor) >> 32;
  return product > limit.ns ? limit : Duration{static_cast<std::int64_t>(product)};
}

}  // namespace windtunnel
