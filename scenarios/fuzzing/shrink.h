// Makes a failing scenario small: delta debugging over the explicit plan, the cluster and the
// workload. Every scenario that is taken fails with the fingerprint of the first.
//
// Candidates run in worker processes, several at a time, and the first one in order that still
// fails is taken: the result does not depend on the number of workers. None runs twice, so
// shrinking comes to an end; what is taken could have been written in a file.
#pragma once

#include <windtunnel/scenarios/campaign/workers.h>
#include <windtunnel/scenarios/engine/registry.h>
#include <windtunnel/scenarios/fuzzing/simplify.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

namespace windtunnel::scenarios {

struct ShrinkOptions {
  unsigned jobs = 1;
  // Bounds. What was reached is returned.
  std::uint64_t candidates = 20'000;
  std::chrono::milliseconds time{60'000};  // real time; 0: no limit
};

struct ShrinkProgress {
  std::string_view pass;
  std::uint64_t candidates = 0;  // that were run
  const Subject* best = nullptr;
};

struct ShrinkResult {
  Subject best;
  std::uint64_t candidates = 0;
  bool complete = false;       // no pass makes it smaller any more
  JobsEnd end = JobsEnd::all;  // or interrupted, or no_processes
};

// `spec` is drawn (scenarios/engine/draw.h) and has one seed; `failure` is how that seed fails.
ShrinkResult shrink(const ScenarioSpec& spec, const Failure& failure, const Registry& registry,
                    const ShrinkOptions& options,
                    const std::function<void(const ShrinkProgress&)>& on_progress);

}  // namespace windtunnel::scenarios
