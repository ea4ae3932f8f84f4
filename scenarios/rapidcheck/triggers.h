// When the faults of a generated plan happen: most of them once, at a time.
#pragma once

#include <windtunnel/faults/plan/fault_plan.h>
#include <windtunnel/protocols/base/keyed_random.h>

namespace windtunnel::gen {

// Lets some of the faults happen again and again, at random times, or when something has happened,
// from the time on at which they would have begun, and none after the range.
void vary_triggers(faults::FaultPlan& plan, faults::DurationRange within, DrawKey draws);

// When a fault can fire at the earliest.
Duration earliest(const faults::Fault& fault);

}  // namespace windtunnel::gen
