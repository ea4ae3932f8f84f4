#include <windtunnel/protocols/rpc/policy/retry.h>

#include <windtunnel/protocols/base/assert.h>

#include <algorithm>
#include <charconv>

namespace windtunnel::rpc {
namespace {

constexpr std::int64_t kThousandths = 1000;  // of a token

std::uint32_t attempts_of(std::uint32_t max_attempts) {
  WT_ASSERT(max_attempts >= 2, "a policy for more than one attempt");
  return std::min(max_attempts, kMostAttempts);
}

// Tells the throttle. True for a result that may be followed by another attempt.
bool counts_as_failure(const AttemptResult& result, StatusSet followed, RetryThrottle* throttle) {
  if (result.code == StatusCode::ok) {
    if (throttle != nullptr) throttle->on_success();
    return false;
  }
  const bool may_follow = followed.contains(result.code);
  const bool never = result.pushback.kind == Pushback::Kind::never;
  if ((may_follow || never) && throttle != nullptr) throttle->on_failure();
  return may_follow;
}

}  // namespace

Pushback parse_pushback(std::optional<std::string_view> header) {
  if (!header) return {};
  std::int32_t value = 0;
  const char* const last = header->data() + header->size();
  const auto [end, error] = std::from_chars(header->data(), last, value);
  const bool whole = error == std::errc() && end == last;
  const bool padded = header->size() > 1 && header->front() == '0';
  if (!whole || padded || value < 0 || header->front() == '-') return {Pushback::Kind::never, {}};
  return {Pushback::Kind::after, milliseconds(value)};
}

RetryThrottle::RetryThrottle(std::int64_t max_tokens, std::int64_t ratio_thousandths)
    : max_(max_tokens * kThousandths), ratio_(ratio_thousandths), tokens_(max_) {
  WT_ASSERT(max_tokens >= 1 && max_tokens <= 1000, "tokens are of [1, 1000]");
  WT_ASSERT(ratio_thousandths >= 1, "a ratio is positive");
}

void RetryThrottle::on_success() { tokens_ = std::min(max_, tokens_ + ratio_); }
void RetryThrottle::on_failure() { tokens_ = std::max<std::int64_t>(0, tokens_ - kThousandths); }

RetrySequence::RetrySequence(const RetryPolicy& policy) : policy_(policy) {
  policy_.max_attempts = attempts_of(policy.max_attempts);
}

std::optional<Duration> RetrySequence::after(const AttemptResult& result, bool committed,
                                             RetryThrottle* throttle, std::uint64_t draw) {
  if (!counts_as_failure(result, policy_.retryable, throttle)) return std::nullopt;
  if (throttle != nullptr && !throttle->allows()) return std::nullopt;
  if (committed || result.pushback.kind == Pushback::Kind::never) return std::nullopt;
  if (previous_attempts_ + 1 >= policy_.max_attempts) return std::nullopt;
  ++previous_attempts_;
  if (result.pushback.kind == Pushback::Kind::after) {
    backoffs_ = 0;
    return result.pushback.delay;
  }
  ++backoffs_;
  return policy_.backoff.jittered(policy_.backoff.nominal(backoffs_), draw);
}

HedgeSequence::HedgeSequence(const HedgingPolicy& policy, Instant now)
    : policy_(policy), next_(now + policy.delay), left_(attempts_of(policy.max_attempts) - 1) {}

std::optional<Instant> HedgeSequence::next() const {
  if (left_ == 0) return std::nullopt;
  return next_;
}

bool HedgeSequence::begin(Instant now, const RetryThrottle* throttle) {
  WT_ASSERT(left_ > 0, "an attempt is due");
  --left_;
  next_ = now + policy_.delay;
  if (throttle != nullptr && !throttle->allows()) {
    if (outstanding_ == 0) left_ = 0;  // the failure is the call's, without more waiting
    return false;
  }
  ++sent_;
  ++outstanding_;
  return true;
}

bool HedgeSequence::on_result(const AttemptResult& result, Instant now, RetryThrottle* throttle) {
  WT_ASSERT(outstanding_ > 0, "a result is of an attempt that was sent");
  --outstanding_;
  if (!counts_as_failure(result, policy_.non_fatal, throttle)) {
    left_ = 0;
    return true;
  }
  switch (result.pushback.kind) {
    case Pushback::Kind::none: next_ = now; break;
    case Pushback::Kind::never: left_ = 0; break;
    case Pushback::Kind::after: next_ = now + result.pushback.delay; break;
  }
  return is_over();
}

}  // namespace windtunnel::rpc
