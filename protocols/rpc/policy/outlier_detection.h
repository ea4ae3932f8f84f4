// gRPC's outlier detection (A50): endpoints whose calls fail more than those of others are ejected
// for a while, longer each time. It stands before a balancer: whoever holds both shows the balancer
// an ejected endpoint as failed, and keeps its connection.
#pragma once

#include <windtunnel/protocols/base/time.h>
#include <windtunnel/protocols/rpc/policy/balancer.h>

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace windtunnel::rpc {

// Ejects who succeeds less than mean - deviation * factor.
struct SuccessRateEjection {
  std::uint32_t stdev_factor_thousandths = 1900;
  std::uint32_t enforcement_percent = 100;
  std::uint32_t minimum_hosts = 5;
  std::uint32_t request_volume = 100;
  friend constexpr auto operator<=>(const SuccessRateEjection&,
                                    const SuccessRateEjection&) = default;
};

// Ejects who fails more than the threshold.
struct FailurePercentageEjection {
  std::uint32_t threshold_percent = 85;
  std::uint32_t enforcement_percent = 100;
  std::uint32_t minimum_hosts = 5;
  std::uint32_t request_volume = 50;
  friend constexpr auto operator<=>(const FailurePercentageEjection&,
                                    const FailurePercentageEjection&) = default;
};

class OutlierDetection {
 public:
  struct Parameters {
    Duration interval = seconds(10);
    Duration base_ejection_time = seconds(30);
    Duration max_ejection_time = seconds(300);  // or the base time, if that is longer
    std::uint32_t max_ejection_percent = 10;    // nobody more once so many are; 0: nobody
    std::optional<SuccessRateEjection> success_rate = {};
    std::optional<FailurePercentageEjection> failure_percentage = {};
    friend constexpr auto operator<=>(const Parameters&, const Parameters&) = default;
  };
  struct Changes {
    std::vector<EndpointId> ejected;
    std::vector<EndpointId> returned;
    friend bool operator==(const Changes&, const Changes&) = default;
  };

  explicit OutlierDetection(const Parameters& parameters) : parameters_(parameters) {}

  // The endpoints of the list. Who stays keeps its counts and its ejection.
  void update(const std::vector<Endpoint>& endpoints);
  // The end of a call. Of endpoints that are not listed: nothing.
  void on_done(EndpointId id, bool success);
  // At each `interval`. Endpoints are looked at in the order of their ids, each ejected at most
  // once in a sweep.
  Changes sweep(Instant now, std::uint64_t draw);
  bool is_ejected(EndpointId id) const;
  // By how much the next ejection's time is already multiplied.
  std::uint32_t multiplier(EndpointId id) const;
  friend bool operator==(const OutlierDetection&, const OutlierDetection&) = default;

 private:
  struct Counts {
    std::uint64_t successes = 0;
    std::uint64_t failures = 0;
    std::uint64_t total() const { return successes + failures; }
    friend constexpr auto operator<=>(const Counts&, const Counts&) = default;
  };
  struct Host {
    Counts active;
    Counts last;  // of the interval that is over
    std::optional<Instant> ejected;
    std::uint32_t multiplier = 0;
    friend constexpr auto operator<=>(const Host&, const Host&) = default;
  };
  using Entry = std::map<EndpointId, Host>::value_type;

  bool room_for_ejection() const;
  std::size_t hosts_with(std::uint32_t request_volume) const;
  void eject_low_success_rates(Instant now, std::uint64_t draw, Changes& changes);
  void eject_high_failure_percentages(Instant now, std::uint64_t draw, Changes& changes);
  void eject(Entry& entry, Instant now, std::uint32_t enforcement_percent, std::uint64_t draw,
             Changes& changes);
  bool is_served(const Host& host, Instant now) const;

  Parameters parameters_;
  std::map<EndpointId, Host> hosts_;
};

}  // namespace windtunnel::rpc
