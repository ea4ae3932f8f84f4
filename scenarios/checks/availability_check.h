// Liveness and availability with limits that the scenario names (see
// checkers/availability/availability.h).
// Safety holds in a cluster that answers nothing; this is what says so.
#pragma once

#include <windtunnel/scenarios/engine/check.h>

namespace windtunnel::scenarios {

// Its options: max_gap, max_recovery, max_p99, min_served, max_open. Each workload and kind of
// operation is measured by itself. A fault window is open while a fault of the plan acts or a
// server is down, and ends at the latest with the heal.
CheckDefinition available_check();

}  // namespace windtunnel::scenarios
