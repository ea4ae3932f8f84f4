// A service that forms several groups on the same nodes and has words of its own, seen through all
// that reads observations: selectors, triggers, checks, the trace's readers.
#include <windtunnel/harness/builtin.h>
#include <windtunnel/protocols/env/await.h>
#include <windtunnel/reports/words/narrator.h>
#include <windtunnel/scenarios/engine/run.h>
#include <windtunnel/scenarios/format/load.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

namespace windtunnel::scenarios {
namespace {

using testing::Contains;
using testing::HasSubstr;

enum class Word : std::uint16_t { written = 1000, done, members, end };
constexpr ObservationWord kTable[] = {
    {observed(Word::written),
     "written",
     "has written up to {offset} of part {part}",
     {{{"offset", FieldType::number, "written"}, {"part"}}},
     Weight::routine},
    {observed(Word::done),
     "done",
     "is done up to {offset}",
     {{{"offset", FieldType::number, "done"}}},
     Weight::routine},
    {observed(Word::members),
     "members",
     "counts the votes of {voters}",
     {{{"voters", FieldType::voters}}}},
};
constexpr Counter kCounters[] = {
    {.name = "written", .announced_by = observed(Word::written), .strip = Strip::line},
    {.name = "done", .announced_by = observed(Word::done), .behind = "written", .recovers = true},
};
constexpr ProtocolWords kWords{kTable, kCounters};
static_assert(flaw_of(kWords, Word::written, Word::end) == "");

constexpr OptionSpec kOptions[] = {
    {"parts", OptionKind::integer, "2", "how many groups the nodes form"},
    {"missing", OptionKind::boolean, "false", "the last node does not take part in the last group"},
    {"apart", OptionKind::boolean, "false", "of five, the first three vote in 0, the last in 1"},
};

// Node i leads group i. Each moment a tenth of a second later has an offset one higher.
class Parts final : public Service {
 public:
  Parts(Env& env, const ServiceConfig& config) : env_(env), config_(config) {}
  void start() override { scope_.spawn(work(env_)); }

 private:
  bool hosts(std::uint32_t part) const {
    const bool is_last = env_.self == config_.members.back() && part + 1 == config_.group_count;
    return !is_last || !config_.boolean("missing", false);
  }
  void say(ObservationKind kind, std::uint32_t part, std::uint64_t a, std::uint64_t b) {
    env_.observer.observe({kind, GroupId{config_.group.value + part}, a, b, 0, 0});
  }
  Task<void> work(Env& env) {
    for (std::uint32_t part = 0; part < config_.group_count; ++part) {
      const auto role = static_cast<std::uint64_t>(leads(part) ? Role::leader : Role::follower);
      if (hosts(part)) say(ObservationKind::role, part, role, 1);
      const bool apart = config_.boolean("apart", false);
      if (apart) say(observed(Word::members), part, part == 0 ? 0b00111 : 0b11100, 0);
    }
    for (;;) {
      co_await sleep_for(env, milliseconds(100));
      step();
    }
  }
  bool leads(std::uint32_t part) const { return env_.self == config_.members[part]; }
  void step() {
    const std::uint64_t offset = ++steps_;
    for (std::uint32_t part = 0; part < config_.group_count; ++part) {
      if (!hosts(part)) continue;
      if (leads(part)) say(observed(Word::written), part, offset, part);
      say(observed(Word::done), part, offset, 0);
    }
  }

