#include <windtunnel/reports/text/text_report.h>

#include <windtunnel/reports/page/selection.h>
#include <windtunnel/reports/text/happens_before.h>
#include <windtunnel/reports/text/log_lines.h>
#include <windtunnel/reports/text/show_lanes.h>

#include <fmt/format.h>

#include <algorithm>

namespace windtunnel::reports {
namespace {

constexpr std::size_t kMermaidMessages = 80;
constexpr std::size_t kTableLines = 60;

const PropertyRow* surprise_of(const ResultFile& result) {
  for (const PropertyRow& row : result.properties) {
    if (row.verdict == "violated" && row.expected == "holds") return &row;
  }
  for (const PropertyRow& row : result.properties) {
    const bool held = row.verdict == "holds" && row.expected != "violated";
    if (!held) return &row;
  }
  return nullptr;
}

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

void append_indented(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out += "  ";
    out += text.substr(0, end);
    out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void append_faults(std::string& out, const ResultFile& result) {
  constexpr std::size_t kMost = 12;
  for (std::size_t i = 0; i < result.faults.size() && i < kMost; ++i) {
    const FaultRow& fault = result.faults[i];
    const std::string name = fault.label.empty() ? fault.id : fault.label;
    if (!fault.begin_ns) {
      out += fmt::format("  {}{} (never began)\n", i == 0 ? "faults   " : "         ", name);
      continue;
    }
    std::string victims;
    for (const std::string& victim : fault.victims)
      victims += (victims.empty() ? "" : ", ") + victim;
    out += fmt::format("  {}{} at {}{}{}, {} bites\n", i == 0 ? "faults   " : "         ", name,
                       format_time(*fault.begin_ns),
                       fault.end_ns ? " to " + format_time(*fault.end_ns) : std::string(),
                       victims.empty() ? std::string() : " on " + victims, fault.bites);
  }
  if (result.faults.size() > kMost) {
    out += fmt::format("           and {} more\n", result.faults.size() - kMost);
  }
}

// Where records around the asked event begin and end: most of them before it.
struct Range {
  std::uint64_t first;
  std::uint64_t last;
};
Range range_around(const RecordedRun& run, std::uint64_t center, std::size_t count) {
  const std::uint64_t size = run.trace.records.size();
  const std::uint64_t after = std::min<std::uint64_t>(count / 4, size - center);
  const std::uint64_t before = std::min<std::uint64_t>(count - 1 - after, center - 1);
  return {center - before, std::min<std::uint64_t>(size, center + after)};
}

FileError invalid(std::string what) {
  return {make_error_code(Errc::invalid_argument), std::move(what)};
}

FileResult<std::string> table(const RecordedRun& run, const ShowOptions& options,
                              std::uint64_t center) {
  const Narrator narrator(run.trace, options.words);
  NodeId only = kNoNode;
  if (!options.node.empty()) {
    only = run.node_of(options.node);
    if (only == kNoNode) return invalid(fmt::format("there is no node '{}'", options.node));
  }
  const std::size_t limit = options.limit == 0 ? kTableLines : options.limit;
  std::vector<std::uint64_t> lines;
  const auto shown = [&](std::uint64_t number) {
    const Record& record = run.trace.records[number - 1];
    return record.kind != RecordKind::link && (only == kNoNode || record.node == only);
  };
  const std::size_t before = limit - limit / 4;
  for (std::uint64_t number = center; number > 0 && lines.size() < before; --number) {
    if (shown(number)) lines.push_back(number);
  }
  std::reverse(lines.begin(), lines.end());
  const std::uint64_t size = run.trace.records.size();
  for (std::uint64_t number = center + 1; number <= size && lines.size() < limit; ++number) {
    if (shown(number)) lines.push_back(number);
  }
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::uint64_t number = lines[i];
    const Record& record = run.trace.records[number - 1];
    const std::string who = record.node == kNoNode ? std::string() : narrator.node(record.node);
    out += fmt::format("{}{:>8}  {:>14}  {:<6}  {}\n", number == center ? ">" : " ", number,
                       format_time(record.time.ns), who, narrator.sentence(record));
    const std::uint64_t next = i + 1 < lines.size() ? lines[i + 1] : number + 1;
    for (const LogLine& said : log_after(run.trace, number, next - 1)) {
      if (only != kNoNode && said.node != only) continue;
      out += fmt::format(" {:>8}  {:>14}  {:<6}  {}: {}\n", "log", format_time(said.time.ns),
                         narrator.node(said.node), name_of(said.level), printable(said.text));
    }
  }
  return out;
}

// Mermaid ends a message's text at `;` and `#`, and knows no quotes.
std::string mermaid_text(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    const bool special = c == ';' || c == '#' || c == '\n' || c == '<' || c == '>' || c == '%';
    out += special ? ' ' : c;
  }
  return out;
}

std::string mermaid(const RecordedRun& run, const ShowOptions& options, std::uint64_t center) {
  const Narrator narrator(run.trace, options.words);
  const std::size_t limit =
      std::min(options.limit == 0 ? kMermaidMessages : options.limit, kMermaidMessages);
  const Range range = range_around(run, center, limit * 4);
  std::string body;
  std::vector<bool> seen(run.trace.nodes.size(), false);
  const auto participant = [&](NodeId node) {
    if (node.value < seen.size()) seen[node.value] = true;
    return fmt::format("p{}", node.value);
  };
  std::size_t count = 0;
  for (std::uint64_t number = range.first; number <= range.last && count < limit; ++number) {
    const Record& record = run.trace.records[number - 1];
    const bool role = record.is_observation() && record.observation() == ObservationKind::role;
    const NodeId peer{static_cast<std::uint32_t>(record.b >> 16)};
    const std::string type =
        has_message_type(record.kind)
            ? mermaid_text(narrator.message(static_cast<std::uint8_t>(record.c & 0xff)))
            : std::string();
    if (record.kind == RecordKind::deliver && peer.value < seen.size()) {
      body += fmt::format("  {}->>{}: {}\n", participant(peer), participant(record.node), type);
    } else if (record.kind == RecordKind::drop && peer.value < seen.size()) {
      body +=
          fmt::format("  {}--x{}: {} lost\n", participant(record.node), participant(peer), type);
    } else if (role || record.kind == RecordKind::crash || record.kind == RecordKind::violation ||
               record.kind == RecordKind::start) {
      if (record.node == kNoNode) continue;
      body += fmt::format("  Note over {}: {} at {}\n", participant(record.node),
                          mermaid_text(narrator.sentence(record)), format_time(record.time.ns));
    } else {
      continue;
    }
    ++count;
  }
  std::string out = "sequenceDiagram\n";
  for (std::uint32_t i = 0; i < seen.size(); ++i) {
    if (seen[i]) {
      out += fmt::format("  participant p{} as {}\n", i, mermaid_text(narrator.node(NodeId{i})));
    }
  }
  return out + body;
}

}  // namespace

