// How long a packet is under way: a distribution as plain data, drawn from with one uniform word,
// in integers only.
//
//   Latency wan = Latency::normal({.mean = milliseconds(40), .deviation = milliseconds(5)});
//   Duration delay = wan.at(key.at(ordinal));
//
// The quantile functions are monotonic in the word. Their tables (fixed_point.h) put less than 0.03
// % between a drawn distribution and its parameters.
#pragma once

#include <windtunnel/protocols/base/time.h>

#include <cstdint>
#include <vector>

namespace windtunnel {

struct Latency {
  enum class Kind : std::uint8_t {
    constant,
    uniform,
    normal,
    lognormal,
    exponential,
    pareto,
    empirical,
  };
  // No draw is longer, whatever the distribution.
  static constexpr Duration kLongest = seconds(3600);

  Kind kind = Kind::constant;
  // The value; the least; the mean; the median; the least; the scale (also the least).
  Duration first;
  // uniform: the greatest; normal: the standard deviation; exponential: the mean of what is added
  // to the least.
  Duration second;
  // lognormal: sigma; pareto: the shape; both in thousandths.
  std::uint32_t shape_milli = 0;
  // Draws outside are moved to the nearer end.
  Duration least;
  Duration greatest = kLongest;
  // empirical: equally spaced quantiles from 0 to 1, ascending, at least one; linear in between.
  std::vector<Duration> quantiles;

  struct NormalParameters {
    Duration mean{};
    Duration deviation{};
  };
  struct LognormalParameters {
    Duration median{};
    std::uint32_t sigma_milli = 0;
  };
  struct ExponentialParameters {
    Duration least{};
    Duration mean_above{};
  };
  struct ParetoParameters {
    Duration scale{};
    std::uint32_t shape_milli = 1'000;
  };
  static Latency constant(Duration value);
  static Latency uniform(Duration low, Duration high);
  static Latency normal(const NormalParameters& parameters);
  static Latency lognormal(const LognormalParameters& parameters);
  static Latency exponential(const ExponentialParameters& parameters);
  static Latency pareto(const ParetoParameters& parameters);
  static Latency empirical(std::vector<Duration> quantiles);

  // The quantile at word / 2^64, within [least, greatest]; never negative.
  Duration at(std::uint64_t word) const;
  bool is_constant() const { return kind == Kind::constant; }

 private:
  Duration unbounded(std::uint64_t word) const;
  Duration interpolated(std::uint64_t word) const;
};

}  // namespace windtunnel
