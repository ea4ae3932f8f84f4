#include "checkers/history_io.h"

#include "checkers/edn.h"
#include "checkers/json_lines.h"
#include "checkers/quoted.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>

namespace windtunnel::checkers {
namespace {

// Where a field of an event goes; the value is moved out of the map that was read.
struct EventReader {
  Event event;
  bool has_type = false;
  bool has_process = false;
  bool has_f = false;
  std::vector<Value> unknown;
  std::string problem;

  void take(Value key, Value value) {
    const std::string_view name = key.is_name() ? key.text() : std::string_view();
    if (name == "type")
      take_type(value);
    else if (name == "process")
      take_process(std::move(value));
    else if (name == "f")
      take_f(value);
    else if (name == "value")
      event.value = std::move(value);
    else if (name == "error")
      event.error = std::move(value);
    else if (name == "index")
      take_count(value, "index", event.index);
    else if (name == "time")
      take_count(value, "time", event.time_ns);
    else {
      unknown.push_back(std::move(key));
      unknown.push_back(std::move(value));
    }
  }
  void take_type(const Value& value) {
    has_type = true;
    for (const EventType type :
         {EventType::invoke, EventType::ok, EventType::fail, EventType::info}) {
      if (value.is_name() && value.text() == name_of(type)) {
        event.type = type;
        return;
      }
    }
    problem = fmt::format(":type must be invoke, ok, fail or info, not {}", to_edn(value));
  }
  void take_process(Value value) {
    has_process = true;
    if (!value.is_integer() && !value.is_name()) {
      problem = fmt::format(":process must be an integer or a name, not {}", to_edn(value));
    }
    event.process = std::move(value);
    if (event.process.kind() == Value::Kind::string) {
      event.process = Value::keyword(event.process.text());
    }
  }
  void take_f(const Value& value) {
    has_f = true;
    if (value.is_nil()) return;
    if (!value.is_name()) problem = fmt::format(":f must be a name, not {}", to_edn(value));
    event.f = value.text();
  }
  void take_count(const Value& value, std::string_view name, std::int64_t& into) {
    if (value.is_nil()) return;
    if (!value.is_integer() || value.integer() < 0) {
      problem = fmt::format(":{} must be an integer from 0, not {}", name, to_edn(value));
      return;
    }
    into = value.integer();
  }
};

std::optional<ReadError> add_event(History& history, const Value& form, std::uint32_t line) {
  const Value* map = &form;
  // Jepsen prints records as `#jepsen.history.Op{...}`.
  if (map->kind() == Value::Kind::tagged) map = &map->items().front();
  if (map->kind() != Value::Kind::map) {
    return ReadError{line, 0, "an event must be a map with :type, :process and :f"};
  }
  EventReader reader;
  const std::vector<Value>& items = map->items();
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) reader.take(items[i], items[i + 1]);
  if (reader.problem.empty() && !reader.has_type) reader.problem = "the event has no :type";
  // The bare form of a single client's transactions, as in Elle's examples.
  const bool bare = !reader.has_process && !reader.has_f;
  if (bare) {
    reader.event.process = Value(0);
    reader.event.f = "txn";
  }
  if (reader.problem.empty() && !reader.has_process && !bare) {
    reader.problem = "the event has no :process";
  }
  if (!reader.problem.empty()) return ReadError{line, 0, std::move(reader.problem)};
  if (!reader.unknown.empty()) {
    reader.event.extra = Value(Value::Kind::map, std::move(reader.unknown));
  }
  reader.event.line = line;
  return history.add(std::move(reader.event));
}

template <class Append>
void for_each_field(const Event& event, Append&& append) {
  append("index", Value(event.index));
  if (event.time_ns != kNoTime) append("time", Value(event.time_ns));
  append("type", Value::keyword(name_of(event.type)));
  append("process", event.process);
  append("f", Value::keyword(event.f));
  append("value", event.value);
  if (!event.error.is_nil()) append("error", event.error);
}

}  // namespace

