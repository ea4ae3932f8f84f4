// What is generated could stand in a file, is what was asked for, and shrinks to what matters.
#include <windtunnel/harness/builtin.h>
#include <windtunnel/scenarios/format/load.h>
#include <windtunnel/scenarios/format/print.h>
#include <windtunnel/scenarios/rapidcheck/arbitrary.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>

namespace windtunnel::gen {
namespace {

using faults::Fault;
using faults::FaultPlan;
using scenarios::ScenarioSpec;

const scenarios::Catalog& catalog() {
  static const scenarios::Catalog made = builtin_catalog();
  return made;
}

// Two groups of different services, one of which has a single node, and no heal.
ScenarioSpec two_groups() {
  ScenarioSpec spec = base_scenario();
  spec.heal.reset();
  spec.properties.resize(2);
  scenarios::GroupSpec single;
  single.name = "m";
  single.service = "naive-kv";
  spec.cluster.groups.push_back(single);
  return spec;
}

ScenarioSpec single_node() {
  ScenarioSpec spec = base_scenario();
  spec.cluster.groups[0].count = 1;
  return spec;
}

std::vector<ScenarioSpec> clusters() { return {base_scenario(), two_groups(), single_node()}; }

std::string wrong_with(const ScenarioSpec& spec) {
  return scenarios::why_invalid(spec, &catalog());
}

RC_GTEST_PROP(Plans, PrintReadBackAsTheSameAndAreValid, ()) {
  PlanOptions options;
  options.scenario = *rc::gen::elementOf(clusters());
  options.damage_messages = *rc::gen::arbitrary<bool>();
  ScenarioSpec spec = options.scenario;
  spec.plan = *fault_plan(options);
  RC_ASSERT(wrong_with(spec) == "");
}

RC_GTEST_PROP(Scenarios, PrintReadBackAsTheSameAndAreValid, ()) {
  ScenarioOptions options;
  options.plan.scenario = *rc::gen::elementOf(clusters());
  RC_ASSERT(wrong_with(*scenario(options)) == "");
}

RC_GTEST_PROP(Scenarios, OfAllDefaultsAreValid, (const ScenarioSpec& spec)) {
  RC_ASSERT(wrong_with(spec) == "");
}

RC_GTEST_PROP(Latencies, PrintReadBackAsTheSameAndAreValid, (const faults::Distribution& made)) {
  ScenarioSpec spec = base_scenario();
  spec.network.standard.latency = made;
  RC_ASSERT(wrong_with(spec) == "");
}

RC_GTEST_PROP(Latencies, StayWithinTheirRange, ()) {
  const auto low = *rc::gen::inRange<std::int64_t>(0, 50'000'000);
  const auto high = *rc::gen::inRange<std::int64_t>(low, 80'000'000);
  const faults::Distribution made = *latency({nanoseconds(low), nanoseconds(high)});
  using Shape = faults::Distribution::Shape;
  const bool bounded = made.shape != Shape::uniform && made.shape != Shape::constant;
  RC_ASSERT((bounded ? made.min : made.value.min) >= nanoseconds(low));
  RC_ASSERT((bounded ? made.max : made.value.max) <= nanoseconds(high));
}

// ---- options

std::string effect_name(const Fault& fault) {
  return std::string(faults::row_of(fault.effect).name);
}

RC_GTEST_PROP(Options, AreKept, ()) {
  PlanOptions options;
  options.effects = {"crash", "disk"};
  options.disk_faults = {faults::DiskTrouble::Kind::full};
  options.begin = faults::DurationRange{seconds(2), seconds(5)};
  options.longest = milliseconds(700);
  options.max_faults = 3;
  const FaultPlan plan = *fault_plan(options);
  RC_ASSERT(plan.faults.size() <= 3U);
  for (const Fault& fault : plan.faults) {
    const std::string kind = effect_name(fault);
    RC_ASSERT(kind == "crash" || kind == "disk");
    if (const auto* disk = std::get_if<faults::DiskTrouble>(&fault.effect)) {
      RC_ASSERT(disk->kind == faults::DiskTrouble::Kind::full);
    }
    if (fault.duration) RC_ASSERT(fault.duration->max <= milliseconds(700));
    if (const auto* at = std::get_if<faults::At>(&fault.trigger)) {
      RC_ASSERT(at->time.min >= seconds(2));
      RC_ASSERT(at->time.max <= seconds(5));
    }
  }
}

TEST(Plans, OfASimplerScenarioNameOnlyWhatItHas) {
  PlanOptions options;
  options.scenario = single_node();
  options.scenario.cluster.groups[0].service = "naive-kv";  // has no election timer
  const rc::Gen<FaultPlan> gen = fault_plan(options);
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    for (const Fault& fault : gen(rc::Random(seed), 100).value().faults) {
      EXPECT_NE(effect_name(fault), "act");
    }
  }
}

TEST(Plans, ReachEveryEffectAndTrigger) {
  std::map<std::string, int> kinds;
  std::map<std::size_t, int> triggers;
  const rc::Gen<FaultPlan> gen = fault_plan();
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    for (const Fault& fault : gen(rc::Random(seed), 100).value().faults) {
      ++kinds[effect_name(fault)];
      ++triggers[fault.trigger.index()];
    }
  }
  for (const std::string& effect : all_effects()) EXPECT_GT(kinds[effect], 5) << effect;
  for (std::size_t i = 0; i < std::variant_size_v<faults::Trigger>; ++i) {
    EXPECT_GT(triggers[i], 20) << i;
  }
}

