// A run's result as JSON: the line of `run --json` (schema windtunnel.run/1) and the larger
// `result.json` of a run directory.
#pragma once

#include <windtunnel/scenarios/engine/run.h>

#include <optional>
#include <string>
#include <string_view>

namespace windtunnel::scenarios {

inline constexpr std::string_view kResultSchema = "windtunnel.run/1";

// One line, without a newline. Keys in the order of the documentation; seeds, hashes and events as
// strings.
std::string result_line(const RunResult& result);

// A line, read back: all that it says. The rest (where in the trace faults began, labels, when the
// core was healed) stays as in a RunResult of nothing. Nothing for what is no such line.
std::optional<RunResult> read_result_line(const std::string& line);

// As the line, and what a report needs: the violation, the faults with their windows, the phases,
// the replay command.
std::string result_document(const RunResult& result, const ScenarioSpec& spec,
                            const std::string& replay_command);

// What the collector of many runs needs of a line. An unreadable line gives the verdict unknown.
struct ResultSummary {
  RunVerdict verdict = RunVerdict::unknown;
  std::string trace_hash;
  std::uint64_t ops_ok = 0;
  std::uint64_t ops = 0;            // however they ended
  std::vector<std::string> bitten;  // the kinds of the faults that bit
  double wall_ms = 0;
  Duration sim_time;
  std::vector<std::string> reasons;
  std::vector<PropertyResult> violated;  // whatever was expected of them
  // Their first witness, for the terminal.
  std::string witness;
};
ResultSummary summary_of(const std::string& line);

// Why a run is unknown whose line cannot be read: the code under test has ended the worker, or
// written where it should not.
inline constexpr const char* kUnreadableResult = "the worker's result could not be read";

// The line without what differs from one run of a seed to the next: the real time that it took.
std::string comparable(const std::string& line);

}  // namespace windtunnel::scenarios
