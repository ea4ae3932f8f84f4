#include <windtunnel/reports/run/run_directory.h>

#include <windtunnel/checkers/history/history_io.h>
#include <windtunnel/reports/words/narrator.h>

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <utility>

namespace windtunnel::reports {
namespace {

constexpr std::uint64_t kLargestText = std::uint64_t{1} << 30;

bool is_directory(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

bool exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

FileResult<void> read_result_file(const std::string& path, RecordedRun& run) {
  if (!exists(path)) {
    run.notes.push_back("There is no result.json: verdict and properties are not known.");
    return {};
  }
  const FileResult<Bytes> bytes = read_whole_file(path, kLargestText);
  if (!bytes) return bytes.error();
  FileResult<ResultFile> result = parse_result(as_text(*bytes), path);
  if (!result) return result.error();
  run.result = std::move(*result);
  return {};
}

FileResult<void> read_scenario(const std::string& path, RecordedRun& run) {
  if (!exists(path)) {
    run.notes.push_back("There is no scenario.yaml: the scenario as it ran is not known.");
    return {};
  }
  const FileResult<Bytes> bytes = read_whole_file(path, kLargestText);
  if (!bytes) return bytes.error();
  run.scenario_yaml = printable(as_text(*bytes));
  return {};
}

FileResult<void> read_clients(const std::string& path, RecordedRun& run) {
  if (!exists(path)) {
    run.notes.push_back("There is no history.jsonl: the clients' operations are not shown.");
    return {};
  }
  checkers::HistoryResult history = checkers::read_history_file(path);
  if (!history) {
    return FileError{make_error_code(Errc::corrupt),
                     fmt::format("'{}' is not a history: {}", path, to_string(history.error()))};
  }
  run.history = std::move(*history);
  return {};
}

// What result.json left out and the trace knows.
void complete_from_trace(RecordedRun& run) {
  ResultFile& result = run.result;
  if (result.events == 0) result.events = run.trace.records.size();
  if (result.trace_hash.empty()) result.trace_hash = to_hex(run.trace.hash);
  if (result.sim_time_ns == 0 && !run.trace.records.empty()) {
    result.sim_time_ns = run.trace.records.back().time.ns;
  }
  if (!run.trace.meta.empty()) {
    const FileResult<ResultFile> meta = parse_result(run.trace.meta, "trace meta");
    if (meta && result.scenario.empty()) result.scenario = meta->scenario;
    if (meta && result.seed.empty()) result.seed = meta->seed;
    if (meta && result.build.empty()) result.build = meta->build;
  }
  const bool no_phases = result.phases.empty();
  const MessageWords words;
  const Narrator narrator(run.trace, words);
  for (std::size_t i = 0; i < run.trace.records.size(); ++i) {
    const Record& record = run.trace.records[i];
    if (record.kind == RecordKind::phase && no_phases) {
      result.phases.push_back({narrator.text_of(FieldType::phase, record.a), record.time.ns});
    }
    if (record.kind != RecordKind::violation || result.violation) continue;
    ViolationRow row;
    row.check = narrator.text_of(FieldType::name, record.a);
    row.text = narrator.text_of(FieldType::name, record.b);
    row.event = i + 1;
    row.time_ns = record.time.ns;
    if (record.node != kNoNode) row.node = narrator.node(record.node);
    if (record.cause != 0) row.related.push_back(record.cause);
    result.violation = std::move(row);
  }
}

// A violation may point at records that the trace does not have: then it points at nothing.
void check_references(RecordedRun& run) {
  if (!run.result.violation) return;
  ViolationRow& row = *run.result.violation;
  const std::uint64_t size = run.trace.records.size();
  const auto beyond = [size](std::uint64_t number) { return number == 0 || number > size; };
  if (row.event != 0 && beyond(row.event)) {
    run.notes.push_back(fmt::format("The trace ends at event {}, before event {} of the violation.",
                                    size, row.event));
    row.event = 0;
  }
  std::erase_if(row.related, beyond);
  if (row.event != 0 && !row.time_ns) row.time_ns = run.trace.records[row.event - 1].time.ns;
}

// From the `:index` of invocations to positions of operations; what the history does not have is
// dropped.
void find_witnesses(RecordedRun& run) {
  std::map<std::int64_t, std::int64_t> operation_of;
  for (std::size_t i = 0; i < run.history.operations().size(); ++i) {
    const checkers::Operation& op = run.history.operations()[i];
    const std::int64_t index = run.history.invocation(op).index;
    operation_of[index >= 0 ? index : op.invoked] = static_cast<std::int64_t>(i);
  }
  for (PropertyRow& row : run.result.properties) {
    std::vector<std::int64_t> found;
    for (const std::int64_t index : row.operations) {
      const auto at = operation_of.find(index);
      if (at != operation_of.end()) found.push_back(at->second);
    }
    row.operations = std::move(found);
  }
}

}  // namespace

NodeId RecordedRun::node_of(std::string_view name) const {
  for (std::uint32_t i = 0; i < trace.nodes.size(); ++i) {
    if (trace.nodes[i] == name) return NodeId{i};
  }
  return kNoNode;
}

FileResult<ResultFile> load_result(const std::string& directory) {
  const std::string path = directory + "/result.json";
  const FileResult<Bytes> bytes = read_whole_file(path, kLargestText);
  if (!bytes) return bytes.error();
  return parse_result(as_text(*bytes), path);
}

FileResult<RecordedRun> load_run(const std::string& path) {
  RecordedRun run;
  run.path = path;
  const bool directory = is_directory(path);
  const std::string trace_path = directory ? path + "/trace.wtt" : path;
  FileResult<TraceData> trace = read_trace_file(trace_path);
  if (!trace) return trace.error();
  run.trace = std::move(*trace);
  if (directory) {
    const FileResult<void> result = read_result_file(path + "/result.json", run);
    if (!result) return result.error();
    const FileResult<void> scenario = read_scenario(path + "/scenario.yaml", run);
    if (!scenario) return scenario.error();
    const FileResult<void> clients = read_clients(path + "/history.jsonl", run);
    if (!clients) return clients.error();
  } else {
    run.notes.push_back("This is a trace alone: verdict, scenario and history are not known.");
  }
  complete_from_trace(run);
  find_witnesses(run);
  check_references(run);
  return run;
}

}  // namespace windtunnel::reports
