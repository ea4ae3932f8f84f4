#include "protocols/base/hash.h"

#include <array>

namespace windtunnel {
namespace {

std::uint64_t load_le(const std::byte* from, std::size_t count) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < count; ++i)
    word |= std::to_integer<std::uint64_t>(from[i]) << (8 * i);
  return word;
}

std::uint64_t load8(const std::byte* from) {
  std::uint64_t word;
  std::memcpy(&word, from, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0x82f63b78U : 0U);
    table[i] = crc;
  }
  return table;
}

constexpr auto kCrcTable = make_crc_table();

}  // namespace

std::uint64_t hash_bytes(BytesView bytes, std::uint64_t seed) noexcept {
  const std::byte* p = bytes.data();
  std::size_t left = bytes.size();
  // Mixed first: a bare seed would cancel against the second word of the text.
  std::uint64_t state = fold_multiply(seed ^ kHashSeed0, kHashSeed1);
  for (; left >= 16; p += 16, left -= 16) {
    state = fold_multiply(load8(p) ^ kHashSeed1, load8(p + 8) ^ state);
  }
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  if (left >= 8) {
    a = load8(p);
    b = load_le(p + 8, left - 8);
  } else if (left > 0) {
    a = load_le(p, left);
  }
  return fold_multiply(kHashSeed2 ^ bytes.size(), fold_multiply(a ^ kHashSeed1, b ^ state));
}

std::uint32_t crc32c(BytesView bytes, std::uint32_t crc) noexcept {
  crc = ~crc;
  for (const std::byte b : bytes) {
    crc = kCrcTable[(crc ^ std::to_integer<std::uint32_t>(b)) & 0xffU] ^ (crc >> 8);
  }
  return ~crc;
}

std::string to_hex(const Digest& digest) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text(32, '0');
  for (std::size_t i = 0; i < 16; ++i) {
    text[i] = kDigits[(digest.high >> (60 - 4 * i)) & 15U];
    text[16 + i] = kDigits[(digest.low >> (60 - 4 * i)) & 15U];
  }
  return text;
}

}  // namespace windtunnel
