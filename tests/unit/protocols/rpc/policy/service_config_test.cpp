#include <windtunnel/protocols/rpc/policy/service_config.h>

#include <windtunnel/checkers/history/json_lines.h>

#include "tests/unit/protocols/rpc/policy/endpoints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace windtunnel::rpc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Value json(std::string_view text) {
  Value value;
  checkers::JsonReader reader;
  EXPECT_EQ(reader.read(text, value), checkers::JsonReader::Result::value) << reader.reason();
  return value;
}

std::vector<std::string> problems_of(std::string_view text) {
  std::vector<ConfigProblem> problems;
  const auto config = read_service_config(json(text), problems);
  EXPECT_EQ(config.has_value(), problems.empty());
  std::vector<std::string> texts;
  for (const ConfigProblem& problem : problems) texts.push_back(to_string(problem));
  return texts;
}

ServiceConfig config_of(std::string_view text) {
  EXPECT_THAT(problems_of(text), IsEmpty());
  std::vector<ConfigProblem> problems;
  return read_service_config(json(text), problems).value_or(ServiceConfig());
}

TEST(ConfigFields, DurationsAreThoseOfProto3Json) {
  EXPECT_EQ(parse_duration("1.5s"), milliseconds(1500));
  EXPECT_EQ(parse_duration("0s"), Duration{});
  EXPECT_EQ(parse_duration("0.000000001s"), Duration{1});
  EXPECT_EQ(parse_duration("-3.25s"), milliseconds(-3250));
  EXPECT_EQ(parse_duration("9223372036.854775807s"), Duration{INT64_MAX});
  for (const char* no : {"", "s", "1", "1.s", ".5s", "1.5", "1ms", "1e3s", "0x1s", " 1s", "1 s",
                         "+1s", "1.0000000001s", "9223372036.854775808s", "315576000000s"}) {
    EXPECT_EQ(parse_duration(no), std::nullopt) << no;
  }
}

TEST(ConfigFields, DecimalsAreCutExactly) {
  EXPECT_EQ(parse_decimal("0.5466", 3), 546);
  EXPECT_EQ(parse_decimal("1.6", 6), 1'600'000);
  EXPECT_EQ(parse_decimal("2", 6), 2'000'000);
  EXPECT_EQ(parse_decimal("-1.25", 1), -12);
  EXPECT_EQ(parse_decimal("12.5e-1", 3), 1250);
  EXPECT_EQ(parse_decimal("1E+2", 0), 100);
  EXPECT_EQ(parse_decimal("0e999999999999999999999", 6), 0);
  EXPECT_EQ(parse_decimal("1e-999999999999999999999", 6), 0);
  EXPECT_EQ(parse_decimal("1e400", 6), std::nullopt);
  for (const char* no : {"", "-", ".5", "1.", "1e", "1e+", "1x", "--1", "1 "}) {
    EXPECT_EQ(parse_decimal(no, 3), std::nullopt) << no;
  }
}

// The examples of A6 in one.
constexpr std::string_view kExample = R"({
  "methodConfig": [
    {"name": [{"service": "shop.Payment", "method": "Charge"}],
     "timeout": "0.8s", "waitForReady": true,
     "retryPolicy": {"maxAttempts": 4, "initialBackoff": "0.1s", "maxBackoff": "1s",
       "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE", "aborted", 8]}},
    {"name": [{"service": "shop.Payment"}, {"service": "shop.Stock"}],
     "hedgingPolicy": {"maxAttempts": 9, "hedgingDelay": "0.5s",
       "nonFatalStatusCodes": ["UNAVAILABLE", "INTERNAL", "ABORTED"]}},
    {"name": [{}], "timeout": "10s"}
  ],
  "retryThrottling": {"maxTokens": 10, "tokenRatio": 0.1009},
  "loadBalancingConfig": [{"grpclb": {}}, {"round_robin": {}}],
  "healthCheckConfig": {"serviceName": "x"}
})";

