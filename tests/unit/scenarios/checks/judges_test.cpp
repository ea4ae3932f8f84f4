// Judges as checks of a scenario, with services that keep or break what they promise.
#include "tests/unit/scenarios/running.h"
#include "tests/unit/scenarios/small_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::scenarios {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Ten in each of two accounts. A leaky one loses what every fifth transfer moves.
Answers bank(bool leaks) {
  struct State {
    std::int64_t balances[2] = {10, 10};
    int transfers = 0;
  };
  return
      [leaks, state = std::make_shared<State>()](NodeId, const std::string& f, const Value& value) {
        if (f == "transfer") {
          const auto from = static_cast<std::size_t>(value.find("from")->integer());
          if (state->balances[from] == 0) return value;
          --state->balances[from];
          if (!leaks || ++state->transfers % 5 != 0) ++state->balances[1 - from];
          return value;
        }
        return Value(Value::Kind::map, {0, state->balances[0], 1, state->balances[1]});
      };
}

std::unique_ptr<OperationSource> transfers(const WorkloadSpec&, std::uint32_t) {
  return std::make_unique<SmallSource>([](Random& random) {
    const std::uint64_t word = random.draw("transfer");
    if (word % 3 == 0) return Operation{"read", {}};
    const std::string from = word % 2 == 0 ? "0, :to 1" : "1, :to 0";
    return Operation{"transfer", edn("{:from " + from + ", :amount 1}")};
  });
}

// One partition. A forgetful one acknowledges every tenth message and keeps nothing of it.
Answers log(bool forgets) {
  struct State {
    std::vector<Value> messages;                    // [offset value]
    std::map<std::uint32_t, std::size_t> position;  // of each client
    std::int64_t next = 0;
  };
  return [forgets, state = std::make_shared<State>()](NodeId client, const std::string& f,
                                                      const Value& value) {
    if (f == "send") {
      const std::vector<Value>& step = value.items()[0].items();
      const std::int64_t offset = state->next++;
      const Value message = Value::vector({Value(offset), step[2]});
      if (!forgets || offset % 10 != 9) state->messages.push_back(message);
      return Value::vector({Value::vector({step[0], step[1], message})});
    }
    std::size_t& position = state->position[client.value];
    std::vector<Value> seen(state->messages.begin() + static_cast<std::ptrdiff_t>(position),
                            state->messages.end());
    position = state->messages.size();
    Value polled(Value::Kind::map, {Value("k"), Value::vector(std::move(seen))});
    return Value::vector({Value::vector({Value::keyword("poll"), std::move(polled)})});
  };
}

std::unique_ptr<OperationSource> sends_and_polls(const WorkloadSpec& spec, std::uint32_t client) {
  return std::make_unique<SmallSource>([&spec, client, count = 0](Random& random) mutable {
    const std::uint64_t word = random.draw("log");
    if (word % 3 == 0) return Operation{"poll", edn("[[:poll]]")};
    const auto value = static_cast<std::uint32_t>(++count) * spec.clients + client;
    return Operation{"send", edn("[[:send \"k\" " + std::to_string(value) + "]]")};
  });
}

// Tokens for holders, and a resource that takes no old one. A broken one gives some token twice.
Answers lock(bool breaks) {
  struct State {
    std::int64_t given = 0;
    std::int64_t taken = 0;
  };
  return [breaks, state = std::make_shared<State>()](NodeId, const std::string& f,
                                                     const Value& value) {
    if (f == "release") return value;
    if (f == "access" && value.integer() < state->taken) return Value::keyword("refused");
    if (f == "access") state->taken = value.integer();
    if (f == "access") return value;
    if (!breaks || state->given != 7) ++state->given;
    return Value(state->given);
  };
}

