#include <windtunnel/checkers/history/history_io.h>

#include <windtunnel/checkers/history/event_reader.h>
#include <windtunnel/checkers/history/formats.h>
#include <windtunnel/checkers/history/order_of_time.h>

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

namespace {

std::optional<ReadError> sort_timed(std::vector<Event>& events) {
  for (const Event& event : events) {
    if (event.time_ns != kNoTime) continue;
    return ReadError{event.line, 0, "the event has no :time, so --sort time cannot place it"};
  }
  sort_by_time(events);
  return std::nullopt;
}

// What is taken, with the times watched.
class Watched {
 public:
  explicit Watched(const TakeEvent& take) : take_(take) {}
  std::optional<ReadError> add(Event event) {
    times_.see(event);
    return take_(std::move(event));
  }
  std::optional<ReadError> add_all(std::vector<Event> events) {
    for (Event& event : events) {
      if (std::optional<ReadError> refused = add(std::move(event))) return refused;
    }
    return std::nullopt;
  }
  std::vector<std::string> hints(const std::optional<ReadError>& ended_early) const {
    std::vector<std::string> hints;
    if (ended_early) {
      hints.push_back("the text is cut off (" + to_string(*ended_early) + "); read up to there");
    }
    if (const auto hint = times_.hint()) hints.push_back(*hint);
    return hints;
  }

 private:
  const TakeEvent& take_;
  TimeWatch times_;
};

}  // namespace

boost::system::result<ReadEvents, ReadError> for_each_event(ByteSource& source, bool sort_by_time,
                                                            const TakeEvent& take) {
  EventReader reader(source);
  Watched watched(take);
  std::vector<Event> events;
  reader.let_end_early();
  for (Event event; reader.next(event);) {
    if (sort_by_time) {
      events.push_back(std::move(event));
    } else if (auto refused = watched.add(std::move(event))) {
      return *std::move(refused);
    }
  }
  if (reader.failed()) return reader.error();
  if (auto untimed = sort_timed(events)) return *std::move(untimed);
  if (auto refused = watched.add_all(std::move(events))) return *std::move(refused);
  return ReadEvents{watched.hints(reader.ended_early())};
}

boost::system::result<ReadEvents, ReadError> for_each_event(const std::string& path,
                                                            const ReadOptions& options,
                                                            const TakeEvent& take) {
  const std::string_view format = options.from.empty() ? format_of(path) : options.from;
  if (format == formats().front().name) {
    FileSource file(path);
    return for_each_event(file, options.sort_by_time, take);
  }
  std::optional<ReadError> cut;
  EventsResult events = read_format(path, format, cut);
  if (events.has_error()) return std::move(events).error();
  if (options.sort_by_time) {
    if (auto untimed = sort_timed(*events)) return *std::move(untimed);
  }
  Watched watched(take);
  if (auto refused = watched.add_all(*std::move(events))) return *std::move(refused);
  return ReadEvents{watched.hints(cut)};
}

boost::system::result<ReadHistory, ReadError> read_any_history(const std::string& path,
                                                               const ReadOptions& options,
                                                               bool* missing) {
  ReadHistory read;
  const auto events = for_each_event(
      path, options, [&read](Event event) { return read.history.add(std::move(event)); });
  if (missing != nullptr) *missing = events.has_error() && events.error().line == 0;
  if (events.has_error()) return events.error();
  read.hints = events->hints;
  return read;
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
