#include <windtunnel/checkers/history/formats.h>

#include <windtunnel/checkers/history/text_window.h>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

namespace windtunnel::checkers {
namespace {

namespace fs = std::filesystem;

using TextResult = boost::system::result<std::string, ReadError>;

// At most `most` bytes from the beginning.
TextResult text_of_file(const std::string& path, std::size_t most) {
  FileSource file(path);
  std::string text;
  constexpr std::size_t kBlockBytes = 1 << 16;
  for (std::size_t count = 1; count > 0 && text.size() < most;) {
    const std::size_t before = text.size();
    text.resize(before + kBlockBytes);
    const std::span<char> room(text.data() + before, kBlockBytes);
    if (std::optional<ReadError> failed = file.read(room, count)) return *std::move(failed);
    text.resize(before + count);
  }
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  if (text.starts_with(kMark)) text.erase(0, kMark.size());
  return text;
}

bool is_folder(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

// Those of a folder that end so, sorted by name.
std::vector<std::string> files_in(const std::string& folder, std::string_view ending) {
  std::vector<std::string> files;
  std::error_code failed;
  for (fs::directory_iterator each(folder, failed), end; !failed && each != end;
       each.increment(failed)) {
    if (each->path().extension() == ending) files.push_back(each->path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

EventsResult read_cobra(const std::string& path) {
  const std::vector<std::string> files =
      is_folder(path) ? files_in(path, ".log") : std::vector<std::string>{path};
  if (files.empty()) return ReadError{0, 0, "no file in the folder ends in .log"};
  std::vector<Event> all;
  for (const std::string& file : files) {
    const TextResult bytes = text_of_file(file, std::string::npos);
    if (bytes.has_error()) return bytes.error();
    const Value session = Value::keyword(fs::path(file).stem().string());
    EventsResult events = events_of_cobra(*bytes, session);
    if (events.has_error()) {
      ReadError error = std::move(events).error();
      error.reason = fs::path(file).filename().string() + ": " + error.reason;
      return error;
    }
    std::move(events->begin(), events->end(), std::back_inserter(all));
  }
  return all;
}

std::string file_of_dbcop(const std::string& path) {
  if (!is_folder(path)) return path;
  const std::vector<std::string> files = files_in(path, ".bincode");
  return files.size() == 1 ? files[0] : path;
}

EventsResult read_to_cut(std::string_view text, EventsResult (*read)(std::string_view),
                         std::optional<ReadError>& cut) {
  EventsResult all = read(text);
  const std::size_t last = text.rfind('\n') + 1;  // 0 where there is one line
  const auto lines = std::count(text.begin(), text.end(), '\n');
  if (!all.has_error() || last == text.size() || all.error().line != lines + 1) return all;
  EventsResult before = read(text.substr(0, last));
  if (before.has_error() || before->empty()) return all;
  cut = std::move(all).error();
  return before;
}

EventsResult read_dbcop(const std::string& path, std::optional<ReadError>& cut) {
  const std::string file = file_of_dbcop(path);
  const TextResult text = text_of_file(file, std::string::npos);
  if (text.has_error()) return text.error();
  if (is_dbcop_json(*text)) return events_of_dbcop_json(*text);
  if (is_dbcop_text(*text)) return read_to_cut(*text, events_of_dbcop_text, cut);
  return events_of_dbcop_binary(*text);
}

constexpr std::string_view kJepsen = "jepsen";

}  // namespace

const std::vector<Format>& formats() {
  static const std::vector<Format> all{
      {kJepsen, "EDN or JSON, as Jepsen, elle-cli and Maelstrom write them"},
      {"porcupine", "Jepsen's log, as Porcupine has it of etcd"},
      {"plume", "r(key,value,session,transaction) and w(...), a line each"},
      {"cobra", "a folder of binary logs, or one of them"},
      {"dbcop", "JSON, lines of [x:=1 y==2], or bincode"},
      {"polysi", "the formats of plume, cobra and dbcop"},
      {"csv", "a table of calls and returns"}};
  return all;
}

std::string_view format_of(const std::string& path) {
  if (is_folder(path)) {
    if (!files_in(path, ".bincode").empty()) return "dbcop";
    return files_in(path, ".log").empty() ? kJepsen : "cobra";
  }
  if (fs::path(path).extension() == ".bincode") return "dbcop";
  constexpr std::size_t kEnough = 1 << 16;
  const TextResult text = text_of_file(path, kEnough);
  if (text.has_error()) return kJepsen;
  if (is_plume(*text)) return "plume";
  if (is_dbcop_json(*text) || is_dbcop_text(*text)) return "dbcop";
  if (is_jepsen_log(*text)) return "porcupine";
  return is_table(*text) ? "csv" : kJepsen;
}

EventsResult read_format(const std::string& path, std::string_view format,
                         std::optional<ReadError>& cut) {
  if (format == "polysi") {
    const std::string_view found = format_of(path);
    return read_format(path, found == "cobra" || found == "dbcop" ? found : "plume", cut);
  }
  if (format == "cobra") return read_cobra(path);
  if (format == "dbcop") return read_dbcop(path, cut);
  const TextResult text = text_of_file(path, std::string::npos);
  if (text.has_error()) return text.error();
  const auto read = format == "plume" ? events_of_plume
                    : format == "csv" ? events_of_table
                                      : events_of_jepsen_log;
  return read_to_cut(*text, read, cut);
}

Value access_of(bool write, Value key, Value value) {
  return Value::vector({Value::keyword(write ? "w" : "r"), std::move(key), std::move(value)});
}

void name_initial(std::vector<ListedTransaction>& transactions, const Value& initial) {
  std::set<Value> written;
  const auto is_write = [](const Value& access) { return access.items()[0].text() == "w"; };
  for (const ListedTransaction& each : transactions) {
    for (const Value& access : each.accesses) {
      if (is_write(access) && access.items()[2] == initial) written.insert(access.items()[1]);
    }
  }
  for (ListedTransaction& each : transactions) {
    for (Value& access : each.accesses) {
      const std::vector<Value>& items = access.items();
      if (is_write(access) || !(items[2] == initial) || written.count(items[1]) != 0) continue;
      access = access_of(false, items[1], {});
    }
  }
}

std::vector<Event> events_of(std::vector<ListedTransaction> transactions) {
  std::vector<Event> events;
  events.reserve(transactions.size());
  for (ListedTransaction& each : transactions) {
    Event event;
    event.type = each.committed ? EventType::ok : EventType::fail;
    event.line = each.line;
    event.process = std::move(each.session);
    event.f = "txn";
    event.value = Value::vector(std::move(each.accesses));
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace windtunnel::checkers
