#include <windtunnel/reports/text/text_report.h>

#include <windtunnel/reports/page/selection.h>
#include <windtunnel/reports/text/happens_before.h>
#include <windtunnel/reports/text/log_lines.h>
#include <windtunnel/reports/text/show_lanes.h>

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace windtunnel::reports {
namespace {

constexpr std::size_t kMermaidMessages = 80;
constexpr std::size_t kTableLines = 60;

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
  const std::uint64_t size = run.trace.records.size();
  std::uint64_t after = center + 1;
  const auto take_after = [&](std::size_t most) {
    for (; after <= size && lines.size() < most; ++after) {
      if (shown(after)) lines.push_back(after);
    }
  };
  take_after(limit / 4);
  for (std::uint64_t number = center; number > 0 && lines.size() < limit; --number) {
    if (shown(number)) lines.push_back(number);
  }
  take_after(limit);
  std::sort(lines.begin(), lines.end());
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::uint64_t number = lines[i];
    const Record& record = run.trace.records[number - 1];
    const std::string who = record.node == kNoNode ? std::string() : narrator.node(record.node);
    const std::string carried = narrator.content(number);
    out += fmt::format("{}{:>8}  {:>14}  {:<6}  {}{}\n", number == center ? ">" : " ", number,
                       format_time(record.time.ns), who, narrator.sentence(record),
                       carried.empty() ? "" : ": " + carried);
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

// A line of a sequence diagram; `peer` is the node itself where it is no message.
struct SequenceLine {
  std::uint64_t number = 0;
  NodeId node;
  NodeId peer;
  std::string text;
};

std::optional<SequenceLine> sequence_line(const RecordedRun& run, const Narrator& narrator,
                                          std::uint64_t number, std::uint64_t center) {
  const Record& record = run.trace.records[number - 1];
  if (record.node == kNoNode) return std::nullopt;
  const auto participant = [](NodeId node) { return fmt::format("p{}", node.value); };
  const NodeId peer{static_cast<std::uint32_t>(record.b >> 16)};
  const bool arrives = record.kind == RecordKind::deliver;
  if ((arrives || record.kind == RecordKind::drop) && peer.value < run.trace.nodes.size()) {
    const std::string self = participant(record.node);
    const std::string message = mermaid_text(narrator.message(record));
    std::string text = arrives ? fmt::format("{}->>{}: {}", participant(peer), self, message)
                               : fmt::format("{}--x{}: {} lost", self, participant(peer), message);
    return SequenceLine{number, record.node, peer, std::move(text)};
  }
  const bool is_news =
      record.is_observation() && narrator.spec_of(record).weight == Weight::headline;
  if (!is_news && number != center && record.kind != RecordKind::crash &&
      record.kind != RecordKind::violation && record.kind != RecordKind::start) {
    return std::nullopt;
  }
  return SequenceLine{
      number, record.node, record.node,
      fmt::format("Note over {}: {} at {}", participant(record.node),
                  mermaid_text(narrator.sentence(record)), format_time(record.time.ns))};
}

// Three quarters of the lines come before `center`, which has a note of its own.
std::string mermaid(const RecordedRun& run, const ShowOptions& options, std::uint64_t center) {
  const Narrator narrator(run.trace, options.words);
  const std::size_t limit = options.limit == 0 ? kMermaidMessages : options.limit;
  const Range range = range_around(run, center, limit * 4);
  std::vector<SequenceLine> lines;
  std::size_t before = 0;
  for (std::uint64_t number = range.first; number <= range.last; ++number) {
    std::optional<SequenceLine> line = sequence_line(run, narrator, number, center);
    if (!line) continue;
    if (number < center) ++before;
    lines.push_back(std::move(*line));
  }
  const std::size_t kept = std::min(limit, lines.size());
  const std::size_t first = std::min(before - std::min(before, limit * 3 / 4), lines.size() - kept);
  const std::span<const SequenceLine> shown(lines.data() + first, kept);
  std::vector<bool> seen(run.trace.nodes.size(), false);
  for (const SequenceLine& line : shown) seen[line.node.value] = seen[line.peer.value] = true;
  std::string out = "sequenceDiagram\n";
  for (std::uint32_t i = 0; i < seen.size(); ++i) {
    if (!seen[i]) continue;
    out += fmt::format("  participant p{} as {}\n", i, mermaid_text(narrator.node(NodeId{i})));
  }
  for (const SequenceLine& line : shown) out += "  " + line.text + "\n";
  return out;
}

}  // namespace

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
