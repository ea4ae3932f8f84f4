// Hashes that are part of a contract: equal on every machine, build and run. Built from the 64x64
// -> 128 bit multiply-fold that wyhash (Wang Yi, public domain) popularised; not cryptographic.
#pragma once

#include <windtunnel/protocols/base/bytes.h>

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace windtunnel {

// Folds the 128-bit product of a and b into 64 bits.
constexpr std::uint64_t fold_multiply(std::uint64_t a, std::uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline constexpr std::uint64_t kHashSeed0 = 0xa0761d6478bd642fULL;
inline constexpr std::uint64_t kHashSeed1 = 0xe7037ed1a0b428dbULL;
inline constexpr std::uint64_t kHashSeed2 = 0x8ebc6af09c88c6e3ULL;
inline constexpr std::uint64_t kHashSeed3 = 0x589965cc75374cc3ULL;

constexpr std::uint64_t hash_combine(std::uint64_t a, std::uint64_t b) {
  return fold_multiply(a ^ kHashSeed0, b ^ kHashSeed1);
}

std::uint64_t hash_bytes(BytesView bytes, std::uint64_t seed = 0) noexcept;
inline std::uint64_t hash_text(std::string_view text, std::uint64_t seed = 0) noexcept {
  return hash_bytes(as_bytes(text), seed);
}

// CRC-32C (Castagnoli) of `bytes`, continuing from `crc` (0 to start). For on-disk and framed data.
std::uint32_t crc32c(BytesView bytes, std::uint32_t crc = 0) noexcept;
// The same without the processor's instruction.
std::uint32_t crc32c_portable(BytesView bytes, std::uint32_t crc = 0) noexcept;

// A 128-bit digest.
struct Digest {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend constexpr auto operator<=>(const Digest&, const Digest&) = default;
};
// 32 lower-case hexadecimal digits.
std::string to_hex(const Digest& digest);

// A running 128-bit hash of a sequence of 64-bit words. Order matters.
class RollingHash {
 public:
  constexpr void absorb(std::uint64_t word) {
    high_ = fold_multiply(high_ ^ word, kHashSeed0 ^ low_);
    low_ = (low_ ^ word) * kHashSeed2 + high_;
  }
  constexpr void absorb(std::uint64_t a, std::uint64_t b) {
    high_ = fold_multiply(high_ ^ a, kHashSeed0 ^ b);
    low_ = fold_multiply(low_ ^ b, kHashSeed1 ^ a) + high_;
  }
  constexpr Digest digest() const { return {high_, low_}; }
  friend constexpr bool operator==(const RollingHash&, const RollingHash&) = default;

 private:
  std::uint64_t high_ = kHashSeed3;
  std::uint64_t low_ = kHashSeed2;
};

}  // namespace windtunnel
