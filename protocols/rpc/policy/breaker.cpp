#include <windtunnel/protocols/rpc/policy/breaker.h>

#include <windtunnel/protocols/base/assert.h>

namespace windtunnel::rpc {

SreBreaker::SreBreaker(Instant now, const Parameters& parameters)
    : parameters_(parameters), window_(now, parameters.buckets, parameters.bucket) {
  WT_ASSERT(parameters.k_thousandths >= parameters.min_k_thousandths, "k is at least min_k");
}

std::optional<SreBreaker::Ratio> SreBreaker::drop_ratio(Instant now) const {
  std::int64_t total = 0;
  std::int64_t accepts = 0;
  std::int64_t failing = 0;
  std::int64_t working = 0;
  window_.each(now, [&](const Bucket& bucket) {
    accepts += bucket.successes;
    total += bucket.successes + bucket.failures + bucket.drops;
    if (bucket.failures > 0) working = 0;
    if (bucket.successes > 0) failing = 0;
    if (bucket.failures > 0 && bucket.successes == 0) ++failing;
    if (bucket.successes > 0 && bucket.failures == 0) ++working;
  });
  const auto buckets = static_cast<std::int64_t>(parameters_.buckets);
  const std::int64_t spread = parameters_.k_thousandths - parameters_.min_k_thousandths;
  // w in units of 1 / (1000 * buckets). It is not below min_k, since failing <= buckets.
  const std::int64_t unit = 1000 * buckets;
  const std::int64_t w = parameters_.k_thousandths * buckets - spread * failing;
  const __int128 excess = static_cast<__int128>(total - parameters_.protection) * unit -
                          static_cast<__int128>(w) * accepts;
  if (excess <= 0) return std::nullopt;
  return Ratio{excess * (buckets - working), static_cast<__int128>(total + 1) * unit * buckets};
}

bool SreBreaker::allow(Instant now, std::uint64_t draw) {
  const std::optional<Ratio> ratio = drop_ratio(now);
  if (!ratio) return true;
  const bool starved = last_pass_ && now - *last_pass_ > parameters_.force_pass;
  // The draw is a fraction of 1 in units of 2^-63: what lies below the ratio drops.
  const __int128 drawn = (ratio->denominator * static_cast<__int128>(draw >> 1)) >> 63;
  if (!starved && drawn < ratio->numerator) {
    ++window_.at(now).drops;
    return false;
  }
  last_pass_ = now;
  return true;
}

SleepBreaker::SleepBreaker(Instant now, const Parameters& parameters)
    : parameters_(parameters), window_(now, parameters.buckets, parameters.bucket), changed_(now) {}

bool SleepBreaker::allow(Instant now) {
  switch (state_) {
    case State::closed: return true;
    case State::half_open: return false;
    case State::open: break;
  }
  if (now - changed_ < parameters_.sleep) return false;
  enter(State::half_open, now);
  return true;
}

void SleepBreaker::on_success(Instant now, Instant begun) {
  if (is_probe(begun)) {
    window_.clear();
    enter(State::closed, now);
    return;
  }
  record(now, begun, false);
}

void SleepBreaker::on_failure(Instant now, Instant begun) {
  if (is_probe(begun)) {
    enter(State::open, now);
    return;
  }
  record(now, begun, true);
}

void SleepBreaker::on_cancel(Instant begun) {
  if (is_probe(begun)) enter(State::open, changed_ - parameters_.sleep);
}

void SleepBreaker::record(Instant now, Instant begun, bool error) {
  if (state_ != State::closed || begun < changed_) return;
  Bucket& bucket = window_.at(now);
  ++bucket.calls;
  if (error) ++bucket.errors;
  std::int64_t calls = 0;
  std::int64_t errors = 0;
  window_.each(now, [&](const Bucket& each) {
    calls += each.calls;
    errors += each.errors;
  });
  const bool enough = calls >= parameters_.min_calls;
  if (enough && errors * 100 >= parameters_.error_percent * calls) enter(State::open, now);
}

void SleepBreaker::enter(State state, Instant now) {
  state_ = state;
  changed_ = now;
}

}  // namespace windtunnel::rpc
