// The space that the generators draw from, as a `fuzz:` section has it.
#pragma once

#include <windtunnel/scenarios/rapidcheck/arbitrary.h>

#include <vector>

namespace windtunnel::gen {

// When faults may begin.
faults::DurationRange begin_of(const PlanOptions& options);

// Kinds of faults that suit the scenario: each effect that the options allow, on the nodes that it
// is usually aimed at.
std::vector<faults::Choice> kinds_of(const PlanOptions& options);

// The scenario with up to `most` faults of these kinds, and nothing else that is drawn.
scenarios::ScenarioSpec plan_space(const PlanOptions& options, std::size_t most);

// The same, and the cluster, network, disks and workloads vary as the options say.
scenarios::ScenarioSpec scenario_space(const ScenarioOptions& options, std::size_t most);

}  // namespace windtunnel::gen
