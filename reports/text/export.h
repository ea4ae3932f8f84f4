// A run in the formats of other tools (docs/report.md lists them).
#pragma once

#include <windtunnel/reports/run/run_directory.h>
#include <windtunnel/reports/words/narrator.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace windtunnel::reports {

enum class ExportFormat : std::uint8_t {
  jsonl,     // every record, an object a line: the stable public form of a trace
  edn,       // the client history as Jepsen writes it
  shiviz,    // ShiViz's log with vector clocks, a window of at most kShivizEvents
  mermaid,   // a sequence diagram
  dot,       // the happens-before excerpt
  perfetto,  // a Perfetto trace (protobuf), for ui.perfetto.dev
};
inline constexpr std::size_t kShivizEvents = 2000;

std::string_view name_of(ExportFormat format) noexcept;
std::optional<ExportFormat> export_format_of(std::string_view name);

struct ExportOptions {
  ExportFormat format = ExportFormat::jsonl;
  std::uint64_t around = 0;  // shiviz, mermaid, dot: record number; 0: the violation, or the end
  MessageWords words;
};

// The whole file. Errc::invalid_argument where `around` names no record.
FileResult<std::string> export_run(const RecordedRun& run, const ExportOptions& options);

std::string to_jsonl(const RecordedRun& run, const MessageWords& words);
std::string to_shiviz(const RecordedRun& run, const MessageWords& words, std::uint64_t center);
std::string to_perfetto(const RecordedRun& run, const MessageWords& words);

}  // namespace windtunnel::reports
