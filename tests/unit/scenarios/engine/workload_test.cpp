// What clients do with what their workload says, and what the history has of it.
#include <windtunnel/checkers/history/history_io.h>
#include <windtunnel/scenarios/engine/workload.h>

#include "tests/unit/scenarios/running.h"
#include "tests/unit/scenarios/small_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>

namespace windtunnel::scenarios {
namespace {

using checkers::History;

// What the clients of a scenario saw.
History history_of(const std::string& text, const Registry& registry) {
  const Catalog catalog = registry.catalog();
  LoadOptions options;
  options.catalog = &catalog;
  const LoadedScenario loaded = parse_scenario("test.yaml", text, options);
  EXPECT_TRUE(loaded.spec.has_value()) << loaded.diagnostics.render();
  RunArtifacts artifacts;
  (void)run_scenario(loaded.spec.value_or(ScenarioSpec{}), registry, RunOptions{}, &artifacts);
  checkers::HistoryResult history = checkers::read_history(artifacts.history_jsonl);
  EXPECT_TRUE(history.has_value());
  return history.has_value() ? std::move(*history) : History();
}

History history_of(const std::string& text) {
  Registry registry;
  add_builtin(registry);
  return history_of(text, registry);
}

TEST(Workload, ItsTimeoutHoldsForEveryService) {
  for (const std::string service : {"raft-kv", "naive-kv"}) {
    const History history = history_of(
        "scenario: v1\nname: cut-off\nlimits: { sim_time: 3s }\n"
        "cluster: { groups: [{ name: n, count: 3, service: " +
        service +
        " }] }\n"
        "workloads: [{ name: w, type: register, clients: 1, start: 1s, stop: 2s, timeout: 20ms }]\n"
        "faults: [{ at: 500ms, cut: { from: all, to: clients } }]\n"
        "properties: [linearizable]\n");
    ASSERT_GT(history.operations().size(), 10U) << service;
    for (const checkers::Operation& operation : history.operations()) {
      ASSERT_NE(history.completion(operation), nullptr) << service;
      const std::int64_t began = history.invocation(operation).time_ns;
      EXPECT_LE(history.completion(operation)->time_ns - began, milliseconds(20).ns) << service;
    }
  }
}

// Has four operations open, over one socket, and hears what the server tells it unasked.
class PipeliningClient final : public Client {
 public:
  explicit PipeliningClient(const ServiceConfig& config, bool tells = true)
      : server_(config.members.front()), tells_(tells) {}

  Task<void> start(Env& env, Recorder& recorder) override {
    mailbox_ = std::make_unique<Mailbox>(env);
    (void)mailbox_->open(0);
    scope_.spawn(listen(env, recorder));
    for (;;) {
      const std::optional<windtunnel::Operation> operation = co_await recorder.next(env);
      if (!operation) co_return;
      while (open_.size() >= 4) co_await sleep_for(env, milliseconds(1));
      const std::int64_t id = ++last_;
      open_[id] = recorder.begin(*operation);
      const std::string request = request_text(id, *operation);
      (void)mailbox_->socket().send(Endpoint{server_, kSmallPort}, as_bytes(request));
    }
  }

 private:
  Task<void> listen(Env& env, Recorder& recorder) {
    for (;;) {
      const Instant now = env.clock.now();
      const Result<Mailbox::Message> message =
          co_await before(env, now + seconds(1), mailbox_->next());
      if (!message) continue;
      const Value reply = parsed(message->bytes);
      const auto open = open_.find(reply.items()[0].integer());
      if (open == open_.end()) continue;
      recorder.end(open->second, Outcome::ok(reply.items()[1]));
      open_.erase(open);
      if (tells_) recorder.happened({"heard", {}}, Outcome::ok(reply.items()[1]));
    }
  }

