// Clusters of several services: who knows whom, nodes that start later, spare nodes.
#include "tests/unit/scenarios/running.h"

#include <windtunnel/protocols/env/await.h>
#include <windtunnel/scenarios/engine/draw.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

namespace windtunnel::scenarios {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// What the nodes of the run at hand were told, and when they started.
struct Told {
  ServiceConfig config;
  std::vector<Instant> starts;
};
std::map<std::string, Told>& told() {
  static std::map<std::string, Told> nodes;
  return nodes;
}

// Wall clocks stand at the first moment of 2000 when a run begins.
constexpr std::int64_t kStartOfTime = 946'684'800 * std::int64_t{1'000'000'000};

class Listener final : public Service {
 public:
  Listener(Env& env, ServiceConfig config) : env_(env), config_(std::move(config)) {}
  void start() override {
    const std::uint32_t group = config_.group.value;
    Told& here = told()[config_.name + (group == 0 ? "" : "/" + std::to_string(group))];
    here.config = config_;
    here.starts.push_back(Instant{env_.clock.wall().ns - kStartOfTime});
  }

 private:
  Env& env_;
  ServiceConfig config_;
};

Registry listeners() {
  Registry made;
  add_builtin(made);
  ServiceDefinition listeners;
  listeners.name = "listener";
  listeners.ports = {7};
  listeners.make = [](Env& env, const ServiceConfig& config) -> std::unique_ptr<Service> {
    return std::make_unique<Listener>(env, config);
  };
  made.add(std::move(listeners));
  return made;
}

// The groups' lines, and what else the file says.
RunResult run_groups(const std::string& groups, const std::string& rest = "",
                     std::uint64_t seed = 1) {
  told().clear();
  return run_text(
      "scenario: v1\nname: s\nlimits: { sim_time: 10s }\ncluster:\n  groups:\n" + groups + rest,
      listeners(), seed);
}

std::vector<std::string> starting() {
  std::vector<std::string> names;
  for (const auto& [name, node] : told()) names.push_back(name);
  return names;
}

std::vector<std::uint32_t> numbers(const std::vector<NodeId>& nodes) {
  std::vector<std::uint32_t> found;
  for (const NodeId node : nodes) found.push_back(node.value);
  return found;
}

TEST(Clusters, ServicesKnowTheNodesOfOtherGroupsByName) {
  run_groups(
      "    - { name: a, count: 2, service: listener }\n"
      "    - { name: coordinators, count: 3, service: listener }\n");
  const ServiceConfig& config = told().at("a2").config;
  EXPECT_THAT(numbers(config.members), ElementsAre(0U, 1U));
  EXPECT_THAT(numbers(config.peers("coordinators")), ElementsAre(2U, 3U, 4U));
  EXPECT_THAT(config.groups.at(1).node_names,
              ElementsAre("coordinators1", "coordinators2", "coordinators3"));
  EXPECT_THAT(numbers(config.peers("a")), ElementsAre(0U, 1U));
  EXPECT_THAT(config.peers("nobody"), IsEmpty());
  EXPECT_THAT(numbers(told().at("coordinators1/1").config.peers("a")), ElementsAre(0U, 1U));
}

TEST(Clusters, AGroupMayStartLater) {
  run_groups(
      "    - { name: a, count: 1, service: listener }\n"
      "    - { name: b, count: 2, start: 2s, service: listener }\n");
  EXPECT_EQ(told().at("a1").starts.at(0), Instant{});
  EXPECT_THAT(told().at("b1/1").starts, ElementsAre(Instant{} + seconds(2)));
  EXPECT_THAT(told().at("b2/1").starts, ElementsAre(Instant{} + seconds(2)));
}

TEST(Clusters, ThePlanMayStartANodeBeforeItsTime) {
  run_groups("    - { name: b, count: 2, start: 5s, service: listener }\n",
             "faults:\n  - { at: 1s, restart: b1 }\n  - { at: 2s, crash: b1 }\n");
  EXPECT_THAT(told().at("b1").starts, ElementsAre(Instant{} + seconds(1)));
  EXPECT_THAT(told().at("b2").starts, ElementsAre(Instant{} + seconds(5)));
}

const std::string kSpare = "    - { name: n, count: 3, spare: 2, service: listener }\n";

TEST(Clusters, SpareNodesAreNoMembersAndStayDownUntilThePlanStartsThem) {
  run_groups(kSpare, "faults:\n  - { at: 3s, restart: n5 }\n");
  EXPECT_THAT(starting(), ElementsAre("n1", "n2", "n3", "n5"));
  EXPECT_THAT(told().at("n5").starts, ElementsAre(Instant{} + seconds(3)));
  EXPECT_THAT(numbers(told().at("n5").config.members), ElementsAre(0U, 1U, 2U));
  EXPECT_EQ(told().at("n5").config.name, "n5");
}

TEST(Clusters, SpareNodesMayStartAtATimeOfTheirOwn) {
  run_groups("    - { name: n, count: 1, spare: { count: 1, start: 4s }, service: listener }\n");
  EXPECT_THAT(told().at("n2").starts, ElementsAre(Instant{} + seconds(4)));
}

TEST(Clusters, NoWordOfASelectorAndNoHealStartsASpareNode) {
  for (const char* fault :
       {"restart: all", "heal: all", "heal: n-majority", "crash: random(5), for: 1s",
        "crash: rest, for: 1s", "crash: followers, for: 1s"}) {
    run_groups(kSpare, "faults:\n  - { at: 3s, " + std::string(fault) + " }\n");
    EXPECT_THAT(starting(), ElementsAre("n1", "n2", "n3")) << fault;
  }
}

TEST(Clusters, ASpareNodeBelongsToNoMajority) {
  std::set<std::uint32_t> victims;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const RunResult result = run_groups(kSpare,
                                        "faults:\n"
                                        "  - { at: 1s, restart: [n4, n5] }\n"
                                        "  - { id: m, at: 2s, pause: majority, for: 1s }\n",
                                        seed);
    const std::vector<NodeId> chosen = result.faults.at(1).windows.at(0).victims;
    EXPECT_EQ(chosen.size(), 2U);
    for (const NodeId node : chosen) victims.insert(node.value);
  }
  EXPECT_THAT(victims, ElementsAre(0U, 1U, 2U));
}

// A store with a spare node that the plan starts: its members go on as if it were not there.
TEST(Clusters, AStoreServesBesideASpareNode) {
  const RunResult result = run_text(R"(
scenario: v1
name: s
limits: { sim_time: 12s }
cluster: { groups: [{ name: n, count: 3, spare: 1, service: raft-kv }] }
workloads:
  - { name: kv, type: cas-register, clients: 2, rate: 50/s, start: 500ms }
faults:
  - { at: 2s, restart: n4 }
  - { at: 3s, crash: n-leader, for: 1s }
heal: { at: 5s, within: 6s }
properties: [{ check: linearizable, workload: kv }, raft.*, recovers]
floor: { ops_ok: 100, faults_bite: 2 }
)");
  EXPECT_EQ(result.verdict, RunVerdict::pass) << testing::PrintToString(result.reasons);
}

TEST(Clusters, AFuzzSectionDrawsForEveryGroup) {
  ScenarioSpec space;
  for (const char* name : {"a", "b"}) {
    GroupSpec group;
    group.name = name;
    group.count = 5;
    space.cluster.groups.push_back(group);
  }
  space.fuzz.emplace();
  space.fuzz->first.nodes = {3, 5};
  space.fuzz->groups["b"].nodes = {1, 5};
  space.fuzz->groups["b"].config["speed"] = {"slow", "fast"};
  std::set<std::pair<std::uint32_t, std::uint32_t>> sizes;
  std::set<std::string> speeds;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const ScenarioSpec drawn = draw_scenario(space, seed);
    sizes.insert({drawn.cluster.groups[0].count, drawn.cluster.groups[1].count});
    EXPECT_TRUE(drawn.cluster.groups[0].config.empty());
    speeds.insert(drawn.cluster.groups[1].config.at("speed"));
  }
  EXPECT_EQ(sizes.size(), 4U);
  EXPECT_EQ(speeds.size(), 2U);
}

