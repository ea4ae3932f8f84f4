// One run as a test makes it: in a worker process, so that code under test that aborts, crashes or
// hangs is a finding and not the end of the test, and with what is needed to look at it again.
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/scenarios/campaign/workers.h>
#include <windtunnel/scenarios/engine/registry.h>
#include <windtunnel/scenarios/engine/run.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace windtunnel::scenarios {

// The result of a run, and the run. Of a run in a worker, the result is what `run --json` says.
struct TestRun : RunResult {
  ScenarioSpec spec;  // with the ids of its faults
  bool crashed = false;
  JobOutcome crash;           // how, then; the only property is `no-crash`
  std::string history_jsonl;  // of all workloads; empty when it crashed

  // What the clients of a workload were told; empty: of all workloads.
  checkers::History history(std::string_view workload = {}) const;
};

struct TestRunOptions {
  std::uint64_t seed = 1;
  // Off: the run is made in this process, for a debugger. A crash is one of the test then.
  bool in_worker = true;
};

// `spec` names only what the registry has (load.h, `why_invalid`).
TestRun run_for_test(const ScenarioSpec& spec, const Registry& registry,
                     const TestRunOptions& options = {});

struct KeepOptions {
  std::string out = "windtunnel-out";
  // The command that knows the services of the run: your own, where they are yours.
  std::string command = "windtunnel";
};

// Where a run was kept, and how it is made again.
struct KeptRun {
  std::string directory;
  std::string report;  // a page; empty when there is none: it could not be written, or a crash left
                       // nothing to tell
  std::string replay;  // a line for a shell
  std::string error;   // what could not be written; empty when all was
};

// Makes the run again with its trace and writes its directory and report.
KeptRun keep_run(const TestRun& run, const Registry& registry, const KeepOptions& options = {});

// What a failed test prints about it: verdict and reasons, the report, the command.
std::string describe(const TestRun& run, const KeptRun& kept);

}  // namespace windtunnel::scenarios
