#include <windtunnel/reports/text/happens_before.h>

#include <windtunnel/reports/page/selection.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace windtunnel::reports {
namespace {

// How much a record tells about a failure that it is in the past of; 0 is not shown.
int weight_of(const Vocabulary& vocabulary, const Record& record) {
  switch (record.kind) {
    case RecordKind::violation: return 9;
    case RecordKind::start: return record.a == 0 ? 0 : 7;  // the first start of a node says nothing
    case RecordKind::crash:
    case RecordKind::disk_lost:
    case RecordKind::disk_fault: return 7;
    case RecordKind::fault_begin:
    case RecordKind::fault_end: return 6;
    case RecordKind::drop:
    case RecordKind::invoke:
    case RecordKind::complete:
    case RecordKind::pause:
    case RecordKind::resume:
    case RecordKind::clock_change: return 4;
    case RecordKind::send:
    case RecordKind::deliver: return 2;
    case RecordKind::timer: return 1;
    default: break;
  }
  if (!record.is_observation()) return 0;
  switch (vocabulary.spec_of(record).weight) {
    case Weight::headline: return 7;
    case Weight::news: return 5;
    case Weight::routine: return 3;
    case Weight::state: return 2;
    case Weight::detail: break;
  }
  return 0;
}

class ExcerptMaker {
 public:
  ExcerptMaker(const TraceData& trace, std::size_t limit)
      : trace_(trace), vocabulary_(trace.dictionary), limit_(std::min(limit, kExcerptNodesMax)) {}

  Excerpt make(std::uint64_t center, const std::vector<std::uint64_t>& related) {
    if (center == 0 || center > trace_.records.size()) return {};
    choose(center);
    for (const std::uint64_t number : related) {
      if (number > 0 && number <= trace_.records.size()) choose(number);
    }
    follow_chain(center);
    for (const std::uint64_t number : related) follow_chain(number);
    fill(center, related);
    complete_messages();
    Excerpt excerpt;
    excerpt.center = center;
    excerpt.events.assign(chosen_.begin(), chosen_.end());
    connect(excerpt);
    return excerpt;
  }

 private:
  bool full() const { return chosen_.size() >= limit_; }
  void choose(std::uint64_t number) {
    if (chosen_.size() < limit_) chosen_.insert(number);
  }

  // The direct story of one event: what triggered it, and what triggered that.
  void follow_chain(std::uint64_t number) {
    if (number == 0 || number > trace_.records.size()) return;
    std::size_t steps = limit_ / 4;
    for (std::uint64_t at = cause_of(trace_, number); at != 0 && steps > 0 && !full();
         at = cause_of(trace_, at)) {
      if (weight_of(vocabulary_, trace_.records[at - 1]) == 0) continue;
      choose(at);
      --steps;
    }
  }

  // The weightiest of the past, the latest first, each worth less the farther it is away.
  void fill(std::uint64_t center, const std::vector<std::uint64_t>& related) {
    std::vector<bool> past = causal_past(trace_, center);
    for (const std::uint64_t number : related) {
      const std::vector<bool> more = causal_past(trace_, number);
      for (std::size_t i = 0; i < past.size(); ++i) past[i] = past[i] || more[i];
    }
    std::vector<std::pair<int, std::uint64_t>> candidates;
    std::map<std::pair<NodeId, RecordKind>, int> seen;
    for (std::uint64_t number = center; number > 0; --number) {
      const Record& record = trace_.records[number - 1];
      const int weight = weight_of(vocabulary_, record);
      // Faults and crashes have no cause that leads to the event, and still explain it.
      const bool fits = weight >= 6 || (weight >= 3 && past[number - 1]);
      // What a node was before its last two changes does not matter any more.
      if (!fits || ++seen[{record.node, record.kind}] > 2) continue;
      candidates.emplace_back(weight, number);
    }
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const auto& x, const auto& y) { return x.first > y.first; });
    const std::size_t target = limit_ * 3 / 4;
    for (const auto& [weight, number] : candidates) {
      if (chosen_.size() >= target) break;
      choose(number);
    }
  }

  // A receipt without its send, or the other way round, says little.
  void complete_messages() {
    const std::set<std::uint64_t> before = chosen_;
    for (const std::uint64_t number : before) {
      const Record& record = trace_.records[number - 1];
      const bool wants_send = record.kind == RecordKind::deliver || record.kind == RecordKind::drop;
      const std::uint64_t cause = cause_of(trace_, number);
      if (wants_send && cause != 0) choose(cause);
    }
  }

  // The nearest chosen record on the chain of causes.
  std::uint64_t chosen_cause(std::uint64_t number) const {
    std::uint64_t at = cause_of(trace_, number);
    while (at != 0 && !chosen_.contains(at)) at = cause_of(trace_, at);
    return at;
  }

  void connect(Excerpt& excerpt) const {
    std::map<NodeId, std::uint64_t> latest;
    for (const std::uint64_t number : excerpt.events) {
      const Record& record = trace_.records[number - 1];
      const std::uint64_t cause = chosen_cause(number);
      std::uint64_t previous = 0;
      if (record.node != kNoNode) {
        previous = latest[record.node];
        latest[record.node] = number;
      }
      if (cause != 0) {
        const Record& origin = trace_.records[cause - 1];
        const bool crosses = origin.node != record.node;
        excerpt.edges.push_back({cause, number, crosses ? Edge::Kind::message : Edge::Kind::cause});
      }
      if (previous != 0 && previous != cause) {
        excerpt.edges.push_back({previous, number, Edge::Kind::order});
      }
    }
  }

  const TraceData& trace_;
  Vocabulary vocabulary_;
  std::size_t limit_;
  std::set<std::uint64_t> chosen_;
};

}  // namespace

