// A judge as a check of a scenario: `- { check: log, workload: w, permit: [lost-write] }`.
#pragma once

#include <windtunnel/checkers/judges/judge.h>
#include <windtunnel/scenarios/engine/registry.h>

namespace windtunnel::scenarios {

// It judges the history of the workload that the property names; without a name, of each whose
// operations mean what the judge takes, and in a scenario of one workload, that one's. What it
// finds has the flaw first, then why, then the operations that show it.
//
// Options: `model` (of a level), `initial` and `independent` where the judge takes them: as the
// workload's type says when absent; and the judge's limits by name. A history in which no operation
// succeeded is `unknown`, and so is, of a level that promises something to sessions, one that has
// a session as several processes and nothing wrong in any of them.
CheckDefinition judge_check(const checkers::Judge& judge);

// Makes it known to `windtunnel check` and, unless it reads what a nemesis did, as a check.
void add_judge(Registry& registry, const checkers::Judge& judge);

// The option of a check for a judge's limit: "max_gap" for "max-gap".
OptionInfo option_of(const checkers::LimitInfo& limit);

}  // namespace windtunnel::scenarios
