// Explores Raft within the bounds of a file, in a process of its own: where protocol code ends that
// process, by an assertion or otherwise, the path to it is the finding.
#pragma once

#include "checkers/explore/search.h"
#include "checkers/explore/story.h"
#include "scenarios/exploration_spec.h"

#include <string>

namespace windtunnel::scenarios {

struct ExploreOptions {
  bool reduce = true;  // symmetry, and idle actions skipped
};

struct Exploration {
  enum class Verdict : std::uint8_t {
    exhausted,  // every state within the bounds was seen, and none is bad
    bounded,    // a limit came first; `outcome.end` says which
    violated,
    crashed,      // in the last step of the story
    interrupted,  // by the user
    failed,       // not by protocol code: no process, no memory; `reason`
  };
  Verdict verdict = Verdict::failed;
  explore::Outcome outcome;  // where it did not crash
  explore::Story story;
  std::string reason;  // what the process said last where it crashed or failed
};

Exploration explore_raft(const ExplorationSpec& spec, const ExploreOptions& options);

}  // namespace windtunnel::scenarios
