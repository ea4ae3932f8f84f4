#include <windtunnel/scenarios/fuzzing/fuzz.h>

#include <windtunnel/scenarios/engine/draw.h>
#include <windtunnel/scenarios/fuzzing/mutate.h>

#include <sys/resource.h>

#include <algorithm>
#include <utility>

namespace windtunnel::scenarios {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kBatch = 256;
constexpr std::size_t kNamedRuns = 10;

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// Processor time of the workers that have ended.
double cpu_of_workers() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

class Fuzzer {
 public:
  Fuzzer(const ScenarioSpec& space, const Registry& registry, const FuzzOptions& options,
         const std::function<void(const FuzzTotals&)>& on_run)
      : space_(space),
        registry_(registry),
        options_(options),
        on_run_(on_run),
        began_(Clock::now()),
        cpu_before_(cpu_of_workers()) {}

  FuzzTotals run() {
    while (!over() && has_seeds()) {
      draw_batch();
      const JobsEnd end = run_batch();
      if (end == JobsEnd::interrupted || end == JobsEnd::no_processes) {
        totals_.end = end;
        break;
      }
    }
    measure();
    return std::move(totals_);
  }

 private:
  // What one run of a batch runs: the space itself with a seed, or a scenario that was mutated.
  struct Input {
    std::uint64_t seed = 0;
    std::optional<ScenarioSpec> spec;
  };

  // There is no seed beyond the last, and none comes twice.
  bool has_seeds() const { return next_seed_ <= UINT64_MAX - options_.first_seed; }

  bool over() const {
    if (options_.runs != 0 && totals_.runs >= options_.runs) return true;
    if (options_.max_failures != 0 && totals_.failing >= options_.max_failures) return true;
    return options_.time.count() != 0 && Clock::now() - began_ >= options_.time;
  }

  void measure() {
    totals_.cpu_seconds = cpu_of_workers() - cpu_before_;
    totals_.real_seconds = std::chrono::duration<double>(Clock::now() - began_).count();
  }

  void draw_batch() {
    std::uint64_t count = kBatch;
    if (options_.runs != 0) count = std::min(count, options_.runs - totals_.runs);
    batch_.clear();
    for (std::uint64_t i = 0; i < count && has_seeds(); ++i) {
      const std::uint64_t number = totals_.runs + i;
      const DrawKey draws = DrawKey(options_.first_seed, "fuzz.guide", "").of(number);
      Input input;
      if (options_.guided && !pool_.empty() && scale(draws.at(0), 4) != 0) {
        const ScenarioSpec& one = pool_.choose(draws.of(1));
        const ScenarioSpec& other = pool_.choose(draws.of(2));
        input.spec = mutate(one, other, space_, draws.of(3));
        input.seed = input.spec->seeds.ranges.front().first;
      } else {
        input.seed = options_.first_seed + next_seed_++;
      }
      batch_.push_back(std::move(input));
    }
  }

  const ScenarioSpec& spec_of(const Input& input) const {
    return input.spec ? *input.spec : space_;
  }

  JobsEnd run_batch() {
    const std::uint64_t times = options_.verify ? 2 : 1;
    WorkerOptions workers = worker_options(space_);
    workers.workers = std::max(1U, options_.jobs);
    if (options_.verify) workers.watchdog_ms = 0;
    return run_jobs(
        batch_.size() * times, workers,
        [&](std::uint64_t job) {
          const Input& input = batch_[job / times];
          RunOptions run;
          run.seed = input.seed;
          run.coverage = job % times == 0;
          return run.coverage ? run_output(spec_of(input), registry_, run)
                              : run_output_elsewhere(spec_of(input), registry_, run);
        },
        [&](std::uint64_t job, const JobOutcome& outcome) {
          const Input& input = batch_[job / times];
          if (job % times == 0) report_ = report_of(spec_of(input), input.seed, outcome);
          if (job % times == 1 && !same_end(report_, outcome)) note_nondeterministic(input);
          if (job % times == times - 1) take(input);
          return !over();
        });
  }

  void note_nondeterministic(const Input& input) {
    ++totals_.nondeterministic;
    if (totals_.nondeterministic_runs.size() < kNamedRuns) {
      totals_.nondeterministic_runs.push_back({input.seed, input.spec});
    }
  }

  void take(const Input& input) {
    ++totals_.runs;
    totals_.sim_seconds += static_cast<double>(report_.summary.sim_time.ns) / 1e9;
    for (const std::string& kind : each_once(report_.summary.bitten)) {
      ++totals_.coverage.kinds[kind];
    }
    const bool is_new = totals_.coverage.add(report_.coverage);
    if (options_.guided && is_new) pool_.add(drawn(input));
    if (std::vector<Failure> failures = failures_of(report_); !failures.empty()) {
      ++totals_.failing;
      if (report_.crashed) ++totals_.crashed;
      for (Failure& failure : failures) take_failure(input, std::move(failure));
    } else if (report_.summary.verdict == RunVerdict::unknown) {
      ++totals_.unknown;
      for (const std::string& reason : report_.summary.reasons) {
        UnknownRuns& runs = totals_.reasons[shape_of(reason)];
        if (runs.count++ != 0) continue;
        runs.first_seed = input.seed;
        runs.first_reason = reason;
      }
    } else {
      ++totals_.pass;
    }
    measure();
    on_run_(totals_);
  }

  static std::vector<std::string> each_once(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
  }

  ScenarioSpec drawn(const Input& input) const {
    return input.spec ? *input.spec : draw_scenario(space_, input.seed);
  }

  void take_failure(const Input& input, Failure failure) {
    const auto known = std::find_if(
        totals_.groups.begin(), totals_.groups.end(),
        [&](const auto& group) { return group.failure.fingerprint == failure.fingerprint; });
    if (known != totals_.groups.end()) {
      ++known->count;
      return;
    }
    measure();
    totals_.groups.push_back(
        {std::move(failure), drawn(input), input.seed, 1, totals_.runs, totals_.cpu_seconds});
  }

  const ScenarioSpec& space_;
  const Registry& registry_;
  const FuzzOptions& options_;
  const std::function<void(const FuzzTotals&)>& on_run_;
  Clock::time_point began_;
  double cpu_before_;
  Pool pool_;
  std::uint64_t next_seed_ = 0;
  std::vector<Input> batch_;
  SeedReport report_;  // of the run at hand
  FuzzTotals totals_;
};

}  // namespace

bool FuzzCoverage::add(const Coverage& coverage) {
  bool is_new = false;
  for (const std::uint64_t state : coverage.states) is_new |= states.insert(state).second;
  for (const std::uint64_t mark : coverage.marks) is_new |= marks.insert(mark).second;
  return is_new;
}

FuzzTotals fuzz(const ScenarioSpec& space, const Registry& registry, const FuzzOptions& options,
                const std::function<void(const FuzzTotals&)>& on_run) {
  return Fuzzer(space, registry, options, on_run).run();
}

}  // namespace windtunnel::scenarios
