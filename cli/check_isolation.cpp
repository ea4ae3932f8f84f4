// `windtunnel check` of transactions.
#include <windtunnel/cli/check.h>
#include <windtunnel/cli/command.h>

#include <fmt/format.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

namespace windtunnel::cli {
namespace {

namespace json = boost::json;
using checkers::Anomaly;
using checkers::Decision;
using checkers::IsolationReport;

json::array array_of(const std::vector<std::string>& texts) {
  json::array array;
  for (const std::string& text : texts) array.emplace_back(json_text(text));
  return array;
}

json::object anomaly_json(const IsolationReport& report, std::size_t which) {
  const Anomaly& anomaly = report.anomalies[which];
  json::object object;
  object["name"] = json_text(anomaly.name);
  object["text"] = json_text(report.texts[which]);
  json::array& transactions = object["transactions"].emplace_array();
  for (const std::uint32_t t : anomaly.transactions) transactions.emplace_back(t);
  object["rechecked"] = anomaly.rechecked;
  if (!report.figures[which].empty()) object["dot"] = json_text(report.figures[which]);
  return object;
}

std::string to_json(const IsolationReport& report, std::string_view held, double check_ms,
                    const std::vector<std::string>& hints) {
  json::object object = verdict_json(report.verdict, report.verdict.operations, check_ms);
  if (!hints.empty()) object["hint"] = hint_json(hints);
  object["consistency"] = json_text(held);
  if (report.verdict.decision == Decision::violated) {
    object["witness"] = {{"text", json_text(report.verdict.witness.explanation)}};
  }
  json::array& anomalies = object["anomalies"].emplace_array();
  for (std::size_t i = 0; i < report.anomalies.size(); ++i) {
    anomalies.emplace_back(anomaly_json(report, i));
  }
  object["not"] = array_of(report.levels.violated);
  object["also_not"] = array_of(report.levels.also_violated);
  object["not_violated"] = array_of(report.levels.not_violated);
  object["upheld"] = array_of(report.levels.upheld);
  return json::serialize(object);
}

// Lines after the first are set under it.
std::string indented(const std::string& text) {
  std::string out = "\n  ";
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "    ";
  }
  return out;
}

std::string to_text(const IsolationReport& report, std::string_view held, double check_ms,
                    const Terminal& terminal) {
  std::string text = verdict_text(report.verdict.decision, terminal);
  text += fmt::format("  {}  {} transactions  {}", held, report.verdict.operations,
                      duration_text(check_ms / 1000));
  text += by_text(report.verdict);
  if (!report.verdict.reason.empty()) text += "\n  " + report.verdict.reason;
  for (std::size_t i = 0; i < report.texts.size(); ++i) {
    text += indented(report.texts[i]);
    if (!report.anomalies[i].rechecked) text += std::string("\n      ") + checkers::kNotRechecked;
  }
  if (!report.levels.violated.empty()) {
    text += fmt::format("\n  not {}", fmt::join(report.levels.violated, ", "));
  }
  if (!report.levels.also_violated.empty()) {
    text += fmt::format("\n  hence not {}", fmt::join(report.levels.also_violated, ", "));
  }
  if (!report.levels.not_violated.empty()) {
    text +=
        fmt::format("\n  nothing speaks against {}", fmt::join(report.levels.not_violated, ", "));
  }
  if (!report.levels.upheld.empty()) {
    text += fmt::format("\n  proven to hold: {}", fmt::join(report.levels.upheld, ", "));
  }
  return text;
}

// One file a cycle: FOLDER/1-G-single.dot. False when one cannot be written.
bool write_figures(const IsolationReport& report, const std::string& folder) {
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  for (std::size_t i = 0; i < report.figures.size(); ++i) {
    if (report.figures[i].empty()) continue;
    const std::string path = fmt::format("{}/{}-{}.dot", folder, i + 1, report.anomalies[i].name);
    std::ofstream file(path);
    file << report.figures[i];
    file.close();
    if (!file) {
      complain("error: cannot write " + path);
      return false;
    }
  }
  return true;
}

}  // namespace

int tell_isolation(const Checked& checked, Terminal& terminal) {
  IsolationReport report = *checked.judgement.isolation;
  report.verdict = checked.judgement.verdict;
  const std::string held = held_text(checked.request, checked.judge, checked.judgement);
  if (checked.request.figures && !write_figures(report, *checked.request.figures)) {
    return kExitInternal;
  }
  const bool printed =
      print_line(checked.request.json ? to_json(report, held, checked.check_ms, checked.hints)
                                      : to_text(report, held, checked.check_ms, terminal) +
                                            hint_lines(checked.hints));
  return printed ? exit_code_of(report.verdict.decision) : kExitInternal;
}

}  // namespace windtunnel::cli
