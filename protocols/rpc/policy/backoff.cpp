#include <windtunnel/protocols/rpc/policy/backoff.h>

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/rpc/policy/arithmetic.h>

#include <algorithm>
#include <array>
#include <limits>

namespace windtunnel::rpc {

Duration ExponentialBackoff::nominal(std::uint32_t n) const {
  WT_ASSERT(n >= 1, "delays count from 1");
  Duration delay = std::min(initial, max);
  for (std::uint32_t i = 1; i < n; ++i) {
    const Duration next = std::min(scaled(delay, multiplier_millionths), max);
    if (next == delay) break;  // it stays there
    delay = next;
  }
  return delay;
}

Duration ExponentialBackoff::jittered(Duration delay, std::uint64_t draw) const {
  return scale_between(draw, scaled(delay, kMillion - std::int64_t{jitter.value}),
                       scaled(delay, kMillion + std::int64_t{jitter.value}));
}

ConnectionBackoff::Attempt ConnectionBackoff::begin(Instant now, std::uint64_t draw) {
  if (attempts_ < std::numeric_limits<std::uint32_t>::max()) ++attempts_;
  const Duration nominal = backoff_.nominal(attempts_);
  const Duration wait = attempts_ == 1 ? nominal : backoff_.jittered(nominal, draw);
  return {.give_up = now + std::max(wait, kMinConnectTimeout), .next_begin = now + wait};
}

Duration go_micro_backoff(std::uint32_t attempts) {
  // The power is cut to a whole number before it is multiplied.
  constexpr std::array<std::int64_t, 14> kPowersOfE = {0,   1,   6,   19,  43,  79,  130,
                                                       198, 285, 392, 522, 677, 858, 1066};
  if (attempts >= kPowersOfE.size()) return seconds(120);
  return milliseconds(100) * kPowersOfE[attempts];
}

}  // namespace windtunnel::rpc
