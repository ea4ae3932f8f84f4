// The draws of one generated value.
#pragma once

#include <windtunnel/protocols/base/keyed_random.h>
#include <windtunnel/protocols/base/time.h>

#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace windtunnel::gen {

// At most one draw stands in a full expression: compilers differ in the order of arguments.
class Draws {
 public:
  // `size` as RapidCheck has it: 0 to 100, rising.
  Draws(const rc::Random& random, int size) : random_(random), size_(size) {}

  int size() const { return size_; }
  std::uint64_t next() { return random_.next(); }
  std::uint64_t below(std::uint64_t bound) { return scale(next(), bound); }
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return scale_between(next(), low, high);
  }
  std::uint32_t count(std::uint32_t low, std::uint32_t high) {
    return static_cast<std::uint32_t>(between(low, high));
  }
  // Rounded where the range is wide, so that it reads well.
  Duration between(Duration low, Duration high) {
    std::int64_t unit = 1;
    for (const std::int64_t rounder : {1'000, 10'000, 100'000, 1'000'000, 10'000'000}) {
      const bool fits = low.ns % rounder == 0 && high.ns % rounder == 0;
      if (fits && high.ns - low.ns >= 20 * rounder) unit = rounder;
    }
    return {between(low.ns / unit, high.ns / unit) * unit};
  }
  bool percent(std::uint64_t chance) { return below(100) < chance; }
  template <class T>
  const T& pick(const std::vector<T>& all) {
    return all[below(all.size())];
  }

 private:
  rc::Random random_;
  int size_;
};

}  // namespace windtunnel::gen
