// The verdict of a run: planted failures for each rule that makes it `fail` or `unknown`.
#include <windtunnel/scenarios/engine/run.h>

#include "tests/unit/scenarios/running.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace windtunnel::scenarios {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What the planted checks find, and whether they stop the run.
struct Planted {
  Decision first = Decision::ok;
  Decision second = Decision::ok;
  const char* stops = nullptr;  // the check whose violation is reported at the first operation
  bool undid = false;
};

class PlantedMonitor final : public Monitor, public RecordListener {
 public:
  explicit PlantedMonitor(const Planted& planted) : planted_(planted) {}
  ~PlantedMonitor() override { sim_->trace().remove_listener(*this); }
  void attach(const RunView& view, OnViolation on_violation) override {
    sim_ = &view.sim;
    stop_ = std::move(on_violation);
    sim_->trace().add_listener(*this, {RecordKind::complete});
  }
  void on_record(std::uint64_t, const Record&) override {
    if (planted_.stops != nullptr && !stopped_) stop_(planted_.stops);
    stopped_ = true;
  }
  Finding finish(const RunView&, const PropertySpec& property) override {
    Finding finding;
    finding.decision = property.check == "planted.first" ? planted_.first : planted_.second;
    if (finding.decision != Decision::ok) finding.text = "as planted";
    if (planted_.undid && property.check == "planted.first") {
      finding.plan_undid.push_back(GroupId{});
    }
    return finding;
  }

 private:
  const Planted& planted_;
  Simulation* sim_ = nullptr;
  OnViolation stop_;
  bool stopped_ = false;
};

RunResult run(const std::string& rest, const Planted& planted = {}) {
  Registry registry;
  add_builtin(registry);
  for (const char* name : {"planted.first", "planted.second"}) {
    CheckDefinition check;
    check.info.name = name;
    check.info.doc = "finds what is planted";
    check.monitor = "planted";
    check.judges_clients = std::string_view(name) == "planted.second";
    check.make = [&planted] { return std::make_unique<PlantedMonitor>(planted); };
    registry.add(check);
  }
  const std::string text =
      "scenario: v1\n"
      "name: planted\n"
      "cluster: { groups: [{ name: n, count: 3, service: raft-kv }] }\n"
      "workloads: [{ name: kv, type: cas-register, clients: 2, rate: 50/s, start: 1s }]\n" +
      rest;
  return run_text(text, registry);
}

const std::string kShort = "limits: { sim_time: 3s }\n";
const std::string kFirst = "properties: [planted.first]\n";

TEST(Verdict, IsPassWhereEverythingIsAsExpected) {
  const RunResult result = run(kShort + kFirst + "floor: { ops_ok: 20, elections: 1 }\n");
  EXPECT_EQ(result.verdict, RunVerdict::pass);
  EXPECT_THAT(result.reasons, IsEmpty());
}

TEST(Verdict, BelowTheFloorOfOperationsIsUnknown) {
  const RunResult result = run(kShort + kFirst + "floor: { ops_ok: 100000 }\n");
  EXPECT_EQ(result.verdict, RunVerdict::unknown);
  EXPECT_THAT(result.reasons, Contains(HasSubstr("operations ok, at least 100000 expected")));
}

TEST(Verdict, BelowTheFloorOfElectionsIsUnknown) {
  const RunResult result = run(kShort + kFirst + "floor: { elections: 50 }\n");
  EXPECT_EQ(result.verdict, RunVerdict::unknown);
  EXPECT_THAT(result.reasons, Contains(HasSubstr("elections, at least 50 expected")));
}

TEST(Verdict, AFaultThatDoesNotBiteIsBelowTheFloor) {
  // Nobody has the power cut while the tail is torn.
  const RunResult result = run(kShort + kFirst +
                               "faults: [{ at: 1s, disk: { nodes: n1, fault: torn-tail } }]\n"
                               "floor: { faults_bite: 1 }\n");
  EXPECT_EQ(result.verdict, RunVerdict::unknown);
  EXPECT_THAT(result.reasons, Contains(HasSubstr("0 faults that bit, at least 1 expected")));
}

