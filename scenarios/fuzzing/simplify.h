// Ways to make a scenario smaller or easier to read. Each pass proposes scenarios, boldest first.
// No pass undoes what another does: clients work for a shorter time, faults last shorter, times are
// rounder. Whether a proposal still fails, and whether it makes sense as a scenario, is for the
// caller to find out.
#pragma once

#include <windtunnel/scenarios/format/spec.h>
#include <windtunnel/scenarios/fuzzing/fingerprint.h>

#include <span>
#include <string_view>
#include <vector>

namespace windtunnel::scenarios {

// A scenario, and how it fails.
struct Subject {
  ScenarioSpec spec;
  Failure failure;
  // Whose network, disks, clocks and options are plain: by default, those of a scenario that says
  // nothing of them.
  ScenarioSpec plain = {};
};

struct SimplifyPass {
  std::string_view name;  // for progress: "fewer faults"
  std::vector<ScenarioSpec> (*propose)(const Subject& subject);
};

// In the order in which they are tried.
std::span<const SimplifyPass> simplify_passes();

// Those of them whose every step is smaller in an order that has an end, whatever steps are taken
// between: for whoever keeps no record of what was tried. The ones change nothing but the plan, the
// others the cluster, the clients and the world.
std::span<const SimplifyPass> plan_passes();
std::span<const SimplifyPass> surroundings_passes();

// The boldest changes, each with a few other seeds: a smaller cluster draws its timeouts anew, so
// that the seed at hand may not fail while many others do.
std::vector<ScenarioSpec> with_other_seeds(const Subject& subject);

}  // namespace windtunnel::scenarios
