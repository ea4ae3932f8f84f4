// What a run left behind, read back: result.json, scenario.yaml, history.jsonl and trace.wtt of a
// run directory, or a trace file alone. A file that is missing is noted and done without, except
// for the trace; one that is damaged is an error that names file and place.
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/sim/trace/trace_file.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace windtunnel::reports {

using TextPairs = std::vector<std::pair<std::string, std::string>>;

struct PropertyRow {
  std::string check;
  std::string workload;                  // may be empty
  std::string verdict;                   // holds, violated, unknown
  std::string expected;                  // holds, violated, any
  std::optional<std::int64_t> property;  // its place in the scenario; none of what no file names
  std::string witness;                   // in words; may be empty
  std::string kind;                      // the same in a few fixed words; may be empty
  std::uint64_t event = 0;               // record number; 0: none
  std::int64_t time_ns = 0;
  std::vector<std::uint64_t> related;  // record numbers
  // Operations that the witness names. In result.json they are the `:index` of their invocations;
  // `load_run` turns them into positions in `History::operations()`.
  std::vector<std::int64_t> operations;
};

struct ViolationRow {
  std::string check;
  std::uint64_t event = 0;  // record number; 0: seen at the end only
  std::optional<std::int64_t> time_ns;
  std::string node;
  std::string text;
  std::vector<std::uint64_t> related;  // record numbers
};

struct FaultRow {
  std::string id;
  std::string label;
  std::optional<std::int64_t> begin_ns;
  std::optional<std::int64_t> end_ns;
  std::vector<std::string> victims;
  std::uint64_t bites = 0;
};

// What a fault of the plan did, by its id.
struct ActivityRow {
  std::string id;
  std::string kind;
  std::uint64_t fired = 0;
  std::uint64_t biting = 0;  // of these: those that changed something
  std::uint64_t bites = 0;
};

struct PhaseRow {
  std::string name;
  std::int64_t begin_ns = 0;
};

// result.json, or a line of `run --json`, which says less. Every field may be missing.
struct ResultFile {
  std::string schema;
  std::string scenario;
  std::string seed;
  std::string verdict;  // pass, fail, unknown
  std::string trace_hash;
  std::uint64_t events = 0;
  std::int64_t sim_time_ns = 0;
  double wall_time_ms = 0;
  std::vector<PropertyRow> properties;
  std::optional<ViolationRow> violation;
  std::string replay;
  std::vector<FaultRow> faults;
  std::vector<PhaseRow> phases;
  std::vector<std::string> reasons;
  TextPairs stats;
  std::vector<ActivityRow> activity;
  TextPairs build;

  // A number of the statistics; 0 where there is none of that name.
  std::uint64_t stat(std::string_view name) const;
};

struct RecordedRun {
  std::string path;
  ResultFile result;
  std::string scenario_yaml;
  checkers::History history;
  TraceData trace;
  std::vector<std::string> notes;  // what is missing, a sentence each

  // The node's id by its name; kNoNode when there is none.
  NodeId node_of(std::string_view name) const;
};

// `text` is a result.json, `path` its name for errors.
FileResult<ResultFile> parse_result(std::string_view text, const std::string& path);

// result.json of a run directory, without the large files.
FileResult<ResultFile> load_result(const std::string& directory);

// A run directory or a trace file. What result.json does not say is taken from the trace: the
// violation, the phases, the seed.
FileResult<RecordedRun> load_run(const std::string& path);

}  // namespace windtunnel::reports
