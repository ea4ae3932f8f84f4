// Many runs of one scenario in worker processes, one a seed, and what they found. Results come in
// seed order for every number of workers.
#pragma once

#include "scenarios/result_json.h"
#include "scenarios/run.h"
#include "scenarios/workers.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace windtunnel::scenarios {

struct CampaignOptions {
  std::vector<std::uint64_t> seeds;
  unsigned jobs = 1;
  // Each seed a second time with a moved heap, comparing the trace hashes.
  bool verify = false;
  // Real time after which a run counts as hung. 0: never.
  std::int64_t watchdog_ms = 120'000;
  // Stops after so many failures; 0: does not.
  std::uint64_t max_failures = 0;
};

// What became of one seed.
struct SeedReport {
  std::uint64_t seed = 0;
  std::string line;  // for --json
  ResultSummary summary;
  bool crashed = false;  // the code under test ended the process, or hung
  // --verify: the two runs differ. The record is the first that differs, 0 when the third and
  // fourth run agreed again.
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
  // Properties expected `violated in_any` that no seed violated.
  std::vector<std::string> never_violated;
  JobsEnd end = JobsEnd::all;

  // design: 130 interrupted, 4 crashed, 3 nondeterminism, 1 failure, 2 unknown, 0.
  int exit_code() const;
};

CampaignTotals run_campaign(const ScenarioSpec& spec, const Registry& registry,
                            const CampaignOptions& options,
                            const std::function<void(const SeedReport&)>& on_seed);

// The files of a run directory. The report is written by whoever has the report layer.
struct RunDirectory {
  std::string path;
  std::string error;  // what could not be written; empty when all was
};

// Runs the seed again at full trace in a worker and writes result.json, scenario.yaml,
// history.jsonl and trace.wtt below `out`/SCENARIO/SEED, then points `out`/latest to it. `then`
// runs in the worker afterwards, with the path.
RunDirectory write_run_directory(const ScenarioSpec& spec, const Registry& registry,
                                 std::uint64_t seed, const std::string& out,
                                 const std::string& replay_command,
                                 const std::function<std::string(const std::string&)>& then);

}  // namespace windtunnel::scenarios
