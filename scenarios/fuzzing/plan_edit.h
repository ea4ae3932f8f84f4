// Edits of a plan that fuzzing and shrinking share.
#pragma once

#include <windtunnel/faults/plan/each_selector.h>
#include <windtunnel/scenarios/format/spec.h>

#include <string>
#include <vector>

namespace windtunnel::scenarios {

using faults::each_selector;

// The fault's time where it has the trigger `at`, with one time and no range; else null.
Duration* time_of(faults::Fault& fault);
const Duration* time_of(const faults::Fault& fault);
void set_time(faults::Fault& fault, Duration at);
// How long it lasts, where that is no range; else null.
const Duration* length_of(const faults::Fault& fault);
void set_length(faults::Fault& fault, Duration length);

// Takes the node out of every fault that names it, and takes out the faults that then concern
// nobody.
void forget_node(faults::FaultPlan& plan, const std::string& name);

// Sets the number of servers of the group, and forgets those that are gone.
void resize_group(ScenarioSpec& spec, std::size_t group, std::uint32_t count);
void drop_spares(ScenarioSpec& spec, std::size_t group);
void resize_clients(ScenarioSpec& spec, std::size_t workload, std::uint32_t count);

// Things that happen: a fault, or each step of a script.
std::size_t count_faults(const faults::FaultPlan& plan);
std::uint32_t count_servers(const ScenarioSpec& spec);
std::uint32_t count_clients(const ScenarioSpec& spec);

// Each fault as it was when the run played it: at the times at which it began, with the nodes that
// it meant. A fault that cannot be written so stays as it is; one that concerned nobody is left
// out.
struct FaultActivity;
faults::FaultPlan frozen_plan(const faults::FaultPlan& plan,
                              const std::vector<FaultActivity>& activity);

}  // namespace windtunnel::scenarios
