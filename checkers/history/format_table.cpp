// Tables of calls and returns.
#include <windtunnel/checkers/history/formats.h>

#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/history/json_lines.h>
#include <windtunnel/checkers/history/order_of_time.h>
#include <windtunnel/protocols/base/utf8.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <utility>

namespace windtunnel::checkers {
namespace {

enum class Column : std::uint8_t {
  process,
  f,
  key,
  value,
  result,
  call,
  ret,
  outcome,
  error,
  implied,
  other
};

struct ColumnName {
  std::string_view name;
  Column column;
};
constexpr ColumnName kColumns[] = {{"process", Column::process},
                                   {"client", Column::process},
                                   {"clientid", Column::process},
                                   {"thread", Column::process},
                                   {"worker", Column::process},
                                   {"session", Column::process},
                                   {"f", Column::f},
                                   {"op", Column::f},
                                   {"operation", Column::f},
                                   {"function", Column::f},
                                   {"kind", Column::f},
                                   {"key", Column::key},
                                   {"value", Column::value},
                                   {"arg", Column::value},
                                   {"args", Column::value},
                                   {"argument", Column::value},
                                   {"input", Column::value},
                                   {"result", Column::result},
                                   {"output", Column::result},
                                   {"response", Column::result},
                                   {"returned", Column::result},
                                   {"call", Column::call},
                                   {"start", Column::call},
                                   {"begin", Column::call},
                                   {"invoke", Column::call},
                                   {"calltime", Column::call},
                                   {"starttime", Column::call},
                                   {"return", Column::ret},
                                   {"end", Column::ret},
                                   {"finish", Column::ret},
                                   {"complete", Column::ret},
                                   {"returntime", Column::ret},
                                   {"endtime", Column::ret},
                                   {"ret", Column::ret},
                                   {"outcome", Column::outcome},
                                   {"status", Column::outcome},
                                   {"type", Column::outcome},
                                   {"error", Column::error},
                                   {"index", Column::implied},
                                   {"time", Column::implied}};

struct Unit {
  std::string_view ending;
  std::int64_t ns;
};
constexpr Unit kUnits[] = {{"ns", 1}, {"us", 1'000}, {"ms", 1'000'000}, {"s", 1'000'000'000}};

struct Head {
  Column column = Column::other;
  std::string name;
  std::int64_t unit_ns = 1;
};

Column column_of(std::string_view plain) {
  for (const ColumnName& known : kColumns) {
    if (known.name == plain) return known.column;
  }
  return Column::other;
}

// "Call (ms)" and "call_ms" are the call in milliseconds.
Head head_of(std::string_view cell) {
  Head head;
  head.name = cell;
  std::string plain;
  for (const char c : cell) {
    const auto code = static_cast<unsigned char>(c);
    if (std::isalnum(code) != 0) plain += static_cast<char>(std::tolower(code));
  }
  head.column = column_of(plain);
  for (const Unit& unit : kUnits) {
    if (head.column != Column::other || !plain.ends_with(unit.ending)) continue;
    const Column column = column_of(plain.substr(0, plain.size() - unit.ending.size()));
    if (column != Column::call && column != Column::ret) continue;
    head.column = column;
    head.unit_ns = unit.ns;
  }
  return head;
}

// The cells of the first line of the text, which it leaves (RFC 4180); `lines` is how many lines of
// the text it was. False where a quote has no end.
bool take_row(std::string_view& text, std::vector<std::string>& cells, std::uint32_t& lines) {
  cells.assign(1, {});
  lines = 1;
  bool quoted = false;
  std::size_t at = 0;
  for (; at < text.size() && (quoted || text[at] != '\n'); ++at) {
    const char c = text[at];
    if (c == '\n') ++lines;
    if (c == '"' && quoted && at + 1 < text.size() && text[at + 1] == '"')
      cells.back() += text[++at];
    else if (c == '"' && (quoted || cells.back().empty()))
      quoted = !quoted;
    else if (c == ',' && !quoted)
      cells.emplace_back();
    else
      cells.back() += c;
  }
  text.remove_prefix(std::min(at + 1, text.size()));
  for (std::string& cell : cells) {
    constexpr std::string_view kBlanks = " \t\r";
    cell.erase(0, std::min(cell.find_first_not_of(kBlanks), cell.size()));
    cell.erase(cell.find_last_not_of(kBlanks) + 1);
  }
  return !quoted;
}

bool is_blank(const std::vector<std::string>& cells) {
  return cells.size() == 1 && cells[0].empty();
}

// A cell as a value: nothing, a number, or what is in brackets or quotes is what JSON or EDN take
// it for, all else a text.
Value value_of(const std::string& cell) {
  if (cell.empty() || cell == "null" || cell == "nil") return {};
  Value value;
  if (std::string_view("{[\"-0123456789tf").find(cell[0]) != std::string_view::npos) {
    JsonReader json;
    const bool is_json = json.read(cell + " ", value) == JsonReader::Result::value;
    if (is_json && json.position() == cell.size() + 1) return value;
  }
  EdnReader edn(cell);
  if (edn.read(value) && edn.at_end() && !edn.failed() && value.kind() != Value::Kind::symbol) {
    return value;
  }
  return cell;
}

// An integer or a name, as a process is.
Value process_of(const std::string& cell) {
  Value value = value_of(cell);
  return value.is_nil() || value.is_integer() || value.is_name() ? value : Value(cell);
}

// "12" or "12.5" in units of so many nanoseconds.
std::optional<std::int64_t> time_of(std::string_view cell, std::int64_t unit_ns) {
  std::int64_t whole = 0;
  const char* const end = cell.data() + cell.size();
  const auto parsed = std::from_chars(cell.data(), end, whole);
  if (parsed.ec != std::errc() || whole < 0) return std::nullopt;
  if (whole >= std::numeric_limits<std::int64_t>::max() / unit_ns) return std::nullopt;
  std::int64_t ns = whole * unit_ns;
  if (parsed.ptr == end) return ns;
  if (*parsed.ptr != '.') return std::nullopt;
  std::int64_t digit_ns = unit_ns;
  for (const char* at = parsed.ptr + 1; at != end; ++at) {
    if (*at < '0' || *at > '9') return std::nullopt;
    digit_ns /= 10;
    ns += (*at - '0') * digit_ns;
  }
  return ns;
}

std::optional<EventType> outcome_of(std::string_view cell, bool returned) {
  if (cell.empty()) return returned ? EventType::ok : EventType::info;
  const auto type = event_type_of(cell.starts_with(':') ? cell.substr(1) : cell);
  return type == EventType::invoke ? std::nullopt : type;
}

struct Row {
  Event call;
  std::optional<Event> end;
};

class Table {
 public:
  explicit Table(std::string_view text) : rest_(text) {}

