// What ships: the services raft-kv and naive-kv, the workloads, the checks.
#pragma once

#include <windtunnel/scenarios/engine/registry.h>

namespace windtunnel::scenarios {

// Of a service whose nodes stand on a `Host` (protocols/host/host.h), all that comes with it:
// Raft's words and marks, the names of its messages, how they stand in streams, and how many nodes
// there can be. First bytes up to 0x1f are Raft's.
void add_host(ServiceDefinition& definition);

void add_services(Registry& registry);
void add_workloads(Registry& registry);
void add_checks(Registry& registry);
// All of the above.
void add_builtin(Registry& registry);

}  // namespace windtunnel::scenarios
