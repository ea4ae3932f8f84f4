// A plain reading of availability; see recheck.h.
#include <windtunnel/checkers/audit/recheck.h>
#include <windtunnel/checkers/availability/availability.h>
#include <windtunnel/checkers/availability/fault_windows.h>

#include <algorithm>
#include <vector>

namespace windtunnel::checkers {
namespace {

bool is_answered(const History& history, const Operation& op) {
  const bool refused = op.outcome == EventType::fail && history.completion(op)->error.is_nil();
  return op.outcome == EventType::ok || refused;
}

// No window of a fault was open when it was called.
bool is_outside(const std::vector<FaultWindow>& windows, std::int64_t at) {
  return std::none_of(windows.begin(), windows.end(), [at](const FaultWindow& window) {
    return window.from_ns <= at && (!window.to_ns || at < *window.to_ns);
  });
}

// Counts the subject's kind of operation again.
bool recheck_shares(const History& history, const Flaw& flaw) {
  const auto& subject = flaw.subject.items();
  const std::vector<FaultWindow> windows = windows_of(history).windows;
  std::int64_t calm = 0;
  std::int64_t served = 0;
  std::int64_t open = 0;
  std::int64_t slow = 0;
  for (const Operation& op : history.operations()) {
    if (history.f(op) != subject[0].text()) continue;
    if (op.completed == kNoEvent) ++open;
    if (!is_outside(windows, history.invocation(op).time_ns)) continue;
    ++calm;
    if (op.completed == kNoEvent || !is_answered(history, op)) continue;
    ++served;
    const std::int64_t took = history.completion(op)->time_ns - history.invocation(op).time_ns;
    if (took >= subject[1].integer()) ++slow;
  }
  if (flaw.name == "unanswered") return open == subject[1].integer();
  if (flaw.name == "slow") return slow * 100 >= served && slow > 0;
  return served == subject[1].integer() && calm == subject[2].integer();
}

}  // namespace

// Nobody was served in the stretch of the subject.
bool recheck_availability(const History& history, const AuditOptions& options, const Flaw& flaw) {
  const auto& subject = flaw.subject.items();
  if (flaw.name != "stall" && flaw.name != "slow-recovery") return recheck_shares(history, flaw);
  const std::int64_t from = subject[1].integer();
  const std::int64_t to = subject[2].integer();
  const std::int64_t healed = subject[3].integer();
  for (const Operation& op : history.operations()) {
    if (history.f(op) != subject[0].text() || op.completed == kNoEvent) continue;
    const Event& end = *history.completion(op);
    const bool counts = flaw.name == "stall" || history.invocation(op).time_ns >= healed;
    const bool inside = end.time_ns > from && end.time_ns < to;
    if (is_answered(history, op) && counts && inside) return false;
  }
  const std::string_view name = flaw.name == "stall" ? "max-gap" : "max-recovery";
  return std::any_of(options.limits.begin(), options.limits.end(), [&](const auto& limit) {
    return limit.first == name && to - from > limit.second;
  });
}

}  // namespace windtunnel::checkers
