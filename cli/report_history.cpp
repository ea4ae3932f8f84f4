#include <windtunnel/cli/report_history.h>

#include <windtunnel/cli/command.h>
#include <windtunnel/reports/page/history_report.h>
#include <windtunnel/scenarios/campaign/shell_word.h>

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <fstream>

namespace windtunnel::cli {
namespace {

bool is_trace(const std::string& path) {
  constexpr std::string_view kMagic = "WTTRACE";
  std::array<char, kMagic.size()> begin{};
  std::ifstream file(path, std::ios::binary);
  file.read(begin.data(), begin.size());
  return path.ends_with(".wtt") || std::string_view(begin.data(), begin.size()) == kMagic;
}

// The `check` that judges the same.
std::string check_of(const ReportRequest& request) {
  std::string text = request.called_by + " check " + scenarios::shell_word(request.run);
  const auto add = [&text](const char* option, const std::string& value) {
    if (!value.empty()) text += fmt::format(" {} {}", option, scenarios::shell_word(value));
  };
  add("--from", request.from);
  add("--sort", request.sort.value_or(""));
  add("--model", request.model);
  add("--initial", request.initial.value_or(""));
  if (request.independent) text += " --independent";
  add("--workload", request.workload);
  add("--consistency", request.consistency.value_or(""));
  for (const std::string& flaw : request.permitted) add("--permit", flaw);
  for (const std::string& flaw : request.forbidden) add("--forbid", flaw);
  for (const std::string& flaw : request.only) add("--only", flaw);
  for (const std::string& limit : request.limits) add("--limit", limit);
  if (request.max_configurations) {
    add("--max-configurations", std::to_string(*request.max_configurations));
  }
  add("--timeout", request.timeout.value_or(""));
  return text;
}

bool speaks_of_judging(const ReportRequest& request) {
  return request.consistency || request.initial || !request.permitted.empty() ||
         !request.forbidden.empty() || !request.only.empty() || !request.limits.empty() ||
         request.max_configurations || request.timeout;
}

std::string judged_as(const checkers::Judge& judge, const ReportRequest& request,
                      const checkers::Judgement& judgement) {
  const std::string held = held_text(request, judge, judgement);
  return judge.name + (held.empty() ? "" : ", " + held);
}

}  // namespace

bool is_of_history(const ReportRequest& request) {
  std::error_code ignored;
  const bool asked = !request.model.empty() || !request.from.empty() || request.sort ||
                     request.independent || !request.workload.empty() || speaks_of_judging(request);
  if (!std::filesystem::exists(request.run, ignored)) return asked;
  if (std::filesystem::is_directory(request.run, ignored)) return asked;
  return asked || !is_trace(request.run);
}

int report_history(const ReportRequest& request, const scenarios::Registry& registry) {
  JudgeRequest of = request;
  of.history = request.run;
  std::optional<JudgeChoice> choice;
  if (!request.model.empty()) {
    choice = choose_judge(of, registry);
    if (!choice) return kExitUsage;
  } else if (speaks_of_judging(request)) {
    complain("error: how to judge is said, but not what: name a model with --model: " +
             model_names(registry));
    return kExitUsage;
  }
  const auto found = read_for(of, choice ? choice->judge : nullptr);
  if (found.has_error()) return found.error();
  reports::JudgedHistory judged{found->history};
  judged.name = std::filesystem::path(request.run).filename().string();
  judged.hints = found->hints;
  judged.tuples = request.independent;
  if (choice) {
    judged.command = check_of(request);
    judged.judgement = checkers::judge(found->history, *choice->judge, choice->options);
    judged.judge = judged_as(*choice->judge, request, *judged.judgement);
  }
  const std::string output = request.output.empty() ? request.run + ".html" : request.output;
  const auto written = reports::write_history_report(judged, output);
  if (!written) {
    complain("error: " + written.error().what);
    return kExitInternal;
  }
  const std::string verdict =
      judged.judgement ? std::string(name_of(judged.judgement->verdict.decision)) : "not judged";
  return print_line(fmt::format("{}  {} operations  {}", output, written->operations, verdict))
             ? kExitOk
             : kExitInternal;
}

}  // namespace windtunnel::cli
