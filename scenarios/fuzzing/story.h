// What happened in a run, in a few lines: who led, which faults came and went, what was cut off or
// overwritten, and what broke.
#pragma once

#include <windtunnel/scenarios/format/spec.h>
#include <windtunnel/sim/trace/trace_file.h>

#include <cstdint>
#include <string>
#include <vector>

namespace windtunnel::scenarios {

// In order of time, each with its time first: "0.412 s  n2 becomes leader in term 1". `events` are
// numbers of records that belong to the failure and are told too. Long stories lose their
// beginning.
std::vector<std::string> tell_story(const TraceData& trace, const ScenarioSpec& spec,
                                    const std::vector<std::uint64_t>& events = {});

}  // namespace windtunnel::scenarios
