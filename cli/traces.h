// `windtunnel report`, `show`, `diff` and `export`: what a run left behind, for people and for
// other tools. A run is a run directory or a trace file; a report may also be of a history.
#pragma once

#include <windtunnel/cli/check.h>
#include <windtunnel/cli/terminal.h>
#include <windtunnel/reports/words/narrator.h>
#include <windtunnel/scenarios/engine/registry.h>

#include <cstdint>
#include <string>

namespace windtunnel::cli {

// Of a run, or of any history that `check` reads.
struct ReportRequest : JudgeRequest {
  std::string called_by = "windtunnel";  // for the command on the page of a history
  std::string run;
  std::string output;  // empty: beside what it is of
  bool full = false;   // all events, however many
};
int report_command(const ReportRequest& request, const scenarios::Registry& registry);

struct ShowRequest {
  std::string run;
  std::string format = "lanes";  // lanes, table, mermaid, dot
  std::uint64_t around = 0;      // 0: the violation, or else the end
  std::size_t limit = 0;         // lines; 0: what suits the format
  std::string node;              // table: only what happened at this node; empty: all
};
int show_command(const ShowRequest& request, const scenarios::Registry& registry);

struct DiffRequest {
  std::string first;
  std::string second;
};
// 0 when the traces are the same, 1 when they are not.
int diff_command(const DiffRequest& request, const scenarios::Registry& registry);

struct ExportRequest {
  std::string run;
  std::string to;            // jsonl, edn, shiviz, mermaid, dot, perfetto
  std::uint64_t around = 0;  // shiviz, mermaid, dot: as with `show`
  std::string output;        // empty: stdout
};
int export_command(const ExportRequest& request, const scenarios::Registry& registry);

// The last `limit` of the events that led to `event`, a line each, itself last.
std::string past_of(const TraceData& trace, const reports::MessageWords& words, std::uint64_t event,
                    std::uint64_t limit);

}  // namespace windtunnel::cli
