// A made-up run that looks like a replicated store's, of any length: for the report's tests, which
// must not need a simulation.
#pragma once

#include <windtunnel/sim/trace/trace_file.h>

#include <cstdint>
#include <string>

namespace windtunnel::reports {

struct SyntheticRun {
  TraceData trace;
  std::string result_json;
  std::string history_jsonl;
  std::string scenario_yaml;
};

// About `events` records, of five servers and four clients, with a partition and a crash now and
// then and a stale read at the end.
SyntheticRun synthetic_run(std::uint64_t events);

// Writes it as a run directory (made when missing).
void write_run_directory(const std::string& directory, const SyntheticRun& run);

// The names of its messages.
std::string synthetic_message_name(std::uint8_t first_byte);

}  // namespace windtunnel::reports
