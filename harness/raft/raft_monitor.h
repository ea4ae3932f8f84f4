// The invariants of Raft in a run: feeds harness/raft/raft_invariants.h with what the nodes
// observe, and with what their simulated disks really hold.
#pragma once

#include <windtunnel/scenarios/engine/check.h>

#include <vector>

namespace windtunnel::scenarios {

// `raft.election-safety` and the others, all answered by one monitor.
std::vector<CheckDefinition> raft_checks();

}  // namespace windtunnel::scenarios