std::unique_ptr<OperationSource> holders(const WorkloadSpec&, std::uint32_t) {
  const auto token = std::make_shared<Value>();
  return std::make_unique<SmallSource>(
      [token, step = 0](Random&) mutable {
        step = token->is_nil() ? 0 : step + 1;
        if (step == 0) return Operation{"acquire", {}};
        if (step == 1) return Operation{"access", *token};
        *token = Value();
        return Operation{"release", {}};
      },
      [token](const Operation& operation, const Outcome& outcome) {
        if (operation.f == "acquire") *token = outcome.value;
      });
}

Registry registry() {
  Registry made;
  add_builtin(made);
  for (const bool breaks : {false, true}) {
    const std::string prefix = breaks ? "broken-" : "good-";
    made.add(small_service(prefix + "bank", [breaks] { return bank(breaks); }));
    made.add(small_service(prefix + "log", [breaks] { return log(breaks); }));
    made.add(small_service(prefix + "lock", [breaks] { return lock(breaks); }));
  }
  made.add(small_workload("bank", {"bank", Value(20), false}, &transfers));
  made.add(small_workload("log", {"log", {}, false}, &sends_and_polls));
  made.add(small_workload("lock", {"lock", {}, false}, &holders));
  return made;
}

std::string scenario(const std::string& service, const std::string& type,
                     const std::string& properties) {
  return "scenario: v1\nname: judged\nlimits: { sim_time: 3s }\n"
         "cluster: { groups: [{ name: n, service: " +
         service +
         " }] }\n"
         "workloads: [{ name: w, type: " +
         type + ", clients: 3, rate: 100/s, timeout: 100ms }]\nproperties: " + properties + "\n";
}

RunResult judged(const std::string& service, const std::string& type,
                 const std::string& properties) {
  return run_text(scenario(service, type, properties), registry());
}

// What is found has a text, a place in the trace, and the operations that show it.
void expect_witness(const RunResult& result, const std::string& flaw) {
  ASSERT_EQ(result.properties.size(), 1U);
  const Finding& finding = result.properties[0].finding;
  EXPECT_EQ(finding.decision, Decision::violated) << finding.text;
  EXPECT_THAT(finding.text, StartsWith(flaw + ": "));
  EXPECT_THAT(finding.text, HasSubstr("\n"));
  EXPECT_FALSE(finding.history.empty());
  EXPECT_FALSE(finding.related.empty());
  EXPECT_NE(finding.event, 0U);
  EXPECT_EQ(result.verdict, RunVerdict::fail);
}

TEST(ScenarioJudges, ABankThatLeaksIsFoundOut) {
  EXPECT_EQ(judged("good-bank", "bank", "[bank]").verdict, RunVerdict::pass);
  expect_witness(judged("broken-bank", "bank", "[bank]"), "wrong-total");
}

TEST(ScenarioJudges, ALogThatForgetsIsFoundOut) {
  EXPECT_EQ(judged("good-log", "log", "[log]").verdict, RunVerdict::pass);
  const std::string broken = "broken-log";
  expect_witness(judged(broken, "log", "[{ check: log, permit: [poll-skip] }]"), "lost-write");
}

TEST(ScenarioJudges, ALockThatGivesATokenTwiceIsFoundOut) {
  EXPECT_EQ(judged("good-lock", "lock", "[lock]").verdict, RunVerdict::pass);
  expect_witness(judged("broken-lock", "lock", "[lock]"), "duplicate-token");
}

TEST(ScenarioJudges, AFlawIsLetPassWhereItIsPermitted) {
  const std::string permitted = "[{ check: lock, workload: w, permit: [duplicate-token] }]";
  EXPECT_EQ(judged("broken-lock", "lock", permitted).verdict, RunVerdict::pass);
}

TEST(ScenarioJudges, TheStartComesFromTheWorkloadUnlessTheScenarioNamesIt) {
  expect_witness(judged("good-bank", "bank", "[{ check: bank, options: { initial: 21 } }]"),
                 "wrong-total");
}

