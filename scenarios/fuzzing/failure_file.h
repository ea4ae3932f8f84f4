// A failure as a scenario file that a person can read, run and keep: the scenario with explicit
// faults and one seed, what to expect of it, and above it in comments what happens.
#pragma once

#include <windtunnel/scenarios/engine/registry.h>
#include <windtunnel/scenarios/fuzzing/simplify.h>

#include <string>
#include <vector>

namespace windtunnel::scenarios {

// The build that runs now: "windtunnel 0.1.0, gcc 12.2.0".
std::string build_text();

// The scenario with the violation expected, its name made from the fingerprint, and `found:`.
ScenarioSpec failure_spec(const Subject& subject);

// The text of the file for `spec`, which failure_spec made: it is run once more, in a worker, for
// its story. Where that is interrupted the file has no story.
std::string failure_text(const ScenarioSpec& spec, const Failure& failure,
                         const Registry& registry);

}  // namespace windtunnel::scenarios
