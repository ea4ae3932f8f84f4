// The densest form of a run: a line a change, a column a node.
#pragma once

#include <windtunnel/reports/text/text_report.h>

namespace windtunnel::reports {

// Each node's column is its sign, term and commit index: `/` leader, `\` follower, `?` candidate,
// `|` learner, `#` down,
// `.` nothing known, `=` paused. The node that the line is about is in brackets. The legend is the
// first line.
std::string show_lanes(const RecordedRun& run, const ShowOptions& options, std::uint64_t center);

}  // namespace windtunnel::reports
