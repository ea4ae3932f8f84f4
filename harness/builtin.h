// What ships: the services raft-kv and naive-kv, the workloads, the checks.
#pragma once

#include <windtunnel/scenarios/engine/registry.h>

namespace windtunnel::scenarios {

void add_services(Registry& registry);
void add_workloads(Registry& registry);
void add_checks(Registry& registry);
// All of the above.
void add_builtin(Registry& registry);

}  // namespace windtunnel::scenarios