TEST(Plans, AreTheSameForTheSameSeed) {
  const rc::Gen<FaultPlan> gen = fault_plan();
  EXPECT_TRUE(gen(rc::Random(7), 100).value() == gen(rc::Random(7), 100).value());
  EXPECT_FALSE(gen(rc::Random(7), 100).value() == gen(rc::Random(8), 100).value());
  EXPECT_LE(gen(rc::Random(7), 0).value().faults.size(), 1U);
}

// ---- shrinking

// Follows the shrinks that `choose` picks until there are none; how many steps it took.
template <class T, class Choose>
int follow(rc::Shrinkable<T> from, Choose choose) {
  constexpr int kTooMany = 2'000;
  for (int steps = 0; steps < kTooMany; ++steps) {
    std::vector<rc::Shrinkable<T>> all;
    rc::Seq<rc::Shrinkable<T>> shrinks = from.shrinks();
    while (const rc::Maybe<rc::Shrinkable<T>> next = shrinks.next()) all.push_back(*next);
    if (all.empty()) return steps;
    from = choose(all);
  }
  return kTooMany;
}

TEST(Shrinking, EndsWhicheverWayItGoes) {
  const rc::Gen<ScenarioSpec> gen = scenario();
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    EXPECT_LT(follow(gen(rc::Random(seed), 100), [](const auto& all) { return all.front(); }), 60);
    EXPECT_LT(follow(gen(rc::Random(seed), 100), [](const auto& all) { return all.back(); }), 900);
  }
}

