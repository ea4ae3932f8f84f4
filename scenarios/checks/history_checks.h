// Checks of what the clients saw.
#pragma once

#include <windtunnel/scenarios/engine/check.h>

namespace windtunnel::scenarios {

// Linearizability of each workload's history, per key.
CheckDefinition linearizable_check();

}  // namespace windtunnel::scenarios
