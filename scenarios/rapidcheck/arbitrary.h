// Random scenarios, fault plans, latencies and histories for RapidCheck.
//
//   RC_GTEST_PROP(MyStore, IsLinearizableUnderAnyPlan, ()) {
//     scenarios::ScenarioSpec spec = my_scenario();
//     spec.plan = *gen::fault_plan({.scenario = spec, .catalog = registry().catalog()});
//     const auto run = scenarios::run_for_test(spec, registry());
//     WT_RC_ASSERT_THAT(run, Holds("linearizable"));
//   }
//
// What is generated could stand in a scenario file: it prints, reads back as the same and passes
// the validator (scenarios/format/load.h, `why_invalid`), and so does every step of its shrinking.
// A counterexample is shown as the file that it is.
//
// It is drawn as `windtunnel fuzz` draws (scenarios/engine/draw.h), from kinds of faults that suit
// the scenario, and made smaller by the passes of its shrinker (scenarios/fuzzing/simplify.h):
// first faults are dropped, the others keep their ids and with them their draws, then each of them
// is made simpler.
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/checkers/objects/model_tags.h>
#include <windtunnel/faults/plan/fault_plan.h>
#include <windtunnel/harness/base_scenario.h>
#include <windtunnel/scenarios/format/catalog.h>
#include <windtunnel/scenarios/format/spec.h>

#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::gen {

using scenarios::base_scenario;
using scenarios::builtin_catalog;

// "partition", "cut", ...: every effect of the scenario format.
std::vector<std::string> all_effects();

// slow, fail_fsync, full, eio_read, eio_write, torn_tail. Not those that lose what was synced.
std::vector<faults::DiskTrouble::Kind> honest_disk_faults();

// Smaller candidates for a plan, the best first. Each must be smaller in some order that has an
// end, or shrinking has none.
using PlanShrinker = std::function<std::vector<faults::FaultPlan>(const faults::FaultPlan&)>;

struct PlanOptions {
  // The scenario that the plan is for: its nodes, groups and clients, and how long it runs. Its own
  // plan is not looked at.
  scenarios::ScenarioSpec scenario = base_scenario();
  // Tells what its services know: the types of their messages.
  scenarios::Catalog catalog = builtin_catalog();
  // When faults begin; absent: from the start until `heal`, or for three quarters of the run.
  std::optional<faults::DurationRange> begin = std::nullopt;
  Duration longest = seconds(3);  // that one fault lasts
  std::size_t max_faults = 6;
  // What may happen: keys of effects as a scenario file has them.
  std::vector<std::string> effects = all_effects();
  // How disks may fail: by default, only as a store can survive that syncs what it promises.
  std::vector<faults::DiskTrouble::Kind> disk_faults = honest_disk_faults();
  // Messages with flipped bits: for protocols that have checksums of their own.
  bool damage_messages = false;
  // Empty: that of the fuzzer.
  PlanShrinker shrink = {};
};

// Fewer faults and shorter plans for smaller sizes.
rc::Gen<faults::FaultPlan> fault_plan(PlanOptions options = {});

struct ScenarioOptions {
  PlanOptions plan = {};       // its `scenario` is what the others are variations of
  bool vary_cluster = true;    // 1 to as many nodes in each group
  bool vary_network = true;    // latency
  bool vary_storage = true;    // how long an fsync takes
  bool vary_workloads = true;  // clients, keys
};

// Variations of a scenario, each with a plan that fits it.
rc::Gen<scenarios::ScenarioSpec> scenario(ScenarioOptions options = {});

// A distribution of any shape, none of whose draws leaves the range.
rc::Gen<faults::Distribution> latency(faults::DurationRange within = {{}, milliseconds(100)});

struct HistoryOptions {
  checkers::ModelSpec model = RegisterModel{};
  std::int64_t clients = 4;
  std::size_t operations = 50;  // about so many at most
  std::int64_t keys = 3;        // where the model has several
  bool infos = true;            // operations that end `:info`, or never
  bool fails = true;            // operations that end `:fail`: they did not take place
};

// What clients of an object saw that behaves as its model: linearizable by construction.
rc::Gen<checkers::History> linearizable_history(HistoryOptions options = {});
// The same of an object that now and then answers what it likes: any verdict is possible.
rc::Gen<checkers::History> history(HistoryOptions options = {});

}  // namespace windtunnel::gen

// Of the defaults of the options above.
namespace rc {
template <>
struct Arbitrary<windtunnel::faults::FaultPlan> {
  static Gen<windtunnel::faults::FaultPlan> arbitrary();
};
template <>
struct Arbitrary<windtunnel::scenarios::ScenarioSpec> {
  static Gen<windtunnel::scenarios::ScenarioSpec> arbitrary();
};
template <>
struct Arbitrary<windtunnel::faults::Distribution> {
  static Gen<windtunnel::faults::Distribution> arbitrary();
};
template <>
struct Arbitrary<windtunnel::checkers::History> {
  static Gen<windtunnel::checkers::History> arbitrary();
};
}  // namespace rc

// How counterexamples are shown: as YAML, and as EDN. RapidCheck finds them by these names.
namespace windtunnel::faults {
void showValue(const FaultPlan& plan, std::ostream& out);
void showValue(const Distribution& distribution, std::ostream& out);
}  // namespace windtunnel::faults
namespace windtunnel::scenarios {
void showValue(const ScenarioSpec& spec, std::ostream& out);
}
namespace windtunnel::checkers {
void showValue(const History& history, std::ostream& out);
}
