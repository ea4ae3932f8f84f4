#include <windtunnel/reports/text/export.h>

#include <windtunnel/checkers/history/history_io.h>
#include <windtunnel/checkers/history/quoted.h>
#include <windtunnel/reports/page/selection.h>
#include <windtunnel/reports/text/happens_before.h>
#include <windtunnel/reports/text/text_report.h>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

namespace windtunnel::reports {
namespace {

constexpr std::string_view kNames[] = {"jsonl", "edn", "shiviz", "mermaid", "dot", "perfetto"};

std::string quoted(std::string_view text) {
  std::string out;
  checkers::append_quoted(printable(text), out);
  return out;
}

// JSON readers keep integers below 2^53; larger ones are written as strings.
std::string json_number(std::uint64_t value) {
  constexpr std::uint64_t kExact = std::uint64_t{1} << 53;
  return value < kExact ? std::to_string(value) : fmt::format("\"{}\"", value);
}

bool is_plain_number(FieldType type) {
  return type == FieldType::number || type == FieldType::event || type == FieldType::duration;
}

std::string event_object(const RecordedRun& run, const Narrator& narrator, std::uint64_t number) {
  const Record& record = run.trace.records[number - 1];
  std::string out = fmt::format("{{\"id\":{},\"t\":{}", number, record.time.ns);
  if (record.node != kNoNode) out += ",\"node\":" + quoted(narrator.node(record.node));
  out += ",\"kind\":" + quoted(name_of(narrator.spec_of(record)));
  if (record.cause != 0) out += fmt::format(",\"cause\":{}", record.cause);
  if (record.group.value != 0) out += fmt::format(",\"group\":{}", record.group.value);
  if (record.incarnation.value != 0) out += fmt::format(",\"life\":{}", record.incarnation.value);
  std::string fields;
  for (const FieldSpec& field : narrator.spec_of(record).fields) {
    if (field.name.empty()) continue;
    const std::uint64_t word = word_of(record, field.source);
    fields += (fields.empty() ? "" : ",") + quoted(field.name) + ":";
    fields +=
        is_plain_number(field.type) ? json_number(word) : quoted(narrator.text_of(field, record));
  }
  if (!fields.empty()) out += ",\"f\":{" + fields + "}";
  const std::string content = narrator.content(number);
  if (!content.empty()) out += ",\"content\":" + quoted(content);
  return out + "}\n";
}

// ShiViz reads hosts as words.
std::string host_of(const Narrator& narrator, NodeId node) {
  std::string name = node == kNoNode ? "world" : narrator.node(node);
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

using VectorClock = std::map<std::string, std::uint64_t>;

void merge(VectorClock& clock, const VectorClock& other) {
  for (const auto& [host, count] : other) clock[host] = std::max(clock[host], count);
}

std::uint64_t center_or_end(const RecordedRun& run, std::uint64_t around) {
  if (around != 0) return around;
  const std::uint64_t center = center_of(run);
  return center != 0 ? center : run.trace.records.size();
}

}  // namespace

std::string_view name_of(ExportFormat format) noexcept {
  return kNames[static_cast<std::size_t>(format)];
}

std::optional<ExportFormat> export_format_of(std::string_view name) {
  const auto found = std::find(std::begin(kNames), std::end(kNames), name);
  if (found == std::end(kNames)) return std::nullopt;
  return static_cast<ExportFormat>(found - std::begin(kNames));
}

std::string to_jsonl(const RecordedRun& run, const MessageWords& words) {
  const Narrator narrator(run.trace, words);
  const ResultFile& result = run.result;
  std::string out = fmt::format(
      "{{\"v\":1,\"type\":\"meta\",\"scenario\":{},\"seed\":{},\"run_hash\":\"{}\",\"nodes\":[",
      quoted(result.scenario), quoted(result.seed), to_hex(run.trace.hash));
  for (std::uint32_t i = 0; i < run.trace.nodes.size(); ++i) {
    out += (i == 0 ? "" : ",") + quoted(narrator.node(NodeId{i}));
  }
  out += "]}\n";
  for (std::uint64_t number = 1; number <= run.trace.records.size(); ++number) {
    out += event_object(run, narrator, number);
  }
  if (!result.violation) return out;
  const ViolationRow& row = *result.violation;
  std::string events;
  for (const std::uint64_t number : row.related) {
    events += (events.empty() ? "" : ",") + std::to_string(number);
  }
  return out + fmt::format(
                   "{{\"type\":\"violation\",\"at\":{},\"check\":{},\"text\":{},"
                   "\"events\":[{}]}}\n",
                   row.event, quoted(row.check), quoted(row.text), events);
}

std::string to_shiviz(const RecordedRun& run, const MessageWords& words, std::uint64_t center) {
  const Narrator narrator(run.trace, words);
  std::vector<std::uint64_t> window;
  for (std::uint64_t number = center; number > 0 && window.size() < kShivizEvents; --number) {
    const Record& record = run.trace.records[number - 1];
    if (record.kind != RecordKind::link && record.node != kNoNode) window.push_back(number);
  }
  std::reverse(window.begin(), window.end());
  // Parser, then the delimiter of executions (none), then the log.
  std::string out = "(?<ts>\\d+) (?<host>\\S+) (?<clock>\\{.*?\\}) (?<event>.*)\n\n";
  std::map<std::string, VectorClock> hosts;
  std::map<std::uint64_t, VectorClock> at_record;
  for (const std::uint64_t number : window) {
    const Record& record = run.trace.records[number - 1];
    const std::string host = host_of(narrator, record.node);
    VectorClock& clock = hosts[host];
    const auto cause = at_record.find(cause_of(run.trace, number));
    if (cause != at_record.end()) merge(clock, cause->second);
    ++clock[host];
    at_record[number] = clock;
    std::string json;
    for (const auto& [name, count] : clock) {
      json += fmt::format("{}{}:{}", json.empty() ? "" : ",", quoted(name), count);
    }
    std::string event = narrator.sentence(record);
    std::replace(event.begin(), event.end(), '\n', ' ');
    out += fmt::format("{} {} {{{}}} {}\n", record.time.ns, host, json, event);
  }
  return out;
}

FileResult<std::string> export_run(const RecordedRun& run, const ExportOptions& options) {
  const std::uint64_t size = run.trace.records.size();
  if (options.around > size) {
    return FileError{make_error_code(Errc::invalid_argument),
                     fmt::format("there is no event {}: the trace has {}", options.around, size)};
  }
  ShowOptions show_options;
  show_options.around = options.around;
  show_options.words = options.words;
  switch (options.format) {
    case ExportFormat::jsonl: return to_jsonl(run, options.words);
    case ExportFormat::edn: return checkers::write_history_edn(run.history);
    case ExportFormat::shiviz:
      return to_shiviz(run, options.words, center_or_end(run, options.around));
    case ExportFormat::mermaid: show_options.format = ShowFormat::mermaid; break;
    case ExportFormat::dot: show_options.format = ShowFormat::dot; break;
    case ExportFormat::perfetto: return to_perfetto(run, options.words);
  }
  return show(run, show_options);
}

}  // namespace windtunnel::reports
