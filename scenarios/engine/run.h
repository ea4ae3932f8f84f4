// One reproducible run: (scenario, seed) -> verdict, trace hash, history.
#pragma once

#include <windtunnel/protocols/base/hash.h>
#include <windtunnel/scenarios/engine/check.h>
#include <windtunnel/scenarios/engine/coverage.h>
#include <windtunnel/scenarios/engine/registry.h>
#include <windtunnel/scenarios/format/spec.h>
#include <windtunnel/sim/simulation.h>
#include <windtunnel/sim/trace/trace_file.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::scenarios {

enum class RunVerdict : std::uint8_t { pass, fail, unknown };
std::string_view name_of(RunVerdict verdict);

struct PropertyResult {
  static constexpr std::size_t kNoProperty = static_cast<std::size_t>(-1);

  std::string check;
  std::string workload;
  Expectation expected = Expectation::holds;
  Finding finding;
  // Its place among the properties of the scenario; kNoProperty of what no scenario names: a crash.
  std::size_t property = kNoProperty;
};

// What one fault of the plan did.
struct FaultActivity {
  std::string id;
  std::string label;
  std::string kind;  // see faults::kind_of; "choose" or "script" of a fault with no effect
  std::uint64_t fired = 0;
  std::uint64_t biting = 0;  // of these firings: those that bit
  std::uint64_t bites = 0;   // things that went differently because of it
  struct Window {
    Instant begin;
    Instant end;  // kEndOfTime: never ended
    std::vector<NodeId> victims;
    std::optional<faults::Effect> frozen;  // see faults::FaultRecord
  };
  std::vector<Window> windows;
};

struct WorkloadActivity {
  std::string name;
  std::uint64_t ok = 0;
  std::uint64_t fail = 0;
  std::uint64_t info = 0;
};

struct RunStats {
  std::uint64_t ops_ok = 0;
  std::uint64_t ops_fail = 0;
  std::uint64_t ops_info = 0;
  std::uint64_t elections = 0;  // leaders that were elected
  std::uint64_t faults_fired = 0;
  std::uint64_t faults_bite = 0;  // faults of the plan that bit at least once
  std::uint64_t crashes = 0;
  std::uint64_t exits = 0;  // of these: processes that gave up by themselves
  std::uint64_t messages_sent = 0;
  std::uint64_t messages_dropped = 0;
};

struct RunResult {
  std::string scenario;
  std::uint64_t seed = 0;
  RunVerdict verdict = RunVerdict::unknown;
  // Why it is not a pass, a line each.
  std::vector<std::string> reasons;
  Digest trace_hash;
  std::uint64_t events = 0;  // trace records
  Duration sim_time;
  double wall_ms = 0;  // real time; takes part in nothing
  std::vector<PropertyResult> properties;
  std::vector<FaultActivity> faults;
  std::vector<WorkloadActivity> workloads;
  std::optional<Instant> healed_at;
  RunStats stats;
  Coverage coverage;  // where it was asked for
};

// What a run leaves behind for people, where it was asked for.
struct RunArtifacts {
  TraceData trace;            // at level full
  std::string history_jsonl;  // of all workloads, in order of time
};

// A run before its end, for whoever looks into it from outside.
class RunUnderWay {
 public:
  virtual Simulation& simulation() = 0;
  // What the run has come to, as a run that ends here because of this violation. The run cannot go
  // on afterwards.
  virtual RunResult end(PropertyResult violation, RunArtifacts& artifacts) = 0;

 protected:
  ~RunUnderWay() = default;
};

struct RunOptions {
  std::uint64_t seed = 1;
  TraceLevel trace = TraceLevel::hash;
  std::uint64_t salt = 0;
  bool coverage = false;  // collect RunResult::coverage
  // The lines of node code that are wanted. A full trace has them all, whatever is wanted.
  LogLevel log = LogLevel::off;
  LogListener* on_log = nullptr;
  // Called with the run before a node starts, and with null when it is over.
  std::function<void(RunUnderWay*)> under_way;
};

// Draws what the seed decides (scenarios/engine/draw.h), and runs to the end, the first violation
// (stop: first), or a limit. The code under test may abort the process: run it in a worker
// (scenarios/campaign/campaign.h) unless that is what you want.
RunResult run_scenario(const ScenarioSpec& spec, const Registry& registry,
                       const RunOptions& options, RunArtifacts* artifacts = nullptr);

}  // namespace windtunnel::scenarios
