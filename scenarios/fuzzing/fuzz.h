// A campaign over a scenario with a `fuzz:` section: each run draws its own cluster and plan
// (scenarios/engine/draw.h); failures are grouped by fingerprint.
//
// Random by default: run number i has the seed first + i, and is what `run --seed` runs. Guided:
// plans that reached an abstract state or a mark that no run before had reached are kept and
// mutated. Both give the same for every number of workers: a batch is drawn from what all batches
// before it found.
#pragma once

#include <windtunnel/scenarios/campaign/campaign.h>
#include <windtunnel/scenarios/fuzzing/fingerprint.h>

#include <boost/unordered/unordered_flat_set.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::scenarios {

struct FuzzOptions {
  std::uint64_t first_seed = 1;
  std::uint64_t runs = 0;             // 0: no bound but the last seed
  std::chrono::milliseconds time{0};  // real time; 0: no bound
  unsigned jobs = 1;
  bool guided = false;
  bool verify = false;             // each run twice, with a moved heap; the watchdog is off then
  std::uint64_t max_failures = 0;  // stops after so many failing runs; 0: does not
};

// A kind of failure, and the first run that shows it. A run may show several.
struct FailureGroup {
  Failure failure;
  ScenarioSpec spec;  // as it was drawn, with its one seed
  std::uint64_t seed = 0;
  std::uint64_t count = 0;  // runs that fail so
  std::uint64_t run = 0;    // number of the first, from 1
  double cpu_seconds = 0;   // used until then, by all workers
};

// Runs that could not be judged, for one reason.
struct UnknownRuns {
  std::uint64_t count = 0;
  std::uint64_t first_seed = 0;
  std::string first_reason;
};

// A run of which two differed.
struct NondeterministicRun {
  std::uint64_t seed = 0;
  std::optional<ScenarioSpec> spec;  // of a guided run that no seed of the scenario repeats
};

// What all runs together reached.
struct FuzzCoverage {
  boost::unordered_flat_set<std::uint64_t> states;
  boost::unordered_flat_set<std::uint64_t> marks;
  std::map<std::string, std::uint64_t> kinds;  // of faults that bit, and in how many runs

  // Whether there is anything new in it.
  bool add(const Coverage& coverage);
};

struct FuzzTotals {
  std::uint64_t runs = 0;
  std::uint64_t pass = 0;
  std::uint64_t failing = 0;
  std::uint64_t unknown = 0;
  std::uint64_t crashed = 0;                               // of the failing ones
  std::uint64_t nondeterministic = 0;                      // with verify
  std::vector<NondeterministicRun> nondeterministic_runs;  // the first ones
  double cpu_seconds = 0;
  double real_seconds = 0;
  double sim_seconds = 0;
  std::map<std::string, UnknownRuns> reasons;  // why runs were unknown, by shape
  std::vector<FailureGroup> groups;            // in the order in which they were found
  FuzzCoverage coverage;
  JobsEnd end = JobsEnd::all;
};

// `on_run` is called after each run, in order.
FuzzTotals fuzz(const ScenarioSpec& space, const Registry& registry, const FuzzOptions& options,
                const std::function<void(const FuzzTotals&)>& on_run);

}  // namespace windtunnel::scenarios
