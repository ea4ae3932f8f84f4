#include <windtunnel/reports/page/findings.h>

#include <windtunnel/reports/page/page_kinds.h>
#include <windtunnel/reports/words/narrator.h>

#include <fmt/format.h>

#include <string>

namespace windtunnel::reports {
namespace {

namespace json = boost::json;
using checkers::Flaw;
using checkers::Judgement;
using checkers::Witness;

constexpr std::size_t kMostItems = 1'000;  // operations of one finding that a page lists

// "T3" of "T3 = process 1 txn ...", which is how transactions are told.
std::string label_of(const Witness::Item& item) {
  const std::size_t end = item.text.find(" = ");
  return item.text.starts_with("T") && end != std::string::npos ? item.text.substr(0, end) : "";
}

json::object finding_of(const Witness& witness, std::string_view name, bool transactions) {
  json::object finding;
  finding["name"] = json_text(name);
  finding["text"] = json_text(witness.explanation);
  finding["key"] = json_text(witness.key);
  finding["permitted"] = false;
  json::array& notes = finding["notes"].emplace_array();
  if (witness.omitted > 0) {
    notes.push_back(json_text(fmt::format("and {} operations before", witness.omitted)));
  }
  if (!witness.rechecked) notes.push_back(json_text(checkers::kNotRechecked));
  if (witness.operations.size() > kMostItems) {
    const std::size_t more = witness.operations.size() - kMostItems;
    notes.push_back(json_text(fmt::format("and {} operations more", more)));
  }
  json::array& items = finding["items"].emplace_array();
  for (const Witness::Item& item : witness.operations) {
    if (items.size() == kMostItems) break;
    items.push_back({{"operation", item.operation},
                     {"label", json_text(transactions ? label_of(item) : std::string())},
                     {"line", item.line},
                     {"text", json_text(item.text)}});
  }
  finding["edges"].emplace_array();
  return finding;
}

json::array cycle_of(const std::vector<checkers::DrawnEdge>& cycle) {
  json::array edges;
  for (const checkers::DrawnEdge& edge : cycle) {
    edges.push_back({{"from", edge.from},
                     {"to", edge.to},
                     {"kind", json_text(edge.kind)},
                     {"key", json_text(edge.key)},
                     {"reason", json_text(edge.reason)}});
  }
  return edges;
}

// What the level that was asked for forbids comes first: it is why the verdict is what it is.
json::array anomalies_of(const checkers::IsolationReport& report) {
  json::array first, rest;
  for (std::size_t i = 0; i < report.anomalies.size(); ++i) {
    const std::string& name = report.anomalies[i].name;
    json::object finding = finding_of(report.witnesses[i], name, true);
    finding["edges"] = cycle_of(report.cycles[i]);
    (name == report.worst ? first : rest).push_back(std::move(finding));
  }
  for (json::value& finding : rest) first.push_back(std::move(finding));
  return first;
}

json::array flaws_of(const std::vector<Flaw>& flaws) {
  json::array held, permitted;
  for (const Flaw& flaw : flaws) {
    const std::string name =
        flaw.count > 1 ? fmt::format("{} x {}", flaw.name, flaw.count) : std::string(flaw.name);
    json::object finding = finding_of(flaw.witness, name, false);
    const std::string told = name + (flaw.permitted ? " (permitted): " : ": ");
    finding["text"] = json_text(told + flaw.witness.explanation);
    finding["permitted"] = flaw.permitted;
    (flaw.permitted ? permitted : held).push_back(std::move(finding));
  }
  for (json::value& finding : permitted) held.push_back(std::move(finding));
  return held;
}

json::array names_of(const std::vector<std::string>& names) {
  json::array out;
  for (const std::string& name : names) out.push_back(json_text(name));
  return out;
}

}  // namespace

json::array findings_of(const Judgement& judgement) {
  if (judgement.isolation) return anomalies_of(*judgement.isolation);
  if (!judgement.flaws.empty()) return flaws_of(judgement.flaws);
  json::array out;
  if (judgement.verdict.decision != checkers::Decision::violated) return out;
  const auto add = [&out](const Witness& witness) {
    out.push_back(finding_of(witness, witness.kind.empty() ? "witness" : witness.kind, false));
  };
  add(judgement.verdict.witness);
  for (const Witness& witness : judgement.verdict.further) add(witness);
  return out;
}

json::array figures_of(const Judgement& judgement) {
  json::array out;
  for (const checkers::Figure& figure : judgement.figures) {
    const bool is_time = figure.name.ends_with("_ns");
    std::string name = is_time ? figure.name.substr(0, figure.name.size() - 3) : figure.name;
    for (char& c : name) c = c == '_' ? ' ' : c;
    const std::string value =
        is_time ? format_duration(figure.value) : std::to_string(figure.value);
    out.push_back(json::array{json_text(name), json_text(value)});
  }
  return out;
}

json::object levels_of(const Judgement& judgement) {
  const checkers::LevelReport levels =
      judgement.isolation ? judgement.isolation->levels : checkers::LevelReport{};
  json::object out;
  out["not"] = names_of(levels.violated);
  out["also_not"] = names_of(levels.also_violated);
  out["not_violated"] = names_of(levels.not_violated);
  out["upheld"] = names_of(levels.upheld);
  return out;
}

json::array open_of(const Judgement& judgement) {
  json::array out;
  for (const checkers::Verdict::Open& open : judgement.verdict.open) {
    out.push_back(json_text(text_of(open)));
  }
  return out;
}

}  // namespace windtunnel::reports
