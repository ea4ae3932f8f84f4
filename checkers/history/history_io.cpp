#include <windtunnel/checkers/history/history_io.h>

#include <windtunnel/checkers/history/event_reader.h>

#include <utility>

namespace windtunnel::checkers {
namespace {

HistoryResult read_all(EventReader& reader) {
  History history;
  Event event;
  while (reader.next(event)) {
    if (auto refused = history.add(std::move(event))) return *std::move(refused);
  }
  if (reader.failed()) return reader.error();
  return history;
}

}  // namespace

HistoryResult read_history(std::string_view text) {
  EventReader reader(text);
  return read_all(reader);
}

HistoryResult read_history_file(const std::string& path, bool* missing) {
  FileSource file(path);
  EventReader reader(file);
  HistoryResult history = read_all(reader);
  if (missing != nullptr) *missing = history.has_error() && history.error().line == 0;
  return history;
}

void HistoryText::add(const Event& event, std::string& out) {
  switch (layout_) {
    case Layout::edn_lines:
      append_event_edn(event, out);
      out += '\n';
      break;
    case Layout::edn_vector:
      out += empty_ ? "[" : "\n ";
      append_event_edn(event, out);
      break;
    case Layout::json_lines:
      append_event_json(event, out);
      out += '\n';
      break;
  }
  empty_ = false;
}

void HistoryText::finish(std::string& out) {
  if (layout_ == Layout::edn_vector) out += empty_ ? "[]\n" : "]\n";
}

std::string write_history(const History& history, Layout layout) {
  std::string out;
  HistoryText text(layout);
  for (const Event& event : history.events()) text.add(event, out);
  text.finish(out);
  return out;
}

std::string write_history_edn(const History& history) {
  return write_history(history, Layout::edn_lines);
}

std::string write_history_json_lines(const History& history) {
  return write_history(history, Layout::json_lines);
}

}  // namespace windtunnel::checkers
