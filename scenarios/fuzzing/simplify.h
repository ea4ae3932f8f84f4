// Ways to make a scenario smaller or easier to read. Each pass proposes scenarios, boldest first.
// No pass undoes what another does: clients work for a shorter time, faults last shorter, times are
// rounder. Whether a proposal still fails, and whether it makes sense as a scenario, is for the
// caller to find out.
#pragma once

#include <windtunnel/scenarios/fuzzing/fingerprint.h>
#include <windtunnel/scenarios/format/spec.h>

#include <span>
#include <string_view>
#include <vector>

namespace windtunnel::scenarios {

// A scenario, and how it fails.
struct Subject {
  ScenarioSpec spec;
  Failure failure;
};

struct SimplifyPass {
  std::string_view name;  // for progress: "fewer faults"
  std::vector<ScenarioSpec> (*propose)(const Subject& subject);
};

// In the order in which they are tried.
std::span<const SimplifyPass> simplify_passes();

// The boldest changes, each with a few other seeds: a smaller cluster draws its timeouts anew, so
// that the seed at hand may not fail while many others do.
std::vector<ScenarioSpec> with_other_seeds(const Subject& subject);

}  // namespace windtunnel::scenarios
