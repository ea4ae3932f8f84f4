// The data of a history's page: a JSON text of what is small, and columns of what is large.
#pragma once

#include <windtunnel/reports/page/history_report.h>

#include <string>

namespace windtunnel::reports {

struct HistoryData {
  std::string json;     // safe inside a script element: no `<`
  std::string columns;  // base64
  std::uint64_t rows = 0;
};

// Actions of the nemesis that a page shows; of more it says how many it leaves out.
inline constexpr std::size_t kMostBands = 2'000;

HistoryData make_history_data(const JudgedHistory& judged);

}  // namespace windtunnel::reports
