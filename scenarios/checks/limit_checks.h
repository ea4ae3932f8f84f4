// What nodes say of themselves, held against limits: `elections`, `at_most`, `keeps_up`, `yields`.
// They know no protocol, only its words: roles that lead, and counters.
#pragma once

#include <windtunnel/scenarios/engine/check.h>

#include <vector>

namespace windtunnel::scenarios {

std::vector<CheckDefinition> limit_checks();

}  // namespace windtunnel::scenarios
