#include "scenarios/campaign.h"

#include "scenarios/crash_note.h"
#include "scenarios/print.h"
#include "sim/trace/describe.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

namespace windtunnel::scenarios {
namespace {

// The result of a run that ended its process.
RunResult crash_result(const ScenarioSpec& spec, std::uint64_t seed, const JobOutcome& outcome) {
  RunResult result;
  result.scenario = spec.name;
  result.seed = seed;
  result.verdict = RunVerdict::fail;
  PropertyResult property;
  property.check = "no-crash";
  property.finding.decision = Decision::violated;
  std::string& text = property.finding.text;
  if (outcome.kind == JobOutcome::Kind::hung) {
    text = "the code under test did not end: the watchdog stopped the run";
  } else if (outcome.signal != 0) {
    text = std::string("the code under test crashed: ") + ::strsignal(outcome.signal);
  } else {
    text = "the code under test exited with status " + std::to_string(outcome.exit_code);
  }
  if (!outcome.errors.empty()) text += "\n" + outcome.errors;
  while (text.ends_with('\n')) text.pop_back();
  result.reasons.push_back("no-crash is violated: " + text);
  result.properties.push_back(std::move(property));
  return result;
}

std::string run_line(const ScenarioSpec& spec, const Registry& registry, std::uint64_t seed) {
  install_crash_note();
  RunOptions options;
  options.seed = seed;
  return result_line(run_scenario(spec, registry, options));
}

// Moves the heap: what depends on addresses will differ from a run without it.
std::vector<std::unique_ptr<char[]>> junk() {
  std::vector<std::unique_ptr<char[]>> blocks;
  for (std::size_t i = 1; i <= 400; ++i) {
    blocks.push_back(std::make_unique<char[]>(i * 997 % 8192 + 16));
    if (i % 3 == 0) blocks[i / 2].reset();
  }
  return blocks;
}

TraceData full_trace(const ScenarioSpec& spec, const Registry& registry, std::uint64_t seed) {
  RunOptions options;
  options.seed = seed;
  options.trace = TraceLevel::full;
  RunArtifacts artifacts;
  run_scenario(spec, registry, options, &artifacts);
  return std::move(artifacts.trace);
}

// Runs the seed twice more with full traces and says where they part.
void find_difference(const ScenarioSpec& spec, const Registry& registry, SeedReport& report) {
  std::vector<Bytes> traces;
  WorkerOptions workers;
  run_jobs(
      2, workers,
      [&](std::uint64_t job) {
        const auto moved = job == 1 ? junk() : std::vector<std::unique_ptr<char[]>>();
        return std::string(as_text(encode_trace(full_trace(spec, registry, report.seed))));
      },
      [&](std::uint64_t, const JobOutcome& outcome) {
        traces.push_back(to_bytes(outcome.output));
        return true;
      });
  if (traces.size() != 2) return;
  const FileResult<TraceData> first = decode_trace(traces[0], "first run");
  const FileResult<TraceData> second = decode_trace(traces[1], "second run");
  if (!first || !second) return;
  report.first_difference = first_difference(*first, *second);
  if (report.first_difference == 0) return;
  const std::uint64_t number = report.first_difference;
  report.difference = "first run:  " + describe_record(*first, number) +
                      "\nsecond run: " + describe_record(*second, number);
}

class Collector {
 public:
  Collector(const ScenarioSpec& spec, const Registry& registry, const CampaignOptions& options,
            const std::function<void(const SeedReport&)>& on_seed)
      : spec_(spec), registry_(registry), options_(options), on_seed_(on_seed) {
    for (const PropertySpec& property : spec.properties) {
      if (property.expect == Expectation::violated_in_any) {
        totals_.never_violated.push_back(property.check);
      }
    }
  }

  // Jobs come in pairs when verifying: the run, and the run with a moved heap.
  bool take(std::uint64_t job, const JobOutcome& outcome) {
    const std::uint64_t per_seed = options_.verify ? 2 : 1;
    if (job % per_seed == 0) {
      report_ = {};
      report_.seed = options_.seeds[job / per_seed];
      report_.crashed = outcome.kind != JobOutcome::Kind::done;
      report_.line = report_.crashed ? result_line(crash_result(spec_, report_.seed, outcome))
                                     : outcome.output;
      report_.summary = summary_of(report_.line);
      if (options_.verify) return true;
    } else {
      const bool crashed = outcome.kind != JobOutcome::Kind::done;
      const ResultSummary second = crashed ? ResultSummary{} : summary_of(outcome.output);
      report_.nondeterministic = crashed != report_.crashed ||
                                 (!crashed && second.trace_hash != report_.summary.trace_hash);
      if (report_.nondeterministic) find_difference(spec_, registry_, report_);
    }
    return count();
  }

  CampaignTotals& totals() { return totals_; }

