#include <windtunnel/protocols/naive/naive.h>

#include <windtunnel/sim/net/network.h>
#include <windtunnel/sim/node.h>
#include <windtunnel/sim/simulation.h>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace windtunnel::naive {
namespace {

constexpr Outcome::Kind kOk = Outcome::Kind::ok;

struct Step {
  Duration after;
  Operation operation;
  Outcome outcome{};
  bool done = false;
  // What a get found.
  std::string text() const { return std::string(outcome.value.items()[1].text()); }
};

Step step(Duration after, std::string f, std::string key, std::optional<std::string> value = {}) {
  Step made;
  made.after = after;
  made.operation.f = std::move(f);
  made.operation.value = Value::vector({Value(key), value ? Value(*value) : Value()});
  made.operation.timeout = seconds(1);
  return made;
}

Task<void> play(Env& env, Client& client, std::vector<Step>& steps) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    Step& one = steps[i];
    co_await sleep_for(env, one.after);
    one.outcome = co_await client.invoke(env, one.operation);
    one.done = true;
  }
}

class Player final : public Service {
 public:
  Player(Env& env, const ServiceConfig& config, std::vector<Step>& steps)
      : env_(env), client_(config), steps_(steps) {}
  void start() override { scope_.spawn(play(env_, client_, steps_)); }

 private:
  Env& env_;
  NaiveClient client_;
  std::vector<Step>& steps_;
  TaskScope scope_;
};

struct Store {
  explicit Store(std::uint64_t seed, std::string reads = "primary") : sim(options_of(seed)) {
    config.options["reads"] = std::move(reads);
    for (std::uint32_t i = 0; i < 3; ++i) {
      config.members.push_back(NodeId{i});
      config.member_names.push_back("n" + std::to_string(i + 1));
    }
    for (std::uint32_t i = 0; i < 3; ++i) {
      NodeOptions options;
      options.name = config.member_names[i];
      nodes.push_back(&sim.add_node(options, [this](Env& env) -> std::unique_ptr<Service> {
        return std::make_unique<NaiveService>(env, config);
      }));
      nodes.back()->start();
    }
  }
  static SimulationOptions options_of(std::uint64_t seed) {
    SimulationOptions options;
    options.seed = seed;
    return options;
  }
  Node& play(const std::string& name, std::vector<Step>& steps) {
    NodeOptions options;
    options.name = name;
    Node& node = sim.add_node(options, [this, &steps](Env& env) -> std::unique_ptr<Service> {
      return std::make_unique<Player>(env, config, steps);
    });
    node.start();
    return node;
  }
  void run_for(Duration duration) { sim.run_until(sim.now() + duration); }

  ServiceConfig config;
  Simulation sim;
  std::vector<Node*> nodes;
};

TEST(Naive, WorksWhenNothingGoesWrong) {
  std::vector<Step> steps = {step(seconds(1), "put", "k", "1"), step({}, "append", "k", "2"),
                             step(milliseconds(100), "get", "k"), step({}, "delete", "k"),
                             step(milliseconds(100), "get", "k")};
  Store store(1, "any");
  store.play("c", steps);
  store.run_for(seconds(5));
  for (const Step& one : steps) EXPECT_EQ(one.outcome.kind, kOk) << one.operation.f;
  EXPECT_EQ(steps[2].text(), "12");
  EXPECT_EQ(steps[4].text(), "");
}

TEST(Naive, ABackupTakesOverAndHasTheData) {
  std::vector<Step> steps = {step(seconds(1), "put", "k", "1"), step(seconds(3), "get", "k"),
                             step({}, "get", "k")};
  Store store(2);
  store.play("c", steps);
  store.run_for(seconds(2));
  store.nodes[0]->crash(CrashKind::process);
  store.run_for(seconds(5));
  EXPECT_EQ(steps[2].outcome.kind, kOk);
  EXPECT_EQ(steps[2].text(), "1");
}

TEST(Naive, LosesAnAcknowledgedWriteWhenThePrimaryCrashes) {
  std::vector<Step> steps = {step(seconds(1), "put", "k", "1"), step(seconds(3), "get", "k"),
                             step({}, "get", "k")};
  Store store(3);
  store.play("c", steps);
  store.sim.network().isolate(1, NodeId{1});
  store.sim.network().isolate(1, NodeId{2});
  store.run_for(milliseconds(500));
  while (!steps[0].done) store.run_for(microseconds(100));
  ASSERT_EQ(steps[0].outcome.kind, kOk);
  store.nodes[0]->crash(CrashKind::process);
  store.sim.network().remove_fault(1);
  store.run_for(seconds(6));
  EXPECT_EQ(steps[2].outcome.kind, kOk);
  EXPECT_EQ(steps[2].text(), "") << "this is what it is for";
}

TEST(Naive, ReadsOldDataFromABackup) {
  std::vector<Step> steps = {step(seconds(1), "put", "k", "1"), step(seconds(1), "put", "k", "2")};
  for (int i = 0; i < 10; ++i) steps.push_back(step({}, "get", "k"));
  Store store(4, "any");
  store.play("c", steps);
  store.run_for(milliseconds(1500));
  // From the primary to the backups nothing gets through, for less than it takes to promote one.
  const NodeSet backups{NodeId{1}, NodeId{2}};
  const NodeSet primary{NodeId{0}};
  store.sim.network().cut(1, primary, backups, false);
  while (!steps[1].done) store.run_for(milliseconds(1));
  store.run_for(milliseconds(20));
  bool stale = false;
  for (std::size_t i = 2; i < steps.size(); ++i) {
    stale = stale || (steps[i].outcome.kind == kOk && steps[i].text() == "1");
  }
  EXPECT_TRUE(stale);
}

TEST(Naive, TakesWritesOnBothSidesOfAPartition) {
  std::vector<Step> left = {step(seconds(3), "put", "k", "left")};
  std::vector<Step> right = {step(seconds(3), "put", "k", "right"), step({}, "put", "k", "right")};
  Store store(5);
  store.play("left", left);
  store.play("right", right);
  store.run_for(seconds(1));
  const NodeSet one_side{NodeId{0}, NodeId{3}};
  const NodeSet other_side{NodeId{1}, NodeId{2}, NodeId{4}};
  store.sim.network().partition(1, {one_side, other_side});
  store.run_for(seconds(5));
  EXPECT_EQ(left[0].outcome.kind, kOk);
  EXPECT_EQ(right[1].outcome.kind, kOk) << "two primaries";
}

TEST(NaiveMessage, DamageIsNoticedAtEveryByte) {
  Message message;
  message.kind = Kind::state;
  message.value = "v";
  message.data = {{"a", "1"}, {"b", "2"}};
  const Bytes good = encode(message);
  ASSERT_TRUE(decode(good));
  EXPECT_EQ(decode(good)->data, message.data);
  EXPECT_EQ(message_name(std::to_integer<std::uint8_t>(good[0])), "naive-state");
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= std::byte{0x20};
    EXPECT_FALSE(decode(bad)) << i;
  }
}

}  // namespace
}  // namespace windtunnel::naive
