// The line of `run --json`, read back.
#include <windtunnel/reports/run/run_directory.h>
#include <windtunnel/scenarios/campaign/result_json.h>

#include <charconv>
#include <utility>

namespace windtunnel::scenarios {
namespace {

Digest digest_of(const std::string& hex) {
  Digest digest;
  if (hex.size() != 32) return digest;
  std::from_chars(hex.data(), hex.data() + 16, digest.high, 16);
  std::from_chars(hex.data() + 16, hex.data() + 32, digest.low, 16);
  return digest;
}

Decision decision_of(std::string_view verdict) {
  if (verdict == "holds") return Decision::ok;
  return verdict == "violated" ? Decision::violated : Decision::unknown;
}

Expectation expectation_of(std::string_view expected) {
  if (expected == "holds") return Expectation::holds;
  if (expected == "violated") return Expectation::violated;
  return expected == "violated in_any" ? Expectation::violated_in_any : Expectation::any;
}

PropertyResult property_of(reports::PropertyRow row) {
  PropertyResult property;
  property.check = std::move(row.check);
  property.workload = std::move(row.workload);
  property.expected = expectation_of(row.expected);
  if (row.property) property.property = static_cast<std::size_t>(*row.property);
  Finding& finding = property.finding;
  finding.decision = decision_of(row.verdict);
  finding.text = std::move(row.witness);
  finding.kind = std::move(row.kind);
  finding.event = row.event;
  finding.time = Instant{row.time_ns};
  finding.related = std::move(row.related);
  finding.history = std::move(row.operations);
  return property;
}

RunStats stats_of(const reports::ResultFile& file) {
  RunStats stats;
  stats.ops_ok = file.stat("ops_ok");
  stats.ops_fail = file.stat("ops_fail");
  stats.ops_info = file.stat("ops_info");
  stats.elections = file.stat("elections");
  stats.crashes = file.stat("crashes");
  stats.exits = file.stat("exits");
  stats.faults_fired = file.stat("faults_fired");
  stats.faults_bite = file.stat("faults_bite");
  stats.messages_sent = file.stat("messages_sent");
  stats.messages_dropped = file.stat("messages_dropped");
  return stats;
}

}  // namespace

std::optional<RunResult> read_result_line(const std::string& line) {
  FileResult<reports::ResultFile> file = reports::parse_result(line, "the result of a run");
  if (!file || file->schema != kResultSchema) return std::nullopt;
  RunResult result;
  result.scenario = std::move(file->scenario);
  std::from_chars(file->seed.data(), file->seed.data() + file->seed.size(), result.seed);
  result.verdict = file->verdict == "pass"   ? RunVerdict::pass
                   : file->verdict == "fail" ? RunVerdict::fail
                                             : RunVerdict::unknown;
  result.trace_hash = digest_of(file->trace_hash);
  result.events = file->events;
  result.sim_time = Duration{file->sim_time_ns};
  result.wall_ms = file->wall_time_ms;
  for (reports::PropertyRow& row : file->properties) {
    result.properties.push_back(property_of(std::move(row)));
  }
  result.stats = stats_of(*file);
  for (reports::ActivityRow& row : file->activity) {
    FaultActivity activity;
    activity.id = std::move(row.id);
    activity.kind = std::move(row.kind);
    activity.fired = row.fired;
    activity.biting = row.biting;
    activity.bites = row.bites;
    result.faults.push_back(std::move(activity));
  }
  result.reasons = std::move(file->reasons);
  return result;
}

ResultSummary summary_of(const std::string& line) {
  ResultSummary summary;
  std::optional<RunResult> read = read_result_line(line);
  if (!read) {
    summary.reasons.push_back(kUnreadableResult);
    return summary;
  }
  summary.verdict = read->verdict;
  summary.trace_hash = to_hex(read->trace_hash);
  summary.ops_ok = read->stats.ops_ok;
  summary.ops = read->stats.ops_ok + read->stats.ops_fail + read->stats.ops_info;
  summary.wall_ms = read->wall_ms;
  summary.sim_time = read->sim_time;
  summary.reasons = std::move(read->reasons);
  for (FaultActivity& fault : read->faults) {
    if (fault.bites > 0) summary.bitten.push_back(std::move(fault.kind));
  }
  for (PropertyResult& property : read->properties) {
    if (property.finding.decision != Decision::violated) continue;
    if (summary.witness.empty()) summary.witness = property.finding.text;
    summary.violated.push_back(std::move(property));
  }
  return summary;
}

}  // namespace windtunnel::scenarios