TEST(Shrinking, PassesOnlyThroughWhatIsValid) {
  PlanOptions options;
  options.scenario = two_groups();
  options.begin = faults::DurationRange{milliseconds(1'300), seconds(5)};
  const rc::Gen<FaultPlan> gen = fault_plan(options);
  int looked_at = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const rc::Shrinkable<FaultPlan> made = gen(rc::Random(seed), 100);
    rc::Seq<rc::Shrinkable<FaultPlan>> shrinks = made.shrinks();
    while (const rc::Maybe<rc::Shrinkable<FaultPlan>> next = shrinks.next()) {
      ScenarioSpec spec = options.scenario;
      spec.plan = next->value();
      EXPECT_EQ(wrong_with(spec), "");
      for (const Fault& fault : spec.plan.faults) {
        const auto* at = std::get_if<faults::At>(&fault.trigger);
        const Duration first = at == nullptr ? seconds(5) : at->time.min;
        EXPECT_GE(first, milliseconds(1'300));
      }
      ++looked_at;
    }
  }
  EXPECT_GT(looked_at, 100);
}

// The least plan of which `fails` is true.
template <class Fails>
FaultPlan shrunk(const PlanOptions& options, Fails fails) {
  const rc::Gen<FaultPlan> gen = fault_plan(options);
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    rc::Shrinkable<FaultPlan> at = gen(rc::Random(seed), 100);
    if (at.value().faults.size() < 4 || !fails(at.value())) continue;
    for (bool smaller = true; smaller;) {
      smaller = false;
      rc::Seq<rc::Shrinkable<FaultPlan>> shrinks = at.shrinks();
      while (const rc::Maybe<rc::Shrinkable<FaultPlan>> next = shrinks.next()) {
        if (!fails(next->value())) continue;
        at = *next;
        smaller = true;
        break;
      }
    }
    return at.value();
  }
  ADD_FAILURE() << "no plan fails";
  return {};
}

std::string shown(const FaultPlan& plan) { return rc::toString(plan); }

TEST(Shrinking, LeavesTheOneFaultThatMatters) {
  const FaultPlan least = shrunk({}, [](const FaultPlan& plan) {
    for (const Fault& fault : plan.faults) {
      const auto* crash = std::get_if<faults::Crash>(&fault.effect);
      if (crash != nullptr && crash->kind == faults::Crash::Kind::power) return true;
    }
    return false;
  });
  ASSERT_EQ(least.faults.size(), 1U);
  const Fault& left = least.faults[0];
  EXPECT_FALSE(left.duration.has_value()) << shown(least);
  const auto* at = std::get_if<faults::At>(&left.trigger);
  ASSERT_NE(at, nullptr) << shown(least);
  EXPECT_EQ(at->time.min.ns % 1'000'000'000, 0) << shown(least);
}

TEST(Shrinking, KeepsTheIdsOfWhatRemains) {
  FaultPlan before;
  const FaultPlan least = shrunk({}, [&](const FaultPlan& plan) {
    if (plan.find("f3") != nullptr && before.faults.empty()) before = plan;
    return plan.find("f3") != nullptr;
  });
  ASSERT_EQ(least.faults.size(), 1U);
  EXPECT_EQ(least.faults[0].id, "f3");
}

TEST(Shrinking, TakesAnotherShrinkerWhereOneIsGiven) {
  PlanOptions options;
  options.shrink = [](const FaultPlan& plan) {
    std::vector<FaultPlan> smaller;
    if (!plan.faults.empty()) smaller.push_back(plan.without(plan.faults.back().id));
    return smaller;
  };
  const FaultPlan least =
      shrunk(options, [](const FaultPlan& plan) { return plan.faults.size() > 1; });
  EXPECT_EQ(least.faults.size(), 2U);
  EXPECT_EQ(least.faults[0].id, "f1");
}

// ---- how they are shown

TEST(Shown, AsFilesHaveThem) {
  FaultPlan plan;
  EXPECT_EQ(rc::toString(plan), "\nfaults: []");
  Fault crash;
  crash.id = "f2";
  crash.trigger = faults::At{{seconds(3), seconds(3)}};
  crash.effect = faults::Crash{faults::Selector{{*faults::parse_term("leader")}}};
  plan.faults.push_back(crash);
  EXPECT_EQ(rc::toString(plan), "\nfaults:\n  - { id: f2, at: 3s, crash: leader }\n");
  using faults::Distribution;
  EXPECT_EQ(rc::toString(Distribution::constant(milliseconds(3))), "3ms");
  Distribution heavy;
  heavy.shape = Distribution::Shape::exponential;
  heavy.mean = milliseconds(3);
  EXPECT_EQ(rc::toString(heavy), "{ dist: exponential, mean: 3ms }");
  EXPECT_EQ(rc::toString(base_scenario()), "\n" + scenarios::print_spec(base_scenario()));
}

}  // namespace
}  // namespace windtunnel::gen
