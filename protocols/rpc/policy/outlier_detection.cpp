#include <windtunnel/protocols/rpc/policy/outlier_detection.h>

#include <windtunnel/protocols/rpc/policy/arithmetic.h>

#include <algorithm>
#include <utility>

namespace windtunnel::rpc {
namespace {

// Success rates are in units of 2^-32, rounded down.
constexpr int kRateBits = 32;

struct Spread {
  std::int64_t mean = 0;
  std::int64_t deviation = 0;
};

// Of a population, which is not empty.
Spread spread_of(const std::vector<std::int64_t>& rates) {
  const auto count = static_cast<std::int64_t>(rates.size());
  std::int64_t sum = 0;
  for (const std::int64_t rate : rates) sum += rate;
  const std::int64_t mean = sum / count;
  unsigned __int128 squares = 0;
  for (const std::int64_t rate : rates) {
    squares += static_cast<unsigned __int128>(static_cast<__int128>(rate - mean) * (rate - mean));
  }
  const std::uint64_t deviation = integer_sqrt(squares / static_cast<std::uint64_t>(count));
  return {mean, static_cast<std::int64_t>(deviation)};
}

std::int64_t rate_of(std::uint64_t part, std::uint64_t total) {
  return static_cast<std::int64_t>((static_cast<unsigned __int128>(part) << kRateBits) / total);
}

}  // namespace

void OutlierDetection::update(const std::vector<Endpoint>& endpoints) {
  std::map<EndpointId, Host> hosts;
  for (const Endpoint& endpoint : endpoints) {
    const auto old = hosts_.find(endpoint.id);
    hosts[endpoint.id] = old == hosts_.end() ? Host() : old->second;
  }
  hosts_ = std::move(hosts);
}

void OutlierDetection::on_done(EndpointId id, bool success) {
  const auto host = hosts_.find(id);
  if (host == hosts_.end()) return;
  ++(success ? host->second.active.successes : host->second.active.failures);
}

OutlierDetection::Changes OutlierDetection::sweep(Instant now, std::uint64_t draw) {
  Changes changes;
  for (auto& [id, host] : hosts_) host.last = std::exchange(host.active, {});
  if (parameters_.success_rate) eject_low_success_rates(now, nth_draw(draw, 0), changes);
  if (parameters_.failure_percentage) {
    eject_high_failure_percentages(now, nth_draw(draw, 1), changes);
  }
  for (auto& [id, host] : hosts_) {
    if (!host.ejected) {
      if (host.multiplier > 0) --host.multiplier;
    } else if (is_served(host, now)) {
      host.ejected.reset();
      changes.returned.push_back(id);
    }
  }
  return changes;
}

bool OutlierDetection::is_ejected(EndpointId id) const {
  const auto host = hosts_.find(id);
  return host != hosts_.end() && host->second.ejected.has_value();
}

std::uint32_t OutlierDetection::multiplier(EndpointId id) const {
  const auto host = hosts_.find(id);
  return host == hosts_.end() ? 0 : host->second.multiplier;
}

bool OutlierDetection::room_for_ejection() const {
  const auto ejected =
      static_cast<std::size_t>(std::count_if(hosts_.begin(), hosts_.end(), [](const Entry& entry) {
        return entry.second.ejected.has_value();
      }));
  return ejected * 100 < std::size_t{parameters_.max_ejection_percent} * hosts_.size();
}

std::size_t OutlierDetection::hosts_with(std::uint32_t request_volume) const {
  return static_cast<std::size_t>(std::count_if(
      hosts_.begin(), hosts_.end(),
      [=](const Entry& entry) { return entry.second.last.total() >= request_volume; }));
}

void OutlierDetection::eject_low_success_rates(Instant now, std::uint64_t draw, Changes& changes) {
  const SuccessRateEjection& rule = *parameters_.success_rate;
  if (hosts_with(rule.request_volume) < std::max(1U, rule.minimum_hosts)) return;
  const auto counts = [&](const Host& host) {
    return host.last.total() >= std::max(1U, rule.request_volume);
  };
  std::vector<std::int64_t> rates;
  for (const auto& [id, host] : hosts_) {
    if (counts(host)) rates.push_back(rate_of(host.last.successes, host.last.total()));
  }
  if (rates.empty()) return;
  const Spread spread = spread_of(rates);
  const __int128 margin =
      static_cast<__int128>(spread.deviation) * rule.stdev_factor_thousandths / 1000;
  for (Entry& entry : hosts_) {
    if (!room_for_ejection()) return;
    if (!counts(entry.second)) continue;
    const std::int64_t rate = rate_of(entry.second.last.successes, entry.second.last.total());
    if (rate < spread.mean - margin) eject(entry, now, rule.enforcement_percent, draw, changes);
  }
}

void OutlierDetection::eject_high_failure_percentages(Instant now, std::uint64_t draw,
                                                      Changes& changes) {
  const FailurePercentageEjection& rule = *parameters_.failure_percentage;
  if (hosts_with(rule.request_volume) < rule.minimum_hosts) return;
  for (Entry& entry : hosts_) {
    if (!room_for_ejection()) return;
    const Counts& counts = entry.second.last;
    if (counts.total() < rule.request_volume) continue;
    if (counts.failures * 100 > rule.threshold_percent * counts.total()) {
      eject(entry, now, rule.enforcement_percent, draw, changes);
    }
  }
}

void OutlierDetection::eject(Entry& entry, Instant now, std::uint32_t enforcement_percent,
                             std::uint64_t draw, Changes& changes) {
  auto& [id, host] = entry;
  if (host.ejected) return;
  if (scale(nth_draw(draw, id.value), 100) >= enforcement_percent) return;
  host.ejected = now;
  ++host.multiplier;
  changes.ejected.push_back(id);
}

// Whether the time of the ejection is over.
bool OutlierDetection::is_served(const Host& host, Instant now) const {
  const Duration base = parameters_.base_ejection_time;
  const Duration longest = std::max(base, parameters_.max_ejection_time);
  const Duration time = scaled(base, std::int64_t{host.multiplier} * kMillion);
  return now > *host.ejected + std::min(time, longest);
}

}  // namespace windtunnel::rpc
