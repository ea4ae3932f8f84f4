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
  explicit PipeliningClient(const ServiceConfig& config) : server_(config.members.front()) {}

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
      recorder.happened({"heard", {}}, Outcome::ok(reply.items()[1]));
    }
  }

  NodeId server_;
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
