// A run on a terminal: the timeline as text.
#pragma once

#include <windtunnel/reports/run/run_directory.h>
#include <windtunnel/reports/words/narrator.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace windtunnel::reports {

enum class ShowFormat : std::uint8_t { lanes, table, mermaid, dot };
// nullopt for another word.
std::optional<ShowFormat> show_format_of(std::string_view name);

struct ShowOptions {
  ShowFormat format = ShowFormat::lanes;
  std::uint64_t around = 0;  // record number; 0: the violation, or the end of the run
  std::size_t limit = 0;     // lines or messages; 0: what suits the format
  std::string node;          // table: only this node's records; empty: all
  MessageWords words;
};

// lanes: a line a change of state, a column a node, with role, term and commit of all nodes.
// table: a line a record. mermaid: a sequence diagram for an issue or a pull request, at most 80
// messages. dot: the happens-before excerpt. Errc::invalid_argument for an event or node that the
// trace does not have.
FileResult<std::string> show(const RecordedRun& run, const ShowOptions& options);

}  // namespace windtunnel::reports