Excerpt excerpt_around(const TraceData& trace, std::uint64_t center,
                       const std::vector<std::uint64_t>& related, std::size_t limit) {
  return ExcerptMaker(trace, limit).make(center, related);
}

std::uint64_t center_of(const RecordedRun& run) {
  const ResultFile& result = run.result;
  if (result.violation && result.violation->event != 0) return result.violation->event;
  std::vector<std::int64_t> named;
  for (const PropertyRow& row : result.properties) {
    if (row.verdict != "violated") continue;
    named.insert(named.end(), row.operations.begin(), row.operations.end());
  }
  if (named.empty()) return 0;
  std::vector<std::uint64_t> invokes;
  for (std::size_t i = 0; i < run.trace.records.size(); ++i) {
    if (run.trace.records[i].kind == RecordKind::invoke) invokes.push_back(i + 1);
  }
  std::uint64_t center = 0;
  for (std::size_t i = 0; i < run.trace.records.size(); ++i) {
    const Record& record = run.trace.records[i];
    if (record.kind != RecordKind::complete) continue;
    for (const std::int64_t operation : named) {
      const auto at = static_cast<std::uint64_t>(operation);
      if (operation >= 0 && at < invokes.size() && invokes[at] == record.b) center = i + 1;
    }
  }
  return center;
}

std::string dot_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out + '"';
}

std::string to_dot(const Excerpt& excerpt, const TraceData& trace, const Narrator& narrator) {
  std::string out =
      "digraph happens_before {\n"
      "  graph [rankdir=TB, nodesep=0.25, ranksep=0.22, bgcolor=transparent];\n"
      "  node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=10, "
      "margin=\"0.08,0.04\","
      " height=0.3];\n"
      "  edge [arrowsize=0.6];\n";
  for (const std::uint64_t number : excerpt.events) {
    const Record& record = trace.records[number - 1];
    const std::string who = narrator.node(record.node);
    const std::string head =
        record.node == kNoNode
            ? fmt::format("#{}  {}", number, format_time(record.time.ns))
            : fmt::format("{}  #{}  {}", who, number, format_time(record.time.ns));
    std::string label = dot_string(head);
    label.pop_back();
    label += "\\n" + dot_string(narrator.sentence(record)).substr(1);
    const std::string_view category = name_of(narrator.spec_of(record).category);
    out += fmt::format("  e{} [label={}, group={}, class=\"{}{}\"];\n", number, label,
                       dot_string(who), category, number == excerpt.center ? " center" : "");
  }
  constexpr std::string_view kStyles[] = {"style=dotted, arrowhead=none, class=\"order\"",
                                          "class=\"cause\"", "penwidth=1.6, class=\"message\""};
  for (const Edge& edge : excerpt.edges) {
    out += fmt::format("  e{} -> e{} [{}];\n", edge.from, edge.to,
                       kStyles[static_cast<std::size_t>(edge.kind)]);
  }
  return out + "}\n";
}

}  // namespace windtunnel::reports