  std::optional<ReadError> read_head() {
    std::vector<std::string> cells;
    do {
      take(cells);
    } while (!rest_.empty() && is_blank(cells));
    std::array<bool, static_cast<std::size_t>(Column::other) + 1> seen{};
    for (const std::string& cell : cells) {
      heads_.push_back(head_of(cell));
      const auto column = static_cast<std::size_t>(heads_.back().column);
      if (heads_.back().column < Column::implied && seen[column]) {
        return ReadError{line_, 0, fmt::format("a second column '{}' of its kind", cell)};
      }
      seen[column] = true;
    }
    for (const auto& [column, name] :
         {std::pair(Column::f, "f"), {Column::call, "call"}, {Column::ret, "return"}}) {
      if (seen[static_cast<std::size_t>(column)]) continue;
      return ReadError{line_, 0,
                       fmt::format("the first line names no column '{}'; a table of calls and "
                                   "returns has f, call and return, and process, key, value, "
                                   "result, outcome where they are known",
                                   name)};
    }
    has_result_ = seen[static_cast<std::size_t>(Column::result)];
    return std::nullopt;
  }

  // False at the end and on an error.
  bool next(Row& row) {
    std::vector<std::string> cells;
    do {
      if (rest_.empty()) return false;
      if (!take(cells)) return refuse("a quote has no end");
    } while (is_blank(cells));
    if (cells.size() != heads_.size()) {
      return refuse(
          fmt::format("{} cells, where the first line names {}", cells.size(), heads_.size()));
    }
    return fill(cells, row);
  }
  const ReadError& error() const { return error_; }

 private:
  bool take(std::vector<std::string>& cells) {
    line_ = next_line_;
    std::uint32_t lines = 0;
    const bool whole = take_row(rest_, cells, lines);
    next_line_ += lines;
    return whole;
  }
  bool refuse(std::string reason) {
    error_ = {line_, 0, std::move(reason)};
    return false;
  }

