// A check: something that must hold in a run. Online checks see every trace record as it is made;
// all checks give their finding at the end. Several checks may share one observer of the run (the
// Raft invariants do).
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/checkers/judges/judge.h>
#include <windtunnel/protocols/base/ids.h>
#include <windtunnel/scenarios/format/catalog.h>
#include <windtunnel/scenarios/format/spec.h>
#include <windtunnel/sim/trace/dictionary.h>
#include <windtunnel/sim/trace/record.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel {
class Simulation;
}

namespace windtunnel::scenarios {

using checkers::Decision;

// What a check found.
struct Finding {
  Decision decision = Decision::ok;
  // For violated: what happened, in whole sentences. For unknown: why it could not be decided.
  std::string text;
  // For violated: the same in a few fixed words, for two runs that are wrong for the same reason
  // (scenarios/fuzzing/fingerprint.h). Empty: the first line of the text tells it, but for its
  // numbers.
  std::string kind;
  std::uint64_t event = 0;  // the trace record at which it shows; 0: at the end
  Instant time;
  NodeId node = kNoNode;
  std::vector<std::uint64_t> related;  // other records of the story
  std::vector<std::int64_t> history;   // indices of the operations of the witness
  std::size_t group = 0;               // the one whose clients saw it, where they did
  // Groups of which the plan destroyed so much that they could not keep a promise: what their
  // clients saw is then no violation either.
  std::vector<GroupId> plan_undid;
};

// Where an operation stands in the trace.
struct OperationRecords {
  std::uint64_t invoke = 0;
  std::uint64_t complete = 0;  // 0: never
};

// One workload's history, and what its operations mean.
struct WorkloadHistory {
  std::string workload;
  checkers::Reading reading;
  std::size_t group = 0;  // position of the group that it calls
  const checkers::History* history = nullptr;
  const std::vector<OperationRecords>* records = nullptr;  // of the history's operations
  // A session had several operations open, or was told what it had not asked for, so that the
  // history has it as several processes.
  bool splits_sessions = false;
};

// What checks may look at. The simulation is at rest.
struct RunView {
  const ScenarioSpec& spec;
  const std::vector<NodeLayout>& nodes;
  Simulation& sim;
  std::vector<WorkloadHistory> histories;
  // When the core was healed; absent when the scenario does not heal or the run ended before.
  std::optional<Instant> healed_at;
  std::vector<NodeId> core;      // the healed nodes
  const Dictionary& dictionary;  // whose the groups are: a service for each group of nodes
};

// The observer behind one check or several of a run. Destroyed before the simulation.
class Monitor {
 public:
  virtual ~Monitor() = default;
  // Called once before the first event. `on_violation` must be called with the name of the check
  // when the first violation of it is seen; the run decides whether it ends there.
  using OnViolation = std::function<void(std::string_view check)>;
  virtual void attach(const RunView& view, OnViolation on_violation) = 0;
  // The finding for the check of that name, for the property as it stands in the scenario.
  virtual Finding finish(const RunView& view, const PropertySpec& property) = 0;
};

// Whether a property's `check` means this check: its name, or "PREFIX.*".
bool matches(std::string_view pattern, std::string_view name);

struct CheckDefinition {
  CheckInfo info;
  // Checks with the same monitor name share one monitor in a run.
  std::string monitor;
  std::function<std::unique_ptr<Monitor>()> make;
  // It goes by what clients were told alone, so it cannot know what the plan destroyed: other
  // checks say so for it (Finding::plan_undid).
  bool judges_clients = false;
};

}  // namespace windtunnel::scenarios
