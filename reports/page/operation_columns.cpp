#include <windtunnel/reports/page/operation_columns.h>

#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/history/returned.h>
#include <windtunnel/protocols/base/utf8.h>

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <queue>
#include <set>

namespace windtunnel::reports {
namespace {

using checkers::Event;
using checkers::EventType;
using checkers::History;
using checkers::Operation;
using checkers::Value;

constexpr std::size_t kLongestText = 1'000;  // bytes; what is longer is cut, and says so
constexpr std::int64_t kForEver = INT64_MAX;

// The part of a value that is not its key.
const Value& content_of(const Value& value, bool tuples) {
  return tuples && value.is_sequence() && value.items().size() == 2 ? value.items()[1] : value;
}

const Value& key_of(const History& history, const Operation& op, bool tuples) {
  const Value& value = history.argument(op);
  const bool is_tuple = tuples && value.is_sequence() && value.items().size() == 2;
  return is_tuple ? value.items()[0] : history.key(op);
}

// What came back, in words: nothing for an acknowledgement that repeats the argument.
std::string answer_of(const History& history, const Operation& op, bool tuples) {
  const Event* end = history.completion(op);
  if (end == nullptr) return "no answer";
  if (op.outcome != EventType::ok) return shown_text(end->error);
  if (!checkers::returned_something(history, op)) return {};
  const Value& content = content_of(end->value, tuples);
  return content.is_nil() ? "nil" : shown_text(content);
}

// More processes than that share rows wherever they can.
constexpr std::size_t kMaxRowsOfOne = 64;

// A row a process, and the row of one whose client got no answer goes to a process after it.
class Rows {
 public:
  // Processes come in the order of their beginnings.
  std::uint32_t row_of(std::int64_t process, std::int64_t begin, std::int64_t last) {
    const auto known = rows_.find(process);
    if (known != rows_.end()) return known->second;
    while (!busy_.empty() && busy_.top().first <= begin) {
      idle_.insert(busy_.top().second);
      busy_.pop();
    }
    if (idle_.empty()) idle_.insert(count_++);
    const std::uint32_t row = *idle_.begin();
    idle_.erase(idle_.begin());
    busy_.emplace(std::max(begin, last), row);
    return rows_[process] = row;
  }
  std::uint32_t count() const { return count_; }

  // From the numbers that row_of() gave to those in the order of the processes.
  void sort(std::vector<std::uint32_t>& rows) const {
    std::vector<std::uint32_t> place(count_, count_);
    std::uint32_t next = 0;
    for (const auto& [process, row] : rows_) {
      if (place[row] == count_) place[row] = next++;
    }
    for (std::uint32_t& row : rows) row = place[row];
  }

 private:
  using Until = std::pair<std::int64_t, std::uint32_t>;  // when a row is free again
  std::map<std::int64_t, std::uint32_t> rows_;
  std::priority_queue<Until, std::vector<Until>, std::greater<Until>> busy_;
  std::set<std::uint32_t> idle_;
  std::uint32_t count_ = 0;
};

// Until when each process needs its row.
std::map<std::int64_t, std::int64_t> last_places(const History& history,
                                                 const OperationView& view) {
  std::map<std::int64_t, std::int64_t> last;
  for (const Operation& op : history.operations()) {
    const bool open = op.completed == checkers::kNoEvent;
    std::int64_t& place = last[history.process(op)];
    place = std::max(place, open ? kForEver : place_on(view, history, op.completed));
  }
  if (last.size() > kMaxRowsOfOne) return last;
  std::map<std::int64_t, std::int64_t> own;
  for (const Operation& op : history.operations()) {
    const std::int64_t process = history.process(op);
    own[process] = op.outcome == EventType::info ? last[process] : kForEver;
  }
  return own;
}

struct OperationTexts {
  std::vector<std::uint32_t> process, f, key, argument, answer, line;

  void add(const History& history, const Operation& op, bool tuples, TextTable& texts) {
    process.push_back(texts.add(shown_text(history.invocation(op).process)));
    f.push_back(texts.add(printable(history.f(op))));
    key.push_back(texts.add(shown_text(key_of(history, op, tuples))));
    argument.push_back(texts.add(shown_text(content_of(history.argument(op), tuples))));
    answer.push_back(texts.add(answer_of(history, op, tuples)));
    line.push_back(history.invocation(op).line);
  }
  void write(ColumnWriter& columns) const {
    using Coding = ColumnWriter::Coding;
    columns.add_packed("op_process", "Uint32Array", Coding::plain, process);
    columns.add_packed("op_f", "Uint32Array", Coding::plain, f);
    columns.add_packed("op_key", "Uint32Array", Coding::plain, key);
    columns.add_packed("op_argument", "Uint32Array", Coding::plain, argument);
    columns.add_packed("op_answer", "Uint32Array", Coding::plain, answer);
    columns.add_packed("op_line", "Uint32Array", Coding::delta, line);
  }
};

}  // namespace

OperationView view_of(const History& history) {
  constexpr std::int64_t kHourNs = 3'600'000'000'000;
  const std::vector<Event>& events = history.events();
  OperationView view;
  std::int64_t before = 0;
  for (const Event& event : events) {
    // kNoTime is below every time.
    if (event.time_ns < before) return {Axis::order, 0, false};
    before = event.time_ns;
  }
  if (!events.empty() && events.front().time_ns > kHourNs) view.origin_ns = events.front().time_ns;
  return view;
}

std::int64_t place_on(const OperationView& view, const History& history, std::uint32_t position) {
  if (view.axis == Axis::order) return std::int64_t{position};
  return history.events()[position].time_ns - view.origin_ns;
}

std::string shown_text(const Value& value) {
  if (value.is_nil()) return {};
  std::string text =
      printable(value.is_name() ? std::string(value.text()) : checkers::to_edn(value));
  if (text.size() <= kLongestText) return text;
  return fmt::format("{} ... ({} characters)", whole_characters(text, kLongestText), text.size());
}

std::uint32_t write_operations(const History& history, const OperationView& view,
                               ColumnWriter& columns, TextTable& texts) {
  std::vector<double> begin, length;
  std::vector<std::uint32_t> row;
  std::vector<std::uint8_t> outcome;
  OperationTexts words;
  const std::map<std::int64_t, std::int64_t> last = last_places(history, view);
  Rows rows;
  for (const Operation& op : history.operations()) {
    const std::int64_t from = place_on(view, history, op.invoked);
    const bool open = op.completed == checkers::kNoEvent;
    const std::int64_t to = open ? from - 1 : place_on(view, history, op.completed);
    begin.push_back(static_cast<double>(from));
    length.push_back(static_cast<double>(to - from + 1));  // 0: it never ended
    row.push_back(rows.row_of(history.process(op), from, last.at(history.process(op))));
    outcome.push_back(static_cast<std::uint8_t>(op.outcome));
    words.add(history, op, view.tuples, texts);
  }
  rows.sort(row);
  using Coding = ColumnWriter::Coding;
  columns.add_packed("op_begin", "Float64Array", Coding::delta, begin);
  columns.add_packed("op_length", "Float64Array", Coding::plain, length);
  columns.add_packed("op_lane", "Uint32Array", Coding::plain, row);
  columns.add("op_outcome", outcome);
  words.write(columns);
  return rows.count();
}

}  // namespace windtunnel::reports
