// Many runs of one scenario in worker processes, one a seed, and what they found. Results come in
// seed order for every number of workers. A run that takes longer than the scenario's
// `limits.wall_time` counts as hung.
#pragma once

#include <windtunnel/scenarios/campaign/result_json.h>
#include <windtunnel/scenarios/campaign/seed_list.h>
#include <windtunnel/scenarios/campaign/workers.h>
#include <windtunnel/scenarios/engine/run.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::scenarios {

struct CampaignOptions {
  SeedList seeds;
  unsigned jobs = 1;
  // All runs in this process, for debuggers (workers.h).
  bool in_process = false;
  // Lines of the code under test, and what it printed, as they come, from all workers.
  LogLevel log = LogLevel::off;
  LogListener* on_log = nullptr;
  // Each seed a second time with a moved heap: trace hash, verdict, findings and counts must be the
  // same. The watchdog is off then.
  bool verify = false;
  // Stops after so many failures; 0: does not.
  std::uint64_t max_failures = 0;
};

// What one run, in a worker, hands to the process that asked for it: its line, and its coverage
// where `options` asks for it.
std::string run_output(const ScenarioSpec& spec, const Registry& registry,
                       const RunOptions& options);

// The same with the heap moved: what depends on addresses differs from a run without it.
std::string run_output_elsewhere(const ScenarioSpec& spec, const Registry& registry,
                                 const RunOptions& options);

// What became of one seed.
struct SeedReport {
  std::uint64_t seed = 0;
  std::string line;  // for --json
  ResultSummary summary;
  Coverage coverage;
  bool crashed = false;  // the code under test ended the process, or hung
  JobOutcome crash;      // how the worker ended, where it did not come to the end of the run
  // --verify: the two runs differ. The record is the first that differs; 0 when the third and
  // fourth run had equal traces.
  bool nondeterministic = false;
  std::uint64_t first_difference = 0;
  std::string difference;  // that record in both runs, for people
};

struct CampaignTotals {
  std::uint64_t pass = 0;
  std::uint64_t fail = 0;
  std::uint64_t unknown = 0;
  std::uint64_t crashed = 0;
  std::uint64_t nondeterministic = 0;
  // Properties expected `violated in_any` that no seed violated: "linearizable (kv)".
  std::vector<std::string> never_violated;
  JobsEnd end = JobsEnd::all;

  // design: 130 interrupted, 4 crashed, 3 nondeterminism, 1 failure, 2 unknown, 0.
  int exit_code() const;
};

// From what a worker handed over, or how it ended.
SeedReport report_of(const ScenarioSpec& spec, std::uint64_t seed, const JobOutcome& outcome);

// One run in a worker; nothing where it was interrupted or no worker could be started: `end`, where
// it is not null, says which.
std::optional<SeedReport> run_seed(const ScenarioSpec& spec, std::uint64_t seed,
                                   const Registry& registry, JobsEnd* end = nullptr);

// Whether the second run of a seed ended as the first. Of two crashes the signal is compared and
// not what was printed: a sanitizer prints addresses. A run that was killed from outside tells
// nothing.
bool same_end(const SeedReport& first, const JobOutcome& second);

// Whether this end of a worker is one that the code under test brought about.
bool is_crash(const JobOutcome& outcome);
// How the witness begins of a run that the watchdog stopped.
inline constexpr const char* kDidNotEnd = "the code under test did not end";
// The result of a run that ended its process, as the check `no-crash` sees it; unknown where it was
// killed from outside.
RunResult crash_result(const ScenarioSpec& spec, std::uint64_t seed, const JobOutcome& outcome);
// How the worker of one run of this scenario is watched.
WorkerOptions worker_options(const ScenarioSpec& spec);

CampaignTotals run_campaign(const ScenarioSpec& spec, const Registry& registry,
                            const CampaignOptions& options,
                            const std::function<void(const SeedReport&)>& on_seed);

}  // namespace windtunnel::scenarios