std::string text_summary(const ResultFile& result, const std::string& report_path) {
  const std::string verdict = result.verdict.empty() ? "unknown" : result.verdict;
  std::string out = upper(verdict) + " " + result.scenario;
  if (!result.seed.empty()) out += "  seed " + result.seed;
  const PropertyRow* surprise = surprise_of(result);
  if (result.violation) {
    const ViolationRow& violation = *result.violation;
    out += "  " + violation.check;
    if (violation.time_ns && *violation.time_ns != 0)
      out += "  t=" + format_time(*violation.time_ns);
    if (violation.event != 0) out += fmt::format("  event {}", violation.event);
    if (!violation.node.empty()) out += "  on " + violation.node;
    out += '\n';
    append_indented(out, violation.text);
  } else {
    if (surprise != nullptr) out += "  " + surprise->check;
    out += '\n';
  }
  if (surprise != nullptr) {
    const bool told = result.violation && result.violation->text == surprise->witness;
    if (surprise->expected == "violated" && surprise->verdict == "holds") {
      append_indented(out, surprise->check + " was expected to be violated, and held.");
    } else if (surprise->expected.starts_with("violated") && surprise->verdict == "violated") {
      append_indented(out, surprise->check + " was violated, as expected.");
    }
    if (!told) append_indented(out, surprise->witness);
  }
  for (const std::string& reason : result.reasons) append_indented(out, reason);
  if (verdict != "pass") append_faults(out, result);
  if (!report_path.empty()) out += "  report   " + report_path + "\n";
  if (!result.replay.empty()) out += "  replay   " + result.replay + "\n";
  return out;
}

std::optional<ShowFormat> show_format_of(std::string_view name) {
  if (name == "lanes") return ShowFormat::lanes;
  if (name == "table") return ShowFormat::table;
  if (name == "mermaid") return ShowFormat::mermaid;
  if (name == "dot") return ShowFormat::dot;
  return std::nullopt;
}

FileResult<std::string> show(const RecordedRun& run, const ShowOptions& options) {
  const std::uint64_t size = run.trace.records.size();
  if (options.around > size) {
    return invalid(fmt::format("there is no event {}: the trace has {}", options.around, size));
  }
  if (size == 0) return std::string("The trace holds no events.\n");
  std::uint64_t center = options.around;
  if (center == 0) center = center_of(run);
  if (center == 0) center = size;
  switch (options.format) {
    case ShowFormat::lanes: return show_lanes(run, options, center);
    case ShowFormat::table: return table(run, options, center);
    case ShowFormat::mermaid: return mermaid(run, options, center);
    case ShowFormat::dot: break;
  }
  std::vector<std::uint64_t> related;
  if (run.result.violation && options.around == 0) related = run.result.violation->related;
  const std::size_t limit = options.limit == 0 ? kExcerptNodes : options.limit;
  const Narrator narrator(run.trace, options.words);
  return to_dot(excerpt_around(run.trace, center, related, limit), run.trace, narrator);
}

}  // namespace windtunnel::reports
