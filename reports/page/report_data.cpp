#include <windtunnel/reports/page/report_data.h>

#include <windtunnel/reports/page/event_columns.h>
#include <windtunnel/reports/page/operation_columns.h>
#include <windtunnel/reports/words/timeline.h>

#include <fmt/format.h>

#include <iterator>
#include <set>

namespace windtunnel::reports {
namespace {

namespace json = boost::json;

json::string text(std::string_view value) { return json_text(value); }

json::array pairs(const TextPairs& list) {
  json::array out;
  for (const auto& [name, value] : list) out.push_back(json::array{text(name), text(value)});
  return out;
}

json::array properties(const ResultFile& result) {
  json::array out;
  for (const PropertyRow& row : result.properties) {
    json::object item;
    item["check"] = text(row.check);
    item["workload"] = text(row.workload);
    item["verdict"] = text(row.verdict);
    item["expected"] = text(row.expected);
    item["witness"] = text(row.witness);
    json::array operations;
    for (const std::int64_t operation : row.operations) operations.push_back(operation);
    item["operations"] = std::move(operations);
    out.push_back(std::move(item));
  }
  return out;
}

json::value violation(const ResultFile& result) {
  if (!result.violation) return nullptr;
  const ViolationRow& row = *result.violation;
  json::object item;
  item["check"] = text(row.check);
  item["event"] = row.event;
  item["time"] = row.time_ns ? json::value(*row.time_ns) : json::value(nullptr);
  item["node"] = text(row.node);
  item["text"] = text(row.text);
  json::array related;
  for (const std::uint64_t number : row.related) related.push_back(number);
  item["related"] = std::move(related);
  return item;
}

json::array faults(const ResultFile& result) {
  json::array out;
  for (const FaultRow& row : result.faults) {
    json::object item;
    item["id"] = text(row.id);
    item["label"] = text(row.label);
    item["begin"] = row.begin_ns ? json::value(*row.begin_ns) : json::value(nullptr);
    item["end"] = row.end_ns ? json::value(*row.end_ns) : json::value(nullptr);
    json::array victims;
    for (const std::string& victim : row.victims) victims.push_back(text(victim));
    item["victims"] = std::move(victims);
    item["bites"] = row.bites;
    out.push_back(std::move(item));
  }
  return out;
}

// The registered texts that the selected records refer to, by hash.
json::object names(const RecordedRun& run, const Selection& selection, const Narrator& narrator) {
  std::set<std::uint64_t> used;
  for (const std::uint32_t number : selection.rows) {
    const Record& record = run.trace.records[number - 1];
    for (const FieldSpec& field : narrator.spec_of(record).fields) {
      if (field.type == FieldType::name) used.insert(word_of(record, field.source));
    }
  }
  json::object out;
  for (const Trace::Name& name : run.trace.names) {
    if (used.contains(name.hash)) out[std::to_string(name.hash)] = text(name.text);
  }
  return out;
}

json::array bands(const Timeline& timeline, const Narrator& narrator) {
  json::array out;
  for (const FaultBand& band : timeline.bands) {
    json::object item;
    item["id"] = text(narrator.text_of(FieldType::name, band.id));
    item["label"] = text(narrator.text_of(FieldType::name, band.label));
    item["event"] = band.event;
    item["begin"] = band.begin_ns;
    item["end"] = band.end_ns;
    json::array victims;
    for (std::uint32_t i = 0; i < 64; ++i) {
      if ((band.victims >> i & 1) != 0) victims.push_back(i);
    }
    item["victims"] = std::move(victims);
    out.push_back(std::move(item));
  }
  return out;
}

json::array outages(const Timeline& timeline) {
  json::array out;
  for (const Outage& outage : timeline.outages) {
    out.push_back(json::array{outage.node.value, outage.crash, outage.begin_ns, outage.end_ns});
  }
  return out;
}

// How roles are drawn: in the colours of those that everybody has.
std::size_t shade_of(const RoleWord& role, std::size_t position) {
  constexpr std::size_t kLeads = 3;
  constexpr std::size_t kOthers[] = {0, 4, 2, 1};
  for (std::size_t i = 0; i < std::size(kCommonRoles); ++i) {
    if (kCommonRoles[i].name == role.name) return i;
  }
  return role.leads ? kLeads : kOthers[position % std::size(kOthers)];
}

// What the page has to know of each service: its roles, and the counters that it shows.
json::array services(const Dictionary& dictionary) {
  json::array out;
  for (const ServiceWords& service : dictionary.services()) {
    json::array roles;
    for (std::size_t i = 0; i < service.roles.size(); ++i) {
      json::object role;
      role["name"] = text(service.roles[i].name);
      role["shade"] = shade_of(service.roles[i], i);
      roles.push_back(std::move(role));
    }
    json::array strips;
    for (const std::size_t at : shown_counters(service)) {
      json::object strip;
      strip["name"] = text(service.counters[at].name);
      strip["line"] = service.counters[at].strip == Strip::line;
      strips.push_back(std::move(strip));
    }
    json::object item;
    item["name"] = text(service.service);
    item["roles"] = std::move(roles);
    item["strips"] = std::move(strips);
    out.push_back(std::move(item));
  }
  return out;
}

// The members, each with the strips that its service shows, by node and group.
json::array members(const Timeline& timeline, const Dictionary& dictionary) {
  json::array out;
  for (const Member& member : timeline.members) {
    const ServiceWords& service = *dictionary.of(member.group);
    json::object item;
    item["node"] = member.node.value;
    item["group"] = member.group.value;
    item["name"] = service.groups > 1 ? text(dictionary.name(member.group)) : json::string();
    item["service"] = &service - dictionary.services().data();
    out.push_back(std::move(item));
  }
  return out;
}

void write_strips(const Timeline& timeline, ColumnWriter& columns) {
  std::vector<double> time, value;
  std::vector<std::uint32_t> member;
  std::vector<std::uint8_t> strip;
  for (const StripChange& change : timeline.changes) {
    time.push_back(static_cast<double>(change.time_ns));
    member.push_back(change.member);
    strip.push_back(change.strip);
    value.push_back(static_cast<double>(change.value));
  }
  using Coding = ColumnWriter::Coding;
  columns.add_packed("strip_time", "Float64Array", Coding::delta, time);
  columns.add_packed("strip_member", "Uint32Array", Coding::plain, member);
  columns.add("strip_number", strip);
  columns.add_packed("strip_value", "Float64Array", Coding::delta, value);
}

// The last lines of the log, as log.js reads them.
json::array log_lines(const TraceData& trace) {
  constexpr std::size_t kMost = 5'000;
  json::array out;
  const std::size_t first = trace.log.size() > kMost ? trace.log.size() - kMost : 0;
  for (std::size_t i = first; i < trace.log.size(); ++i) {
    const LogLine& line = trace.log[i];
    out.push_back(json::array{line.after, line.cause, line.node.value, line.time.ns,
                              text(name_of(line.level)), text(line.text)});
  }
  return out;
}

json::array texts(const std::vector<std::string>& list) {
  json::array out;
  for (const std::string& item : list) out.push_back(text(item));
  return out;
}

json::object summary(const RecordedRun& run) {
  const ResultFile& result = run.result;
  json::object page;
  page["scenario"] = text(result.scenario);
  page["seed"] = text(result.seed);
  page["verdict"] = text(result.verdict);
  page["hash"] = text(result.trace_hash);
  page["events"] = std::to_string(result.events);
  page["duration"] = result.sim_time_ns;
  page["replay"] = text(result.replay);
  page["reasons"] = texts(result.reasons);
  page["properties"] = properties(result);
  page["violation"] = violation(result);
  page["faults"] = faults(result);
  json::array phases;
  for (const PhaseRow& row : result.phases) {
    phases.push_back(json::array{text(row.name), row.begin_ns});
  }
  page["phases"] = std::move(phases);
  page["stats"] = pairs(result.stats);
  page["build"] = pairs(result.build);
  page["notes"] = texts(run.notes);
  page["yaml"] = text(run.scenario_yaml);
  return page;
}

}  // namespace

std::string json_for_script(const boost::json::value& value) {
  const std::string plain = json::serialize(value);
  std::string out;
  out.reserve(plain.size());
  for (const char c : plain) {
    if (c == '<' || c == '>' || c == '&') {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out;
}

ReportData make_report_data(const RecordedRun& run, const Selection& selection,
                            const MessageWords& words) {
  const Narrator narrator(run.trace, words);
  const Timeline timeline = timeline_of(run.trace);
  ColumnWriter columns;
  TextTable table;
  PageKinds kinds(run.trace, narrator);
  const EventColumns events(run, selection, narrator, kinds);
  events.write(columns, table);
  write_operations(run.history, {}, columns, table);
  write_calls(run, events, columns);
  write_strips(timeline, columns);

  json::object page = summary(run);
  page["left_out"] = text(selection.left_out);
  json::array nodes;
  for (std::uint32_t i = 0; i < run.trace.nodes.size(); ++i) {
    nodes.push_back(text(narrator.node(NodeId{i})));
  }
  page["nodes"] = std::move(nodes);
  page["log"] = log_lines(run.trace);
  page["kinds"] = kinds.table();
  page["services"] = services(run.trace.dictionary);
  page["members"] = members(timeline, run.trace.dictionary);
  page["names"] = names(run, selection, narrator);
  page["messages"] = kinds.types();
  json::array errors;
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(Errc::unsupported); ++i) {
    errors.push_back(text(name_of(static_cast<Errc>(i))));
  }
  page["errors"] = std::move(errors);
  json::array drops;
  for (std::uint16_t i = 0; i <= static_cast<std::uint16_t>(DropReason::script); ++i) {
    drops.push_back(text(name_of(static_cast<DropReason>(i))));
  }
  page["drops"] = std::move(drops);
  page["bands"] = bands(timeline, narrator);
  page["outages"] = outages(timeline);
  table.write(columns);
  page["columns"] = columns.directory();

  ReportData data;
  data.json = json_for_script(page);
  data.columns = columns.base64();
  data.rows = selection.rows.size();
  data.left_out = selection.left_out;
  return data;
}

}  // namespace windtunnel::reports
