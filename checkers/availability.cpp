#include "checkers/availability.h"

#include <algorithm>
#include <map>
#include <set>

namespace windtunnel::checkers {
namespace {

bool begins(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [text](std::string_view word) { return text.starts_with(word); });
}

bool is_calm(const std::vector<FaultWindow>& windows, std::int64_t at) {
  const auto after = std::partition_point(windows.begin(), windows.end(),
                                          [at](const FaultWindow& w) { return w.from_ns <= at; });
  if (after == windows.begin()) return true;
  const FaultWindow& last = *std::prev(after);
  return last.to_ns && *last.to_ns <= at;
}

// One kind's calls and returns, in the order of the history.
struct Point {
  std::int64_t time_ns = 0;
  std::uint32_t position = 0;  // of the event
  std::uint32_t operation = 0;
  bool call = false;
  bool served = false;
};

class Kind {
 public:
  Kind(const History& history, const std::vector<FaultWindow>& windows, std::int64_t end_ns)
      : history_(history), windows_(windows), end_ns_(end_ns) {}

  Availability measure(std::string f, const std::vector<std::uint32_t>& operations) {
    out_.f = std::move(f);
    for (const std::uint32_t i : operations) count(i);
    std::sort(points_.begin(), points_.end(), [](const Point& a, const Point& b) {
      return a.time_ns != b.time_ns ? a.time_ns < b.time_ns : a.position < b.position;
    });
    find_stalls();
    find_recoveries();
    std::sort(out_.latencies_ns.begin(), out_.latencies_ns.end());
    std::sort(out_.latencies_in_calm_ns.begin(), out_.latencies_in_calm_ns.end());
    return std::move(out_);
  }

 private:
  void count(std::uint32_t i) {
    const Operation& op = history_.operations()[i];
    const std::int64_t called = history_.invocation(op).time_ns;
    const Event* const end = history_.completion(op);
    const bool served = is_served(history_, op);
    const bool calm = is_calm(windows_, called);
    ++out_.asked;
    if (calm) ++out_.asked_in_calm;
    if (served) ++out_.served;
    if (served && calm) ++out_.served_in_calm;
    if (end == nullptr) ++out_.unfinished;
    points_.push_back({called, op.invoked, i, true, false});
    if (end != nullptr) points_.push_back({end->time_ns, op.completed, i, false, served});
    if (!served) return;
    out_.latencies_ns.push_back(end->time_ns - called);
    if (calm) out_.latencies_in_calm_ns.push_back(end->time_ns - called);
  }

  // A stall begins when somebody asks, or goes on asking after a success, and ends with the next
  // success. It stands still while nobody asks.
  void find_stalls() {
    for (const Point& at : points_) {
      if (at.call) {
        call(at);
      } else {
        complete(at);
      }
    }
    if (stall_ && !asking_.empty()) wait_until(end_ns_);
  }
  void call(const Point& at) {
    if (asking_.empty()) waits_from_ = at.time_ns;
    asking_.insert(at.operation);
    if (!stall_) begin_stall(at.time_ns);
  }
  void complete(const Point& at) {
    if (at.served || asking_.size() == 1) wait_until(at.time_ns);
    asking_.erase(at.operation);
    if (!at.served) return;
    // It was longest until now or not; who served is told of the longest.
    if (out_.longest.from_ns == stall_->from_ns) out_.longest.served = at.operation;
    stall_.reset();
    if (!asking_.empty()) begin_stall(at.time_ns);
  }
  void begin_stall(std::int64_t at) {
    stall_ = Stall{at, at, 0, *asking_.begin(), {}};
    waits_from_ = at;
  }
  void wait_until(std::int64_t at) {
    stall_->waited_ns += at - waits_from_;
    stall_->to_ns = at;
    waits_from_ = at;
    if (stall_->waited_ns > out_.longest.waited_ns) out_.longest = *stall_;
  }

