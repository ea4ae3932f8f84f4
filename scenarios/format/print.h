// Writes a spec back as a scenario file. What is as the format's defaults is left out; parsing the
// result gives an equal spec.
#pragma once

#include <windtunnel/scenarios/format/spec.h>

#include <string>

namespace windtunnel::scenarios {

std::string print_spec(const ScenarioSpec& spec);

}  // namespace windtunnel::scenarios
