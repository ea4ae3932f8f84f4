// The report of a run: one self-contained HTML page that a browser opens without a network.
//
// The same input gives the same bytes. Whatever comes from the run is data to the page: text is
// never markup. What the page shows and how it is used: docs/report.md.
#pragma once

#include <windtunnel/reports/page/selection.h>
#include <windtunnel/reports/run/run_directory.h>
#include <windtunnel/reports/text/graphviz.h>
#include <windtunnel/reports/words/narrator.h>

#include <cstdint>
#include <string>

namespace windtunnel::reports {

struct ReportOptions {
  std::uint64_t event_budget = kDefaultEventBudget;  // 0: all events (--full)
  MessageWords words;
  GraphvizOptions graphviz;
};

struct ReportSummary {
  std::string path;
  std::uint64_t bytes = 0;
  std::uint64_t events_shown = 0;
  std::uint64_t events = 0;
  std::string left_out;  // a sentence when the page does not hold all events
  std::string
      problem;  // why the happens-before graph is text only; empty when it is drawn or not needed
};

// `run` is a run directory or a trace file. Written whole or not at all.
FileResult<ReportSummary> write_report(const std::string& run, const std::string& output,
                                       const ReportOptions& options = {});

// The page as text. `summary` may be null.
std::string render_report(const RecordedRun& run, const ReportOptions& options,
                          ReportSummary* summary = nullptr);

}  // namespace windtunnel::reports
