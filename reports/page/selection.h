// Which records of a large trace a report shows: what clients, faults and nodes did for the whole
// run, and everything in a window around the violation (or before the end, when there is none).
#pragma once

#include <windtunnel/reports/run/run_directory.h>

#include <cstdint>
#include <string>
#include <vector>

namespace windtunnel::reports {

inline constexpr std::uint64_t kDefaultEventBudget = 200'000;

struct Selection {
  std::vector<std::uint32_t>
      rows;              // record numbers, ascending; records of kind `link` are never rows
  std::string left_out;  // a sentence for the reader; empty when all is shown
};

// `budget` 0: everything.
Selection select_records(const RecordedRun& run, std::uint64_t budget);

// The records that led to `number` by their causes and links, itself included: one flag a record,
// by number - 1.
std::vector<bool> causal_past(const TraceData& trace, std::uint64_t number);

// The record's cause, 0 when it has none or one that makes no sense.
inline std::uint64_t cause_of(const TraceData& trace, std::uint64_t number) {
  const std::uint64_t cause = trace.records[number - 1].cause;
  return cause < number ? cause : 0;
}

}  // namespace windtunnel::reports
