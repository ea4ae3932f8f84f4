// How many calls may be in flight, found by how they go: Netflix's concurrency-limits. A limit is
// told of each call that ends; whoever holds one refuses, or queues, what is above it.
#pragma once

#include <windtunnel/protocols/base/time.h>

#include <compare>
#include <cstdint>

namespace windtunnel::rpc {

struct LimitSample {
  Duration latency = {};
  std::int64_t in_flight = 0;  // when the call began, with it
  bool dropped = false;        // refused or timed out
};

// One more while calls go well and the limit is used, a tenth less for each that was dropped or
// took too long (AIMDLimit).
class AimdLimit {
 public:
  struct Parameters {
    std::int64_t initial = 20;
    std::int64_t min = 20;
    std::int64_t max = 200;
    std::int64_t backoff_thousandths = 900;  // of [500, 1000)
    Duration timeout = seconds(5);
    friend constexpr auto operator<=>(const Parameters&, const Parameters&) = default;
  };

  AimdLimit() : AimdLimit(Parameters()) {}
  explicit AimdLimit(const Parameters& parameters);

  void on_sample(const LimitSample& sample);
  std::int64_t limit() const { return limit_; }
  friend constexpr auto operator<=>(const AimdLimit&, const AimdLimit&) = default;

 private:
  Parameters parameters_;
  std::int64_t limit_;
};

// The gradient of a long average of the latency and the last one (Gradient2Limit):
//
//   gradient = clamp(tolerance * long latency / latency, 0.5, 1)
//   limit    = limit * 0.8 + (limit * gradient + queue) * 0.2
//
// The limit and the average are in units of 2^-16, rounded down at each step.
class GradientLimit {
 public:
  struct Parameters {
    std::int64_t initial = 20;
    std::int64_t min = 20;
    std::int64_t max = 200;
    std::int64_t queue = 4;
    std::int64_t smoothing_thousandths = 200;
    std::int64_t tolerance_thousandths = 1500;  // at least 1000
    std::int64_t long_window = 600;             // samples
    friend constexpr auto operator<=>(const Parameters&, const Parameters&) = default;
  };

  GradientLimit() : GradientLimit(Parameters()) {}
  explicit GradientLimit(const Parameters& parameters);

  // A latency is positive, and at most a day.
  void on_sample(const LimitSample& sample);
  std::int64_t limit() const { return limit_ >> kBits; }
  Duration long_latency() const { return {long_latency_ >> kBits}; }
  friend constexpr auto operator<=>(const GradientLimit&, const GradientLimit&) = default;

 private:
  static constexpr int kBits = 16;
  static constexpr std::int64_t kWarmup = 10;  // samples, of which the plain mean is taken

  void average(Duration latency);

  Parameters parameters_;
  std::int64_t limit_;
  std::int64_t long_latency_ = 0;
  std::int64_t samples_ = 0;  // up to kWarmup
  Duration sum_;              // of those
};

}  // namespace windtunnel::rpc
