#include <windtunnel/checkers/history/event_form.h>

#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/history/json_lines.h>
#include <windtunnel/checkers/history/quoted.h>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

namespace windtunnel::checkers {
namespace {

enum class Field : std::uint8_t { type, process, f, value, error, index, time, unknown };
constexpr std::string_view kFields[] = {"type", "process", "f", "value", "error", "index", "time"};

Field field_of(const Value& key) {
  const std::string_view name = key.is_name() ? key.text() : std::string_view();
  return static_cast<Field>(std::find(std::begin(kFields), std::end(kFields), name) -
                            std::begin(kFields));
}

// Where a field of an event goes; the value is moved out of the map that was read.
struct EventFields {
  Event event;
  unsigned seen = 0;  // bit i: field i
  std::vector<Value> unknown;
  std::string problem;

  bool has(Field field) const { return (seen >> static_cast<unsigned>(field) & 1U) != 0; }

  void take(Value key, Value value) {
    const Field field = field_of(key);
    if (field != Field::unknown && has(field)) {
      problem = fmt::format("a second :{} in one event", key.text());
    }
    seen |= 1U << static_cast<unsigned>(field);
    switch (field) {
      case Field::type: take_type(value); break;
      case Field::process: take_process(std::move(value)); break;
      case Field::f: take_f(value); break;
      case Field::value: event.value = std::move(value); break;
      case Field::error: event.error = std::move(value); break;
      case Field::index: take_count(value, "index", event.index); break;
      case Field::time: take_count(value, "time", event.time_ns); break;
      case Field::unknown:
        unknown.push_back(std::move(key));
        unknown.push_back(std::move(value));
        break;
    }
  }
  void take_type(const Value& value) {
    const auto type = value.is_name() ? event_type_of(value.text()) : std::nullopt;
    if (type) {
      event.type = *type;
      return;
    }
    problem = fmt::format(":type must be invoke, ok, fail or info, not {}", to_edn(value));
  }
  void take_process(Value value) {
    if (!value.is_integer() && !value.is_name() && !value.is_nil()) {
      problem = fmt::format(":process must be an integer or a name, not {}", to_edn(value));
    }
    event.process = std::move(value);
    if (event.process.kind() == Value::Kind::string) {
      event.process = Value::keyword(event.process.text());
    }
  }
  void take_f(const Value& value) {
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

boost::system::result<Event, ReadError> event_of(Value form, std::uint32_t line) {
  // Jepsen prints records as `#jepsen.history.Op{...}`.
  if (form.kind() == Value::Kind::tagged) form = std::move(std::move(form).take_items().front());
  if (form.kind() != Value::Kind::map) {
    return ReadError{line, 0, "an event must be a map with :type, :process and :f"};
  }
  EventFields fields;
  std::vector<Value> items = std::move(form).take_items();
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    fields.take(std::move(items[i]), std::move(items[i + 1]));
  }
  if (fields.problem.empty() && !fields.has(Field::type)) fields.problem = "the event has no :type";
  // The bare form of transactions, as in Elle's examples.
  if (!fields.has(Field::process) && !fields.has(Field::f)) fields.event.f = "txn";
  if (!fields.problem.empty()) return ReadError{line, 0, std::move(fields.problem)};
  if (!fields.unknown.empty()) {
    fields.event.extra = Value(Value::Kind::map, std::move(fields.unknown));
  }
  fields.event.line = line;
  return std::move(fields.event);
}

void append_event_edn(const Event& event, std::string& out) {
  out += '{';
  const std::size_t begin = out.size();
  const auto append = [&out, begin](std::string_view name, const Value& value) {
    if (out.size() > begin) out += ", ";
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
  out += '}';
}

void append_event_json(const Event& event, std::string& out) {
  out += '{';
  const std::size_t begin = out.size();
  const auto append = [&out, begin](std::string_view name, const Value& value) {
    if (out.size() > begin) out += ',';
    append_quoted(name, out);
    out += ':';
    append_json(value, out);
  };
  for_each_field(event, append);
  const std::vector<Value>& extra = event.extra.items();
  for (std::size_t i = 0; i + 1 < extra.size(); i += 2) {
    append(extra[i].is_name() ? std::string(extra[i].text()) : to_edn(extra[i]), extra[i + 1]);
  }
  out += '}';
}

std::string event_to_edn(const Event& event) {
  std::string out;
  append_event_edn(event, out);
  return out;
}

std::string event_to_json(const Event& event) {
  std::string out;
  append_event_json(event, out);
  return out;
}

}  // namespace windtunnel::checkers
