// What a search has seen: 128-bit fingerprints of its configurations, in an open-addressing table.
// Two configurations are taken for one with a probability below 10^-23, even among 10^7.
#pragma once

#include <windtunnel/protocols/base/hash.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace windtunnel::checkers {

// Fingerprints of the parts of a configuration are combined into that of the whole, in any order;
// combining the same part again takes it out (Zobrist 1970).
inline Digest combine(Digest a, Digest b) { return {a.high ^ b.high, a.low ^ b.low}; }
inline Digest fingerprint(std::uint64_t what, std::uint64_t number) {
  const std::uint64_t word = hash_combine(what, number);
  return {fold_multiply(word ^ kHashSeed2, kHashSeed1),
          fold_multiply(word ^ kHashSeed3, kHashSeed0)};
}

class Visited {
 public:
  Visited() : places_(1024) {}

  // False when it was there.
  bool insert(Digest digest) {
    if (digest == Digest{}) digest.low = 1;  // zero marks a free place
    if ((count_ + 1) * 2 > places_.size()) grow();
    Digest& place = find(digest);
    if (place == digest) return false;
    place = digest;
    ++count_;
    return true;
  }
  std::uint64_t bytes() const { return places_.size() * sizeof(Digest); }

 private:
  Digest& find(const Digest& digest) {
    std::size_t at = digest.low & (places_.size() - 1);
    while (places_[at] != Digest{} && places_[at] != digest) at = (at + 1) & (places_.size() - 1);
    return places_[at];
  }
  void grow() {
    std::vector<Digest> old(places_.size() * 2);
    std::swap(old, places_);
    for (const Digest& digest : old) {
      if (digest != Digest{}) find(digest) = digest;
    }
  }
  std::vector<Digest> places_;
  std::size_t count_ = 0;
};

}  // namespace windtunnel::checkers