 private:
  bool count() {
    const RunVerdict verdict = report_.summary.verdict;
    if (verdict == RunVerdict::pass) ++totals_.pass;
    if (verdict == RunVerdict::fail) ++totals_.fail;
    if (verdict == RunVerdict::unknown) ++totals_.unknown;
    if (report_.crashed) ++totals_.crashed;
    if (report_.nondeterministic) ++totals_.nondeterministic;
    for (const std::string& check : report_.summary.violated) {
      std::erase(totals_.never_violated, check);
    }
    on_seed_(report_);
    return options_.max_failures == 0 || totals_.fail < options_.max_failures;
  }

  const ScenarioSpec& spec_;
  const Registry& registry_;
  const CampaignOptions& options_;
  const std::function<void(const SeedReport&)>& on_seed_;
  CampaignTotals totals_;
  SeedReport report_;
};

void point_latest(const std::string& out, const std::string& to) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path link = fs::path(out) / "latest";
  const fs::path temporary = fs::path(out) / ("latest.tmp" + std::to_string(::getpid()));
  fs::remove(temporary, ignored);
  fs::create_directory_symlink(fs::relative(to, out, ignored), temporary, ignored);
  fs::rename(temporary, link, ignored);
}

// The first error, or empty.
std::string write_files(const ScenarioSpec& spec, const Registry& registry, std::uint64_t seed,
                        const std::string& directory, const std::string& replay_command) {
  RunOptions options;
  options.seed = seed;
  options.trace = TraceLevel::full;
  RunArtifacts artifacts;
  const RunResult result = run_scenario(spec, registry, options, &artifacts);
  const std::string document = result_document(result, spec, replay_command);
  artifacts.trace.meta = document;
  const auto write = [&](const char* name, BytesView bytes) -> std::string {
    const FileResult<void> written = write_file_atomically(directory + "/" + name, bytes);
    return written ? std::string() : written.error().what;
  };
  std::string error = write("scenario.yaml", as_bytes(print_spec(spec)));
  if (error.empty()) error = write("history.jsonl", as_bytes(artifacts.history_jsonl));
  if (error.empty()) error = write("trace.wtt", encode_trace(artifacts.trace));
  // The result is written last: a directory that has one is whole.
  if (error.empty()) error = write("result.json", as_bytes(document));
  return error;
}

}  // namespace

int CampaignTotals::exit_code() const {
  if (end == JobsEnd::interrupted) return 130;
  if (end == JobsEnd::no_processes) return 70;
  if (crashed > 0) return 4;
  if (nondeterministic > 0) return 3;
  if (fail > 0 || !never_violated.empty()) return 1;
  return unknown > 0 ? 2 : 0;
}

CampaignTotals run_campaign(const ScenarioSpec& spec, const Registry& registry,
                            const CampaignOptions& options,
                            const std::function<void(const SeedReport&)>& on_seed) {
  Collector collector(spec, registry, options, on_seed);
  const std::uint64_t per_seed = options.verify ? 2 : 1;
  WorkerOptions workers;
  workers.workers = std::max(1U, options.jobs);
  workers.watchdog_ms = options.watchdog_ms;
  const JobsEnd end = run_jobs(
      options.seeds.size() * per_seed, workers,
      [&](std::uint64_t job) {
        const auto moved = job % per_seed == 1 ? junk() : std::vector<std::unique_ptr<char[]>>();
        return run_line(spec, registry, options.seeds[job / per_seed]);
      },
      [&](std::uint64_t job, const JobOutcome& outcome) { return collector.take(job, outcome); });
  collector.totals().end = end;
  // One seed alone says nothing about "in any".
  if (end != JobsEnd::all || options.seeds.size() < 2) collector.totals().never_violated.clear();
  return collector.totals();
}

RunDirectory write_run_directory(const ScenarioSpec& spec, const Registry& registry,
                                 std::uint64_t seed, const std::string& out,
                                 const std::string& replay_command,
                                 const std::function<std::string(const std::string&)>& then) {
  RunDirectory directory;
  directory.path = out + "/" + spec.name + "/" + std::to_string(seed);
  run_jobs(
      1, WorkerOptions{},
      [&](std::uint64_t) {
        std::string error = write_files(spec, registry, seed, directory.path, replay_command);
        if (error.empty() && then) error = then(directory.path);
        return error;
      },
      [&](std::uint64_t, const JobOutcome& outcome) {
        directory.error = outcome.output;
        if (outcome.kind != JobOutcome::Kind::done) {
          directory.error = "the run could not be repeated for its trace: it crashes";
          if (!outcome.errors.empty()) directory.error += "\n" + outcome.errors;
        }
        return true;
      });
  if (directory.error.empty()) point_latest(out, directory.path);
  return directory;
}

}  // namespace windtunnel::scenarios
