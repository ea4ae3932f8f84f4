// The line of `run --json`, read back.
#include <windtunnel/scenarios/campaign/result_json.h>

#include <boost/json.hpp>
#include <charconv>
#include <utility>

namespace windtunnel::scenarios {
namespace {

namespace json = boost::json;

const json::value& at(const json::object& object, std::string_view key) {
  static const json::value kNothing;
  const json::value* const found = object.if_contains(key);
  return found == nullptr ? kNothing : *found;
}

std::string text_at(const json::object& object, std::string_view key) {
  const json::string* const text = at(object, key).if_string();
  return text == nullptr ? std::string() : std::string(*text);
}

// As a number, or as a string of digits.
std::uint64_t number_at(const json::object& object, std::string_view key) {
  const json::value& value = at(object, key);
  if (const std::int64_t* const number = value.if_int64()) {
    return static_cast<std::uint64_t>(*number);
  }
  if (const std::uint64_t* const number = value.if_uint64()) return *number;
  const std::string text = text_at(object, key);
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

template <class Each>
void for_each(const json::value& list, Each each) {
  const json::array* const array = list.if_array();
  if (array == nullptr) return;
  for (const json::value& value : *array) each(value);
}

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

PropertyResult property_of(const json::object& object) {
  PropertyResult property;
  property.check = text_at(object, "check");
  property.workload = text_at(object, "workload");
  property.expected = expectation_of(text_at(object, "expected"));
  Finding& finding = property.finding;
  finding.decision = decision_of(text_at(object, "verdict"));
  const json::object* const witness = at(object, "witness").if_object();
  if (witness == nullptr) return property;
  finding.text = text_at(*witness, "text");
  finding.kind = text_at(*witness, "kind");
  finding.event = number_at(*witness, "event");
  finding.time = Instant{static_cast<std::int64_t>(number_at(*witness, "time_ns"))};
  for_each(at(*witness, "related"), [&](const json::value& event) {
    const json::object one{{"event", event}};
    finding.related.push_back(number_at(one, "event"));
  });
  for_each(at(*witness, "history"), [&](const json::value& index) {
    if (index.is_int64()) finding.history.push_back(index.get_int64());
  });
  return property;
}

void read_stats(const json::object& object, RunResult& result) {
  RunStats& stats = result.stats;
  stats.ops_ok = number_at(object, "ops_ok");
  stats.ops_fail = number_at(object, "ops_fail");
  stats.ops_info = number_at(object, "ops_info");
  stats.elections = number_at(object, "elections");
  stats.crashes = number_at(object, "crashes");
  stats.exits = number_at(object, "exits");
  stats.faults_fired = number_at(object, "faults_fired");
  stats.faults_bite = number_at(object, "faults_bite");
  stats.messages_sent = number_at(object, "messages_sent");
  stats.messages_dropped = number_at(object, "messages_dropped");
  const json::object* const faults = at(object, "faults").if_object();
  if (faults == nullptr) return;
  for (const json::key_value_pair& fault : *faults) {
    const json::object* const activity = fault.value().if_object();
    if (activity == nullptr) continue;
    FaultActivity read;
    read.id = std::string(fault.key());
    read.kind = text_at(*activity, "kind");
    read.fired = number_at(*activity, "fired");
    read.bites = number_at(*activity, "bites");
    result.faults.push_back(std::move(read));
  }
}

}  // namespace

std::optional<RunResult> read_result_line(const std::string& line) {
  boost::system::error_code error;
  const json::value parsed = json::parse(line, error);
  const json::object* const object = error ? nullptr : parsed.if_object();
  if (object == nullptr || text_at(*object, "schema") != "windtunnel.run/1") return std::nullopt;
  RunResult result;
  result.scenario = text_at(*object, "scenario");
  result.seed = number_at(*object, "seed");
  const std::string verdict = text_at(*object, "verdict");
  result.verdict = verdict == "pass"   ? RunVerdict::pass
                   : verdict == "fail" ? RunVerdict::fail
                                       : RunVerdict::unknown;
  result.trace_hash = digest_of(text_at(*object, "trace_hash"));
  result.events = number_at(*object, "events");
  result.sim_time = Duration{static_cast<std::int64_t>(number_at(*object, "sim_time_ns"))};
  if (const double* const wall = at(*object, "wall_time_ms").if_double()) result.wall_ms = *wall;
  for_each(at(*object, "properties"), [&](const json::value& property) {
    if (property.is_object()) result.properties.push_back(property_of(property.get_object()));
  });
  if (const json::object* const stats = at(*object, "stats").if_object()) {
    read_stats(*stats, result);
  }
  for_each(at(*object, "reasons"), [&](const json::value& reason) {
    if (reason.is_string()) result.reasons.emplace_back(reason.get_string());
  });
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
