#include <windtunnel/checkers/objects/problem.h>

#include <windtunnel/checkers/history/work.h>

#include <fmt/format.h>

namespace windtunnel::checkers {

bool Ruling::is_within(const Limits& limits, std::uint64_t bytes) {
  if (configurations > limits.max_configurations) {
    reason = fmt::format("the bound of {} configurations was reached", limits.max_configurations);
  } else if (work > limits.max_work) {
    reason = kOutOfWork;
  } else if (bytes > limits.max_bytes) {
    reason = fmt::format("the bound of {} bytes was reached", limits.max_bytes);
    out_of_memory = true;
  } else {
    return true;
  }
  decision = Decision::unknown;
  return false;
}

}  // namespace windtunnel::checkers
