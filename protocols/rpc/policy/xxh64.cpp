#include <windtunnel/protocols/rpc/policy/xxh64.h>

#include <bit>
#include <cstddef>

namespace windtunnel::rpc {
namespace {

constexpr std::uint64_t kPrime1 = 0x9E3779B185EBCA87ULL;
constexpr std::uint64_t kPrime2 = 0xC2B2AE3D27D4EB4FULL;
constexpr std::uint64_t kPrime3 = 0x165667B19E3779F9ULL;
constexpr std::uint64_t kPrime4 = 0x85EBCA77C2B2AE63ULL;
constexpr std::uint64_t kPrime5 = 0x27D4EB2F165667C5ULL;

// The little-endian number of the first `count` bytes, which are taken off.
std::uint64_t take(std::string_view& text, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * i);
  }
  text.remove_prefix(count);
  return value;
}

std::uint64_t round_of(std::uint64_t lane, std::uint64_t input) {
  return std::rotl(lane + input * kPrime2, 31) * kPrime1;
}

std::uint64_t hash_of_stripes(std::string_view& text, std::uint64_t seed) {
  std::uint64_t lanes[4] = {seed + kPrime1 + kPrime2, seed + kPrime2, seed, seed - kPrime1};
  while (text.size() >= 32) {
    for (std::uint64_t& lane : lanes) lane = round_of(lane, take(text, 8));
  }
  std::uint64_t hash = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) +
                       std::rotl(lanes[3], 18);
  for (const std::uint64_t lane : lanes) hash = (hash ^ round_of(0, lane)) * kPrime1 + kPrime4;
  return hash;
}

}  // namespace

std::uint64_t xxh64(std::string_view text, std::uint64_t seed) {
  const std::uint64_t length = text.size();
  std::uint64_t hash = length >= 32 ? hash_of_stripes(text, seed) : seed + kPrime5;
  hash += length;
  while (text.size() >= 8) {
    hash = std::rotl(hash ^ round_of(0, take(text, 8)), 27) * kPrime1 + kPrime4;
  }
  if (text.size() >= 4) hash = std::rotl(hash ^ take(text, 4) * kPrime1, 23) * kPrime2 + kPrime3;
  while (!text.empty()) hash = std::rotl(hash ^ take(text, 1) * kPrime5, 11) * kPrime1;
  hash = (hash ^ (hash >> 33)) * kPrime2;
  hash = (hash ^ (hash >> 29)) * kPrime3;
  return hash ^ (hash >> 32);
}

}  // namespace windtunnel::rpc
