// go-zero's adaptive shedder: a server refuses requests while its CPU is busy, or was just before,
// and more are in flight than it served lately:
//
//   max flight = max(1, max passes of a bucket * buckets a second * min latency)
//   factor     = clamp((1000 - cpu) / (1000 - threshold), 0.1, 1)
//   refuse when average flight and flight are both above max flight * factor
//
// The latency of a bucket is the mean of its requests' in whole milliseconds, the least of them
// counts, 1 s where there is none. The bucket that is not over does not count. The average moves
// by 0.1 when a request ends. Comparisons are exact, but for the average, in units of 2^-32.
#pragma once

#include <windtunnel/protocols/base/time.h>
#include <windtunnel/protocols/rpc/policy/rolling_window.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace windtunnel::rpc {

// The CPU of a node in thousandths, as go-zero measures it: a moving average over samples, one each
// 250 ms, that keeps 0.95.
class CpuAverage {
 public:
  static constexpr Duration kInterval = milliseconds(250);
  // `busy_thousandths` since the last sample.
  void sample(std::int64_t busy_thousandths) {
    value_ = (value_ * 95 + busy_thousandths * 5) / 100;
  }
  std::int64_t thousandths() const { return value_; }
  friend constexpr auto operator<=>(const CpuAverage&, const CpuAverage&) = default;

 private:
  std::int64_t value_ = 0;  // whole thousandths, cut after each sample as go-zero's is
};

class AdaptiveShedder {
 public:
  struct Parameters {
    std::size_t buckets = 50;
    Duration bucket = milliseconds(100);
    std::int64_t cpu_threshold = 900;  // of 1000, and below it
    Duration cool_off = seconds(1);
    friend constexpr auto operator<=>(const Parameters&, const Parameters&) = default;
  };

  explicit AdaptiveShedder(Instant now) : AdaptiveShedder(now, Parameters()) {}
  AdaptiveShedder(Instant now, const Parameters& parameters);

  // Whether a request is served. Every one that is, ends in on_pass or on_fail.
  bool allow(Instant now, std::int64_t cpu_thousandths);
  void on_pass(Instant now, Instant begun);
  void on_fail() { end_one(); }

  std::int64_t in_flight() const { return flying_; }
  // In thousandths of a request, rounded down.
  std::int64_t max_flight_thousandths(Instant now) const;
  friend bool operator==(const AdaptiveShedder&, const AdaptiveShedder&) = default;

 private:
  struct Bucket {
    std::int64_t passes = 0;
    std::int64_t latencies_ms = 0;
    friend constexpr auto operator<=>(const Bucket&, const Bucket&) = default;
  };
  // max_flight = numerator / denominator
  struct Limit {
    __int128 numerator = 1;
    __int128 denominator = 1;
  };

  Limit max_flight(Instant now) const;
  bool is_hot(Instant now, std::int64_t cpu_thousandths);
  bool is_full(Instant now, std::int64_t cpu_thousandths) const;
  void end_one();

  Parameters parameters_;
  RollingWindow<Bucket> window_;
  std::int64_t flying_ = 0;
  std::uint64_t average_flying_ = 0;  // in units of 2^-32
  std::optional<Instant> overloaded_;
  bool dropped_recently_ = false;
};

}  // namespace windtunnel::rpc
