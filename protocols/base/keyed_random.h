// Keyed randomness: every draw is a pure function of what it is for. There is no stream to advance,
// so removing one fault, client or node changes no other draw. Shrinking rests on this.
#pragma once

#include <windtunnel/protocols/base/hash.h>
#include <windtunnel/protocols/base/time.h>

#include <cstdint>
#include <string_view>

namespace windtunnel {

// What a seed means. Raised when the same seed gives other draws than before, so that a saved seed
// can say that it was made for others.
inline constexpr std::uint32_t kDrawVersion = 1;

// Names one family of draws: (seed, purpose, entity, salt). `at(n)` is its n-th draw.
class DrawKey {
 public:
  constexpr DrawKey() = default;
  DrawKey(std::uint64_t seed, std::string_view purpose, std::string_view entity,
          std::uint64_t salt = 0) noexcept
      : key_(hash_combine(hash_text(purpose, seed), hash_text(entity, salt ^ kHashSeed3))) {}

  // A sub-family, for example of one link of a network.
  constexpr DrawKey of(std::uint64_t entity) const {
    DrawKey key;
    key.key_ = hash_combine(key_ ^ kHashSeed2, entity);
    return key;
  }
  // Uniform over 2^64.
  constexpr std::uint64_t at(std::uint64_t ordinal) const {
    const std::uint64_t mixed = fold_multiply(key_ ^ kHashSeed1, ordinal + kHashSeed0);
    return fold_multiply(mixed ^ kHashSeed2, key_ + (ordinal ^ kHashSeed3));
  }
  constexpr std::uint64_t value() const { return key_; }

 private:
  std::uint64_t key_ = 0;
};

// Maps a uniform word to [0, bound). The bias is below bound / 2^64. bound must not be 0.
constexpr std::uint64_t scale(std::uint64_t word, std::uint64_t bound) {
  return static_cast<std::uint64_t>((static_cast<unsigned __int128>(word) * bound) >> 64);
}
// Maps a uniform word to [low, high], both ends included.
constexpr std::int64_t scale_between(std::uint64_t word, std::int64_t low, std::int64_t high) {
  const auto span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
  if (span == 0) return static_cast<std::int64_t>(word);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + scale(word, span));
}
constexpr Duration scale_between(std::uint64_t word, Duration low, Duration high) {
  return {scale_between(word, low.ns, high.ns)};
}

// A probability in parts per million, 0 to 1,000,000.
struct PerMillion {
  std::uint32_t value = 0;
  constexpr bool hit(std::uint64_t word) const {
    return value != 0 && scale(word, 1'000'000) < value;
  }
  friend constexpr auto operator<=>(const PerMillion&, const PerMillion&) = default;
};

}  // namespace windtunnel
