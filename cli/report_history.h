// `windtunnel report` of a history from anywhere, judged where a model is named.
#pragma once

#include <windtunnel/cli/traces.h>

namespace windtunnel::cli {

// Whether the report is to be of a history: the file is there and no trace, or it is said how to
// read or to judge what is there.
bool is_of_history(const ReportRequest& request);

int report_history(const ReportRequest& request, const scenarios::Registry& registry);

}  // namespace windtunnel::cli
