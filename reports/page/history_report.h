// The report of a history from anywhere: its operations by process, what its nemesis did, and,
// where it was judged, what was found. One self-contained HTML page, as that of a run
// (html_report.h).
//
// The same history, judged alike, gives the same bytes. Whatever comes from the history is data to
// the page: text is never markup. What the page shows and how it is used: docs/report.md.
#pragma once

#include <windtunnel/checkers/judges/judge.h>
#include <windtunnel/sim/trace/atomic_file.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::reports {

struct JudgedHistory {
  const checkers::History& history;
  std::string name = {};     // what the reader calls it
  std::string judge = {};    // "register, linearizable"; empty: nobody judged it
  std::string command = {};  // that judges it, to be typed; may be empty
  std::vector<std::string> hints = {};
  bool tuples = false;  // values are tuples [key value]
  std::optional<checkers::Judgement> judgement = {};
};

struct HistorySummary {
  std::uint64_t bytes = 0;
  std::uint64_t operations = 0;
  std::uint64_t rows = 0;
};

// The page as text. `summary` may be null.
std::string render_history(const JudgedHistory& judged, HistorySummary* summary = nullptr);

// Written whole or not at all.
FileResult<HistorySummary> write_history_report(const JudgedHistory& judged,
                                                const std::string& output);

}  // namespace windtunnel::reports