  bool fill(const std::vector<std::string>& cells, Row& row) {
    Event call;
    call.line = line_;
    Value value;
    Value result;
    std::string outcome;
    std::optional<std::int64_t> returned;
    std::vector<Value> extra;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string& cell = cells[i];
      const Head& head = heads_[i];
      switch (head.column) {
        case Column::process: call.process = process_of(cell); break;
        case Column::f: call.f = cell.starts_with(':') ? cell.substr(1) : cell; break;
        case Column::value: value = value_of(cell); break;
        case Column::result: result = value_of(cell); break;
        case Column::outcome: outcome = cell; break;
        case Column::error: call.error = value_of(cell); break;
        case Column::implied: break;  // by the order of calls and returns
        case Column::call:
        case Column::ret: {
          const bool is_call = head.column == Column::call;
          const auto time = time_of(cell, head.unit_ns);
          if (!time && (is_call || !cell.empty())) {
            return refuse(
                fmt::format("{} '{}' is no time: a whole or decimal number", head.name, cell));
          }
          if (is_call)
            call.time_ns = *time;
          else
            returned = time;
          break;
        }
        case Column::key:
        case Column::other:
          if (cell.empty()) break;
          extra.push_back(
              Value::keyword(head.column == Column::key ? std::string("key") : head.name));
          extra.push_back(value_of(cell));
          break;
      }
    }
    // Without a process, the index says which completion is whose.
    if (call.process.is_nil()) call.index = rows_;
    if (!extra.empty()) call.extra = Value(Value::Kind::map, std::move(extra));
    if (call.f.empty()) return refuse("no operation is named");
    const auto type = outcome_of(outcome, returned.has_value());
    if (!type) return refuse(fmt::format("'{}' is no outcome: ok, fail, info", outcome));
    if (*type == EventType::ok && !returned) return refuse("what is ok has returned: when?");
    if (returned && *returned < call.time_ns) return refuse("it returned before it was called");
    call.value = value;
    row.end.reset();
    if (returned) {
      row.end = call;
      row.end->type = *type;
      row.end->time_ns = *returned;
      call.error = {};
      row.end->value = has_result_ && !result.is_nil() ? std::move(result) : answer(call);
    }
    row.call = std::move(call);
    ++rows_;
    return true;
  }
  // Where there is a column of results, a write without one repeats what it wrote, and a read saw
  // nothing; where there is none, the value of a read is what it saw.
  Value answer(const Event& call) const {
    const bool reads = call.f == "read" || call.f == "get" || call.f == "r";
    return has_result_ && reads ? Value() : call.value;
  }

  std::string_view rest_;
  std::uint32_t line_ = 0;
  std::uint32_t next_line_ = 1;
  std::vector<Head> heads_;
  bool has_result_ = false;
  std::int64_t rows_ = 0;
  ReadError error_;
};

}  // namespace

bool is_table(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || text.substr(first, 1).find_first_of("{[(") == 0) {
    return false;
  }
  return !Table(text).read_head().has_value();
}

EventsResult events_of_table(std::string_view text) {
  std::uint32_t line = 1;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\n') ++line;
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0) return ReadError{line, 0, "it is not UTF-8"};
    at += length;
  }
  Table table(text);
  if (std::optional<ReadError> wrong = table.read_head()) return *std::move(wrong);
  std::vector<Row> rows;
  for (Row row; table.next(row);) rows.push_back(std::move(row));
  if (!table.error().reason.empty()) return table.error();
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.call.time_ns < b.call.time_ns; });
  std::vector<Event> events;
  std::map<Value, int> lost;  // operations of a client whose end is not known
  for (Row& row : rows) {
    Value& process = row.call.process;
    int& lost_before = lost[process];
    const bool is_lost = !row.end || row.end->type == EventType::info;
    if (lost_before > 0 && !process.is_nil()) {
      // It went on as another process, as Jepsen has it.
      process = Value::keyword(fmt::format("{}#{}", to_edn(process), lost_before + 1));
      if (row.end) row.end->process = process;
    }
    if (is_lost) ++lost_before;
    events.push_back(std::move(row.call));
    if (row.end) events.push_back(*std::move(row.end));
  }
  sort_by_time(events);
  return events;
}

}  // namespace windtunnel::checkers
