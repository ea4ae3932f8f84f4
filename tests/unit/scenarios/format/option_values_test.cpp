// The options of what ships, against the tables that ship: what is allowed is allowed on the edge
// too, and what is not is refused with its place.
#include <windtunnel/harness/builtin.h>
#include <windtunnel/scenarios/engine/run.h>
#include <windtunnel/scenarios/format/load.h>
#include <windtunnel/scenarios/format/option_values.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace windtunnel::scenarios {
namespace {

using testing::HasSubstr;

const Registry& registry() {
  static const Registry made = [] {
    Registry registry;
    add_builtin(registry);
    return registry;
  }();
  return made;
}

LoadedScenario load(const std::string& service, const std::string& config,
                    const std::string& fault = "{ at: 1s, crash: n1, for: 300ms }") {
  const Catalog catalog = registry().catalog();
  return parse_scenario("s.yaml",
                        "scenario: v1\nname: s\nlimits: { sim_time: 3s }\ncluster:\n  groups:\n"
                        "    - { name: n, count: 3, service: " +
                            service + ", config: { " + config +
                            " } }\nworkloads:\n"
                            "  - { name: kv, type: register, clients: 2, rate: 50/s }\n"
                            "faults:\n  - " +
                            fault + "\nproperties: [linearizable, \"raft.*\"]\n",
                        LoadOptions{{}, &catalog});
}

struct Refused {
  const char* service;
  const char* config;
  const char* range;
};

TEST(OptionValues, WhatNoServiceCanWorkWithIsRefusedWithItsRange) {
  const Refused cases[] = {
      {"raft-kv", "election_timeout: 0ms", "1ms to 24h"},
      {"raft-kv", "heartbeat: 0ms", "100us to 24h"},
      {"raft-kv", "snapshot_every: 0", "1 to 1000000000"},
      {"raft-kv", "keep_entries: 0", "1 to 1000000000"},
      {"raft-kv", "snapshot_piece: 0B", "1B to 8MiB"},
      {"raft-kv", "max_batch: 0B", "1B to 8MiB"},
      {"raft-kv", "inflight: 0", "1 to 65536"},
      {"raft-kv", "inflight: 4294967296", "1 to 65536"},
      {"raft-kv", "segment: 0B", "512B to 1GiB"},
      {"raft-kv", "segment: 4GiB", "512B to 1GiB"},
      {"raft-kv", "session_limit: 0", "1 to 1000000"},
      {"raft-kv", "client_attempt: 0s", "1ms to 24h"},
      {"naive-kv", "heartbeat: 0s", "100us to 24h"},
  };
  for (const Refused& refused : cases) {
    const LoadedScenario loaded = load(refused.service, refused.config);
    ASSERT_EQ(loaded.diagnostics.count(), 1U) << refused.config << loaded.diagnostics.render();
    const Diagnostic& error = loaded.diagnostics.errors().front();
    EXPECT_EQ(error.code, Code::out_of_range) << refused.config;
    EXPECT_EQ(error.span.line, 6U);
    EXPECT_GT(error.span.column, 50U);
    EXPECT_THAT(error.hint, HasSubstr(refused.range));
    EXPECT_EQ(loaded.diagnostics.exit_code(), 65);
  }
}

TEST(OptionValues, AHeartbeatIsLessThanTheSilenceThatItPrevents) {
  EXPECT_TRUE(load("raft-kv", "election_timeout: 100ms, heartbeat: 99ms").spec.has_value());
  for (const auto& [service, config] :
       {std::pair("raft-kv", "election_timeout: 100ms, heartbeat: 100ms"),
        std::pair("raft-kv", "heartbeat: 1s"), std::pair("raft-kv", "election_timeout: 20ms"),
        std::pair("naive-kv", "heartbeat: 1s")}) {
    const LoadedScenario loaded = load(service, config);
    EXPECT_THAT(loaded.diagnostics.render(), HasSubstr("is not less than")) << config;
  }
}

// A bound that lets a correct Raft fail would be no bound.
TEST(OptionValues, RaftIsSafeAtTheEdgeOfEachOption) {
  for (const char* config :
       {"snapshot_every: 1, keep_entries: 1", "inflight: 1", "session_limit: 1", "segment: 512B",
        "max_batch: 1B", "snapshot_piece: 1B, snapshot_every: 20, keep_entries: 1",
        "election_timeout: 2ms, heartbeat: 1ms", "heartbeat: 100us", "client_attempt: 1ms"}) {
    const LoadedScenario loaded = load("raft-kv", config);
    ASSERT_TRUE(loaded.spec.has_value()) << loaded.diagnostics.render();
    const RunResult result = run_scenario(*loaded.spec, registry(), RunOptions{});
    EXPECT_EQ(result.verdict, RunVerdict::pass) << config;
  }
}

TEST(OptionValues, OnlyKindsThatAServiceSendsAreMessageTypes) {
  const Catalog catalog = registry().catalog();
  for (const ServiceInfo& service : catalog.services) {
    for (const std::string& type : service.message_types) {
      EXPECT_NE(type, "unknown") << service.name;
    }
    EXPECT_LT(service.message_types.size(), 20U) << service.name;
  }
  const LoadedScenario unknown =
      load("raft-kv", "", "{ at: 1s, messages: { type: unknown, action: drop }, for: 1s }");
  ASSERT_EQ(unknown.diagnostics.count(), 1U) << unknown.diagnostics.render();
  EXPECT_EQ(unknown.diagnostics.errors().front().code, Code::unknown_message);
  EXPECT_TRUE(load("raft-kv", "", "{ at: 1s, messages: { type: append, action: drop }, for: 1s }")
                  .spec.has_value());
}

TEST(OptionValues, WhatCanBiteIsAccepted) {
  for (const char* fault :
       {"{ at: 1s, cut: { from: n1, to: n } }", "{ at: 1s, cut: { from: n1, to: n2 } }",
        "{ at: 1s, partition: [[n1], [n]] }", "{ at: 1s, partition: [[n1, n2], [n3]] }",
        "{ every: { period: 1ms }, timeout: n1 }", "{ every: 500ms, timeout: n1 }"}) {
    const LoadedScenario loaded = load("raft-kv", "", fault);
    EXPECT_TRUE(loaded.spec.has_value()) << loaded.diagnostics.render();
  }
}

TEST(OptionValuesDeathTest, ATableWhoseDefaultIsOutOfItsBoundsIsAProgrammersError) {
  static constexpr OptionSpec kWrong[] = {
      bounded({"size", OptionKind::integer, "0", "a size"}, "1", "9")};
  ServiceDefinition definition;
  definition.name = "wrong";
  definition.options = kWrong;
  Registry own;
  EXPECT_DEATH(own.add(std::move(definition)), "within its bounds");
}

}  // namespace
}  // namespace windtunnel::scenarios
