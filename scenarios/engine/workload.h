// Clients of a run: each is a program on a node of its own that asks its source for operations,
// calls the service through the service's client, and records what it saw in the history.
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/scenarios/engine/registry.h>
#include <windtunnel/sim/simulation.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace windtunnel::scenarios {

// What the clients of one workload share. Outlives the simulation.
struct WorkloadRun {
  WorkloadSpec spec;
  const WorkloadDefinition* definition = nullptr;
  const ServiceDefinition* service = nullptr;
  ServiceConfig config;  // of a client, but for its name
  checkers::HistoryRecorder recorder;
  std::vector<OperationRecords> records;  // of the recorder's operations
  // By client. They outlive its crashes: what is unique in the run stays so.
  std::vector<std::unique_ptr<OperationSource>> sources;
  std::uint64_t ok = 0;
  std::uint64_t fail = 0;
  std::uint64_t info = 0;
  // The last moment at which an operation may start.
  Instant stop;

  // `sessions` of all clients together.
  WorkloadRun(std::int64_t sessions, const checkers::HistoryRecorder::Numbering& numbering)
      : recorder(sessions, numbering) {}
};

// The program of client number `client` (from 0) of `run`.
ProgramFactory client_program(Simulation& sim, WorkloadRun& run, std::uint32_t client,
                              const std::string& name);

}  // namespace windtunnel::scenarios
