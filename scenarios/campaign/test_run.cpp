#include <windtunnel/scenarios/campaign/test_run.h>

#include <windtunnel/checkers/history/history_io.h>
#include <windtunnel/scenarios/campaign/campaign.h>
#include <windtunnel/scenarios/campaign/result_json.h>
#include <windtunnel/scenarios/campaign/run_report.h>
#include <windtunnel/scenarios/campaign/save_run.h>
#include <windtunnel/scenarios/campaign/shell_word.h>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace windtunnel::scenarios {
namespace {

// What a worker says: the line, and the history behind it.
std::string run_to_text(const ScenarioSpec& spec, const Registry& registry, std::uint64_t seed) {
  RunOptions options;
  options.seed = seed;
  RunArtifacts artifacts;
  const RunResult result = run_scenario(spec, registry, options, &artifacts);
  return result_line(result) + "\n" + artifacts.history_jsonl;
}

void undecided(const char* reason, std::uint64_t seed, TestRun& run) {
  run.scenario = run.spec.name;
  run.seed = seed;
  run.reasons.emplace_back(reason);
}

void take(const JobOutcome& outcome, std::uint64_t seed, TestRun& run) {
  RunResult& result = run;
  run.crashed = is_crash(outcome);
  if (outcome.kind != JobOutcome::Kind::done) {
    run.crash = outcome;
    result = crash_result(run.spec, seed, outcome);
    return;
  }
  const std::size_t end = std::min(outcome.output.find('\n'), outcome.output.size());
  std::optional<RunResult> read = read_result_line(outcome.output.substr(0, end));
  if (!read) return undecided(kUnreadableResult, seed, run);
  result = *std::move(read);
  run.history_jsonl = outcome.output.substr(std::min(end + 1, outcome.output.size()));
}

}  // namespace

checkers::History TestRun::history(std::string_view workload) const {
  checkers::HistoryResult read = checkers::read_history(history_jsonl);
  if (read.has_error()) return {};
  return workload.empty() ? *std::move(read) : checkers::history_of_workload(*read, workload);
}

TestRun run_for_test(const ScenarioSpec& spec, const Registry& registry,
                     const TestRunOptions& options) {
  TestRun run;
  run.spec = spec;
  faults::assign_ids(run.spec.plan);
  if (!options.in_worker) {
    RunOptions how;
    how.seed = options.seed;
    RunArtifacts artifacts;
    RunResult& result = run;
    result = run_scenario(run.spec, registry, how, &artifacts);
    run.history_jsonl = std::move(artifacts.history_jsonl);
    return run;
  }
  bool ended = false;
  run_jobs(
      1, worker_options(run.spec),
      [&](std::uint64_t) { return run_to_text(run.spec, registry, options.seed); },
      [&](std::uint64_t, const JobOutcome& outcome) {
        ended = true;
        take(outcome, options.seed, run);
        return true;
      });
  if (!ended) {
    undecided("the run was interrupted, or no worker process could be started", options.seed, run);
  }
  return run;
}

KeptRun keep_run(const TestRun& run, const Registry& registry, const KeepOptions& options) {
  SeedReport report;
  report.seed = run.seed;
  report.crashed = run.crashed;
  report.crash = run.crash;
  KeptRun kept;
  const std::string planned = options.out + "/" + run.spec.name + "/" + std::to_string(run.seed);
  kept.replay = shell_word(options.command) + " replay " + shell_word(planned);
  const RunDirectory directory =
      save_run(run.spec, registry, report, options.out, kept.replay,
               [&](const std::string& path) { return write_run_report(run.spec, registry, path); });
  kept.directory = directory.path;
  kept.error = directory.error;
  if (kept.error.empty() && directory.has_trace) kept.report = directory.path + "/report.html";
  return kept;
}

std::string describe(const TestRun& run, const KeptRun& kept) {
  std::string text = fmt::format("{}, seed {}: {}", run.spec.name, run.seed, name_of(run.verdict));
  for (const std::string& reason : run.reasons) text += "\n  " + indented(reason);
  if (!kept.error.empty()) return text + "\n  not saved: " + indented(kept.error);
  text += kept.report.empty() ? "\n  saved    " + kept.directory : "\n  report   " + kept.report;
  return text + "\n  replay   " + kept.replay;
}

}  // namespace windtunnel::scenarios
