// Which balancer, with what parameters, as the `loadBalancingConfig` of a service configuration
// says it: a list of objects with one field, the name of a policy, of which the first that is known
// counts.
#pragma once

#include <windtunnel/protocols/rpc/policy/balancer.h>
#include <windtunnel/protocols/rpc/policy/config_fields.h>
#include <windtunnel/protocols/rpc/policy/outlier_detection.h>
#include <windtunnel/protocols/rpc/policy/p2c_ewma.h>
#include <windtunnel/protocols/rpc/policy/pick_first.h>
#include <windtunnel/protocols/rpc/policy/ring_hash.h>
#include <windtunnel/protocols/rpc/policy/round_robin.h>
#include <windtunnel/protocols/rpc/policy/weighted_round_robin.h>

#include <memory>
#include <optional>
#include <string_view>
#include <variant>

namespace windtunnel::rpc {

struct BalancerConfig {
  struct RoundRobinConfig {
    friend constexpr auto operator<=>(const RoundRobinConfig&, const RoundRobinConfig&) = default;
  };
  struct LeastRequestConfig {
    std::uint32_t choices = 2;
    friend constexpr auto operator<=>(const LeastRequestConfig&,
                                      const LeastRequestConfig&) = default;
  };

  std::variant<PickFirst::Parameters, RoundRobinConfig, LeastRequestConfig,
               WeightedRoundRobin::Parameters, RingHash::Parameters, P2cEwma::Parameters>
      balancer;
  // Around it: the size of the subset of the list that it gets, and who is ejected from that.
  std::optional<std::size_t> subset_size;
  std::optional<OutlierDetection::Parameters> outlier_detection;
  friend bool operator==(const BalancerConfig&, const BalancerConfig&) = default;
};

// pick_first, round_robin, weighted_round_robin, least_request_experimental, ring_hash_experimental
// and p2c_ewma; around one of them random_subsetting_experimental and
// outlier_detection_experimental with a `childPolicy`. Beyond gRPC, ring_hash_experimental has
// `loadPercent` and p2c_ewma `remembers`. Nothing where the list holds a problem.
std::optional<BalancerConfig> read_balancer_config(ConfigFields& fields, std::string_view name);

std::unique_ptr<Balancer> make_balancer(const BalancerConfig& config);

}  // namespace windtunnel::rpc
