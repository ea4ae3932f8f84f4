// Two runs side by side: where they part.
#pragma once

#include <windtunnel/reports/run/run_directory.h>
#include <windtunnel/reports/words/narrator.h>

#include <cstdint>
#include <string>

namespace windtunnel::reports {

struct RunDifference {
  std::uint64_t event = 0;   // the first record that differs; 0: the runs are the same
  std::uint64_t common = 0;  // how many records are the same before it
  std::string text;          // for people, several lines
};

RunDifference diff_runs(const RecordedRun& a, const RecordedRun& b, const MessageWords& words = {});

}  // namespace windtunnel::reports
