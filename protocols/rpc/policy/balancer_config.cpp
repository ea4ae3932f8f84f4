#include <windtunnel/protocols/rpc/policy/balancer_config.h>

#include <string>

namespace windtunnel::rpc {
namespace {

constexpr std::int64_t kMostEntries = std::int64_t{8} << 20;  // of a ring, to be cut
constexpr std::int64_t kAnyCount = 0xffffffff;

template <class Number>
void set_integer(ConfigFields& fields, std::string_view name, std::int64_t low, std::int64_t high,
                 Number& value) {
  if (const auto found = fields.integer(name, low, high)) value = static_cast<Number>(*found);
}

void set_duration(ConfigFields& fields, std::string_view name, Duration& value) {
  if (const auto found = fields.duration(name, {})) value = *found;
}

void read(ConfigFields& fields, PickFirst::Parameters& parameters) {
  parameters.shuffle = fields.boolean("shuffleAddressList").value_or(false);
}

void read(ConfigFields& fields, WeightedRoundRobin::Parameters& parameters) {
  set_duration(fields, "blackoutPeriod", parameters.blackout);
  set_duration(fields, "weightExpirationPeriod", parameters.expiration);
  set_duration(fields, "weightUpdatePeriod", parameters.update_period);
  if (const auto penalty = fields.decimal("errorUtilizationPenalty", 6, 0)) {
    parameters.error_penalty_millionths = *penalty;
  }
}

void read(ConfigFields& fields, BalancerConfig::LeastRequestConfig& parameters) {
  set_integer(fields, "choiceCount", 2, kAnyCount, parameters.choices);
}

void read(ConfigFields& fields, RingHash::Parameters& parameters) {
  set_integer(fields, "minRingSize", 1, kMostEntries, parameters.min_ring_size);
  set_integer(fields, "maxRingSize", 1, kMostEntries, parameters.max_ring_size);
  if (parameters.min_ring_size > parameters.max_ring_size) {
    fields.problem("minRingSize", fields.find("minRingSize"), "not more than maxRingSize");
  }
  set_integer(fields, "loadPercent", 100, kAnyCount, parameters.load_percent);
}

void read(ConfigFields& fields, P2cEwma::Parameters& parameters) {
  parameters.remembers = fields.boolean("remembers").value_or(false);
}

OutlierDetection::Parameters read_outlier_detection(ConfigFields& fields) {
  OutlierDetection::Parameters parameters;
  set_duration(fields, "interval", parameters.interval);
  set_duration(fields, "baseEjectionTime", parameters.base_ejection_time);
  set_duration(fields, "maxEjectionTime", parameters.max_ejection_time);
  set_integer(fields, "maxEjectionPercent", 0, 100, parameters.max_ejection_percent);
  if (auto inner = fields.object("successRateEjection")) {
    auto& rule = parameters.success_rate.emplace();
    set_integer(*inner, "stdevFactor", 0, kAnyCount, rule.stdev_factor_thousandths);
    set_integer(*inner, "enforcementPercentage", 0, 100, rule.enforcement_percent);
    set_integer(*inner, "minimumHosts", 0, kAnyCount, rule.minimum_hosts);
    set_integer(*inner, "requestVolume", 0, kAnyCount, rule.request_volume);
  }
  if (auto inner = fields.object("failurePercentageEjection")) {
    auto& rule = parameters.failure_percentage.emplace();
    set_integer(*inner, "threshold", 0, 100, rule.threshold_percent);
    set_integer(*inner, "enforcementPercentage", 0, 100, rule.enforcement_percent);
    set_integer(*inner, "minimumHosts", 0, kAnyCount, rule.minimum_hosts);
    set_integer(*inner, "requestVolume", 0, kAnyCount, rule.request_volume);
  }
  return parameters;
}

template <class Parameters>
BalancerConfig leaf(ConfigFields& fields) {
  Parameters parameters;
  read(fields, parameters);
  return {parameters, {}, {}};
}

// Nothing where nobody knows the name, which is no problem yet.
std::optional<BalancerConfig> read_policy(std::string_view name, ConfigFields& fields) {
  if (name == "pick_first") return leaf<PickFirst::Parameters>(fields);
  if (name == "round_robin") return BalancerConfig{BalancerConfig::RoundRobinConfig{}, {}, {}};
  if (name == "weighted_round_robin") return leaf<WeightedRoundRobin::Parameters>(fields);
  if (name == "least_request_experimental") return leaf<BalancerConfig::LeastRequestConfig>(fields);
  if (name == "ring_hash_experimental") return leaf<RingHash::Parameters>(fields);
  if (name == "p2c_ewma") return leaf<P2cEwma::Parameters>(fields);
  const bool subsetting = name == "random_subsetting_experimental";
  if (!subsetting && name != "outlier_detection_experimental") return std::nullopt;
  BalancerConfig config;
  if (const auto child = read_balancer_config(fields, "childPolicy")) config = *child;
  if (subsetting) {
    fields.required("subsetSize", "an integer, 1 or more");
    if (const auto size = fields.integer("subsetSize", 1, kAnyCount)) {
      config.subset_size = static_cast<std::size_t>(*size);
    }
  } else {
    config.outlier_detection = read_outlier_detection(fields);
  }
  return config;
}

struct Maker {
  std::unique_ptr<Balancer> operator()(const PickFirst::Parameters& parameters) const {
    return std::make_unique<PickFirst>(parameters);
  }
  std::unique_ptr<Balancer> operator()(const BalancerConfig::RoundRobinConfig&) const {
    return std::make_unique<RoundRobin>();
  }
  std::unique_ptr<Balancer> operator()(const BalancerConfig::LeastRequestConfig& config) const {
    return std::make_unique<LeastRequest>(config.choices);
  }
  std::unique_ptr<Balancer> operator()(const WeightedRoundRobin::Parameters& parameters) const {
    return std::make_unique<WeightedRoundRobin>(parameters);
  }
  std::unique_ptr<Balancer> operator()(const RingHash::Parameters& parameters) const {
    return std::make_unique<RingHash>(parameters);
  }
  std::unique_ptr<Balancer> operator()(const P2cEwma::Parameters& parameters) const {
    return std::make_unique<P2cEwma>(parameters);
  }
};

}  // namespace

std::optional<BalancerConfig> read_balancer_config(ConfigFields& fields, std::string_view name) {
  static constexpr std::string_view kExpected =
      "a list with a known policy, as [{\"round_robin\": {}}]";
  const Value* const list = fields.required(name, kExpected);
  if (list == nullptr) return std::nullopt;
  std::size_t index = 0;
  for (const Value& choice : fields.list(name)) {
    const std::string element = std::string(name) + "[" + std::to_string(index) + "]";
    ConfigFields policy = fields.element(name, index++, choice);
    if (choice.kind() != Value::Kind::map) return std::nullopt;
    if (choice.items().size() != 2 || !choice.items().front().is_name()) {
      fields.problem(element, &choice, "an object with one field, the name of a policy");
      return std::nullopt;
    }
    const std::string_view policy_name = choice.items().front().text();
    const Value& parameters = choice.items().back();
    ConfigFields inner(parameters, policy.path() + "." + std::string(policy_name),
                       fields.problems());
    if (auto config = read_policy(policy_name, inner)) return config;
  }
  fields.problem(name, list, std::string(kExpected));
  return std::nullopt;
}

std::unique_ptr<Balancer> make_balancer(const BalancerConfig& config) {
  return std::visit(Maker(), config.balancer);
}

}  // namespace windtunnel::rpc