// --- Several services on a node ---

const std::string kThreeServices = R"(
scenario: v1
name: s
limits: { sim_time: 16s }
cluster:
  groups:
    - { name: n, count: 3, service: naive-kv }
    - { name: kv, on: n, service: raft-kv }
    - { name: more, on: n, service: raft-kv }
workloads:
  - { name: w, target: kv, type: cas-register, clients: 2, rate: 40/s, start: 500ms }
  - { name: x, target: more, type: cas-register, clients: 2, rate: 40/s, start: 500ms,
      client_name: d }
heal: { at: 8s, within: 7s }
properties:
  - { check: linearizable, workload: w }
  - { check: linearizable, workload: x }
  - raft.*
  - recovers
)";

TEST(Neighbours, AServiceMayRunOnTheNodesOfAnotherGroup) {
  const RunResult result = run_text(kThreeServices + R"(
faults:
  - { at: 2s, timeout: n2 }
  - { at: 3s, crash: { nodes: more-leader, kind: power }, for: 1s }
  - { at: 5s, messages: { type: append, from: n1, action: drop }, for: 1s }
  - { at: 5s, messages: { type: naive-heartbeat, from: n, action: drop }, for: 1s }
floor: { ops_ok: 200, faults_bite: 4 }
)");
  EXPECT_EQ(result.verdict, RunVerdict::pass) << testing::PrintToString(result.reasons);
  for (const WorkloadActivity& workload : result.workloads) EXPECT_GT(workload.ok, 100U);
}