// Backups lag, and answer reads.
const std::string kStaleReads =
    "scenario: v1\nname: lists\nlimits: { sim_time: 4s }\n"
    "cluster: { groups: [{ name: n, count: 3, service: naive-kv, config: { reads: any } }] }\n"
    "network: { links: [{ from: n, to: n, latency: { dist: uniform, min: 5ms, max: 60ms } }] }\n"
    "workloads: [{ name: w, type: list-append, clients: 3, keys: 2, rate: 100/s, start: 500ms, "
    "timeout: 1s }]\n";

TEST(ScenarioJudges, IsolationLevelsTakeTheModelOfTheWorkload) {
  const RunResult strict =
      run_text(kStaleReads + "properties: [strict-serializable]\n", registry());
  expect_witness(strict, "G-single-realtime");
  const Finding& finding = strict.properties[0].finding;
  EXPECT_THAT(finding.text, HasSubstr(" had returned when "));
  EXPECT_THAT(finding.text, HasSubstr("So T"));
  const RunResult weak = run_text(kStaleReads + "properties: [serializable]\n", registry());
  EXPECT_EQ(weak.verdict, RunVerdict::pass);
}

TEST(ScenarioJudges, RaftIsStrictlySerializable) {
  const RunResult result = run_text(
      "scenario: v1\nname: lists\nlimits: { sim_time: 4s }\n"
      "cluster: { groups: [{ name: n, count: 3, service: raft-kv }] }\n"
      "workloads: [{ name: w, type: list-append, clients: 3, keys: 2, rate: 100/s, start: 1s }]\n"
      "properties: [strict-serializable, { check: list-append, workload: w }]\n");
  EXPECT_EQ(result.verdict, RunVerdict::pass);
}

TEST(ScenarioJudges, AnyJudgeMayBeNamedForAWorkload) {
  const RunResult result = judged("good-lock", "lock", "[{ check: unique-ids, workload: w }]");
  ASSERT_EQ(result.properties.size(), 1U);
  EXPECT_THAT(result.properties[0].finding.text, HasSubstr("id"));
}

// Sends, and hears what the server has for it: whether or not a send is open, and in a workload
// that polls too, whether or not a poll is.
class HearingClient final : public Client {
 public:
  explicit HearingClient(const ServiceConfig& config) : server_(config.members.front()) {}

  Task<void> start(Env& env, Recorder& recorder) override {
    mailbox_ = std::make_unique<Mailbox>(env);
    (void)mailbox_->open(0);
    scope_.spawn(hear(env, recorder));
    for (;;) {
      const std::optional<Operation> operation = co_await recorder.next(env);
      if (!operation) co_return;
      call_ = recorder.begin(*operation);
      ask(1, *operation);
      while (call_) co_await sleep_for(env, milliseconds(1));
    }
  }

 private:
  void ask(std::int64_t id, const Operation& operation) {
    const std::string request = request_text(id, operation);
    (void)mailbox_->socket().send(Endpoint{server_, kSmallPort}, as_bytes(request));
  }

  Task<void> hear(Env& env, Recorder& recorder) {
    const Operation poll{"poll", edn("[[:poll]]")};
    for (;;) {
      const Instant now = env.clock.now();
      const Instant until = now + milliseconds(3);
      const Result<Mailbox::Message> message = co_await before(env, until, mailbox_->next());
      if (!message) {
        ask(0, poll);
        continue;
      }
      const Value reply = parsed(message->bytes);
      const Outcome outcome = Outcome::ok(reply.items()[1]);
      if (reply.items()[0] == Value(0)) {
        recorder.happened(poll, outcome);
      } else if (call_) {
        recorder.end(*call_, outcome);
        call_.reset();
      }
    }
  }

  NodeId server_;
  std::unique_ptr<Mailbox> mailbox_;
  std::optional<Recorder::Call> call_;
  TaskScope scope_;
};

