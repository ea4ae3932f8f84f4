// result.json into ResultFile: tolerant of what is missing, strict about what is not JSON.
#include <windtunnel/reports/run/run_directory.h>
#include <windtunnel/reports/words/narrator.h>

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <charconv>

namespace windtunnel::reports {
namespace {

namespace json = boost::json;

// A number or a string that holds one.
std::optional<std::int64_t> integer_in(const json::value* value) {
  if (value == nullptr) return std::nullopt;
  if (value->is_int64()) return value->get_int64();
  if (value->is_uint64()) return static_cast<std::int64_t>(value->get_uint64());
  if (value->is_double()) {
    const double number = value->get_double();
    const bool fits = number > -9e18 && number < 9e18;
    return fits ? std::optional(static_cast<std::int64_t>(number)) : std::nullopt;
  }
  if (!value->is_string()) return std::nullopt;
  const json::string& text = value->get_string();
  std::uint64_t number = 0;
  const auto end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

// The value as a person would write it.
std::string text_in(const json::value* value) {
  if (value == nullptr || value->is_null()) return {};
  if (value->is_string()) {
    return printable({value->get_string().data(), value->get_string().size()});
  }
  if (value->is_double()) return fmt::format("{:g}", value->get_double());
  return printable(json::serialize(*value));
}

class Object {
 public:
  explicit Object(const json::object& object) : object_(object) {}
  const json::value* find(std::string_view key) const {
    return object_.if_contains({key.data(), key.size()});
  }
  std::string text(std::string_view key) const { return text_in(find(key)); }
  std::optional<std::int64_t> integer(std::string_view key) const { return integer_in(find(key)); }
  std::uint64_t count(std::string_view key) const {
    return static_cast<std::uint64_t>(integer(key).value_or(0));
  }
  template <class Visit>
  void each(std::string_view key, Visit visit) const {
    const json::value* list = find(key);
    if (list == nullptr || !list->is_array()) return;
    for (const json::value& item : list->get_array()) visit(item);
  }
  template <class Visit>
  void each_object(std::string_view key, Visit visit) const {
    each(key, [&](const json::value& item) {
      if (item.is_object()) visit(Object(item.get_object()));
    });
  }
  template <class Visit>
  void each_member(std::string_view key, Visit visit) const {
    const json::value* map = find(key);
    if (map == nullptr || !map->is_object()) return;
    for (const auto& member : map->get_object()) {
      if (!member.value().is_object()) continue;
      visit(printable({member.key().data(), member.key().size()}),
            Object(member.value().get_object()));
    }
  }
  TextPairs pairs(std::string_view key) const {
    TextPairs out;
    const json::value* map = find(key);
    if (map == nullptr || !map->is_object()) return out;
    for (const auto& member : map->get_object()) {
      if (member.value().is_structured()) continue;
      out.emplace_back(printable({member.key().data(), member.key().size()}),
                       text_in(&member.value()));
    }
    return out;
  }

 private:
  const json::object& object_;
};

std::vector<std::string> texts(const Object& object, std::string_view key) {
  std::vector<std::string> out;
  object.each(key, [&](const json::value& item) { out.push_back(text_in(&item)); });
  return out;
}

std::vector<std::uint64_t> related(const Object& object) {
  std::vector<std::uint64_t> numbers;
  object.each("related", [&](const json::value& item) {
    const std::optional<std::int64_t> number = integer_in(&item);
    if (number && *number > 0) numbers.push_back(static_cast<std::uint64_t>(*number));
  });
  return numbers;
}

// A witness is a text, or an object with a text and what it points at.
void take_witness(const json::value* witness, PropertyRow& row) {
  if (witness == nullptr || !witness->is_object()) {
    row.witness = text_in(witness);
    return;
  }
  const Object object(witness->get_object());
  for (std::string_view key : {"text", "explanation", "reason"}) {
    if (row.witness.empty()) row.witness = object.text(key);
  }
  row.kind = object.text("kind");
  row.event = object.count("event");
  row.time_ns = object.integer("time_ns").value_or(0);
  row.related = related(object);
  for (std::string_view key : {"history", "operations"}) {
    object.each(key, [&](const json::value& item) {
      const json::value* number = &item;
      if (item.is_object()) number = item.get_object().if_contains("operation");
      const std::optional<std::int64_t> operation = integer_in(number);
      if (operation) row.operations.push_back(*operation);
    });
  }
  if (row.witness.empty() && object.find("text") == nullptr) row.witness = text_in(witness);
}

ViolationRow violation_in(const Object& object) {
  ViolationRow row;
  row.check = object.text("check");
  row.event = object.count("event");
  row.time_ns = object.integer("time_ns");
  row.node = object.text("node");
  row.text = object.text("text");
  row.related = related(object);
  return row;
}

std::vector<ActivityRow> activity_in(const Object& stats) {
  std::vector<ActivityRow> rows;
  stats.each_member("faults", [&](std::string id, const Object& item) {
    rows.push_back({std::move(id), item.text("kind"), item.count("fired"), item.count("biting"),
                    item.count("bites")});
  });
  return rows;
}

ResultFile result_in(const Object& object) {
  ResultFile result;
  result.schema = object.text("schema");
  result.scenario = object.text("scenario");
  result.seed = object.text("seed");
  result.verdict = object.text("verdict");
  result.trace_hash = object.text("trace_hash");
  result.events = object.count("events");
  result.sim_time_ns = object.integer("sim_time_ns").value_or(0);
  result.replay = object.text("replay");
  const json::value* const wall = object.find("wall_time_ms");
  if (wall != nullptr && wall->is_double()) result.wall_time_ms = wall->get_double();
  result.stats = object.pairs("stats");
  const json::value* const stats = object.find("stats");
  if (stats != nullptr && stats->is_object()) {
    result.activity = activity_in(Object(stats->get_object()));
  }
  result.build = object.pairs("build");
  result.reasons = texts(object, "reasons");
  object.each_object("properties", [&](const Object& item) {
    PropertyRow row;
    row.check = item.text("check");
    row.workload = item.text("workload");
    row.verdict = item.text("verdict");
    row.expected = item.text("expected");
    row.property = item.integer("property");
    take_witness(item.find("witness"), row);
    result.properties.push_back(std::move(row));
  });
  object.each_object("faults", [&](const Object& item) {
    FaultRow row;
    row.id = item.text("id");
    row.label = item.text("label");
    row.begin_ns = item.integer("begin_ns");
    row.end_ns = item.integer("end_ns");
    row.victims = texts(item, "victims");
    row.bites = item.count("bites");
    result.faults.push_back(std::move(row));
  });
  object.each_object("phases", [&](const Object& item) {
    result.phases.push_back({item.text("name"), item.integer("begin_ns").value_or(0)});
  });
  const json::value* violation = object.find("violation");
  if (violation != nullptr && violation->is_object()) {
    result.violation = violation_in(Object(violation->get_object()));
  }
  return result;
}

}  // namespace

std::uint64_t ResultFile::stat(std::string_view name) const {
  for (const auto& [key, text] : stats) {
    std::uint64_t number = 0;
    if (key == name) std::from_chars(text.data(), text.data() + text.size(), number);
    if (key == name) return number;
  }
  return 0;
}

FileResult<ResultFile> parse_result(std::string_view text, const std::string& path) {
  json::error_code error;
  json::stream_parser parser;
  const std::size_t used = parser.write_some(text.data(), text.size(), error);
  if (!error) parser.finish(error);
  if (error) {
    const std::size_t line = 1 + static_cast<std::size_t>(std::count(
                                     text.begin(), text.begin() + static_cast<long>(used), '\n'));
    return FileError{make_error_code(Errc::corrupt),
                     fmt::format("'{}' is not JSON: {} near byte {}, line {}", path,
                                 error.message(), used, line)};
  }
  const json::value value = parser.release();
  if (!value.is_object()) {
    return FileError{make_error_code(Errc::corrupt),
                     fmt::format("'{}' is not the result of a run: no JSON object", path)};
  }
  return result_in(Object(value.get_object()));
}

}  // namespace windtunnel::reports
