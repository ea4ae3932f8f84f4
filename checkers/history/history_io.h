// Whole histories as text: EDN (a map a line, or one vector or list of maps) and JSON lines. What
// is too large for memory goes through `EventReader` and `HistoryText` event by event.
#pragma once

#include <windtunnel/checkers/history/event_form.h>
#include <windtunnel/checkers/history/history.h>
#include <windtunnel/checkers/history/text_window.h>

#include <boost/system/result.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::checkers {

using HistoryResult = boost::system::result<History, ReadError>;

// The formats are told apart by their content. Damaged input ends in an error with its line, never
// in a crash.
HistoryResult read_history(std::string_view text);
// Errors of the file system have line 0. `missing` (may be null) tells a file that is not there or
// cannot be read from one with bad content.
HistoryResult read_history_file(const std::string& path, bool* missing = nullptr);

// How a history of anywhere is to be read.
struct ReadOptions {
  std::string from;           // a format (see formats.h); empty: found by the content
  bool sort_by_time = false;  // else the order of lines is that of events
};
// A history as it was read, and what its reader should be told: that it was cut off, that its times
// go back.
struct ReadHistory {
  History history;
  std::vector<std::string> hints;
};
boost::system::result<ReadHistory, ReadError> read_any_history(const std::string& path,
                                                               const ReadOptions& options,
                                                               bool* missing = nullptr);
// The same, event by event, as they are to be written: what is read in Jepsen's format and not
// sorted is in no memory as a whole. `take` says what is wrong with an event, if anything.
struct ReadEvents {
  std::vector<std::string> hints;
};
using TakeEvent = std::function<std::optional<ReadError>(Event)>;
boost::system::result<ReadEvents, ReadError> for_each_event(const std::string& path,
                                                            const ReadOptions& options,
                                                            const TakeEvent& take);
// Of a source that is in Jepsen's format.
boost::system::result<ReadEvents, ReadError> for_each_event(ByteSource& source, bool sort_by_time,
                                                            const TakeEvent& take);

enum class Layout : std::uint8_t { edn_lines, edn_vector, json_lines };

// A history as it is written, event by event. What it says is appended to `out`.
class HistoryText {
 public:
  explicit HistoryText(Layout layout) : layout_(layout) {}
  void add(const Event& event, std::string& out);
  // Once, after the last event.
  void finish(std::string& out);

 private:
  Layout layout_;
  bool empty_ = true;
};

std::string write_history(const History& history, Layout layout);
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
