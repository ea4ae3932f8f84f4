// What a valid file means.
#include <windtunnel/scenarios/format/load.h>
#include <windtunnel/scenarios/format/print.h>
#include <windtunnel/scenarios/format/scalars.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace windtunnel::scenarios {
namespace {

const std::string kBase =
    "scenario: v1\n"
    "name: s\n"
    "limits: { sim_time: 10s }\n"
    "cluster: { groups: [{ name: n, count: 3, service: raft-kv }] }\n";

ScenarioSpec read(const std::string& text, const LoadOptions& options = {}) {
  LoadedScenario loaded = parse_scenario("s.yaml", text, options);
  EXPECT_TRUE(loaded.spec.has_value()) << loaded.diagnostics.render();
  return loaded.spec.value_or(ScenarioSpec{});
}

TEST(Load, AbsentKeysHaveTheirDefaults) {
  const ScenarioSpec spec = read(kBase);
  EXPECT_EQ(spec.seeds, Seeds{});
  EXPECT_EQ(spec.network, NetworkSpec{});
  EXPECT_EQ(spec.stop, StopAt::first);
  EXPECT_FALSE(spec.heal.has_value());
}

TEST(Load, QuantitiesAreExact) {
  const ScenarioSpec spec =
      read(kBase +
           "network: { default: { latency: 1.5ms, loss: 0.000001, bandwidth: 100Mbit/s, queue: "
           "64KiB } }\n"
           "clock: { default: { drift_ppm: -50..50, wall_offset: -1s..200ms } }\n"
           "workloads: [{ name: w, type: kv, rate: 12.5/s }]\n");
  EXPECT_EQ(spec.network.standard.latency, Distribution::constant(microseconds(1500)));
  EXPECT_EQ(spec.network.standard.loss, PerMillion{1});
  EXPECT_EQ(spec.network.standard.duplicate, PerMillion{0});
  EXPECT_EQ(spec.network.standard.bandwidth, Size{12'500'000});
  EXPECT_EQ(spec.network.standard.queue, Size{65'536});
  EXPECT_EQ(spec.workloads.at(0).rate, Rate{12'500'000});
  EXPECT_EQ(spec.clock.standard.drift_ppm, (IntegerRange{-50, 50}));
  EXPECT_EQ(spec.clock.standard.wall_offset, (DurationRange{-seconds(1), milliseconds(200)}));
}

TEST(Load, ShortFormsMeanTheirLongForms) {
  const ScenarioSpec brief = read(kBase +
                                  "faults:\n"
                                  "  - { at: 1s, crash: leader }\n"
                                  "  - { every: 2s, partition: [[n1], [rest]] }\n"
                                  "  - { when: commit(n1) >= 10, timeout: n2 }\n"
                                  "properties: [raft.x]\n");
  const ScenarioSpec full =
      read(kBase +
           "faults:\n"
           "  - { at: { time: 1s..1s }, crash: { nodes: [leader] } }\n"
           "  - { every: { period: 2s }, partition: { sides: [n1, rest] } }\n"
           "  - { when: { event: commit(n1) >= 10 }, timeout: { node: n2 } }\n"
           "properties: [{ check: raft.x }]\n");
  EXPECT_TRUE(brief == full);
  EXPECT_EQ(brief.plan.faults.at(1).id, "f2");
}

TEST(Load, AnActionHasItsOptionsBesideAndTimeoutIsTheShortFormOfOne) {
  const auto with = [](const std::string& fault) {
    return read(kBase + "faults:\n  - { at: 1s, " + fault + " }\n");
  };
  const ScenarioSpec spec = with("act: { nodes: leader, action: transfer, to: 3, within: 1s }");
  const auto& act = std::get<faults::Act>(spec.plan.faults.at(0).effect);
  EXPECT_EQ(act.action, "transfer");
  EXPECT_EQ(act.options, (OptionMap{{"to", "3"}, {"within", "1s"}}));
  EXPECT_THAT(print_spec(spec), testing::HasSubstr("action: transfer, to: 3, within: 1s"));
  const ScenarioSpec brief = with("timeout: n1");
  EXPECT_TRUE(brief == with("act: { nodes: n1, action: timeout }"));
  EXPECT_THAT(print_spec(brief), testing::HasSubstr("timeout: n1"));
  EXPECT_THAT(print_spec(with("act: { nodes: n1, action: timeout, late: 2ms }")),
              testing::HasSubstr("act: { nodes: n1, action: timeout, late: 2ms }"));
}

TEST(Load, ParametersAreWholeValuesOrPartsOfText) {
  const std::string text =
      "scenario: v1\n"
      "name: s-${params.nodes}\n"
      "params: { nodes: 3, time: 10 }\n"
      "limits: { sim_time: \"${params.time}s\" }\n"
      "cluster: { groups: [{ name: n, count: \"${params.nodes}\", service: raft-kv }] }\n";
  const ScenarioSpec spec = read(text);
  EXPECT_EQ(spec.name, "s-3");
  EXPECT_EQ(spec.limits.sim_time, seconds(10));
  EXPECT_EQ(spec.cluster.groups.at(0).count, 3U);
  const ScenarioSpec other = read(text, LoadOptions{{{"nodes", "5"}}, nullptr});
  EXPECT_EQ(other.name, "s-5");
  EXPECT_EQ(other.cluster.groups.at(0).count, 5U);
}

TEST(Load, KeysOfOnesOwnAreIgnored) {
  EXPECT_TRUE(read(kBase + "x-note: anything\n") == read(kBase));
}

TEST(Load, AnIncludeIsMergedUnderTheFile) {
  const std::string folder = testing::TempDir() + "windtunnel-include/";
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "lan.yaml") << "limits: { sim_time: 99s, events: 7 }\ntags: [a, b]\n";
  const LoadedScenario loaded =
      parse_scenario(folder + "s.yaml", kBase + "tags: [c]\ninclude: [lan.yaml]\n");
  ASSERT_TRUE(loaded.spec.has_value()) << loaded.diagnostics.render();
  EXPECT_EQ(loaded.spec->limits.sim_time, seconds(10));
  EXPECT_EQ(loaded.spec->limits.events, 7U);
  EXPECT_EQ(loaded.spec->tags, std::vector<std::string>{"c"});
}

TEST(Load, LaterLinkRulesWinAndMayBeOneWay) {
  const ScenarioSpec spec = read(kBase +
                                 "network:\n"
                                 "  links:\n"
                                 "    - { from: n, to: n, loss: 0.5 }\n"
                                 "    - { from: n1, to: n2, both: false, loss: 0.25 }\n");
  const std::vector<NodeLayout> nodes = layout(spec);
  EXPECT_EQ(link_profile(spec, nodes[0], nodes[1]).loss, PerMillion{250'000});
  EXPECT_EQ(link_profile(spec, nodes[1], nodes[0]).loss, PerMillion{500'000});
}

TEST(Load, TheLayoutPutsServersBeforeClients) {
  const ScenarioSpec spec = read(kBase + "workloads: [{ name: w, type: kv, clients: 2 }]\n");
  std::vector<std::string> names;
  for (const NodeLayout& node : layout(spec)) names.push_back(node.name);
  EXPECT_THAT(names, testing::ElementsAre("n1", "n2", "n3", "c1", "c2"));
  EXPECT_TRUE(layout(spec).back().client);
}

TEST(Load, EveryEffectAndStepPrintsBack) {
  const ScenarioSpec spec = read(
      kBase +
      "seeds: [1, 7..9, 0xC0FFEE]\n"
      "description: \"two\\nlines: with 'quotes' and \\\"more\\\" # here\"\n"
      "network: { default: { latency: { dist: pareto, scale: 1ms, tail: 1.5, max: 1s } } }\n"
      "storage: { nodes: [{ nodes: n2, fsync: 5ms..9ms, capacity: 10MB }] }\n"
      "faults:\n"
      "  - { at: 1s, partition: bridge }\n"
      "  - { at: 1s, cut: { from: n1, to: [n2, n3], both: true } }\n"
      "  - { at: 1s, isolate: followers(2) }\n"
      "  - { at: 1s, link: { from: n, to: n, delay: { dist: exponential, mean: 5ms } } }\n"
      "  - { at: 1s, link: { from: n, to: n, bandwidth: 999B/s } }\n"
      "  - { at: 1s, messages: { type: x, action: delay, delay: 1ms..2ms, probability: 0.5 } }\n"
      "  - { at: 1s, disk: { nodes: n1, fault: slow, delay: 3ms } }\n"
      "  - { at: 1s, disk: { nodes: n1, fault: bit-rot, probability: 0.25 } }\n"
      "  - { at: 1s, overload: { nodes: n1, factor: 3, per_input: 1us } }\n"
      "  - { at: 1s, clock_jump: { nodes: random, by: -1s..1s } }\n"
      "  - { at: 1s, clock_drift: { nodes: random(2), ppm: -7 } }\n"
      "  - { at: 1s, suspend: n1, for: 1s..2s, label: nap, id: z9 }\n"
      "  - random: { between: 1s..9s, mean_interval: 1s }\n"
      "    choose: [{ weight: 3, pause: n1, for: 1s }, { restart: all }, { heal: all }]\n"
      "  - when: { event: leader elected, after: 5ms }\n"
      "    script:\n"
      "      - hold: { type: append, from: n1 }\n"
      "      - deliver: { ordinal: 2 }\n"
      "      - drop: { to: n2 }\n"
      "      - { wait: 5ms }\n"
      "      - until: event kind=truncate node=n2 count=3\n"
      "      - release: {}\n"
      "      - timeout: n3\n");
  const std::string text = print_spec(spec);
  EXPECT_TRUE(read(text) == spec) << text;
}

TEST(Load, NumbersThatAreNotExactAreRefused) {
  const YamlNode node{YamlNode::Kind::scalar, false, "0.1234567", {}, {}, {}, {}};
  PerMillion probability;
  EXPECT_TRUE(parse(node, {}, probability).has_value());
}

}  // namespace
}  // namespace windtunnel::scenarios
