#include <windtunnel/scenarios/campaign/result_json.h>

#include <windtunnel/protocols/base/utf8.h>

#include <boost/json.hpp>

#include <utility>

namespace windtunnel::scenarios {
namespace {

namespace json = boost::json;

std::string_view name_of(Expectation expectation) {
  switch (expectation) {
    case Expectation::holds: return "holds";
    case Expectation::violated: return "violated";
    case Expectation::violated_in_any: return "violated in_any";
    case Expectation::any: break;
  }
  return "any";
}

std::string_view verdict_of(Decision decision) {
  return decision == Decision::ok ? "holds" : checkers::name_of(decision);
}

json::string text_of(std::string_view text) { return json::string(text.data(), text.size()); }

json::object witness_of(const Finding& finding) {
  json::object witness;
  witness["text"] = text_of(printable(finding.text));
  if (!finding.kind.empty()) witness["kind"] = text_of(printable(finding.kind));
  if (finding.event != 0) witness["event"] = std::to_string(finding.event);
  if (finding.time != Instant{}) witness["time_ns"] = finding.time.ns;
  if (!finding.related.empty()) {
    json::array& related = witness["related"].emplace_array();
    for (const std::uint64_t event : finding.related) related.emplace_back(std::to_string(event));
  }
  if (!finding.history.empty()) {
    json::array& indices = witness["history"].emplace_array();
    for (const std::int64_t index : finding.history) indices.emplace_back(index);
  }
  return witness;
}

json::object property_of(const PropertyResult& property) {
  json::object object;
  object["check"] = text_of(property.check);
  if (!property.workload.empty()) object["workload"] = text_of(property.workload);
  object["verdict"] = text_of(verdict_of(property.finding.decision));
  object["expected"] = text_of(name_of(property.expected));
  if (property.property != PropertyResult::kNoProperty) object["property"] = property.property;
  const bool says = property.finding.decision != Decision::ok;
  object["witness"] = says ? json::value(witness_of(property.finding)) : json::value(nullptr);
  return object;
}

json::object stats_of(const RunResult& result) {
  const RunStats& stats = result.stats;
  json::object object;
  object["ops_ok"] = stats.ops_ok;
  object["ops_fail"] = stats.ops_fail;
  object["ops_info"] = stats.ops_info;
  object["elections"] = stats.elections;
  object["crashes"] = stats.crashes;
  object["exits"] = stats.exits;
  object["faults_fired"] = stats.faults_fired;
  object["faults_bite"] = stats.faults_bite;
  object["messages_sent"] = stats.messages_sent;
  object["messages_dropped"] = stats.messages_dropped;
  json::object& faults = object["faults"].emplace_object();
  for (const FaultActivity& fault : result.faults) {
    json::object activity;
    activity["kind"] = text_of(fault.kind);
    activity["fired"] = fault.fired;
    activity["biting"] = fault.biting;
    activity["bites"] = fault.bites;
    faults[fault.id] = std::move(activity);
  }
  return object;
}

json::object object_of(const RunResult& result) {
  json::object object;
  object["schema"] = text_of(kResultSchema);
  object["scenario"] = text_of(result.scenario);
  object["seed"] = std::to_string(result.seed);
  object["verdict"] = text_of(scenarios::name_of(result.verdict));
  object["trace_hash"] = to_hex(result.trace_hash);
  object["events"] = result.events;
  object["sim_time_ns"] = result.sim_time.ns;
  object["wall_time_ms"] = result.wall_ms;
  json::array& properties = object["properties"].emplace_array();
  for (const PropertyResult& property : result.properties) {
    properties.emplace_back(property_of(property));
  }
  object["stats"] = stats_of(result);
  json::array& reasons = object["reasons"].emplace_array();
  for (const std::string& reason : result.reasons) {
    reasons.emplace_back(text_of(printable(reason)));
  }
  return object;
}

json::array faults_of(const RunResult& result, const std::vector<NodeLayout>& nodes) {
  json::array faults;
  for (const FaultActivity& fault : result.faults) {
    for (const FaultActivity::Window& window : fault.windows) {
      json::object object;
      object["id"] = text_of(fault.id);
      object["label"] = text_of(fault.label);
      object["begin_ns"] = window.begin.ns;
      const bool ended = window.end != kEndOfTime;
      object["end_ns"] = ended ? window.end.ns : result.sim_time.ns;
      json::array& victims = object["victims"].emplace_array();
      for (const NodeId node : window.victims)
        victims.emplace_back(text_of(nodes[node.value].name));
      object["bites"] = fault.bites;
      faults.emplace_back(std::move(object));
    }
  }
  return faults;
}

json::array phases_of(const RunResult& result) {
  json::array phases;
  json::object faults_on;
  faults_on["name"] = "faults";
  faults_on["begin_ns"] = 0;
  phases.emplace_back(std::move(faults_on));
  if (result.healed_at) {
    json::object healed;
    healed["name"] = "healed";
    healed["begin_ns"] = result.healed_at->ns;
    phases.emplace_back(std::move(healed));
  }
  return phases;
}

void add_violation(json::object& document, const RunResult& result,
                   const std::vector<NodeLayout>& nodes) {
  for (const PropertyResult& property : result.properties) {
    const Finding& finding = property.finding;
    if (finding.decision != Decision::violated) continue;
    json::object violation;
    violation["check"] = text_of(property.check);
    violation["event"] = std::to_string(finding.event);
    violation["time_ns"] = finding.time.ns;
    if (finding.node != kNoNode) violation["node"] = text_of(nodes[finding.node.value].name);
    violation["text"] = text_of(printable(finding.text));
    json::array& related = violation["related"].emplace_array();
    for (const std::uint64_t event : finding.related) related.emplace_back(std::to_string(event));
    document["violation"] = std::move(violation);
    return;
  }
}

}  // namespace

std::string result_line(const RunResult& result) { return json::serialize(object_of(result)); }

std::string result_document(const RunResult& result, const ScenarioSpec& spec,
                            const std::string& replay_command) {
  const std::vector<NodeLayout> nodes = layout(spec);
  json::object document = object_of(result);
  add_violation(document, result, nodes);
  document["replay"] = text_of(replay_command);
  document["faults"] = faults_of(result, nodes);
  document["phases"] = phases_of(result);
  json::object build;
  build["compiler"] = __VERSION__;
#ifdef __clang__
  build["family"] = "clang";
#else
  build["family"] = "gcc";
#endif
  document["build"] = std::move(build);
  return json::serialize(document);
}

std::string comparable(const std::string& line) {
  boost::system::error_code error;
  json::value parsed = json::parse(line, error);
  if (error || !parsed.is_object()) return line;
  parsed.get_object().erase("wall_time_ms");
  return json::serialize(parsed);
}

}  // namespace windtunnel::scenarios
