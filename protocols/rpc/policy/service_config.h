// gRPC's service configuration: by which rules the calls of a client are made, for each method, as
// the service's owner says it in JSON (grpc.service_config). It is read from a Value, which whoever
// has the JSON makes of it.
#pragma once

#include <windtunnel/protocols/base/time.h>
#include <windtunnel/protocols/base/value.h>
#include <windtunnel/protocols/rpc/policy/balancer_config.h>
#include <windtunnel/protocols/rpc/policy/config_fields.h>
#include <windtunnel/protocols/rpc/policy/retry.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::rpc {

struct MethodConfig {
  std::optional<Duration> timeout;  // the deadline is the earlier of this and the call's own
  std::optional<bool> wait_for_ready;
  std::optional<RetryPolicy> retry;  // a method has at most one of both
  std::optional<HedgingPolicy> hedging;
  friend bool operator==(const MethodConfig&, const MethodConfig&) = default;
};

struct RetryThrottling {
  std::int64_t max_tokens = 0;
  std::int64_t ratio_thousandths = 0;
  friend constexpr auto operator<=>(const RetryThrottling&, const RetryThrottling&) = default;
};

struct ServiceConfig {
  // By "/service/method", "/service/" and "": all.
  std::map<std::string, MethodConfig, std::less<>> methods;
  std::optional<RetryThrottling> retry_throttling;
  std::optional<BalancerConfig> load_balancing;

  // The configuration for a path "/service/method": the most specific, alone; null: none.
  const MethodConfig* for_path(std::string_view path) const;
  friend bool operator==(const ServiceConfig&, const ServiceConfig&) = default;
};

// Nothing where there is a problem; all that there are, are appended.
std::optional<ServiceConfig> read_service_config(const Value& json,
                                                 std::vector<ConfigProblem>& problems);

}  // namespace windtunnel::rpc
