#include <windtunnel/protocols/rpc/policy/service_config.h>

#include <algorithm>
#include <utility>

namespace windtunnel::rpc {
namespace {

constexpr std::int64_t kMostAttemptsSaid = 0xffffffff;  // cut to kMostAttempts
constexpr std::string_view kAttempts = "an integer greater than 1";
constexpr std::string_view kPositiveDuration = "a duration as \"1.5s\", greater than 0";

std::uint32_t read_attempts(ConfigFields& fields) {
  fields.required("maxAttempts", kAttempts);
  const std::int64_t said = fields.integer("maxAttempts", 2, kMostAttemptsSaid).value_or(2);
  return static_cast<std::uint32_t>(std::min<std::int64_t>(said, kMostAttempts));
}

Duration read_backoff(ConfigFields& fields, std::string_view name) {
  fields.required(name, kPositiveDuration);
  return fields.duration(name, Duration{1}).value_or(Duration{1});
}

RetryPolicy read_retry_policy(ConfigFields& fields) {
  RetryPolicy policy;
  policy.max_attempts = read_attempts(fields);
  policy.backoff.initial = read_backoff(fields, "initialBackoff");
  policy.backoff.max = read_backoff(fields, "maxBackoff");
  fields.required("backoffMultiplier", "a number greater than 0");
  policy.backoff.multiplier_millionths = fields.decimal("backoffMultiplier", 6, 1).value_or(1);
  constexpr std::string_view kCodes = "a list of status codes that is not empty";
  const Value* const codes = fields.required("retryableStatusCodes", kCodes);
  policy.retryable = fields.status_codes("retryableStatusCodes").value_or(StatusSet());
  if (codes != nullptr && codes->is_sequence() && codes->items().empty()) {
    fields.problem("retryableStatusCodes", codes, std::string(kCodes));
  }
  return policy;
}

HedgingPolicy read_hedging_policy(ConfigFields& fields) {
  HedgingPolicy policy;
  policy.max_attempts = read_attempts(fields);
  policy.delay = fields.duration("hedgingDelay", {}).value_or(Duration());
  policy.non_fatal = fields.status_codes("nonFatalStatusCodes").value_or(StatusSet());
  return policy;
}

MethodConfig read_method_config(ConfigFields& fields) {
  MethodConfig config;
  config.timeout = fields.duration("timeout", {});
  config.wait_for_ready = fields.boolean("waitForReady");
  if (auto retry = fields.object("retryPolicy")) config.retry = read_retry_policy(*retry);
  if (auto hedging = fields.object("hedgingPolicy")) config.hedging = read_hedging_policy(*hedging);
  if (config.retry && config.hedging) {
    fields.problem("hedgingPolicy", fields.find("hedgingPolicy"), "none beside a retryPolicy");
  }
  return config;
}

// A text field; empty where it is absent or none.
std::string text_of(ConfigFields& fields, std::string_view name) {
  const Value* const value = fields.find(name);
  if (value == nullptr) return {};
  if (value->kind() == Value::Kind::string) return std::string(value->text());
  fields.problem(name, value, "a text");
  return {};
}

void add_names(ConfigFields& fields, const MethodConfig& config, ServiceConfig& result) {
  std::size_t index = 0;
  for (const Value& value : fields.list("name")) {
    ConfigFields name = fields.element("name", index++, value);
    const std::string service = text_of(name, "service");
    const std::string method = text_of(name, "method");
    if (service.empty() && !method.empty()) {
      name.problem("service", nullptr, "the service of the method");
      continue;
    }
    const std::string path = service.empty() ? "" : "/" + service + "/" + method;
    if (!result.methods.emplace(path, config).second) {
      name.problem("", &value, "a name that no other methodConfig has");
    }
  }
}

RetryThrottling read_throttling(ConfigFields& fields) {
  fields.required("maxTokens", "an integer, 1 to 1000");
  fields.required("tokenRatio", "a number, at least 0.001");
  return {fields.integer("maxTokens", 1, 1000).value_or(1),
          fields.decimal("tokenRatio", 3, 1).value_or(1)};
}

}  // namespace

const MethodConfig* ServiceConfig::for_path(std::string_view path) const {
  const std::string_view service = path.substr(0, path.rfind('/') + 1);
  for (const std::string_view name : {path, service, std::string_view()}) {
    const auto found = methods.find(name);
    if (found != methods.end()) return &found->second;
  }
  return nullptr;
}

std::optional<ServiceConfig> read_service_config(const Value& json,
                                                 std::vector<ConfigProblem>& problems) {
  const std::size_t before = problems.size();
  ServiceConfig config;
  ConfigFields fields(json, "", problems);
  std::size_t index = 0;
  for (const Value& value : fields.list("methodConfig")) {
    ConfigFields method = fields.element("methodConfig", index++, value);
    add_names(method, read_method_config(method), config);
  }
  if (auto throttling = fields.object("retryThrottling")) {
    config.retry_throttling = read_throttling(*throttling);
  }
  if (fields.find("loadBalancingConfig") != nullptr) {
    config.load_balancing = read_balancer_config(fields, "loadBalancingConfig");
  }
  if (problems.size() > before) return std::nullopt;
  return config;
}

}  // namespace windtunnel::rpc
