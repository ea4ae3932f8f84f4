// What a run knows of its client operations beyond the history: their records, and who names them.
#include <windtunnel/reports/page/event_columns.h>

#include <map>

namespace windtunnel::reports {
namespace {

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

}  // namespace

void write_calls(const RecordedRun& run, const EventColumns& events, ColumnWriter& columns) {
  const Calls calls = calls_of(run, events);
  std::vector<std::uint8_t> witness;
  for (const bool named : witness_of(run)) witness.push_back(named ? 1 : 0);
  columns.add("op_witness", witness);
  columns.add("op_invoked", calls.invoked);
  columns.add("op_completed", calls.completed);
}

}  // namespace windtunnel::reports
