// Simpler versions of faults, for whoever makes a failing plan easier to read. Each step is smaller
// in an order that has an end.
#pragma once

#include <windtunnel/faults/plan/fault.h>

#include <vector>

namespace windtunnel::faults {

// A time that is easier to read, and earlier: one time for a range, then rounder ones.
std::vector<DurationRange> simpler_times(const DurationRange& time);

// One that is always the same, else a range without bounds, else rounder numbers.
std::vector<Distribution> simpler_latencies(const Distribution& latency);

// Once instead of again and again, at a time that is known, at once where it waits.
std::vector<Trigger> simpler_triggers(const Trigger& trigger);

// The effect on the same nodes, with one amount changed: certain instead of likely, always the same
// instead of drawn, one impairment of a link less, a process that crashes instead of a loss of
// power, fewer words in a filter of messages, fewer options of an action. All of them are effects
// that a scenario may have.
std::vector<Effect> simpler_amounts(const Effect& effect);

}  // namespace windtunnel::faults
