// `windtunnel check` of workloads that are judged by accounting.
#include <windtunnel/cli/check.h>
#include <windtunnel/cli/command.h>

#include <fmt/format.h>

#include <boost/json.hpp>

namespace windtunnel::cli {
namespace {

namespace json = boost::json;
using checkers::Decision;
using checkers::Figure;
using checkers::Flaw;

json::object flaw_json(const Flaw& flaw) {
  json::object object;
  object["name"] = flaw.name;
  object["count"] = flaw.count;
  object["permitted"] = flaw.permitted;
  object["witness"] = witness_json(flaw.witness);
  return object;
}

std::string to_json(const checkers::Judgement& report, double check_ms,
                    const std::vector<std::string>& hints) {
  json::object object = verdict_json(report.verdict, report.verdict.operations, check_ms);
  if (!hints.empty()) object["hint"] = hint_json(hints);
  if (report.verdict.decision == Decision::violated) {
    object["witness"] = witness_json(report.verdict.witness);
  }
  json::array& flaws = object["flaws"].emplace_array();
  for (const Flaw& flaw : report.flaws) flaws.emplace_back(flaw_json(flaw));
  json::object& figures = object["figures"].emplace_object();
  for (const Figure& figure : report.figures) figures[figure.name] = figure.value;
  return json::serialize(object);
}

// "stable_latency_p99_ns" 1500000 -> "stable latency p99 1.5 ms".
std::string figure_text(const Figure& figure) {
  std::string name = figure.name;
  std::string value = std::to_string(figure.value);
  if (name.ends_with("_ns")) {
    name.resize(name.size() - 3);
    value = duration_text(static_cast<double>(figure.value) / 1e9);
  }
  for (char& c : name) {
    if (c == '_') c = ' ';
  }
  return name + " " + value;
}

std::string to_text(const checkers::Judgement& report, double check_ms, const Terminal& terminal) {
  const checkers::Verdict& verdict = report.verdict;
  std::string text = verdict_text(verdict.decision, terminal);
  text += fmt::format("  {} operations  {}", verdict.operations, duration_text(check_ms / 1000));
  text += by_text(verdict);
  if (!verdict.reason.empty()) text += "\n  " + verdict.reason;
  for (const Flaw& flaw : report.flaws) {
    text +=
        fmt::format("\n  {}{}{}", flaw.name, flaw.count > 1 ? fmt::format(" x {}", flaw.count) : "",
                    flaw.permitted ? " (permitted)" : "");
    text += witness_text(flaw.witness);
  }
  std::string line;
  for (const Figure& figure : report.figures) {
    const std::string one = figure_text(figure);
    if (!line.empty() && line.size() + one.size() > 90) {
      text += "\n  " + line;
      line.clear();
    }
    line += (line.empty() ? "" : ", ") + one;
  }
  return line.empty() ? text : text + "\n  " + line;
}

}  // namespace

int tell_audit(const Checked& checked, Terminal& terminal) {
  const checkers::Judgement& report = checked.judgement;
  const bool printed =
      print_line(checked.request.json
                     ? to_json(report, checked.check_ms, checked.hints)
                     : to_text(report, checked.check_ms, terminal) + hint_lines(checked.hints));
  return printed ? exit_code_of(report.verdict.decision) : kExitInternal;
}

}  // namespace windtunnel::cli
