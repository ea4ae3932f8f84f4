#include <windtunnel/cli/traces.h>

#include <windtunnel/cli/command.h>
#include <windtunnel/cli/report_history.h>
#include <windtunnel/reports/page/html_report.h>
#include <windtunnel/reports/page/selection.h>
#include <windtunnel/reports/run/run_directory.h>
#include <windtunnel/reports/text/diff.h>
#include <windtunnel/reports/text/export.h>
#include <windtunnel/reports/text/text_report.h>
#include <windtunnel/scenarios/campaign/run_report.h>
#include <windtunnel/sim/trace/atomic_file.h>

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <optional>

namespace windtunnel::cli {
namespace {

using reports::Narrator;
using reports::RecordedRun;

// 66 for what is not there, 65 for what is damaged.
int refuse(const FileError& error) {
  complain("error: " + error.what);
  return error.code == Errc::not_found ? kExitMissingInput : kExitBadInput;
}

// Null and an exit code when the run cannot be read; the reason was printed.
std::optional<RecordedRun> load(const std::string& path, int& code) {
  FileResult<RecordedRun> run = reports::load_run(path);
  if (!run) {
    code = refuse(run.error());
    return std::nullopt;
  }
  return std::move(*run);
}

// To stdout, or to a file whole or not at all.
int deliver(const std::string& text, const std::string& output) {
  if (output.empty()) return print(text) ? kExitOk : kExitInternal;
  const FileResult<void> written = write_file_atomically(output, as_bytes(text));
  if (written) return kExitOk;
  complain("error: " + written.error().what);
  return kExitInternal;
}

}  // namespace

std::string past_of(const TraceData& trace, const reports::MessageWords& words, std::uint64_t event,
                    std::uint64_t limit) {
  const Narrator narrator(trace, words);
  const std::vector<bool> past = reports::causal_past(trace, event);
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t number = event; number > 0 && numbers.size() < limit; --number) {
    if (past[number - 1]) numbers.push_back(number);
  }
  // What the code said or printed on the way, by the event that it came from.
  std::multimap<std::uint64_t, const LogLine*> said;
  for (const LogLine& line : trace.log) {
    if (line.after <= event) said.emplace(line.cause, &line);
  }
  std::string text;
  for (auto number = numbers.rbegin(); number != numbers.rend(); ++number) {
    text += narrator.line(*number) + "\n";
    const auto [first, last] = said.equal_range(*number);
    for (auto line = first; line != last; ++line)
      text += "log  " + narrator.line(*line->second) + "\n";
  }
  return text;
}

int report_command(const ReportRequest& request, const scenarios::Registry& registry) {
  std::error_code none;
  if (std::filesystem::equivalent(request.run, request.output, none)) {
    complain("error: the report would replace " + request.run + "; name another file");
    return kExitUsage;
  }
  if (is_of_history(request)) return report_history(request, registry);
  int code = kExitOk;
  const std::optional<RecordedRun> run = load(request.run, code);
  if (!run) return code;
  reports::ReportOptions options;
  options.words = scenarios::message_words(registry, run->scenario_yaml);
  if (request.full) options.event_budget = 0;
  std::error_code ignored;
  const bool directory = std::filesystem::is_directory(request.run, ignored);
  const std::string beside = directory ? request.run + "/report.html" : request.run + ".html";
  const std::string output = request.output.empty() ? beside : request.output;
  const auto written = reports::write_report(request.run, output, options);
  if (!written) {
    complain("error: " + written.error().what);
    return kExitInternal;
  }
  std::string text =
      fmt::format("{}  {} of {} events", written->path, written->events_shown, written->events);
  if (!written->left_out.empty()) text += "\n" + written->left_out;
  if (!written->problem.empty()) text += "\n" + written->problem;
  return print_line(text) ? kExitOk : kExitInternal;
}

int show_command(const ShowRequest& request, const scenarios::Registry& registry) {
  if (!request.node.empty() && request.format != "table") {
    complain("error: --node belongs to --format table; " + request.format + " shows all nodes");
    return kExitUsage;
  }
  int code = kExitOk;
  const std::optional<RecordedRun> run = load(request.run, code);
  if (!run) return code;
  reports::ShowOptions options;
  options.format = reports::show_format_of(request.format).value_or(reports::ShowFormat::lanes);
  options.around = request.around;
  options.limit = request.limit;
  options.node = request.node;
  options.words = scenarios::message_words(registry, run->scenario_yaml);
  const FileResult<std::string> text = reports::show(*run, options);
  if (text) return deliver(*text, "");
  complain("error: " + text.error().what);
  return kExitUsage;
}

int diff_command(const DiffRequest& request, const scenarios::Registry& registry) {
  int code = kExitOk;
  const std::optional<RecordedRun> first = load(request.first, code);
  if (!first) return code;
  const std::optional<RecordedRun> second = load(request.second, code);
  if (!second) return code;
  const reports::MessageWords words = scenarios::message_words(registry, first->scenario_yaml);
  const reports::RunDifference difference = reports::diff_runs(*first, *second, words);
  if (!print(difference.text)) return kExitInternal;
  return difference.event == 0 ? kExitOk : kExitViolated;
}

int export_command(const ExportRequest& request, const scenarios::Registry& registry) {
  const bool is_whole = request.to == "jsonl" || request.to == "edn" || request.to == "perfetto";
  if (request.around != 0 && is_whole) {
    complain("error: --around belongs to --to shiviz, mermaid and dot; " + request.to +
             " is all of the run");
    return kExitUsage;
  }
  int code = kExitOk;
  const std::optional<RecordedRun> run = load(request.run, code);
  if (!run) return code;
  reports::ExportOptions options;
  options.format = reports::export_format_of(request.to).value_or(reports::ExportFormat::jsonl);
  options.around = request.around;
  options.words = scenarios::message_words(registry, run->scenario_yaml);
  const FileResult<std::string> text = reports::export_run(*run, options);
  if (text) return deliver(*text, request.output);
  complain("error: " + text.error().what);
  return kExitUsage;
}

}  // namespace windtunnel::cli
