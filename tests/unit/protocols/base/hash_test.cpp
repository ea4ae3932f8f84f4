#include <windtunnel/protocols/base/hash.h>

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace windtunnel {
namespace {

// These values are a contract: saved scenarios and traces name hashes.
TEST(Hash, HasTheValuesThatTracesRelyOn) {
  EXPECT_EQ(hash_text(""), 0xc96f21ebf6290549ULL);
  EXPECT_EQ(hash_text("a"), 0xe698d69dffc0e8a2ULL);
  EXPECT_EQ(hash_text("windtunnel"), 0x907506a47ea0e37cULL);
  EXPECT_EQ(hash_text("a text of more than sixteen bytes", 7), 0xf9acbd75cfab2965ULL);
  EXPECT_EQ(hash_combine(1, 2), 0xf7858b38a8499be9ULL);
}

TEST(Hash, FoldsTheProductOfTheLargestWords) {
  // (2^64-1)^2 = (2^64-2) * 2^64 + 1.
  EXPECT_EQ(fold_multiply(UINT64_MAX, UINT64_MAX), (UINT64_MAX - 1) ^ 1);
}

TEST(Hash, DependsOnEveryByteLengthAndSeed) {
  std::set<std::uint64_t> seen;
  std::string text(40, 'x');
  std::size_t tried = 0;
  for (std::size_t length = 0; length <= text.size(); ++length, ++tried) {
    seen.insert(hash_text(std::string_view(text).substr(0, length)));
  }
  for (std::size_t at = 0; at < text.size(); ++at, ++tried) {
    text[at] = 'y';
    seen.insert(hash_text(text));
    text[at] = 'x';
  }
  for (std::uint64_t seed = 1; seed <= 8; ++seed, ++tried) seen.insert(hash_text(text, seed));
  EXPECT_EQ(seen.size(), tried);
}

TEST(Hash, CombineIsNotSymmetric) { EXPECT_NE(hash_combine(1, 2), hash_combine(2, 1)); }

TEST(Crc32c, HasTheCheckValueOfTheStandard) {
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283U);
  EXPECT_EQ(crc32c({}), 0U);
}

// The definition, bit by bit.
std::uint32_t crc_by_bits(BytesView bytes, std::uint32_t crc) {
  crc = ~crc;
  for (const std::byte b : bytes) {
    crc ^= std::to_integer<std::uint32_t>(b);
    for (int i = 0; i < 8; ++i) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0x82f63b78U : 0U);
  }
  return ~crc;
}

TEST(Crc32c, IsTheDefinitionAtEveryLengthWithAndWithoutTheInstruction) {
  Bytes bytes;
  for (std::uint32_t i = 0; i < 100; ++i) {
    const std::uint32_t expected = crc_by_bits(bytes, i * 0x9e3779b9U);
    EXPECT_EQ(crc32c(bytes, i * 0x9e3779b9U), expected) << i;
    EXPECT_EQ(crc32c_portable(bytes, i * 0x9e3779b9U), expected) << i;
    bytes.push_back(static_cast<std::byte>(i * 37 + 11));
  }
}

TEST(Crc32c, ContinuesFromAPrefix) {
  const std::uint32_t first = crc32c(as_bytes("1234"));
  EXPECT_EQ(crc32c(as_bytes("56789"), first), 0xe3069283U);
}

TEST(RollingHash, HasTheValuesThatTracesRelyOn) {
  RollingHash hash;
  EXPECT_EQ(to_hex(hash.digest()), "589965cc75374cc38ebc6af09c88c6e3");
  hash.absorb(1);
  hash.absorb(2, 3);
  EXPECT_EQ(to_hex(hash.digest()), "af66a00461ad568bdf8697e4b5faaa92");
}

TEST(RollingHash, DependsOnTheOrder) {
  RollingHash one;
  RollingHash other;
  one.absorb(1);
  one.absorb(2);
  other.absorb(2);
  other.absorb(1);
  EXPECT_NE(one.digest(), other.digest());
}

TEST(RollingHash, CopiesGoOnAlike) {
  RollingHash one;
  one.absorb(9);
  RollingHash other = one;
  one.absorb(1);
  other.absorb(1);
  EXPECT_EQ(one, other);
}

}  // namespace
}  // namespace windtunnel