TEST(ServiceConfig, ReadsTheExamplesOfA6) {
  const ServiceConfig config = config_of(kExample);
  const MethodConfig* charge = config.for_path("/shop.Payment/Charge");
  ASSERT_TRUE(charge != nullptr && charge->retry);
  EXPECT_EQ(charge->timeout, milliseconds(800));
  EXPECT_EQ(charge->wait_for_ready, true);
  EXPECT_EQ(*charge->retry, (RetryPolicy{4,
                                         {milliseconds(100), seconds(1), 2'000'000, {200'000}},
                                         {StatusCode::unavailable, StatusCode::aborted,
                                          StatusCode::resource_exhausted}}));
  const MethodConfig* refund = config.for_path("/shop.Payment/Refund");
  ASSERT_TRUE(refund != nullptr && refund->hedging);
  EXPECT_EQ(refund->hedging->max_attempts, 5U) << "9 means 5";
  EXPECT_EQ(refund->hedging->delay, milliseconds(500));
  EXPECT_EQ(config.for_path("/shop.Stock/Any")->hedging, refund->hedging);
  EXPECT_EQ(config.for_path("/other.Service/Any")->timeout, seconds(10));
  EXPECT_EQ(config.retry_throttling, (RetryThrottling{10, 100}));
  ASSERT_TRUE(config.load_balancing);
  EXPECT_EQ(config.load_balancing->balancer.index(), 1U) << "the first known one";
}

TEST(ServiceConfig, AnEmptyOneSaysNothing) {
  const ServiceConfig config = config_of("{}");
  EXPECT_EQ(config.for_path("/a/b"), nullptr);
  EXPECT_EQ(config, ServiceConfig());
}

// In a method with a retry policy of which one field is other.
std::string with_retry(std::string_view field) {
  std::string fields;
  for (const std::string_view usual :
       {R"("maxAttempts": 3)", R"("initialBackoff": "1s")", R"("maxBackoff": "2s")",
        R"("backoffMultiplier": 1.5)", R"("retryableStatusCodes": [14])"}) {
    const std::string_view name = usual.substr(0, usual.find(':'));
    if (field.substr(0, name.size()) == name) continue;
    fields += (fields.empty() ? "" : ", ") + std::string(usual);
  }
  if (field.find(':') != std::string_view::npos) fields += ", " + std::string(field);
  return R"({"methodConfig": [{"retryPolicy": {)" + fields + "}}]}";
}

TEST(ServiceConfig, EachProblemSaysFieldFoundAndExpected) {
  const std::string retry = "methodConfig[0].retryPolicy.";
  const std::string attempts = retry + "maxAttempts: found ";
  const std::string code = ", expected a status code, 0 to 16 or as \"UNAVAILABLE\"";
  const std::pair<std::string, std::string> cases[] = {
      {"[7]", "the configuration: found a list of 1, expected an object"},
      {R"({"methodConfig": {}})", "methodConfig: found an object, expected a list"},
      {R"({"methodConfig": [null]})", "methodConfig[0]: found null, expected an object"},
      {R"({"methodConfig": [{"timeout": 3}]})",
       "methodConfig[0].timeout: found 3, expected a duration as \"1.5s\", not negative"},
      {R"({"methodConfig": [{"timeout": "-1s"}]})",
       "methodConfig[0].timeout: found \"-1s\", expected a duration as \"1.5s\", not negative"},
      {R"({"methodConfig": [{"waitForReady": "yes"}]})",
       "methodConfig[0].waitForReady: found \"yes\", expected true or false"},
      {R"({"methodConfig": [{"name": [{"method": "M"}]}]})",
       "methodConfig[0].name[0].service: found nothing, expected the service of the method"},
      {R"({"methodConfig": [{"name": [{}]}, {"name": [{"service": ""}]}]})",
       "methodConfig[1].name[0]: found an object, expected a name that no other methodConfig has"},
      {with_retry(R"("maxAttempts")"), attempts + "nothing, expected an integer greater than 1"},
      {with_retry(R"("maxAttempts": 1)"), attempts + "1, expected an integer, 2 to 4294967295"},
      {with_retry(R"("maxAttempts": 2.5)"), attempts + "2.5, expected an integer, 2 to 4294967295"},
      {with_retry(R"("initialBackoff": "0s")"),
       retry + "initialBackoff: found \"0s\", expected a duration as \"1.5s\", greater than 0"},
      {with_retry(R"("maxBackoff")"),
       retry + "maxBackoff: found nothing, expected a duration as \"1.5s\", greater than 0"},
      {with_retry(R"("backoffMultiplier": 0)"),
       retry + "backoffMultiplier: found 0, expected a number, at least 0.000001"},
      {with_retry(R"("retryableStatusCodes": [])"),
       retry + "retryableStatusCodes: found a list of 0, expected a list of status codes that is "
               "not empty"},
      {with_retry(R"("retryableStatusCodes": [14, 17])"),
       retry + "retryableStatusCodes[1]: found 17" + code},
      {with_retry(R"("retryableStatusCodes": ["BUSY"])"),
       retry + "retryableStatusCodes[0]: found \"BUSY\"" + code},
      {R"({"retryThrottling": {"maxTokens": 1001, "tokenRatio": 1}})",
       "retryThrottling.maxTokens: found 1001, expected an integer, 1 to 1000"},
      {R"({"retryThrottling": {"maxTokens": 10, "tokenRatio": 0.0009}})",
       "retryThrottling.tokenRatio: found 0.0009, expected a number, at least 0.001"},
      {R"({"loadBalancingConfig": [{"grpclb": {}}]})",
       "loadBalancingConfig: found a list of 1, expected a list with a known policy, as "
       "[{\"round_robin\": {}}]"},
      {R"({"loadBalancingConfig": [{"a": {}, "b": {}}]})",
       "loadBalancingConfig[0]: found an object, expected an object with one field, the name of a "
       "policy"},
      {R"({"loadBalancingConfig": [{"ring_hash_experimental": {"minRingSize": 9000}}]})",
       "loadBalancingConfig[0].ring_hash_experimental.minRingSize: found 9000, expected not more "
       "than maxRingSize"},
  };
  for (const auto& [text, problem] : cases) {
    EXPECT_THAT(problems_of(text), ElementsAre(problem)) << text;
  }
}

TEST(ServiceConfig, AllProblemsAreFound) {
  EXPECT_EQ(problems_of(R"({"methodConfig": [{"retryPolicy": {}, "hedgingPolicy": {}}, 5],
                            "retryThrottling": {}})")
                .size(),
            5U + 1 + 1 + 1 + 2);
}

TEST(BalancerConfig, ReadsAndMakesEachPolicy) {
  const std::pair<const char*, std::size_t> policies[] = {
      {R"({"pick_first": {"shuffleAddressList": true}})", 0},
      {R"({"round_robin": {}})", 1},
      {R"({"least_request_experimental": {"choiceCount": 3}})", 2},
      {R"({"weighted_round_robin": {"blackoutPeriod": "1s", "errorUtilizationPenalty": 0.5}})", 3},
      {R"({"ring_hash_experimental": {"minRingSize": 10, "loadPercent": 125}})", 4},
      {R"({"p2c_ewma": {"remembers": true}})", 5}};
  for (const auto& [text, index] : policies) {
    const std::string list = "[" + std::string(text) + "]";
    const auto config = config_of(R"({"loadBalancingConfig": )" + list + "}").load_balancing;
    ASSERT_TRUE(config) << text;
    EXPECT_EQ(config->balancer.index(), index) << text;
    const auto balancer = make_balancer(*config);
    list_ready(*balancer, endpoints(3));
    EXPECT_EQ(balancer->pick({}).kind, Pick::Kind::complete) << text;
  }
}

TEST(BalancerConfig, PoliciesStandAroundOthers) {
  const auto config = config_of(R"({"loadBalancingConfig": [{"random_subsetting_experimental": {
      "subsetSize": 7, "childPolicy": [{"outlier_detection_experimental": {
        "interval": "5s", "maxEjectionPercent": 20,
        "failurePercentageEjection": {"threshold": 60},
        "childPolicy": [{"weighted_round_robin": {"blackoutPeriod": "2s"}}]}}]}}]})")
                          .load_balancing;
  ASSERT_TRUE(config && config->outlier_detection);
  EXPECT_EQ(config->subset_size, 7U);
  EXPECT_EQ(config->outlier_detection->interval, seconds(5));
  EXPECT_EQ(config->outlier_detection->max_ejection_percent, 20U);
  EXPECT_EQ(config->outlier_detection->failure_percentage->threshold_percent, 60U);
  EXPECT_EQ(config->outlier_detection->failure_percentage->request_volume, 50U);
  EXPECT_FALSE(config->outlier_detection->success_rate);
  EXPECT_EQ(std::get<WeightedRoundRobin::Parameters>(config->balancer).blackout, seconds(2));
}

}  // namespace
}  // namespace windtunnel::rpc
