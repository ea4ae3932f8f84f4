// When the faults of a generated plan happen: most of them once, at a time.
#pragma once

#include <windtunnel/faults/plan/fault_plan.h>
#include <windtunnel/protocols/base/keyed_random.h>
#include <windtunnel/scenarios/format/catalog.h>
#include <windtunnel/scenarios/format/spec.h>

#include <string>
#include <vector>

namespace windtunnel::gen {

// Lets some of the faults happen again and again, at random times, or when something has happened,
// from the time on at which they would have begun, and none after the range.
// `moments` are what may have happened.
void vary_triggers(faults::FaultPlan& plan, faults::DurationRange within,
                   const std::vector<std::string>& moments, DrawKey draws);

// Of the scenario's services, by their words: "leader elected", "commit >= 20", "event
// kind=decided".
std::vector<std::string> moments_of(const scenarios::ScenarioSpec& scenario,
                                    const scenarios::Catalog& catalog);

// When a fault can fire at the earliest.
Duration earliest(const faults::Fault& fault);

}  // namespace windtunnel::gen