  // From the end of each window to the first success of an operation that was called after it;
  // where nobody was served any more, until the last return or the end.
  void find_recoveries() {
    for (const FaultWindow& window : windows_) {
      if (window.to_ns) recover(*window.to_ns);
    }
  }
  void recover(std::int64_t healed) {
    std::optional<Stall> recovery;
    const auto first = std::partition_point(
        points_.begin(), points_.end(), [healed](const Point& at) { return at.time_ns < healed; });
    for (auto at = first; at != points_.end(); ++at) {
      const Operation& op = history_.operations()[at->operation];
      if (history_.invocation(op).time_ns < healed) continue;
      if (!recovery) recovery = Stall{healed, at->time_ns, 0, at->operation, {}};
      recovery->to_ns = at->time_ns;
      if (!at->served) continue;
      recovery->served = at->operation;
      break;
    }
    if (!recovery) return;
    if (!recovery->served && out_.unfinished > 0) recovery->to_ns = end_ns_;
    recovery->waited_ns = recovery->to_ns - healed;
    if (!out_.slowest || recovery->waited_ns > out_.slowest->waited_ns) out_.slowest = recovery;
  }

  const History& history_;
  const std::vector<FaultWindow>& windows_;
  std::int64_t end_ns_;
  std::vector<Point> points_;
  std::set<std::uint32_t> asking_;
  std::optional<Stall> stall_;
  std::int64_t waits_from_ = 0;  // what of the wait is not in the stall yet
  Availability out_;
};

}  // namespace

bool is_served(const History& history, const Operation& op) {
  if (op.outcome == EventType::ok) return true;
  const bool refused = op.outcome == EventType::fail && op.completed != kNoEvent;
  return refused && history.completion(op)->error.is_nil();
}

std::vector<FaultWindow> merged(std::vector<FaultWindow> windows) {
  std::stable_sort(windows.begin(), windows.end(), [](const FaultWindow& a, const FaultWindow& b) {
    return a.from_ns < b.from_ns;
  });
  std::vector<FaultWindow> out;
  for (const FaultWindow& window : windows) {
    if (out.empty() || (out.back().to_ns && *out.back().to_ns < window.from_ns)) {
      out.push_back(window);
      continue;
    }
    std::optional<std::int64_t>& end = out.back().to_ns;
    if (!window.to_ns) end.reset();
    if (end && window.to_ns) end = std::max(*end, *window.to_ns);
  }
  return out;
}

std::vector<FaultWindow> windows_of(const History& history) {
  std::vector<FaultWindow> windows;
  bool open = false;
  bool closing = false;  // the event before closed one: the second event of the same action
  for (const Event& event : history.events()) {
    if (event.process.is_integer() || event.time_ns == kNoTime) continue;
    if (begins(event.f, {"start"})) {
      if (!open) windows.push_back({event.time_ns, std::nullopt});
      open = true;
      closing = false;
    } else if (begins(event.f, {"stop", "heal", "resume", "recover"})) {
      if (open || closing) windows.back().to_ns = event.time_ns;
      closing = open || closing;
      open = false;
    }
  }
  return windows;
}

AvailabilityReport measure_availability(const History& history,
                                        const std::vector<FaultWindow>& windows,
                                        std::optional<std::int64_t> end_ns) {
  AvailabilityReport report;
  report.windows = windows.size();
  std::int64_t last = 0;
  for (const Event& event : history.events()) {
    const bool client = event.process.is_integer();
    if (client && event.time_ns == kNoTime) report.timed = false;
    last = std::max(last, event.time_ns);
  }
  for (const Operation& op : history.operations()) {
    const Event* const end = history.completion(op);
    if (end != nullptr && end->time_ns < history.invocation(op).time_ns) report.timed = false;
  }
  if (!report.timed) return report;
  std::map<std::string, std::vector<std::uint32_t>> by_kind;
  for (std::uint32_t i = 0; i < history.operations().size(); ++i) {
    by_kind[history.f(history.operations()[i])].push_back(i);
  }
  for (const auto& [f, operations] : by_kind) {
    report.kinds.push_back(Kind(history, windows, end_ns.value_or(last)).measure(f, operations));
  }
  return report;
}

std::int64_t quantile(const std::vector<std::int64_t>& sorted, std::size_t per_cent) {
  if (sorted.empty()) return 0;
  return sorted[std::max<std::size_t>(1, (sorted.size() * per_cent + 99) / 100) - 1];
}

}  // namespace windtunnel::checkers
