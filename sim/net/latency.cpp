#include <windtunnel/sim/net/latency.h>

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/base/keyed_random.h>
#include <windtunnel/sim/net/fixed_point.h>

#include <algorithm>
#include <utility>

namespace windtunnel {
namespace {

constexpr Fixed32 kLog2OfE = 6196328019;  // log2(e) * 2^32

Latency make(Latency::Kind kind, Duration first, Duration second, std::uint32_t shape_milli) {
  WT_ASSERT(first.ns >= 0 && second.ns >= 0, "a latency is not negative");
  Latency latency;
  latency.kind = kind;
  latency.first = first;
  latency.second = second;
  latency.shape_milli = shape_milli;
  return latency;
}

}  // namespace

Latency Latency::constant(Duration value) { return make(Kind::constant, value, {}, 0); }

Latency Latency::uniform(Duration low, Duration high) {
  WT_ASSERT(low <= high, "a range starts at its lower end");
  return make(Kind::uniform, low, high, 0);
}

Latency Latency::normal(const NormalParameters& parameters) {
  return make(Kind::normal, parameters.mean, parameters.deviation, 0);
}

Latency Latency::lognormal(const LognormalParameters& parameters) {
  return make(Kind::lognormal, parameters.median, {}, parameters.sigma_milli);
}

Latency Latency::exponential(const ExponentialParameters& parameters) {
  return make(Kind::exponential, parameters.least, parameters.mean_above, 0);
}

Latency Latency::pareto(const ParetoParameters& parameters) {
  WT_ASSERT(parameters.shape_milli > 0, "a Pareto distribution has a positive shape");
  return make(Kind::pareto, parameters.scale, {}, parameters.shape_milli);
}

Latency Latency::empirical(std::vector<Duration> quantiles) {
  WT_ASSERT(!quantiles.empty(), "an empirical distribution has at least one quantile");
  WT_ASSERT(std::is_sorted(quantiles.begin(), quantiles.end()), "quantiles ascend");
  Latency latency = make(Kind::empirical, quantiles.front(), {}, 0);
  latency.quantiles = std::move(quantiles);
  return latency;
}

Duration Latency::at(std::uint64_t word) const {
  const Duration drawn = unbounded(word);
  return std::clamp(std::min(drawn, greatest), least, kLongest);
}

Duration Latency::interpolated(std::uint64_t word) const {
  const std::uint64_t intervals = quantiles.size() - 1;
  if (intervals == 0) return quantiles.front();
  const unsigned __int128 position = static_cast<unsigned __int128>(word) * intervals;
  const auto index = static_cast<std::size_t>(position >> 64);
  const auto fraction = static_cast<std::uint64_t>(position);
  const Duration step = quantiles[index + 1] - quantiles[index];
  const std::uint64_t part = scale(fraction, static_cast<std::uint64_t>(step.ns));
  return quantiles[index] + Duration{static_cast<std::int64_t>(part)};
}

Duration Latency::unbounded(std::uint64_t word) const {
  switch (kind) {
    case Kind::constant: return first;
    case Kind::uniform: return scale_between(word, first, second);
    case Kind::normal: return first + scale_by(second, normal_quantile(word), kLongest);
    case Kind::lognormal: {
      const Fixed32 sigmas = normal_quantile(word) * std::int64_t{shape_milli} / 1'000;
      const auto bits = static_cast<Fixed32>((static_cast<__int128>(sigmas) * kLog2OfE) >> 32);
      return scale_by_power(first, bits, kLongest);
    }
    case Kind::exponential: return first + scale_by(second, exponential_quantile(~word), kLongest);
    case Kind::pareto: {
      const Fixed32 bits = word == 0 ? 0 : (Fixed32{64} << 32) - fixed_log2(~word + 1);
      // In 128 bits: a thousand times 64 << 32 fits, but a caller's shape may be small.
      const __int128 exponent = static_cast<__int128>(bits) * 1'000 / shape_milli;
      if (exponent >= (static_cast<__int128>(62) << 32)) return kLongest;
      return scale_by_power(first, static_cast<Fixed32>(exponent), kLongest);
    }
    case Kind::empirical: return interpolated(word);
  }
  return first;
}

}  // namespace windtunnel
