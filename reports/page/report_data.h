// The data of the report's page: a JSON text of what is small, and columns of what is large.
#pragma once

#include <windtunnel/reports/page/columns.h>
#include <windtunnel/reports/page/selection.h>
#include <windtunnel/reports/words/narrator.h>

#include <string>

namespace windtunnel::reports {

struct ReportData {
  std::string json;     // safe inside a script element: no `<`
  std::string columns;  // base64
  std::uint64_t rows = 0;
  std::string left_out;
};

ReportData make_report_data(const RecordedRun& run, const Selection& selection,
                            const MessageWords& words);

// As JSON inside a script element: `<`, `>` and `&` as \u escapes.
std::string json_for_script(const boost::json::value& value);

}  // namespace windtunnel::reports
