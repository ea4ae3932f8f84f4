// The client history as columns: one row a client, reused by the processes that follow it.
#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/reports/page/event_columns.h>

#include <algorithm>
#include <map>

namespace windtunnel::reports {
namespace {

using checkers::Event;
using checkers::EventType;
using checkers::History;
using checkers::Operation;
using checkers::Value;

std::string text_of(const Value& value) {
  if (value.is_nil()) return {};
  return printable(value.is_name() ? std::string(value.text()) : checkers::to_edn(value));
}

std::string call_of(const History& history, const Operation& op) {
  std::string text = printable(history.f(op));
  const std::string key = text_of(history.key(op));
  const std::string argument = text_of(history.argument(op));
  if (!key.empty()) text += " " + key;
  if (!argument.empty()) text += (key.empty() ? " " : " = ") + argument;
  return text;
}

// What came back, in words: nothing for an acknowledgement that repeats the argument.
std::string answer_of(const History& history, const Operation& op) {
  const Event* end = history.completion(op);
  if (end == nullptr) return "no answer";
  if (op.outcome == EventType::ok) {
    if (end->value == history.argument(op)) return {};
    return end->value.is_nil() ? "nil" : text_of(end->value);
  }
  return text_of(end->error);
}

// Packs processes into as few rows as they need: a process whose client got no answer is followed
// by another.
class Rows {
 public:
  std::uint16_t row_of(std::int64_t process, std::int64_t begin, std::int64_t last) {
    const auto known = rows_.find(process);
    if (known != rows_.end()) return known->second;
    std::size_t row = 0;
    while (row < busy_until_.size() && busy_until_[row] > begin) ++row;
    if (row == busy_until_.size()) busy_until_.push_back(0);
    busy_until_[row] = std::max(begin, last);
    return rows_[process] = static_cast<std::uint16_t>(std::min<std::size_t>(row, 0xffff));
  }

 private:
  std::map<std::int64_t, std::uint16_t> rows_;
  std::vector<std::int64_t> busy_until_;
};

struct Calls {
  std::vector<std::uint32_t> invoked, completed;  // row + 1 by operation
};

// The n-th client operation of the history is the n-th `invoke` of the trace: both are in order of
// time.
Calls calls_of(const RecordedRun& run, const EventColumns& events) {
  std::vector<std::uint64_t> invokes;
  std::map<std::uint64_t, std::uint64_t> completes;
  for (std::size_t i = 0; i < run.trace.records.size(); ++i) {
    const Record& record = run.trace.records[i];
    if (record.kind == RecordKind::invoke) invokes.push_back(i + 1);
    if (record.kind == RecordKind::complete) completes[record.b] = i + 1;
  }
  Calls calls;
  const std::size_t count = run.history.operations().size();
  calls.invoked.assign(count, 0);
  calls.completed.assign(count, 0);
  if (invokes.size() != count) return calls;  // not the history of this trace
  for (std::size_t i = 0; i < count; ++i) {
    calls.invoked[i] = events.row_of(invokes[i]);
    const auto found = completes.find(invokes[i]);
    if (found != completes.end()) calls.completed[i] = events.row_of(found->second);
  }
  return calls;
}

std::vector<bool> witness_of(const RecordedRun& run) {
  std::vector<bool> named(run.history.operations().size(), false);
  for (const PropertyRow& row : run.result.properties) {
    if (row.verdict != "violated") continue;
    for (const std::int64_t operation : row.operations) {
      const auto at = static_cast<std::uint64_t>(operation);
      if (operation >= 0 && at < named.size()) named[at] = true;
    }
  }
  return named;
}

std::map<std::int64_t, std::int64_t> last_times(const History& history) {
  std::map<std::int64_t, std::int64_t> last;
  for (const Operation& op : history.operations()) {
    const Event* end = history.completion(op);
    std::int64_t& time = last[history.process(op)];
    time = std::max(time, end == nullptr ? INT64_MAX : end->time_ns);
  }
  return last;
}

}  // namespace

void write_operations(const RecordedRun& run, const EventColumns& events, ColumnWriter& columns,
                      StringTable& texts) {
  const History& history = run.history;
  std::vector<double> begin, end, process;
  std::vector<std::uint16_t> row;
  std::vector<std::uint8_t> outcome, witness;
  std::vector<std::uint32_t> call, answer;
  const Calls calls = calls_of(run, events);
  const std::vector<bool> named = witness_of(run);
  const std::map<std::int64_t, std::int64_t> last = last_times(history);
  Rows rows;
  for (std::size_t i = 0; i < history.operations().size(); ++i) {
    const Operation& op = history.operations()[i];
    const Event* completion = history.completion(op);
    const std::int64_t who = history.process(op);
    const std::int64_t from = history.invocation(op).time_ns;
    begin.push_back(static_cast<double>(from));
    end.push_back(completion == nullptr ? -1.0 : static_cast<double>(completion->time_ns));
    process.push_back(static_cast<double>(who));
    row.push_back(rows.row_of(who, from, last.at(who)));
    outcome.push_back(static_cast<std::uint8_t>(op.outcome));
    witness.push_back(named[i] ? 1 : 0);
    call.push_back(texts.add(call_of(history, op)));
    answer.push_back(texts.add(answer_of(history, op)));
  }
  columns.add("op_begin", begin);
  columns.add("op_end", end);
  columns.add("op_process", process);
  columns.add("op_lane", row);
  columns.add("op_outcome", outcome);
  columns.add("op_witness", witness);
  columns.add("op_call", call);
  columns.add("op_answer", answer);
  columns.add("op_invoked", calls.invoked);
  columns.add("op_completed", calls.completed);
}

}  // namespace windtunnel::reports
