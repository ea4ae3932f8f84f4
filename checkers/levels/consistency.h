// The consistency levels of objects, by name: what a history is asked for when it is not
// linearizability alone.
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/checkers/history/verdict.h>
#include <windtunnel/checkers/objects/models.h>

#include <string_view>
#include <vector>

namespace windtunnel::checkers {

// "linearizable", "sequential", then those of sessions (sessions.h).
std::vector<std::string_view> object_levels();
// What such a level promises, in a line.
std::string_view promise_of(std::string_view object_level);

// `unknown` where there is no such level, with the levels that there are as its reason.
Verdict check_consistency(const History& history, const ModelSpec& spec, std::string_view level,
                          const Limits& limits = {});

}  // namespace windtunnel::checkers
