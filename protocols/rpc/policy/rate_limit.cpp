#include <windtunnel/protocols/rpc/policy/rate_limit.h>

#include <windtunnel/protocols/base/assert.h>

#include <algorithm>

namespace windtunnel::rpc {

TokenBucket::TokenBucket(Instant now, const Parameters& parameters)
    : parameters_(parameters), last_(now), level_(0) {
  WT_ASSERT(parameters.rate > 0, "a rate is positive");
  WT_ASSERT(parameters.period > Duration{}, "a period is positive");
  WT_ASSERT(parameters.burst > 0, "something can pass");
  WT_ASSERT(parameters.burst <= (std::int64_t{1} << 62) / parameters.period.ns,
            "the bucket can be counted");
  level_ = parameters.burst * parameters.period.ns;
}

bool TokenBucket::take(Instant now, std::int64_t tokens) {
  WT_ASSERT(tokens > 0, "tokens are taken, not given");
  level_ = level_at(now);
  last_ = std::max(last_, now);
  if (tokens > level_ / parameters_.period.ns) return false;
  level_ -= tokens * parameters_.period.ns;
  return true;
}

Duration TokenBucket::wait(Instant now, std::int64_t tokens) const {
  WT_ASSERT(tokens <= parameters_.burst, "more than the bucket holds never comes");
  const std::int64_t missing = tokens * parameters_.period.ns - level_at(now);
  const Duration behind{std::max<std::int64_t>(0, (last_ - now).ns)};
  if (missing <= 0) return {};
  return behind + Duration{(missing + parameters_.rate - 1) / parameters_.rate};
}

std::int64_t TokenBucket::level_at(Instant now) const {
  const std::int64_t full = parameters_.burst * parameters_.period.ns;
  const Duration elapsed = std::max(now - last_, Duration{});
  const __int128 level = static_cast<__int128>(elapsed.ns) * parameters_.rate + level_;
  return static_cast<std::int64_t>(std::min<__int128>(level, full));
}

}  // namespace windtunnel::rpc