TEST(Neighbours, KnowEachOtherByNameAndWhosePortsWereMoved) {
  run_groups(
      "    - { name: n, count: 2, spare: 1, service: listener }\n"
      "    - { name: gates, on: n, service: listener }\n");
  EXPECT_EQ(told().size(), 4U);
  const ServiceConfig& config = told().at("n2/1").config;
  EXPECT_EQ(config.group, GroupId{1});
  EXPECT_THAT(numbers(config.members), ElementsAre(0U, 1U));
  EXPECT_THAT(numbers(config.peers("n")), ElementsAre(0U, 1U));
  EXPECT_EQ(config.groups.at(0).ports, 0U);
  EXPECT_EQ(config.groups.at(1).ports, 1'000U);
}

TEST(Neighbours, AnActionIsOfTheServiceThatIsNamed) {
  Registry known;
  add_builtin(known);
  std::vector<std::string> did;
  for (const char* name : {"one", "two"}) {
    ServiceDefinition service;
    service.name = name;
    service.ports = {7};
    service.make = [](Env& env, const ServiceConfig& config) -> std::unique_ptr<Service> {
      return std::make_unique<Listener>(env, config);
    };
    service.actions.push_back({"speak", "", [&did, name](Service& on, const OptionValues&) {
                                 EXPECT_NE(dynamic_cast<Listener*>(&on), nullptr);
                                 did.emplace_back(name);
                               }});
    known.add(std::move(service));
  }
  run_text(R"(
scenario: v1
name: s
limits: { sim_time: 5s }
cluster:
  groups:
    - { name: n, count: 1, service: one }
    - { name: g, on: n, service: two }
faults:
  - { at: 1s, act: { nodes: n1, action: speak } }
  - { at: 2s, act: { nodes: g, action: speak } }
  - { at: 3s, act: { nodes: n, action: speak } }
)",
           known);
  EXPECT_THAT(did, ElementsAre("one", "two", "one"));
}

// --- Classes of messages ---

// Sends every kind of message that it has to all, each 100 ms.
class Talker final : public Service, private MessageSink {
 public:
  Talker(Env& env, const ServiceConfig& config) : env_(env), config_(config) {}
  void start() override {
    auto bound = env_.transport.bind(7, *this);
    if (bound) socket_ = std::move(*bound);
    tasks_.spawn(talk(env_));
  }

 private:
  void on_message(const Endpoint&, BytesView) override {}
  Task<void> talk(Env& env) {
    for (;;) {
      co_await sleep_for(env, milliseconds(100));
      for (const NodeId to : config_.members) {
        if (to != env.self) say(to);
      }
    }
  }
  void say(NodeId to) {
    for (const char* text : {"x1", "y1"}) static_cast<void>(socket_->send({to, 7}, as_bytes(text)));
  }

  Env& env_;
  ServiceConfig config_;
  std::unique_ptr<MessageSocket> socket_;
  TaskScope tasks_;
};

ServiceDefinition talkers(const std::string& name, const std::vector<MessageType>& messages) {
  ServiceDefinition made;
  made.name = name;
  made.make = [](Env& env, const ServiceConfig& config) -> std::unique_ptr<Service> {
    return std::make_unique<Talker>(env, config);
  };
  made.messages = messages;
  return made;
}