  NodeId server_;
  bool tells_;
  std::unique_ptr<Mailbox> mailbox_;
  std::int64_t last_ = 0;
  std::map<std::int64_t, Recorder::Call> open_;
  TaskScope scope_;
};

Registry registry_of_counters() {
  Registry registry;
  add_builtin(registry);
  ServiceDefinition counter = small_service("counter", [] {
    return [count = std::make_shared<std::int64_t>(0)](NodeId, const std::string&, const Value&) {
      return Value(++*count);
    };
  });
  registry.add(counter);
  counter.name = "pipelined-counter";
  counter.make_client = [](Env&, const ServiceConfig& config) {
    return std::make_unique<PipeliningClient>(config);
  };
  registry.add(std::move(counter));
  WorkloadDefinition ids =
      small_workload("ids", {"unique-ids", {}, false}, [](const WorkloadSpec&, std::uint32_t) {
        return std::make_unique<SmallSource>([](Random&) {
          return windtunnel::Operation{"generate", {}};
        });
      });
  registry.add(std::move(ids));
  return registry;
}

std::string counting(const std::string& service, const std::string& load) {
  return "scenario: v1\nname: counting\nlimits: { sim_time: 2s }\n"
         "cluster: { groups: [{ name: n, service: " +
         service +
         " }] }\nnetwork: { default: { latency: 10ms } }\n"
         "workloads: [{ name: w, type: ids, clients: 2, stop: 1s, " +
         load + " }]\nproperties: [unique-ids]\n";
}

// The most operations of that name that are open at one time, and the processes that they have.
struct Overlap {
  std::size_t open = 0;
  std::set<std::int64_t> processes;
};
Overlap overlap_of(const History& history) {
  Overlap overlap;
  std::size_t open = 0;
  for (const checkers::Event& event : history.events()) {
    if (event.f != "generate") continue;
    open = event.type == checkers::EventType::invoke ? open + 1 : open - 1;
    overlap.open = std::max(overlap.open, open);
    overlap.processes.insert(event.process.integer());
  }
  return overlap;
}

TEST(Workload, OneOperationAClientIsOpenAtATimeUnlessItSaysMore) {
  const Registry registry = registry_of_counters();
  const Overlap one = overlap_of(history_of(counting("counter", "rate: 1000/s"), registry));
  EXPECT_EQ(one.open, 2U);
  EXPECT_EQ(one.processes, (std::set<std::int64_t>{0, 1}));
}

// Answers take 20 ms, so that a client that waits for them has 50 in a second.
TEST(Workload, SeveralInFlightKeepTheRateWhateverAnswersTake) {
  const Registry registry = registry_of_counters();
  const auto operations = [&registry](const std::string& load) {
    return history_of(counting("counter", load), registry).operations().size();
  };
  EXPECT_LE(operations("rate: 400/s"), 110U);
  const std::size_t open_loop = operations("rate: 400/s, in_flight: 10");
  EXPECT_GE(open_loop, 380U);
  EXPECT_LE(open_loop, 420U);
  EXPECT_GE(operations("in_flight: 10"), 900U) << "ten sessions of each client";
}

TEST(Workload, AClientMayPipelineAndRecordWhatItDidNotAskFor) {
  const Registry registry = registry_of_counters();
  const History history = history_of(counting("pipelined-counter", "rate: 1000/s"), registry);
  const Overlap overlap = overlap_of(history);
  EXPECT_EQ(overlap.open, 8U) << "four for each of two clients";
  EXPECT_GE(overlap.processes.size(), 8U);
  std::size_t heard = 0;
  for (const checkers::Operation& operation : history.operations()) {
    if (history.f(operation) != "heard") continue;
    ++heard;
    EXPECT_EQ(operation.outcome, checkers::EventType::ok);
    EXPECT_TRUE(history.result(operation).is_integer());
  }
  EXPECT_GT(heard, 100U);
}

// Answers take 20 ms, and there is an operation every 25 ms.
TEST(Workload, EachSessionInFlightHasAProcessOfItsOwn) {
  const Registry registry = registry_of_counters();
  const History history = history_of(counting("counter", "rate: 80/s, in_flight: 3"), registry);
  EXPECT_EQ(overlap_of(history).processes, (std::set<std::int64_t>{0, 1, 2, 3, 4, 5}));
}

// A register a key, of one node, for clients that have one operation open or four.
Registry registry_of_stores() {
  Registry registry;
  add_builtin(registry);
  ServiceDefinition store = small_service("store", [] {
    return [kept = std::make_shared<std::map<Value, Value>>()](NodeId, const std::string& f,
                                                               const Value& value) {
      const Value& key = value.items()[0];
      if (f == "write") (*kept)[key] = value.items()[1];
      return Value::vector({key, (*kept)[key]});
    };
  });
  registry.add(store);
  store.name = "pipelined-store";
  store.make_client = [](Env&, const ServiceConfig& config) {
    return std::make_unique<PipeliningClient>(config, false);
  };
  registry.add(std::move(store));
  return registry;
}

RunResult stored(const std::string& service, const std::string& load) {
  return run_text(
      "scenario: v1\nname: stored\nlimits: { sim_time: 2s }\n"
      "cluster: { groups: [{ name: n, service: " +
          service +
          " }] }\nnetwork: { default: { latency: 10ms } }\n"
          "workloads: [{ name: w, type: register, clients: 2, keys: 3, rate: 400/s, " +
          load + " }]\nproperties: [linearizable, read-your-writes, pram]\n",
      registry_of_stores());
}

TEST(Workload, SessionsInFlightAreJudgedOneByOne) {
  EXPECT_EQ(stored("store", "in_flight: 4").verdict, RunVerdict::pass);
}

TEST(Workload, OfASessionThatPipelinesItsOrderIsNotKnown) {
  const RunResult result = stored("pipelined-store", "stop: 1s");
  ASSERT_EQ(result.properties.size(), 3U);
  EXPECT_EQ(result.properties[0].finding.decision, Decision::ok);
  for (const std::size_t level : {1U, 2U}) {
    const Finding& finding = result.properties[level].finding;
    EXPECT_EQ(finding.decision, Decision::unknown);
    EXPECT_THAT(finding.text, ::testing::HasSubstr("several operations open in one session"));
  }
}

TEST(Workload, AClientThatIsStartedAnewWritesNothingTwice) {
  const History history = history_of(
      "scenario: v1\nname: restart\nlimits: { sim_time: 4s }\n"
      "cluster: { groups: [{ name: n, count: 3, service: raft-kv }] }\n"
      "workloads: [{ name: w, type: register, clients: 2, keys: 2, rate: 100/s, start: 1s }]\n"
      "faults: [{ at: 2s, crash: c1, for: 200ms }]\nproperties: [linearizable]\n");
  std::set<Value> written;
  for (const checkers::Operation& operation : history.operations()) {
    if (history.f(operation) != "write") continue;
    const Value& value = history.argument(operation).items()[1];
    EXPECT_TRUE(written.insert(value).second) << checkers::to_edn(value);
  }
  EXPECT_GT(written.size(), 50U);
}

TEST(Workload, SeveralOnOneGroupShareNoKey) {
  const auto result = [](const std::string& second) {
    return run_text(
        "scenario: v1\nname: two\nlimits: { sim_time: 4s }\n"
        "cluster: { groups: [{ name: n, count: 3, service: raft-kv }, { name: m, count: 3, "
        "service: raft-kv }] }\n"
        "workloads:\n"
        "  - { name: w, type: register, clients: 2, keys: 2, rate: 100/s, start: 1s }\n"
        "  - { name: v, client_name: d, clients: 2, keys: 2, rate: 100/s, start: 1s, " +
        second + " }\nproperties: [linearizable, serializable]\n");
  };
  for (const std::string second : {"type: list-append", "type: list-append, target: m"}) {
    const RunResult both = result(second);
    EXPECT_EQ(both.verdict, RunVerdict::pass)
        << second << (both.reasons.empty() ? "" : both.reasons.front());
  }
}

TEST(Workload, OneThatHasItsGroupToItselfHasPlainKeys) {
  const History history = history_of(
      "scenario: v1\nname: one\nlimits: { sim_time: 1500ms }\n"
      "cluster: { groups: [{ name: n, count: 3, service: raft-kv }] }\n"
      "workloads: [{ name: w, type: register, rate: 50/s, start: 1s }]\n"
      "properties: [linearizable]\n");
  ASSERT_FALSE(history.operations().empty());
  EXPECT_EQ(history.argument(history.operations()[0]).items()[0], Value("k0"));
}

// Counts down from the option `from`.
class CountDown final : public OperationSource {
 public:
  explicit CountDown(const WorkloadSpec& spec)
      : left_(static_cast<std::int64_t>(OptionValues{spec.options}.integer("from", 5))) {}
  void next(Random&, windtunnel::Operation& operation) override {
    operation.f = "generate";
    operation.value = left_--;
  }

