#include <windtunnel/checkers/availability/availability.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace windtunnel::checkers {
namespace {

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
    for (std::size_t i = calls_.size(); i-- > 1;) {
      Call& before = calls_[i - 1];
      if (calls_[i].served_at < before.served_at) before.take(calls_[i]);
    }
    std::sort(points_.begin(), points_.end(),
              [](const Point& a, const Point& b) { return a.position < b.position; });
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
    if (!served && calm) example(out_.unserved_in_calm, i);
    if (end == nullptr) ++out_.unfinished;
    if (end == nullptr) example(out_.open, i);
    calls_.push_back({called, i, served ? end->time_ns : INT64_MAX, i});
    last_ns_ = std::max(last_ns_, end == nullptr ? called : end->time_ns);
    points_.push_back({called, op.invoked, i, true, false});
    if (end != nullptr) points_.push_back({end->time_ns, op.completed, i, false, served});
    if (!served) return;
    const std::int64_t took = end->time_ns - called;
    out_.latencies_ns.push_back(took);
    if (!calm) return;
    if (took > slowest_ns_) out_.slowest_in_calm = i;
    slowest_ns_ = std::max(slowest_ns_, took);
    out_.latencies_in_calm_ns.push_back(took);
  }
  static void example(std::vector<std::uint32_t>& of, std::uint32_t operation) {
    if (of.size() < Availability::kExamples) of.push_back(operation);
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

  // A call, and the earliest success among it and later calls.
  struct Call {
    std::int64_t time_ns = 0;
    std::uint32_t operation = 0;
    std::int64_t served_at = INT64_MAX;
    std::uint32_t served = 0;
    void take(const Call& later) {
      served_at = later.served_at;
      served = later.served;
    }
  };

  void find_recoveries() {
    for (const FaultWindow& window : windows_) {
      if (window.to_ns) recover(*window.to_ns);
    }
  }
  // Where nobody was served any more, it lasts until the last return, or the end.
  void recover(std::int64_t healed) {
    const auto first = std::partition_point(
        calls_.begin(), calls_.end(), [healed](const Call& call) { return call.time_ns < healed; });
    if (first == calls_.end()) return;
    Stall recovery{first->time_ns, first->served_at, 0, first->operation, {}, healed};
    if (first->served_at == INT64_MAX) {
      recovery.to_ns = out_.unfinished > 0 ? end_ns_ : last_ns_;
    } else {
      recovery.served = first->served;
    }
    recovery.waited_ns = recovery.to_ns - recovery.from_ns;
    if (!out_.slowest || recovery.waited_ns > out_.slowest->waited_ns) out_.slowest = recovery;
  }

  const History& history_;
  const std::vector<FaultWindow>& windows_;
  std::int64_t end_ns_;
  std::vector<Point> points_;
  std::set<std::uint32_t> asking_;
  std::optional<Stall> stall_;
  std::vector<Call> calls_;   // in the order of the history
  std::int64_t last_ns_ = 0;  // the last call or return
  std::int64_t slowest_ns_ = -1;
  std::int64_t waits_from_ = 0;  // what of the wait is not in the stall yet
  Availability out_;
};

// The lines of a history are in the order of time.
std::string fault_of_time(const Event& event, std::int64_t last) {
  if (event.time_ns == kNoTime) return fmt::format("the event {} has no :time", place_of(event));
  if (event.time_ns >= last) return {};
  return fmt::format("the :time of the event {} is before that of an earlier one", place_of(event));
}

}  // namespace

bool is_served(const History& history, const Operation& op) {
  if (op.outcome == EventType::ok) return true;
  const bool refused = op.outcome == EventType::fail && op.completed != kNoEvent;
  return refused && history.completion(op)->error.is_nil();
}

AvailabilityReport measure_availability(const History& history,
                                        const std::vector<FaultWindow>& windows,
                                        std::optional<std::int64_t> end_ns) {
  AvailabilityReport report;
  report.windows = windows.size();
  std::int64_t last = 0;
  for (const Event& event : history.events()) {
    if (!event.is_nemesis && report.untimed.empty()) {
      report.untimed = fault_of_time(event, last);
    }
    last = std::max(last, event.time_ns);
  }
  if (!report.untimed.empty()) return report;
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
