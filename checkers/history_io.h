// Histories as text: EDN (a map a line, or one vector or list of maps) and JSON lines. The reader
// tells them apart by their content. Events without `:process` and `:f` are transactions of one
// client. Damaged input ends in an error with its line, never in a crash.
#pragma once

#include "checkers/history.h"

#include <boost/system/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::checkers {

using HistoryResult = boost::system::result<History, ReadError>;

HistoryResult read_history(std::string_view text);
HistoryResult read_history_edn(std::string_view text);
HistoryResult read_history_json_lines(std::string_view text);
// Errors of the file system have line 0. `missing` (may be null) tells a file that is not there or
// cannot be read from one with bad content.
HistoryResult read_history_file(const std::string& path, bool* missing = nullptr);

// One event as a line without its newline; keys in the order index, time, type, process, f, value,
// error, then the unknown ones. `index` is the event's own, `time` and `error` are left out when
// absent.
std::string event_to_edn(const Event& event);
std::string event_to_json(const Event& event);
std::string write_history_edn(const History& history);
// What a run directory's history.jsonl holds.
std::string write_history_json_lines(const History& history);

// --- Several workloads in one file ---

struct NamedHistory {
  std::string_view workload;
  const History* history = nullptr;
};
// As one history in the order of the events' indices, which recorders with one Numbering share.
// Each event has a key more, `workload`.
std::string write_histories_json_lines(const std::vector<NamedHistory>& histories);
// The workloads that the events of a history name, each once, sorted.
std::vector<std::string> workloads_in(const History& history);
// The events of one workload; their indices and lines stay.
History history_of_workload(const History& history, std::string_view workload);

}  // namespace windtunnel::checkers