// Three times in one run, and a message lost now and then.
const std::string kOften =
    "faults: [{ every: { period: 500ms, from: 1s, until: 2s }, pause: n1, for: 50ms, label: hiccup "
    "}, { at: 1s, link: { from: n, to: n, loss: 0.1 }, label: lossy }, { at: 1s, disk: { nodes: "
    "n1, fault: torn-tail } }]\n";

TEST(Verdict, FiringsAndBitesReachTheirFloor) {
  for (const char* floor : {"2", "{ firings: 4 }", "{ faults: 2, bites: 20 }",
                            "{ of: { hiccup: 3, pause: 3, link: { bites: 20 } } }"}) {
    const RunResult result =
        run(kShort + kFirst + kOften + "floor: { faults_bite: " + floor + " }\n");
    EXPECT_EQ(result.verdict, RunVerdict::pass) << floor;
  }
}

TEST(Verdict, TooFewFiringsOrBitesAreBelowTheFloor) {
  const std::pair<const char*, const char*> cases[] = {
      {"3", "2 faults that bit, at least 3 expected"},
      {"{ firings: 5 }", "4 firings that bit, at least 5 expected"},
      {"{ bites: 1000000 }", "bites of faults, at least 1000000 expected"},
      {"{ of: { hiccup: 4 } }", "3 firings of hiccup that bit, at least 4 expected"},
      {"{ of: { disk-torn-tail: 1 } }", "0 firings of disk-torn-tail that bit, at least 1"},
      {"{ of: { lossy: { bites: 1000000 } } }", "bites of lossy, at least 1000000 expected"}};
  for (const auto& [floor, reason] : cases) {
    const RunResult result =
        run(kShort + kFirst + kOften + "floor: { faults_bite: " + floor + " }\n");
    EXPECT_EQ(result.verdict, RunVerdict::unknown) << floor;
    EXPECT_THAT(result.reasons, Contains(HasSubstr(reason)));
    EXPECT_THAT(result.reasons,
                Contains("of the faults, hiccup (pause) bit in 3 of 3 firings: 3 bites"));
    EXPECT_THAT(result.reasons,
                Contains("of the faults, disk (disk-torn-tail) fired and bit nothing"));
  }
}

TEST(Verdict, WithoutAnyOperationIsUnknownEvenWithoutAFloor) {
  const RunResult result = run("limits: { sim_time: 500ms }\n" + kFirst);
  EXPECT_EQ(result.verdict, RunVerdict::unknown);
}

TEST(Verdict, PastABudgetIsUnknownAndSaysWhich) {
  const RunResult result = run("limits: { sim_time: 3s, events: 1000 }\n" + kFirst);
  EXPECT_EQ(result.verdict, RunVerdict::unknown);
  EXPECT_THAT(result.reasons, Contains(HasSubstr("a limit of the run was reached: events")));
  const RunResult pending = run("limits: { sim_time: 3s, pending_events: 5 }\n" + kFirst);
  EXPECT_EQ(pending.verdict, RunVerdict::unknown);
  EXPECT_THAT(pending.reasons, Contains(HasSubstr("pending")));
}

TEST(Verdict, AnExpectedViolationThatIsNotFoundFails) {
  const RunResult result =
      run(kShort + "properties: [{ check: planted.first, expect: violated, because: planted }]\n");
  EXPECT_EQ(result.verdict, RunVerdict::fail);
  EXPECT_THAT(result.reasons, Contains(HasSubstr("holds, but a violation was expected")));
}

