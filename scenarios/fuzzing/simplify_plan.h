// The passes of simplify.h that change the plan.
#pragma once

#include <windtunnel/scenarios/fuzzing/simplify.h>

#include <functional>
#include <vector>

namespace windtunnel::scenarios {

// Adds the scenario with the change, where that makes a difference.
void propose(std::vector<ScenarioSpec>& proposals, const ScenarioSpec& spec,
             const std::function<void(ScenarioSpec&)>& change);

std::vector<ScenarioSpec> fewer_faults(const Subject& subject);
std::vector<ScenarioSpec> fewer_victims(const Subject& subject);
std::vector<ScenarioSpec> simpler_effects(const Subject& subject);
std::vector<ScenarioSpec> shorter_faults(const Subject& subject);
std::vector<ScenarioSpec> earlier_start(const Subject& subject);
std::vector<ScenarioSpec> round_times(const Subject& subject);

}  // namespace windtunnel::scenarios