HistoryResult read_history_edn(std::string_view text) {
  History history;
  EdnReader reader(text);
  bool sequence = reader.open_sequence();
  while (!reader.at_end()) {
    if (sequence && reader.close_sequence()) {
      sequence = false;
      if (reader.at_end()) break;
      return ReadError{reader.line(), 0, "extra data after the end of the history"};
    }
    const std::uint32_t line = reader.line();
    Value form;
    if (!reader.read(form)) break;
    if (auto refused = add_event(history, form, line)) return *std::move(refused);
  }
  if (reader.failed()) return reader.error();
  if (sequence) return ReadError{reader.line(), 0, "the text ends before the history is closed"};
  return history;
}

HistoryResult read_history_json_lines(std::string_view text) {
  History history;
  std::uint32_t line = 0;
  while (!text.empty()) {
    ++line;
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (one.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    Value form;
    ReadError error{line, 0, {}};
    if (!read_json(one, form, error)) return error;
    if (auto refused = add_event(history, form, line)) return *std::move(refused);
  }
  return history;
}

// JSON lines begin with an object whose first key is a string: no EDN history does.
HistoryResult read_history(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t brace = text.find_first_not_of(kBlanks);
  if (brace == std::string_view::npos || text[brace] != '{') return read_history_edn(text);
  const std::size_t key = text.find_first_not_of(kBlanks, brace + 1);
  const bool json = key != std::string_view::npos && text[key] == '"';
  return json ? read_history_json_lines(text) : read_history_edn(text);
}

HistoryResult read_history_file(const std::string& path, bool* missing) {
  if (missing != nullptr) *missing = false;
  std::FILE* const file = std::fopen(path.c_str(), "rb");
  std::string content;
  bool readable = file != nullptr;
  if (readable) {
    std::array<char, 1 << 16> block;
    std::size_t count = 0;
    while ((count = std::fread(block.data(), 1, block.size(), file)) > 0) {
      content.append(block.data(), count);
    }
    readable = std::ferror(file) == 0;  // a directory opens, and fails here
    std::fclose(file);
  }
  if (!readable) {
    if (missing != nullptr) *missing = true;
    return ReadError{0, 0, fmt::format("cannot read {}: {}", path, std::strerror(errno))};
  }
  return read_history(content);
}

std::string event_to_edn(const Event& event) {
  std::string out = "{";
  const auto append = [&out](std::string_view name, const Value& value) {
    if (out.size() > 1) out += ", ";
    out += ':';
    out += name;
    out += ' ';
    append_edn(value, out);
  };
  for_each_field(event, append);
  const std::vector<Value>& extra = event.extra.items();
  for (std::size_t i = 0; i + 1 < extra.size(); i += 2) {
    out += ", ";
    append_edn(extra[i].is_name() ? Value::keyword(extra[i].text()) : extra[i], out);
    out += ' ';
    append_edn(extra[i + 1], out);
  }
  return out + "}";
}

std::string event_to_json(const Event& event) {
  std::string out = "{";
  const auto append = [&out](std::string_view name, const Value& value) {
    if (out.size() > 1) out += ',';
    append_quoted(name, out);
    out += ':';
    append_json(value, out);
  };
  for_each_field(event, append);
  const std::vector<Value>& extra = event.extra.items();
  for (std::size_t i = 0; i + 1 < extra.size(); i += 2) {
    append(extra[i].is_name() ? std::string(extra[i].text()) : to_edn(extra[i]), extra[i + 1]);
  }
  return out + "}";
}

std::string write_history_edn(const History& history) {
  std::string out;
  for (const Event& event : history.events()) out += event_to_edn(event) + "\n";
  return out;
}

std::string write_history_json_lines(const History& history) {
  std::string out;
  for (const Event& event : history.events()) out += event_to_json(event) + "\n";
  return out;
}

}  // namespace windtunnel::checkers