TEST(Verdict, AnExpectedViolationThatIsFoundPassesBelowTheFloor) {
  Planted planted;
  planted.first = Decision::violated;
  planted.stops = "planted.first";
  const RunResult result =
      run(kShort + "properties: [{ check: planted.first, expect: violated, because: planted }]\n" +
              "floor: { ops_ok: 100000 }\n",
          planted);
  EXPECT_EQ(result.verdict, RunVerdict::pass);
  EXPECT_LT(result.sim_time, seconds(3)) << "it stops at the violation";
}

TEST(Verdict, AViolationFails) {
  Planted planted;
  planted.first = Decision::violated;
  const RunResult result = run(kShort + kFirst, planted);
  EXPECT_EQ(result.verdict, RunVerdict::fail);
  EXPECT_THAT(result.reasons, Contains(HasSubstr("planted.first is violated: as planted")));
}

// The planted check finds what the option `finds` says.
RunResult run_options(const std::string& properties) {
  Registry registry;
  add_builtin(registry);
  CheckDefinition check;
  check.info.name = "planted.by.option";
  check.info.doc = "finds what its option says";
  check.info.options.push_back(
      {"finds", OptionInfo::Kind::text, "holds", "", {"holds", "violated"}, {}, {}, {}});
  class Obedient final : public Monitor {
    void attach(const RunView&, OnViolation) override {}
    Finding finish(const RunView&, const PropertySpec& property) override {
      Finding finding;
      const auto finds = property.options.find("finds");
      if (finds == property.options.end() || finds->second != "violated") return finding;
      finding.decision = Decision::violated;
      finding.text = "as told";
      return finding;
    }
  };
  check.make = [] { return std::make_unique<Obedient>(); };
  registry.add(check);
  return run_text(
      "scenario: v1\nname: planted\n"
      "cluster: { groups: [{ name: n, count: 3, service: raft-kv }] }\n"
      "workloads: [{ name: kv, type: register, clients: 2, rate: 50/s, start: 1s }]\n" +
          kShort + "properties: [" + properties + "]\n",
      registry);
}

const std::string kViolated = "{ check: planted.by.option, options: { finds: violated } }";

TEST(Properties, TwoOnOneCheckAreBothJudged) {
  const std::string plain = "planted.by.option";
  for (const std::string& both : {kViolated + ", " + plain, plain + ", " + kViolated}) {
    const RunResult result = run_options(both);
    EXPECT_EQ(result.verdict, RunVerdict::fail) << both;
    EXPECT_EQ(result.properties.size(), 2U) << both;
  }
  EXPECT_EQ(run_options(kViolated + ", { check: planted.by.option, expect: violated }").verdict,
            RunVerdict::fail);
}

TEST(Properties, ANameStandsInPlaceOfAPrefixWhereverItStands) {
  const std::string named =
      "{ check: planted.by.option, expect: violated, options: { finds: violated } }";
  for (const std::string& refined : {"planted.*, " + named, named + ", planted.*"}) {
    const RunResult result = run_options(refined);
    EXPECT_EQ(result.verdict, RunVerdict::pass) << refined;
    EXPECT_EQ(result.properties.size(), 1U) << refined;
  }
}

TEST(Properties, ALongerPrefixStandsInPlaceOfAShorterOne) {
  const std::string longer = "{ check: planted.by.*, expect: any }";
  for (const std::string& refined : {"planted.*, " + longer, longer + ", planted.*"}) {
    const RunResult result = run_options("linearizable, " + refined);
    ASSERT_EQ(result.properties.size(), 2U) << refined;
    EXPECT_EQ(result.properties[1].expected, Expectation::any) << refined;
  }
}

TEST(Properties, AreKnownByTheirPlaceInTheScenario) {
  const RunResult result = run_options("linearizable, " + kViolated);
  ASSERT_EQ(result.properties.size(), 2U);
  EXPECT_EQ(result.properties[0].property, 0U);
  EXPECT_EQ(result.properties[1].property, 1U);
}

