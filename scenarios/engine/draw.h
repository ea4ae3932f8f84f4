// From a scenario with a `fuzz:` section and a seed to the scenario that this seed runs. A pure
// function of both: `run --seed N`, `fuzz`, `replay` and every worker draw the same.
//
// Swarm testing (Groce et al., ISSTA 2012): each seed leaves about half of the kinds of faults out,
// because kinds that are always together hide what only one of them shows. The latencies of the
// network and of fsync are drawn each for itself, over orders of magnitude: while one always
// dominates the other, whole classes of durability bugs cannot show.
#pragma once

#include <windtunnel/scenarios/format/spec.h>

#include <cstdint>

namespace windtunnel::scenarios {

// The scenario without `fuzz:`. Each thing has a draw of its own, so that a value that is added to
// the section changes no other. Returns the scenario as it is where it has no such section.
ScenarioSpec draw_scenario(const ScenarioSpec& space, std::uint64_t seed);

// A value between the two, such that each doubling is as likely as the next; rounded to two digits.
Duration draw_scale(DurationRange range, std::uint64_t octave_word, std::uint64_t word);

// `value` with its first two digits and zeros: 12'345 ns become 12'000 ns.
Duration two_digits(Duration value);

// A fault of the kind `kind` that begins at `at`; `draws` decide what the kind leaves open.
faults::Fault draw_fault(const faults::Choice& kind, Duration at, DrawKey draws);

}  // namespace windtunnel::scenarios