  Env& env_;
  ServiceConfig config_;
  std::uint64_t steps_ = 0;
  TaskScope scope_;
};

class Asker final : public Client {
 public:
  Task<Outcome> invoke(Env& env, const Operation&) override {
    co_await sleep_for(env, milliseconds(1));
    Outcome outcome;
    outcome.kind = Outcome::Kind::ok;
    co_return outcome;
  }
};

Registry words_registry() {
  Registry made;
  add_builtin(made);
  ServiceDefinition parts;
  parts.name = "parts";
  parts.options = kOptions;
  parts.words = kWords;
  parts.groups = [](const ServiceConfig& config) {
    return static_cast<std::uint32_t>(config.integer("parts", 2));
  };
  parts.make = [](Env& env, const ServiceConfig& config) -> std::unique_ptr<Service> {
    return std::make_unique<Parts>(env, config);
  };
  parts.make_client = [](Env&, const ServiceConfig&) -> std::unique_ptr<Client> {
    return std::make_unique<Asker>();
  };
  made.add(std::move(parts));
  return made;
}

std::string scenario(const std::string& config, const std::string& faults) {
  return "scenario: v1\n"
         "name: parts\n"
         "limits: { sim_time: 4s }\n"
         "cluster: { groups: [{ name: n, count: 3, service: parts, config: {" +
         config +
         "} }] }\n"
         "workloads: [{ name: w, type: register, clients: 1, rate: 20/s, ops: { write: 1 } }]\n"
         "faults: [" +
         faults +
         "]\n"
         "heal: { at: 2s, within: 1s }\n"
         "properties: [recovers]\n";
}

LoadedScenario load(const std::string& text) {
  const Registry services = words_registry();
  const Catalog catalog = services.catalog();
  LoadOptions options;
  options.catalog = &catalog;
  return parse_scenario("s.yaml", text, options);
}

RunResult run_words(const std::string& text, const RunOptions& options = {},
                    RunArtifacts* artifacts = nullptr) {
  const LoadedScenario loaded = load(text);
  EXPECT_TRUE(loaded.spec.has_value()) << loaded.diagnostics.render();
  const Registry services = words_registry();
  return run_scenario(loaded.spec.value_or(ScenarioSpec{}), services, options, artifacts);
}

const FaultActivity& only_fault(const RunResult& result) {
  static const FaultActivity none;
  EXPECT_EQ(result.faults.size(), 1U);
  return result.faults.empty() ? none : result.faults.front();
}

std::vector<NodeId> victims(const std::string& fault) {
  const RunResult result = run_words(scenario("", fault));
  const FaultActivity& activity = only_fault(result);
  return activity.windows.empty() ? std::vector<NodeId>() : activity.windows.front().victims;
}

TEST(Words, ASelectorReachesTheLeaderOfOneOfTheGroups) {
  EXPECT_EQ(victims("{ at: 1s, crash: leader(n/0), for: 100ms }"), std::vector{NodeId{0}});
  EXPECT_EQ(victims("{ at: 1s, crash: leader(n/1), for: 100ms }"), std::vector{NodeId{1}});
  EXPECT_EQ(victims("{ at: 1s, crash: leader, for: 100ms }"), (std::vector{NodeId{0}, NodeId{1}}));
}

// B12: words of users' protocols could not be named.
TEST(Words, ATriggerWaitsForAnyWordOfTheProtocol) {
  const auto begin = [](const std::string& when) -> std::optional<Instant> {
    const RunResult result =
        run_words(scenario("", "{ when: " + when + ", pause: n3, for: 10ms }"));
    const FaultActivity& activity = only_fault(result);
    if (activity.windows.empty()) return std::nullopt;
    return activity.windows.front().begin;
  };
  const Instant third = Instant{} + milliseconds(300);
  EXPECT_EQ(begin("event kind=written offset=3 part=1"), third);
  EXPECT_EQ(begin("event kind=done node=n2/1 at_least=3"), third);
  EXPECT_EQ(begin("event kind=written part=0 count=3"), third);
  EXPECT_EQ(begin("written(n/1) >= 3"), third);
  EXPECT_EQ(begin("written(n1/1) >= 3"), std::nullopt) << "n1 leads the other group";
  EXPECT_EQ(begin("leader(n2/1)"), Instant{});
  EXPECT_EQ(begin("leader(n1/1)"), std::nullopt);
}

TEST(Words, AScenarioIsToldWhatTheServiceDoesNotSay) {
  const auto errors = [](const std::string& fault) {
    return load(scenario("", fault)).diagnostics.render();
  };
  const std::string pause = ", pause: n3, for: 10ms }";
  EXPECT_THAT(errors("{ when: event kind=writen" + pause), HasSubstr("did you mean 'written'?"));
  EXPECT_THAT(errors("{ when: event kind=written ofset=3" + pause),
              HasSubstr("did you mean 'offset'?"));
  EXPECT_THAT(errors("{ when: commit >= 3" + pause), HasSubstr("no service here counts 'commit'"));
  EXPECT_THAT(errors("{ at: 1s, crash: leader(n/2) }"), HasSubstr("'n' has no group 2"));
  EXPECT_THAT(errors("{ at: 1s, crash: leader(m/0) }"), HasSubstr("no node or group 'm'"));
  EXPECT_THAT(errors("{ when: leader(n/2)" + pause), HasSubstr("2 group(s), numbered from 0"));
}

// B6: a group that one of its nodes never hosts has not recovered.
TEST(Words, EachGroupRecoversOnEachOfItsNodes) {
  bool has_core_of_last = false;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    RunOptions options;
    options.seed = seed;
    const RunResult whole = run_words(scenario("", ""), options);
    EXPECT_EQ(whole.verdict, RunVerdict::pass) << seed;
    const RunResult missing = run_words(scenario("missing: true", ""), options);
    if (missing.verdict == RunVerdict::pass) continue;  // n3 is not in the core that was healed
    has_core_of_last = true;
    EXPECT_EQ(missing.verdict, RunVerdict::fail) << seed;
    EXPECT_THAT(missing.reasons, Contains(HasSubstr("n3 says nothing in group n/1")));
  }
  EXPECT_TRUE(has_core_of_last);
}

// Members alone say nothing of a group in which only some of them vote.
TEST(Words, TheHealedCoreIsAMajorityOfEachGroup) {
  std::string text = scenario("apart: true", "");
  text.replace(text.find("count: 3"), 8, "count: 5");
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    RunOptions options;
    options.seed = seed;
    options.trace = TraceLevel::full;
    RunArtifacts artifacts;
    run_words(text, options, &artifacts);
    const std::vector<Record>& records = artifacts.trace.records;
    const auto healed = std::find_if(records.begin(), records.end(), [](const Record& record) {
      return record.kind == RecordKind::phase && record.a == 1;
    });
    ASSERT_NE(healed, records.end());
    EXPECT_GE(std::popcount(healed->b & 0b00111), 2) << seed;
    EXPECT_GE(std::popcount(healed->b & 0b11100), 2) << seed;
    EXPECT_LE(std::popcount(healed->b), 4) << seed;
  }
}

// B12: "record kind 5096: 3, 1, 0, 0".
TEST(Words, TheTraceFileAloneSaysWhatTheyMean) {
  RunOptions options;
  options.trace = TraceLevel::full;
  RunArtifacts artifacts;
  run_words(scenario("", ""), options, &artifacts);
  const FileResult<TraceData> trace = decode_trace(encode_trace(artifacts.trace), "t.wtt");
  ASSERT_TRUE(trace.has_value());
  const reports::MessageWords messages;
  const reports::Narrator narrator(*trace, messages);
  const auto said =
      std::find_if(trace->records.begin(), trace->records.end(), [](const Record& record) {
        return record.kind == kind_of(observed(Word::written)) && record.group == GroupId{1};
      });
  ASSERT_NE(said, trace->records.end());
  EXPECT_EQ(narrator.sentence(*said), "has written up to 1 of part 1");
}

}  // namespace
}  // namespace windtunnel::scenarios