 private:
  std::int64_t left_;
};

Registry registry_with_options() {
  static constexpr OptionSpec kCountDownOptions[] = {
      bounded({"from", OptionKind::integer, "5", "where it begins"}, "1", "100")};
  Registry registry = registry_of_counters();
  WorkloadDefinition down;
  down.name = "count-down";
  down.doc = "for tests";
  down.reading.model = "unique-ids";
  down.options = kCountDownOptions;
  down.make = [](const WorkloadSpec& spec, std::uint32_t) {
    return std::make_unique<CountDown>(spec);
  };
  registry.add(std::move(down));
  return registry;
}

std::string counting_down(const std::string& options) {
  return "scenario: v1\nname: counting\nlimits: { sim_time: 1s }\n"
         "cluster: { groups: [{ name: n, service: counter }] }\n"
         "workloads: [{ name: w, type: count-down, clients: 1, rate: 50/s" +
         options + " }]\nproperties: [unique-ids]\n";
}

TEST(Workload, ItsOptionsReachItsSource) {
  const Registry registry = registry_with_options();
  const auto first = [&registry](const std::string& options) {
    const History history = history_of(counting_down(options), registry);
    return history.argument(history.operations().front());
  };
  EXPECT_EQ(first(""), Value(5));
  EXPECT_EQ(first(", options: { from: 42 }"), Value(42));
}

TEST(Workload, AnOptionThatItDoesNotKnowOrThatIsOutOfRangeIsRefused) {
  const Registry registry = registry_with_options();
  const Catalog catalog = registry.catalog();
  LoadOptions options;
  options.catalog = &catalog;
  const auto refused = [&options](const std::string& given) {
    return parse_scenario("test.yaml", counting_down(given), options).diagnostics.render();
  };
  EXPECT_THAT(refused(", options: { form: 42 }"), ::testing::HasSubstr("no option 'form'"));
  EXPECT_THAT(refused(", options: { from: 101 }"), ::testing::HasSubstr("1 to 100 is allowed"));
}

}  // namespace
}  // namespace windtunnel::scenarios
