#include <windtunnel/protocols/rpc/policy/adaptive_shedder.h>

#include <windtunnel/protocols/base/assert.h>

#include <algorithm>

namespace windtunnel::rpc {
namespace {

constexpr std::int64_t kCpuMax = 1000;
constexpr std::int64_t kMinFactorPart = 10;  // a tenth of what the server could do is always let in
constexpr std::int64_t kDefaultLatencyMs = 1000;
constexpr std::int64_t kNanosecondsInMs = 1'000'000;
constexpr int kAverageBits = 32;

}  // namespace

AdaptiveShedder::AdaptiveShedder(Instant now, const Parameters& parameters)
    : parameters_(parameters), window_(now, parameters.buckets, parameters.bucket) {
  WT_ASSERT(parameters.cpu_threshold < kCpuMax, "a CPU can be busier than the threshold");
}

bool AdaptiveShedder::allow(Instant now, std::int64_t cpu_thousandths) {
  if (is_hot(now, cpu_thousandths) && is_full(now, cpu_thousandths)) {
    dropped_recently_ = true;
    return false;
  }
  ++flying_;
  return true;
}

void AdaptiveShedder::on_pass(Instant now, Instant begun) {
  end_one();
  Bucket& bucket = window_.at(now);
  ++bucket.passes;
  bucket.latencies_ms += ((now - begun).ns + kNanosecondsInMs - 1) / kNanosecondsInMs;
}

void AdaptiveShedder::end_one() {
  WT_ASSERT(flying_ > 0, "a request ends once, after it was let in");
  --flying_;
  const std::uint64_t flying = static_cast<std::uint64_t>(flying_) << kAverageBits;
  average_flying_ = (average_flying_ * 9 + flying) / 10;
}

AdaptiveShedder::Limit AdaptiveShedder::max_flight(Instant now) const {
  std::int64_t max_passes = 1;
  std::int64_t min_latency_ms = kDefaultLatencyMs;
  window_.each(
      now,
      [&](const Bucket& bucket) {
        max_passes = std::max(max_passes, bucket.passes);
        if (bucket.passes == 0) return;
        const std::int64_t mean =
            (2 * bucket.latencies_ms + bucket.passes) / (2 * bucket.passes);  // to the nearest
        min_latency_ms = std::min(min_latency_ms, mean);
      },
      true);
  const __int128 busy = static_cast<__int128>(max_passes) * min_latency_ms * kNanosecondsInMs;
  return {std::max<__int128>(busy, parameters_.bucket.ns), parameters_.bucket.ns};
}

std::int64_t AdaptiveShedder::max_flight_thousandths(Instant now) const {
  const Limit limit = max_flight(now);
  return static_cast<std::int64_t>(limit.numerator * 1000 / limit.denominator);
}

bool AdaptiveShedder::is_hot(Instant now, std::int64_t cpu_thousandths) {
  if (cpu_thousandths >= parameters_.cpu_threshold) {
    overloaded_ = now;
    return true;
  }
  if (!dropped_recently_ || !overloaded_) return false;
  if (now - *overloaded_ < parameters_.cool_off) return true;
  dropped_recently_ = false;
  return false;
}

bool AdaptiveShedder::is_full(Instant now, std::int64_t cpu_thousandths) const {
  const std::int64_t idle = kCpuMax - parameters_.cpu_threshold;
  // The factor in units of 1 / (10 * idle), so that a tenth is whole.
  const std::int64_t factor =
      std::clamp((kCpuMax - cpu_thousandths) * kMinFactorPart, idle, idle * kMinFactorPart);
  const Limit limit = max_flight(now);
  const __int128 numerator = limit.numerator * factor;
  const __int128 denominator = limit.denominator * idle * kMinFactorPart;
  return average_flying_ * denominator > (numerator << kAverageBits) &&
         flying_ * denominator > numerator;
}

}  // namespace windtunnel::rpc
