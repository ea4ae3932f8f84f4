// A token bucket: at most `burst` at once, and `rate` in each `period` on average. The same as
// GCRA. Exact for any rate: it counts in tokens times nanoseconds. A time before the last one, as
// from a client whose clock is behind, is taken for the last one, so that in any interval t of the
// most advanced clock at most burst + rate * t are let through.
#pragma once

#include <windtunnel/protocols/base/time.h>

#include <compare>
#include <cstdint>

namespace windtunnel::rpc {

class TokenBucket {
 public:
  struct Parameters {
    std::int64_t rate = 1;
    Duration period = seconds(1);
    std::int64_t burst = 1;
    friend constexpr auto operator<=>(const Parameters&, const Parameters&) = default;
  };

  // Full at first. burst * period is at most 2^62 ns: 4 * 10^9 tokens of a second each.
  TokenBucket(Instant now, const Parameters& parameters);

  // Takes so many tokens, or none.
  bool take(Instant now, std::int64_t tokens = 1);
  // How long until `take` succeeds, if nobody else takes; 0: now. At most burst can be asked for.
  Duration wait(Instant now, std::int64_t tokens = 1) const;
  friend constexpr auto operator<=>(const TokenBucket&, const TokenBucket&) = default;

 private:
  std::int64_t level_at(Instant now) const;

  Parameters parameters_;
  Instant last_;
  std::int64_t level_;  // tokens * period in ns
};

}  // namespace windtunnel::rpc
