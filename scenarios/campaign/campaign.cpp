#include <windtunnel/scenarios/campaign/campaign.h>

#include <windtunnel/scenarios/campaign/output_tap.h>
#include <windtunnel/sim/trace/describe.h>
#include <windtunnel/sim/trace/trace_file.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

namespace windtunnel::scenarios {
namespace {

constexpr const char* kKilledFromOutside =
    "the worker was killed from outside (SIGKILL), as the system does when memory runs out: "
    "nothing is known of the run";

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
  run_jobs(
      2, WorkerOptions{1, 0},
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
      if (property.expect == Expectation::violated_in_any) never_violated_.push_back(&property);
    }
  }

  // Jobs come in pairs when verifying: the run, and the run with a moved heap.
  bool take(std::uint64_t job, const JobOutcome& outcome) {
    const std::uint64_t per_seed = options_.verify ? 2 : 1;
    if (job % per_seed == 0) {
      report_ = report_of(spec_, options_.seeds[job / per_seed], outcome);
      if (options_.verify) return true;
    } else {
      report_.nondeterministic = !same_end(report_, outcome);
      if (report_.nondeterministic) find_difference(spec_, registry_, report_);
    }
    return count();
  }

  CampaignTotals totals(JobsEnd end) {
    totals_.end = end;
    // One seed alone says nothing about "in any".
    if (end != JobsEnd::all || options_.seeds.size() < 2) return totals_;
    for (const PropertySpec* property : never_violated_) {
      totals_.never_violated.push_back(property->workload.empty()
                                           ? property->check
                                           : property->check + " (" + property->workload + ")");
    }
    return totals_;
  }

 private:
  bool count() {
    const RunVerdict verdict = report_.summary.verdict;
    if (verdict == RunVerdict::pass) ++totals_.pass;
    if (verdict == RunVerdict::fail) ++totals_.fail;
    if (verdict == RunVerdict::unknown) ++totals_.unknown;
    if (report_.crashed) ++totals_.crashed;
    if (report_.nondeterministic) ++totals_.nondeterministic;
    for (const PropertyResult& violated : report_.summary.violated) {
      if (violated.property >= spec_.properties.size()) continue;
      std::erase(never_violated_, &spec_.properties[violated.property]);
    }
    on_seed_(report_);
    return options_.max_failures == 0 || totals_.fail < options_.max_failures;
  }

  const ScenarioSpec& spec_;
  const Registry& registry_;
  const CampaignOptions& options_;
  const std::function<void(const SeedReport&)>& on_seed_;
  std::vector<const PropertySpec*> never_violated_;
  CampaignTotals totals_;
  SeedReport report_;
};

}  // namespace

std::string run_output(const ScenarioSpec& spec, const Registry& registry,
                       const RunOptions& options) {
  // In a process of its own the code's output is that of its node.
  std::optional<OutputTap> tap;
  RunOptions run = options;
  if (run.log != LogLevel::off && !run.under_way) {
    run.under_way = [&](RunUnderWay* way) {
      way != nullptr ? void(tap.emplace(way->simulation())) : tap.reset();
    };
  }
  const RunResult result = run_scenario(spec, registry, run);
  std::string output = result_line(result);
  if (options.coverage) output += "\n" + encode(result.coverage);
  return output;
}

bool is_crash(const JobOutcome& outcome) {
  return outcome.kind == JobOutcome::Kind::crashed || outcome.kind == JobOutcome::Kind::hung;
}

bool same_end(const SeedReport& first, const JobOutcome& second) {
  const auto killed = JobOutcome::Kind::killed;
  if (second.kind == killed || first.crash.kind == killed) return true;
  const bool crashed = second.kind != JobOutcome::Kind::done;
  if (crashed || first.crashed) {
    return crashed == first.crashed && second.kind == first.crash.kind &&
           second.signal == first.crash.signal && second.exit_code == first.crash.exit_code;
  }
  return comparable(second.output.substr(0, second.output.find('\n'))) == comparable(first.line);
}

std::string run_output_elsewhere(const ScenarioSpec& spec, const Registry& registry,
                                 const RunOptions& options) {
  const std::vector<std::unique_ptr<char[]>> moved = junk();
  return run_output(spec, registry, options);
}

SeedReport report_of(const ScenarioSpec& spec, std::uint64_t seed, const JobOutcome& outcome) {
  SeedReport report;
  report.seed = seed;
  report.crashed = is_crash(outcome);
  if (outcome.kind != JobOutcome::Kind::done) {
    report.crash = outcome;
    report.line = result_line(crash_result(spec, seed, outcome));
  } else {
    const std::size_t end = std::min(outcome.output.find('\n'), outcome.output.size());
    report.line = outcome.output.substr(0, end);
    if (end != outcome.output.size()) {
      report.coverage = decode_coverage(std::string_view(outcome.output).substr(end + 1));
    }
  }
  report.summary = summary_of(report.line);
  return report;
}

std::optional<SeedReport> run_seed(const ScenarioSpec& spec, std::uint64_t seed,
                                   const Registry& registry, JobsEnd* end) {
  std::optional<SeedReport> report;
  const JobsEnd ended = run_jobs(
      1, worker_options(spec),
      [&](std::uint64_t) {
        RunOptions options;
        options.seed = seed;
        return run_output(spec, registry, options);
      },
      [&](std::uint64_t, const JobOutcome& outcome) {
        report = report_of(spec, seed, outcome);
        return true;
      });
  if (end != nullptr) *end = ended;
  return report;
}

RunResult crash_result(const ScenarioSpec& spec, std::uint64_t seed, const JobOutcome& outcome) {
  RunResult result;
  result.scenario = spec.name;
  result.seed = seed;
  if (!is_crash(outcome)) {
    result.reasons.emplace_back(kKilledFromOutside);
    return result;
  }
  result.verdict = RunVerdict::fail;
  PropertyResult property;
  property.check = "no-crash";
  property.finding.decision = Decision::violated;
  std::string& text = property.finding.text;
  if (outcome.kind == JobOutcome::Kind::hung) {
    text = std::string(kDidNotEnd) + ": stopped after " +
           std::to_string(spec.limits.wall_time.ns / 1'000'000) +
           " ms of real time (limits.wall_time)";
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

WorkerOptions worker_options(const ScenarioSpec& spec) {
  WorkerOptions workers;
  const std::int64_t ns = spec.limits.wall_time.ns;
  workers.watchdog_ms = ns == 0 ? 0 : ns / 1'000'000 + 1;
  return workers;
}

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
  WorkerOptions workers = worker_options(spec);
  workers.workers = std::max(1U, options.jobs);
  workers.in_process = options.in_process;
  if (options.verify) workers.watchdog_ms = 0;
  const JobsEnd end = run_jobs(
      options.seeds.size() * per_seed, workers,
      [&](std::uint64_t job) {
        RunOptions run;
        run.seed = options.seeds[job / per_seed];
        const bool again = job % per_seed == 1;
        if (!again) run.log = options.log;
        run.on_log = options.on_log;
        if (options.in_process) run.under_way = [](RunUnderWay*) {};
        return again ? run_output_elsewhere(spec, registry, run) : run_output(spec, registry, run);
      },
      [&](std::uint64_t job, const JobOutcome& outcome) { return collector.take(job, outcome); });
  return collector.totals(end);
}

}  // namespace windtunnel::scenarios
