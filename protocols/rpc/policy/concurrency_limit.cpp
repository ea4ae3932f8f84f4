#include <windtunnel/protocols/rpc/policy/concurrency_limit.h>

#include <windtunnel/protocols/base/assert.h>

#include <algorithm>

namespace windtunnel::rpc {

AimdLimit::AimdLimit(const Parameters& parameters)
    : parameters_(parameters), limit_(parameters.initial) {
  WT_ASSERT(parameters.min >= 1 && parameters.min <= parameters.max, "limits are an interval");
  WT_ASSERT(parameters.backoff_thousandths >= 500 && parameters.backoff_thousandths < 1000,
            "a backoff is of [0.5, 1)");
}

void AimdLimit::on_sample(const LimitSample& sample) {
  if (sample.dropped || sample.latency > parameters_.timeout) {
    limit_ = limit_ * parameters_.backoff_thousandths / 1000;
  } else if (sample.in_flight * 2 >= limit_) {
    ++limit_;
  }
  limit_ = std::clamp(limit_, parameters_.min, parameters_.max);
}

GradientLimit::GradientLimit(const Parameters& parameters)
    : parameters_(parameters), limit_(parameters.initial << kBits) {
  WT_ASSERT(parameters.min >= 1 && parameters.min <= parameters.max, "limits are an interval");
  WT_ASSERT(parameters.tolerance_thousandths >= 1000, "a tolerance is at least 1");
}

void GradientLimit::on_sample(const LimitSample& sample) {
  WT_ASSERT(sample.latency > Duration{}, "a call takes time");
  average(sample.latency);
  const __int128 latency = static_cast<__int128>(sample.latency.ns) << kBits;
  const __int128 long_latency = long_latency_;
  // After a long overload the average comes down faster than by its samples.
  if (long_latency > 2 * latency) {
    long_latency_ = static_cast<std::int64_t>(long_latency * 95 / 100);
  }
  if ((sample.in_flight << kBits) * 2 < limit_) return;  // the limit is not what limits
  // limit * gradient
  const __int128 sloped =
      limit_ * parameters_.tolerance_thousandths * long_latency / (latency * 1000);
  const auto steered = static_cast<std::int64_t>(std::clamp<__int128>(sloped, limit_ / 2, limit_)) +
                       (parameters_.queue << kBits);
  const std::int64_t smoothing = parameters_.smoothing_thousandths;
  const std::int64_t smoothed = (limit_ * (1000 - smoothing) + steered * smoothing) / 1000;
  limit_ = std::clamp(smoothed, parameters_.min << kBits, parameters_.max << kBits);
}

void GradientLimit::average(Duration latency) {
  const std::int64_t sample = latency.ns << kBits;
  if (samples_ < kWarmup) {
    ++samples_;
    sum_ += latency;
    long_latency_ = static_cast<std::int64_t>((static_cast<__int128>(sum_.ns) << kBits) / samples_);
    return;
  }
  // By 2 / (n + 1) towards the sample.
  const __int128 change = static_cast<__int128>(sample - long_latency_) * 2;
  long_latency_ += static_cast<std::int64_t>(change / (parameters_.long_window + 1));
}

}  // namespace windtunnel::rpc