TEST(Clusters, EachServiceHasItsOwnNamesForTheSameFirstByte) {
  Registry known;
  known.add(talkers("one", {{'x', "ping"}, {'y', "pong"}}));
  known.add(talkers("two", {{'y', "ping"}, {'x', "note"}}));
  const auto drops = [&](const std::string& filter) {
    const RunResult result = run_text(
        "scenario: v1\nname: s\nlimits: { sim_time: 1050ms }\ncluster:\n  groups:\n"
        "    - { name: a, count: 2, service: one }\n"
        "    - { name: b, count: 2, service: two }\n"
        "faults:\n  - { at: 0s, messages: { " +
            filter + ", action: drop } }\n",
        known);
    return result.faults.at(0).bites;
  };
  EXPECT_EQ(drops("type: ping"), 40U);
  EXPECT_EQ(drops("type: note"), 20U);
  EXPECT_EQ(drops("type: pong, from: a1"), 10U);
  EXPECT_EQ(drops("type: note, from: b"), 20U);
}

const std::string kStore = R"(
scenario: v1
name: streams
limits: { sim_time: 6s }
cluster:
  groups:
    - { name: n, count: 3, service: raft-kv, config: { transport: streams } }
workloads:
  - { name: kv, type: cas-register, clients: 2, rate: 50/s, start: 500ms }
properties: [{ check: linearizable, workload: kv }, raft.*]
)";

TEST(MessageRules, ActOnTheMessagesThatNodesSendOverStreams) {
  for (const char* action : {"drop", "duplicate", "corrupt", "delay, delay: 5ms..20ms"}) {
    const RunResult result =
        run_text(kStore + "faults:\n  - { at: 1s, messages: { type: append, action: " + action +
                 ", probability: 0.3 }, for: 3s }\n");
    EXPECT_GT(result.faults.at(0).bites, 20U) << action;
    EXPECT_EQ(result.verdict, RunVerdict::pass) << action << testing::PrintToString(result.reasons);
  }
}

// The same store, but it does not say where a message ends in its streams.
TEST(MessageRules, ThatMetOnlyStreamsWithoutFramesMakeARunUnknown) {
  Registry known;
  add_builtin(known);
  ServiceDefinition unframed = *known.service("raft-kv");
  unframed.name = "unframed-kv";
  unframed.classes.frame = nullptr;
  known.add(std::move(unframed));
  const auto run = [&](const std::string& transport, const std::string& fault) {
    std::string text = kStore + "faults:\n  - { id: r, at: 1s, for: 3s, " + fault + " }\n";
    text.replace(text.find("raft-kv"), 7, "unframed-kv");
    text.replace(text.find("transport: streams"), 18, "transport: " + transport);
    return run_text(text, known);
  };
  const std::string rule = "messages: { type: append, action: drop, probability: 0.3 }";
  const RunResult missed = run("streams", rule);
  EXPECT_EQ(missed.faults.at(0).bites, 0U);
  EXPECT_EQ(missed.verdict, RunVerdict::unknown);
  ASSERT_EQ(missed.reasons.size(), 1U);
  EXPECT_THAT(missed.reasons[0], StartsWith("r acts on messages and never did: "));
  EXPECT_EQ(run("messages", rule).verdict, RunVerdict::pass);
  EXPECT_EQ(run("streams", "link: { from: all, to: all, loss: 0.01 }").verdict, RunVerdict::pass);
}

TEST(MessageRules, AHoldOverStreamsIsReleasedAndAScriptTakesFromIt) {
  const RunResult result = run_text(kStore +
                                    "faults:\n"
                                    "  - at: 1s\n"
                                    "    script:\n"
                                    "      - hold: { type: append-reply }\n"
                                    "      - deliver: { type: append-reply, ordinal: 2 }\n"
                                    "      - drop: { type: append-reply }\n"
                                    "      - release: { type: append-reply }\n"
                                    "      - wait: 1s\n"
                                    "      - crash: n1\n");
  EXPECT_GE(result.faults.at(0).bites, 4U);
  EXPECT_EQ(result.stats.crashes, 1U);
  EXPECT_EQ(result.verdict, RunVerdict::pass) << testing::PrintToString(result.reasons);
}

// What is dropped is what the filter says, and nothing else.
TEST(MessageRules, OverStreamsLeaveOtherTypesAlone) {
  const RunResult none = run_text(
      kStore + "faults:\n  - { at: 1s, messages: { type: snapshot-chunk, action: drop } }\n");
  EXPECT_EQ(none.faults.at(0).bites, 0U);
}

}  // namespace
}  // namespace windtunnel::scenarios
