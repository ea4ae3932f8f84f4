// Liveness and availability, with the limits that the caller names (see
// checkers/availability/availability.h).
#include <windtunnel/checkers/availability/availability.h>

#include <windtunnel/checkers/audit/audits.h>
#include <windtunnel/checkers/audit/ledger.h>
#include <windtunnel/checkers/audit/recheck.h>

#include <fmt/format.h>

namespace windtunnel::checkers {
namespace {

const std::vector<FlawInfo>& availability_flaws() {
  static const std::vector<FlawInfo> list{
      {"stall", false, "somebody asked, and for longer than max-gap nobody was served"},
      {"slow-recovery", false, "longer than max-recovery from a heal to the first success"},
      {"low-availability", false, "outside of faults a smaller share was served than min-served"},
      {"slow", false, "outside of faults the 99th percentile of latency is above max-p99"},
      {"unanswered", false, "more operations than max-open are open at the end"}};
  return list;
}

AvailabilityLimits limits_of(const AuditOptions& options) {
  AvailabilityLimits limits;
  for (const auto& [name, value] : options.limits) {
    for (const AvailabilityLimit& limit : availability_limits()) {
      if (limit.info.name == name) limits.*limit.value = value;
    }
  }
  return limits;
}

void tell(const Availability& kind, Ledger& ledger) {
  ledger.figure(kind.f + "_asked", static_cast<std::int64_t>(kind.asked));
  ledger.figure(kind.f + "_served", static_cast<std::int64_t>(kind.served));
  ledger.figure(kind.f + "_longest_gap_ns", kind.longest.waited_ns);
  if (kind.slowest) ledger.figure(kind.f + "_slowest_recovery_ns", kind.slowest->waited_ns);
  if (kind.latencies_ns.empty()) return;
  ledger.figure(kind.f + "_latency_p50_ns", quantile(kind.latencies_ns, 50));
  ledger.figure(kind.f + "_latency_p99_ns", quantile(kind.latencies_ns, 99));
}

// What the plain reading needs to find it again.
Value subject_of(const Shortfall& shortfall, const AvailabilityReport& report) {
  if (shortfall.stall) {
    return Value::vector({Value(shortfall.f), Value(shortfall.stall->from_ns),
                          Value(shortfall.stall->to_ns), Value(shortfall.stall->healed_ns)});
  }
  for (const Availability& kind : report.kinds) {
    if (kind.f != shortfall.f) continue;
    const auto count = [](std::uint64_t number) {
      return Value(static_cast<std::int64_t>(number));
    };
    if (shortfall.name == "slow") {
      return Value::vector({Value(kind.f), Value(quantile(kind.latencies_in_calm_ns, 99))});
    }
    if (shortfall.name == "unanswered") {
      return Value::vector({Value(kind.f), count(kind.unfinished)});
    }
    return Value::vector({Value(kind.f), count(kind.served_in_calm), count(kind.asked_in_calm)});
  }
  return {};
}

AuditReport audit_availability(const History& history, const AuditOptions& options) {
  Ledger ledger(history, options, availability_flaws());
  AvailabilityLimits named = limits_of(options);
  FaultWindows faults = windows_of(history);
  if (!faults.unknown_action.empty() &&
      (named.max_recovery_ns || named.max_p99_ns || named.min_served_per_million)) {
    ledger.nothing_seen(
        fmt::format("the nemesis did {}, and it is not known whether that begins or ends a fault",
                    faults.unknown_action));
    named.max_recovery_ns.reset();
    named.max_p99_ns.reset();
    named.min_served_per_million.reset();
  }
  const AvailabilityReport report = measure_availability(history, faults.windows);
  ledger.figure("fault_windows", static_cast<std::int64_t>(report.windows));
  for (const Availability& kind : report.kinds) tell(kind, ledger);
  AvailabilityVerdict verdict = judge_availability(report, named);
  for (Shortfall& one : verdict.shortfalls) {
    ledger.enter(one.name, subject_of(one, report), std::move(one.operations), std::move(one.text));
  }
  if (!verdict.untested.empty()) ledger.nothing_seen(std::move(verdict.untested));
  return ledger.close("availability");
}

}  // namespace

AuditInfo availability_audit() {
  AuditInfo info{
      "availability",
      "any operations with times: gaps, recovery after each fault, share served (needs --limit)",
      {},
      availability_flaws(),
      &audit_availability,
      &recheck_availability};
  info.by_key = false;
  info.reads_nemesis = true;
  for (const AvailabilityLimit& limit : availability_limits()) info.limits.push_back(limit.info);
  return info;
}

}  // namespace windtunnel::checkers
