// The lines of the log between the events of a text.
#pragma once

#include <windtunnel/sim/trace/trace_file.h>

#include <cstdint>
#include <span>

namespace windtunnel::reports {

// Those that came after record `first` and before the one behind record `last`.
std::span<const LogLine> log_after(const TraceData& trace, std::uint64_t first, std::uint64_t last);

}  // namespace windtunnel::reports
