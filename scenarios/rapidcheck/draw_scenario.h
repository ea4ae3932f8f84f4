// Draws a variation of a scenario.
#pragma once

#include <windtunnel/scenarios/rapidcheck/arbitrary.h>
#include <windtunnel/scenarios/rapidcheck/draws.h>

namespace windtunnel::gen {

// All but the plan.
scenarios::ScenarioSpec draw_surroundings(Draws& draws, const ScenarioOptions& options);

}  // namespace windtunnel::gen
