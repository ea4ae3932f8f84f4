// A trace record as one line for people: "#17 1.204311 s n2 deliver append from n1".
#pragma once

#include <windtunnel/sim/trace/trace_file.h>

#include <string>

namespace windtunnel {

std::string describe_record(const TraceData& data, std::uint64_t number);

}  // namespace windtunnel
