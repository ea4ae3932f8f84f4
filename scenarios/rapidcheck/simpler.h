// Simpler versions of generated values, the simplest first: what shrinking tries. Each step is
// smaller in an order that has an end, so that shrinking ends.
#pragma once

#include <windtunnel/faults/plan/fault_plan.h>
#include <windtunnel/faults/plan/values.h>
#include <windtunnel/scenarios/format/spec.h>

#include <vector>

namespace windtunnel::gen {

// With fewer faults (halves of the plan, then quarters, ..., then one less), then with one fault
// made simpler: once instead of again and again, one effect instead of a choice or a script, at one
// time instead of one that is drawn, for a shorter time, fewer nodes, certain instead of likely.
// What remains keeps its ids.
std::vector<faults::FaultPlan> simpler_plans(const faults::FaultPlan& plan);
std::vector<faults::Fault> simpler_faults(const faults::Fault& fault);
std::vector<faults::Effect> simpler_effects(const faults::Effect& effect);

// Network, disks, clocks and order as `base` has them, then fewer nodes, clients and keys.
std::vector<scenarios::ScenarioSpec> simpler_surroundings(const scenarios::ScenarioSpec& spec,
                                                          const scenarios::ScenarioSpec& base);

}  // namespace windtunnel::gen
