#include "cli/traces.h"

#include "checkers/history_io.h"
#include "cli/command.h"
#include "cli/words.h"
#include "reports/happens_before.h"
#include "reports/html_report.h"
#include "reports/run_directory.h"
#include "reports/selection.h"
#include "sim/trace/atomic_file.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>

namespace windtunnel::cli {
namespace {

using reports::Narrator;
using reports::Run;

// 66 for what is not there, 65 for what is damaged.
int refuse(const FileError& error) {
  complain("error: " + error.what);
  return error.code == Errc::not_found ? kExitMissingInput : kExitBadInput;
}

// Null and an exit code when the run cannot be read; the reason was printed.
std::optional<Run> load(const std::string& path, int& code) {
  FileResult<Run> run = reports::load_run(path);
  if (!run) {
    code = refuse(run.error());
    return std::nullopt;
  }
  return std::move(*run);
}

// Names the event in the middle: what was asked for, the violation, or the end. 0: there is no such
// event.
std::uint64_t center(const Run& run, std::uint64_t asked) {
  const std::uint64_t size = run.trace.records.size();
  if (asked > size) {
    complain(fmt::format("error: there is no event {}: the trace has {}", asked, size));
    return 0;
  }
  if (asked != 0) return asked;
  const std::uint64_t violation = reports::center_of(run);
  return violation != 0 ? violation : size;
}

std::string table_of(const Run& run, const Narrator& narrator, std::uint64_t around,
                     std::uint64_t limit) {
  const std::uint64_t size = run.trace.records.size();
  const std::uint64_t first = around > limit / 2 ? around - limit / 2 : 1;
  const std::uint64_t last = std::min(size, first + limit - 1);
  const std::vector<bool> past = reports::causal_past(run.trace, around);
  std::string text;
  for (std::uint64_t number = first; number <= last; ++number) {
    const char* mark = number == around ? "> " : past[number - 1] ? "* " : "  ";
    text += mark + narrator.line(number) + "\n";
  }
  return text + "> the event; * what led to it\n";
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
  std::string text;
  for (auto number = numbers.rbegin(); number != numbers.rend(); ++number) {
    text += narrator.line(*number) + "\n";
  }
  return text;
}

std::vector<std::string> show_formats() { return {"table", "dot"}; }
std::vector<std::string> export_formats() { return {"edn", "jsonl", "dot"}; }

int export_command(const ExportRequest& request, const scenarios::Registry& registry) {
  int code = kExitOk;
  const std::optional<Run> run = load(request.run, code);
  if (!run) return code;
  (void)registry;
  return print(checkers::write_history_edn(run->history)) ? kExitOk : kExitInternal;
}

int report_command(const ReportRequest& request, const scenarios::Registry& registry) {
  int code = kExitOk;
  const std::optional<Run> run = load(request.run, code);
  if (!run) return code;
  reports::ReportOptions options;
  options.words = message_words(registry, run->scenario_yaml);
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
  int code = kExitOk;
  const std::optional<Run> run = load(request.run, code);
  if (!run) return code;
  const reports::MessageWords words = message_words(registry, run->scenario_yaml);
  const Narrator narrator(run->trace, words);
  const std::uint64_t around = center(*run, request.around);
  if (around == 0) return kExitUsage;
  std::string text;
  if (request.format == "table") {
    text = table_of(*run, narrator, around, request.limit);
  } else {
    const reports::Excerpt excerpt = reports::excerpt_around(run->trace, around, {}, request.limit);
    text = reports::to_dot(excerpt, run->trace, narrator);
  }
  return print(text) ? kExitOk : kExitInternal;
}

int diff_command(const DiffRequest& request, const scenarios::Registry& registry) {
  int code = kExitOk;
  const std::optional<Run> first = load(request.first, code);
  if (!first) return code;
  const std::optional<Run> second = load(request.second, code);
  if (!second) return code;
  const std::uint64_t number = first_difference(first->trace, second->trace);
  if (number == 0) {
    const bool printed =
        print_line(fmt::format("the same: {} events, trace hash {}", first->trace.records.size(),
                               to_hex(first->trace.hash)));
    return printed ? kExitOk : kExitInternal;
  }
  std::string text = fmt::format("they differ first at event {}\n", number);
  for (const Run* run : {&*first, &*second}) {
    const reports::MessageWords words = message_words(registry, run->scenario_yaml);
    const bool ends = number > run->trace.records.size();
    text += fmt::format("\n{}\n", run->path);
    const std::uint64_t from = number > 3 ? number - 3 : 1;
    const Narrator narrator(run->trace, words);
    for (std::uint64_t shown = from; shown <= number && !(ends && shown == number); ++shown) {
      text += (shown == number ? "> " : "  ") + narrator.line(shown) + "\n";
    }
    if (ends) text += "> the trace ends here\n";
  }
  return print(text) ? kExitViolated : kExitInternal;
}

}  // namespace windtunnel::cli
