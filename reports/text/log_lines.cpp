#include <windtunnel/reports/text/log_lines.h>

#include <algorithm>

namespace windtunnel::reports {

std::span<const LogLine> log_after(const TraceData& trace, std::uint64_t first,
                                   std::uint64_t last) {
  const auto before = [](const LogLine& line, std::uint64_t number) { return line.after < number; };
  const auto begin = std::lower_bound(trace.log.begin(), trace.log.end(), first, before);
  const auto end = std::lower_bound(begin, trace.log.end(), last + 1, before);
  return {begin, end};
}

}  // namespace windtunnel::reports
