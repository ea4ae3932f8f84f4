// Invariants of users: a service that counts, and one that sometimes goes back.
#include "tests/unit/scenarios/running.h"
#include "tests/unit/scenarios/small_service.h"

#include <windtunnel/scenarios/checks/invariant.h>

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace windtunnel::scenarios {
namespace {

enum class Word : std::uint16_t { counted = 1000, paused, end };
constexpr ObservationWord kCountedWords[] = {
    {observed(Word::counted), "counted", "counts up to {number}", {{{"number"}}}},
    {observed(Word::paused), "paused", "pauses", {}},
};
constexpr ProtocolWords kCounting{kCountedWords};
static_assert(flaw_of(kCounting, Word::counted, Word::end) == "");

constexpr OptionSpec kOptions[] = {
    {"back_at", OptionKind::integer, "0", "after so many it goes back by one; 0: never"},
};

class Counting final : public Service {
 public:
  Counting(Env& env, const ServiceConfig& config)
      : env_(env), back_at_(config.integer("back_at", 0)) {}
  void start() override { scope_.spawn(work(env_)); }

 private:
  Task<void> work(Env& env) {
    std::uint64_t number = 0;
    for (std::uint64_t i = 1;; ++i) {
      co_await sleep_for(env, milliseconds(10));
      number = i == back_at_ ? number - 1 : number + 1;
      env.observer.observe({observed(Word::paused), {}, 0, 0, 0, 0});
      env.observer.observe({observed(Word::counted), {}, number, 0, 0, 0});
    }
  }

  Env& env_;
  const std::uint64_t back_at_;
  TaskScope scope_;
};

class Rising final : public Invariant {
 public:
  std::string look(const Record& record) override {
    EXPECT_EQ(record.observation(), observed(Word::counted));
    std::uint64_t& last = last_[record.node];
    if (record.a <= last) return name_of(record.node) + " goes back to " + std::to_string(record.a);
    last = record.a;
    return {};
  }

 private:
  std::map<NodeId, std::uint64_t> last_;
};

// Node b1 goes back by one after so many.
RunResult run_counting(std::string_view back_at, std::string_view rest = "") {
  Registry registry;
  add_builtin(registry);
  ServiceDefinition service;
  service.name = "counting";
  service.doc = "counts";
  service.options = kOptions;
  service.words = kCounting;
  service.make = make_service<Counting>;
  registry.add(std::move(service));
  registry.add(
      invariant_check<Rising>("rising", "numbers rise", {kind_of(observed(Word::counted))}));
  std::string text =
      "scenario: v1\n"
      "name: counting\n"
      "limits: { sim_time: 1s }\n"
      "properties: [rising]\n"
      "cluster:\n"
      "  groups:\n"
      "    - { name: a, service: counting }\n"
      "    - { name: b, service: counting, config: { back_at: ";
  text.append(back_at).append(" } }\n").append(rest);
  return run_text(text, registry);
}

TEST(InvariantCheck, HoldsWhereNothingIsWrong) {
  const RunResult result = run_counting("0");
  ASSERT_EQ(result.properties.size(), 1U);
  EXPECT_EQ(result.properties[0].finding.decision, Decision::ok);
  EXPECT_EQ(result.sim_time, seconds(1));
}

TEST(InvariantCheck, EndsTheRunAtTheRecordThatBreaksIt) {
  const RunResult result = run_counting("50");
  ASSERT_EQ(result.properties.size(), 1U);
  const Finding& finding = result.properties[0].finding;
  EXPECT_EQ(result.verdict, RunVerdict::fail);
  EXPECT_EQ(finding.text, "b1 goes back to 48");
  EXPECT_EQ(finding.node, NodeId{1});
  EXPECT_EQ(finding.time, Instant{} + milliseconds(500));
  EXPECT_GT(finding.event, 0U);
  EXPECT_EQ(result.sim_time, milliseconds(500));
}

TEST(InvariantCheck, TellsTheFirstWhereTheRunGoesOn) {
  const RunResult result = run_counting("50", "stop: never\n");
  ASSERT_EQ(result.properties.size(), 1U);
  EXPECT_EQ(result.properties[0].finding.text, "b1 goes back to 48");
  EXPECT_EQ(result.sim_time, seconds(1));
}

}  // namespace
}  // namespace windtunnel::scenarios