TEST(Verdict, WhatCouldNotBeDecidedIsUnknown) {
  Planted planted;
  planted.first = Decision::unknown;
  const RunResult result = run(kShort + kFirst, planted);
  EXPECT_EQ(result.verdict, RunVerdict::unknown);
  EXPECT_THAT(result.reasons, Contains(HasSubstr("could not be decided: as planted")));
}

// Also where nothing would have been wrong.
TEST(Verdict, IsUnknownWhereNoPropertyOfTheRunWasDecided) {
  Planted planted;
  planted.first = Decision::unknown;
  for (const std::string expect : {"any", "violated in_any"}) {
    const std::string first = "{ check: planted.first, because: planted, expect: " + expect + " }";
    const RunResult result = run(kShort + "properties: [" + first + "]\n", planted);
    EXPECT_EQ(result.verdict, RunVerdict::unknown) << expect;
    EXPECT_THAT(result.reasons, Contains("planted.first could not be decided: as planted"));
    const std::string both = "properties: [" + first + ", planted.second]\n";
    EXPECT_EQ(run(kShort + both, planted).verdict, RunVerdict::pass) << expect;
  }
}

TEST(Verdict, AStopAtAViolationThatIsNotFoundAfterwardsIsUnknown) {
  Planted planted;
  planted.stops = "planted.first";
  const RunResult result = run(kShort + kFirst, planted);
  EXPECT_EQ(result.verdict, RunVerdict::unknown);
  EXPECT_THAT(result.reasons, Contains(HasSubstr("at a violation that no property found")));
}

TEST(Verdict, AViolationThatNoPropertySpeaksOfEndsNoRun) {
  Planted planted;
  planted.second = Decision::violated;
  planted.stops = "planted.second";
  const RunResult result = run(kShort + kFirst, planted);
  EXPECT_EQ(result.verdict, RunVerdict::pass);
  EXPECT_EQ(result.sim_time, seconds(3));
  const std::string any = "properties: [planted.first, { check: planted.second, expect: any }]\n";
  EXPECT_EQ(run(kShort + any, planted).sim_time, seconds(3));
}

TEST(Verdict, WhatClientsSawIsNoViolationWhereThePlanUndidAPromise) {
  Planted planted;
  planted.second = Decision::violated;
  const std::string both = "properties: [planted.first, planted.second]\n";
  EXPECT_EQ(run(kShort + both, planted).verdict, RunVerdict::fail);
  planted.undid = true;
  const RunResult result = run(kShort + both, planted);
  EXPECT_EQ(result.verdict, RunVerdict::unknown);
  EXPECT_THAT(result.reasons, Contains(HasSubstr("the plan destroyed")));
}

// What is asked shortly before the bound of recovery, or after it, says nothing about it.
TEST(Recovery, IsUnknownWhereClientsComeTooLateForIt) {
  const auto with_clients_from = [](const std::string& start, const std::string& latency) {
    return run_text(R"(scenario: v1
name: late
limits: { sim_time: 8s }
cluster: { groups: [{ name: n, count: 3, service: raft-kv }] }
network: { default: { latency: )" +
                    latency +
                    R"( } }
workloads: [{ name: kv, type: register, rate: 20/s, start: )" +
                    start + R"( }]
heal: { at: 2s, within: 1s }
properties: [recovers]
)");
  };
  EXPECT_EQ(with_clients_from("5s", "1ms").verdict, RunVerdict::unknown);
  EXPECT_GT(with_clients_from("5s", "1ms").stats.ops_ok, 10U);
  // Over such links nobody is elected, whoever asks.
  EXPECT_EQ(with_clients_from("2900ms", "5s").verdict, RunVerdict::unknown);
  const RunResult unserved = with_clients_from("2100ms", "5s");
  EXPECT_EQ(unserved.verdict, RunVerdict::fail);
  EXPECT_EQ(unserved.properties[0].finding.kind, "not served");
}

}  // namespace
}  // namespace windtunnel::scenarios
