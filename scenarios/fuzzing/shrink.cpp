#include <windtunnel/scenarios/fuzzing/shrink.h>

#include <windtunnel/protocols/base/hash.h>
#include <windtunnel/scenarios/format/load.h>
#include <windtunnel/scenarios/format/print.h>
#include <windtunnel/scenarios/fuzzing/plan_edit.h>

#include <unordered_set>
#include <utility>

namespace windtunnel::scenarios {
namespace {

std::uint64_t seed_of(const ScenarioSpec& spec) { return spec.seeds.ranges.front().first; }

class Shrinker {
 public:
  Shrinker(Subject first, const Registry& registry, const ShrinkOptions& options,
           const std::function<void(const ShrinkProgress&)>& on_progress)
      : registry_(registry),
        options_(options),
        on_progress_(on_progress),
        catalog_(registry.catalog()),
        began_(std::chrono::steady_clock::now()) {
    result_.best = std::move(first);
    tried_.insert(key_of(result_.best.spec));
  }

  ShrinkResult run() {
    freeze();
    bool progress = true;
    while (progress && !over()) {
      progress = false;
      for (const SimplifyPass& pass : simplify_passes()) {
        pass_ = pass.name;
        while (!over() && take_one_of(pass.propose(result_.best))) progress = true;
      }
      if (progress || over()) continue;
      pass_ = "other seeds";
      progress = take_one_of(with_other_seeds(result_.best));
    }
    result_.complete = !over();
    return std::move(result_);
  }

 private:
  bool over() const {
    const bool ended = result_.end == JobsEnd::interrupted || result_.end == JobsEnd::no_processes;
    if (ended || result_.candidates >= options_.candidates) return true;
    const auto spent = std::chrono::steady_clock::now() - began_;
    return options_.time.count() != 0 && spent >= options_.time;
  }

  // All at once, else fault by fault.
  void freeze() {
    pass_ = "what happened";
    const std::optional<faults::FaultPlan> frozen = played_plan();
    if (!frozen) return;
    ScenarioSpec all = result_.best.spec;
    all.plan = *frozen;
    if (all == result_.best.spec || take_one_of({all})) return;
    for (const faults::Fault& fault : frozen->faults) {
      ScenarioSpec one = result_.best.spec;
      for (faults::Fault& place : one.plan.faults) {
        if (place.id == fault.id) place = fault;
      }
      if (!(one == result_.best.spec)) take_one_of({one});
    }
  }

  // The plan as the run played it; nothing where the run does not end.
  std::optional<faults::FaultPlan> played_plan() {
    std::optional<faults::FaultPlan> plan;
    const ScenarioSpec& spec = result_.best.spec;
    result_.end = run_jobs(
        1, worker_options(spec),
        [&](std::uint64_t) {
          RunOptions options;
          options.seed = seed_of(spec);
          const RunResult result = run_scenario(spec, registry_, options);
          ScenarioSpec played = spec;
          played.plan = frozen_plan(spec.plan, result.faults);
          return print_spec(played);
        },
        [&](std::uint64_t, const JobOutcome& outcome) {
          if (outcome.kind != JobOutcome::Kind::done) return true;
          LoadedScenario loaded = parse_scenario("the plan that was played", outcome.output);
          if (loaded.spec) plan = std::move(loaded.spec->plan);
          return true;
        });
    return plan;
  }

  static std::uint64_t key_of(const ScenarioSpec& spec) { return hash_text(print_spec(spec)); }

  // Leaves those that have not been tried, each once, and returns their keys.
  std::vector<std::uint64_t> keep_new(std::vector<ScenarioSpec>& candidates) const {
    std::vector<std::uint64_t> keys;
    std::unordered_set<std::uint64_t> here;
    std::erase_if(candidates, [&](const ScenarioSpec& candidate) {
      const std::uint64_t key = key_of(candidate);
      if (tried_.contains(key) || !here.insert(key).second) return true;
      keys.push_back(key);
      return false;
    });
    return keys;
  }

  // Takes the first candidate that fails as the first scenario did.
  bool take_one_of(std::vector<ScenarioSpec> candidates) {
    const std::vector<std::uint64_t> keys = keep_new(candidates);
    if (candidates.empty()) return false;
    bool took = false;
    WorkerOptions workers = worker_options(result_.best.spec);
    workers.workers = options_.jobs;
    result_.end = run_jobs(
        candidates.size(), workers,
        [&](std::uint64_t job) {
          RunOptions options;
          options.seed = seed_of(candidates[job]);
          return run_output(candidates[job], registry_, options);
        },
        [&](std::uint64_t job, const JobOutcome& outcome) {
          ++result_.candidates;
          tried_.insert(keys[job]);
          const SeedReport report = report_of(candidates[job], seed_of(candidates[job]), outcome);
          std::optional<Failure> failure = failure_of(report, result_.best.failure.fingerprint);
          if (failure && why_invalid(candidates[job], &catalog_).empty()) {
            result_.best = {std::move(candidates[job]), std::move(*failure)};
            took = true;
          }
          on_progress_({pass_, result_.candidates, &result_.best});
          return !took && !over();
        });
    return took;
  }

  const Registry& registry_;
  const ShrinkOptions& options_;
  const std::function<void(const ShrinkProgress&)>& on_progress_;
  Catalog catalog_;
  std::chrono::steady_clock::time_point began_;
  std::string_view pass_;
  std::unordered_set<std::uint64_t> tried_;  // keys of scenarios
  ShrinkResult result_;
};

}  // namespace

ShrinkResult shrink(const ScenarioSpec& spec, const Failure& failure, const Registry& registry,
                    const ShrinkOptions& options,
                    const std::function<void(const ShrinkProgress&)>& on_progress) {
  return Shrinker({spec, failure}, registry, options, on_progress).run();
}

}  // namespace windtunnel::scenarios