TEST(ScenarioJudges, WhatAConsumerHearsUnaskedIsJudgedByItsSession) {
  Registry made = registry();
  for (const char* name : {"good-log", "broken-log"}) {
    ServiceDefinition heard = *made.service(name);
    heard.name = std::string("heard-") + name;
    heard.make_client = [](Env&, const ServiceConfig& config) {
      return std::make_unique<HearingClient>(config);
    };
    made.add(std::move(heard));
  }
  made.add(small_workload(
      "sends", {"log", {}, false}, [](const WorkloadSpec& spec, std::uint32_t client) {
        return std::make_unique<SmallSource>([&spec, client, count = 0U](Random&) mutable {
          const std::uint32_t value = ++count * spec.clients + client;
          return Operation{"send", edn("[[:send \"k\" " + std::to_string(value) + "]]")};
        });
      }));
  const auto judge = [&made](const std::string& service, const std::string& type) {
    return run_text(scenario(service, type, "[log]") + "network: { default: { latency: 5ms } }\n",
                    made);
  };
  for (const char* type : {"sends", "log"}) {
    const RunResult good = judge("heard-good-log", type);
    EXPECT_EQ(good.verdict, RunVerdict::pass) << type << good.properties[0].finding.text;
    EXPECT_EQ(judge("heard-broken-log", type).verdict, RunVerdict::fail) << type;
  }
}

// Nothing acknowledged is not ok.
TEST(ScenarioJudges, NothingThatSucceededIsUnknown) {
  const RunResult result = run_text(scenario("good-lock", "lock", "[lock]") +
                                        "faults: [{ at: 0s, cut: { from: all, to: clients } }]\n",
                                    registry());
  ASSERT_EQ(result.properties.size(), 1U);
  EXPECT_EQ(result.properties[0].finding.decision, Decision::unknown);
  const RunResult registers = run_text(
      "scenario: v1\nname: cut\nlimits: { sim_time: 2s }\n"
      "cluster: { groups: [{ name: n, count: 3, service: raft-kv }] }\n"
      "workloads: [{ name: w, type: register, timeout: 100ms }]\n"
      "faults: [{ at: 0s, cut: { from: all, to: clients } }]\nproperties: [linearizable]\n");
  EXPECT_EQ(registers.properties[0].finding.decision, Decision::unknown);
  EXPECT_THAT(registers.properties[0].finding.text,
              HasSubstr("w: no operation succeeded, so nothing was put to the test"));
}

std::string refused(const std::string& type, const std::string& properties) {
  const Registry known = registry();
  const Catalog catalog = known.catalog();
  LoadOptions options;
  options.catalog = &catalog;
  return parse_scenario("test.yaml", scenario("raft-kv", type, properties), options)
      .diagnostics.render();
}

TEST(ScenarioJudges, WhatDoesNotFitIsRefusedWithItsPlace) {
  EXPECT_THAT(refused("register", "[serializable]"),
              HasSubstr("no workload here does what serializable judges"));
  // Of a scenario's faults that audit is told nothing.
  EXPECT_THAT(refused("register", "[availability]"), HasSubstr("did you mean 'available'?"));
  EXPECT_EQ(refused("register", "[{ check: serializable, options: { model: list-append } }]"), "");
  EXPECT_THAT(refused("log", "[{ check: log, permit: [lost-writ] }]"),
              HasSubstr("log has no flaw 'lost-writ'"));
  EXPECT_THAT(refused("log", "[{ check: log, permit: [lost-writ] }]"), HasSubstr("lost-write"));
  EXPECT_THAT(refused("register", "[{ check: linearizable, forbid: [stale] }]"),
              HasSubstr("linearizable names no flaws"));
  EXPECT_THAT(refused("bank", "[{ check: bank, options: { initial: '[1' } }]"),
              HasSubstr("'[1' is not one EDN value"));
}

}  // namespace
}  // namespace windtunnel::scenarios
