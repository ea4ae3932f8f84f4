// The seeds of a campaign: ascending, each once, in memory that their number does not change.
#pragma once

#include <windtunnel/scenarios/format/spec.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace windtunnel::scenarios {

class SeedList {
 public:
  static constexpr std::uint64_t kMost = 100'000'000;

  SeedList() = default;
  explicit SeedList(std::uint64_t seed) : ranges_{{seed, seed}}, count_(1) {}
  // Nothing where there would be more than `kMost`. Ranges may overlap, in any order.
  static std::optional<SeedList> of(std::vector<SeedRange> ranges);

  std::uint64_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  // The position counts from 0.
  std::uint64_t operator[](std::uint64_t position) const;

 private:
  std::vector<SeedRange> ranges_;  // ascending, apart from one another
  std::uint64_t count_ = 0;
};

}  // namespace windtunnel::scenarios
