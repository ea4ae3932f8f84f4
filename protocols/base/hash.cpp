#include <windtunnel/protocols/base/hash.h>

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

// Table k advances a byte over k more bytes of zeros, so that eight bytes are looked up at once
// ("slicing by 8").
using CrcTables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr CrcTables make_crc_tables() {
  CrcTables tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0x82f63b78U : 0U);
    tables[0][i] = crc;
  }
  for (std::size_t k = 1; k < tables.size(); ++k) {
    for (std::size_t i = 0; i < 256; ++i) {
      const std::uint32_t before = tables[k - 1][i];
      tables[k][i] = tables[0][before & 0xffU] ^ (before >> 8);
    }
  }
  return tables;
}

constexpr CrcTables kCrc = make_crc_tables();

std::uint32_t crc_by_tables(const std::byte* p, std::size_t left, std::uint32_t crc) {
  for (; left >= 8; p += 8, left -= 8) {
    const std::uint64_t word = load8(p) ^ crc;
    crc = 0;
    for (std::size_t i = 0; i < 8; ++i) crc ^= kCrc[7 - i][(word >> (8 * i)) & 0xffU];
  }
  for (; left > 0; ++p, --left) {
    crc = kCrc[0][(crc ^ std::to_integer<std::uint32_t>(*p)) & 0xffU] ^ (crc >> 8);
  }
  return crc;
}

#ifdef __x86_64__
// The processor's own instruction for this polynomial, where it has one.
__attribute__((target("sse4.2"))) std::uint32_t crc_by_instruction(const std::byte* p,
                                                                   std::size_t left,
                                                                   std::uint32_t crc) {
  std::uint64_t wide = crc;
  for (; left >= 8; p += 8, left -= 8) wide = __builtin_ia32_crc32di(wide, load8(p));
  auto narrow = static_cast<std::uint32_t>(wide);
  for (; left > 0; ++p, --left) {
    narrow = __builtin_ia32_crc32qi(narrow, std::to_integer<std::uint8_t>(*p));
  }
  return narrow;
}
#endif

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

std::uint32_t crc32c_portable(BytesView bytes, std::uint32_t crc) noexcept {
  return ~crc_by_tables(bytes.data(), bytes.size(), ~crc);
}

std::uint32_t crc32c(BytesView bytes, std::uint32_t crc) noexcept {
#ifdef __x86_64__
  if (__builtin_cpu_supports("sse4.2")) {
    return ~crc_by_instruction(bytes.data(), bytes.size(), ~crc);
  }
#endif
  return crc32c_portable(bytes, crc);
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
