// What a judge found, for a page: whatever the judge was, a name, sentences, operations, and the
// edges of a cycle.
#pragma once

#include <windtunnel/checkers/judges/judge.h>

#include <boost/json.hpp>

namespace windtunnel::reports {

// The worst first. As historymodel.js reads them.
boost::json::array findings_of(const checkers::Judgement& judgement);
// Names and values of what was measured, in words.
boost::json::array figures_of(const checkers::Judgement& judgement);
// Levels by what is known of them.
boost::json::object levels_of(const checkers::Judgement& judgement);
// What is known of each object that could not be decided, a sentence each.
boost::json::array open_of(const checkers::Judgement& judgement);

}  // namespace windtunnel::reports
