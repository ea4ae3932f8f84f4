// Liveness and availability, with the limits that the caller names (see checkers/availability.h).
#include "checkers/availability.h"

#include "checkers/audit/audits.h"
#include "checkers/audit/ledger.h"
#include "checkers/audit/recheck.h"

#include <fmt/format.h>

namespace windtunnel::checkers {
namespace {

using Unit = LimitInfo::Unit;

const std::vector<FlawInfo>& flaws() {
  static const std::vector<FlawInfo> list{
      {"stall", false, "somebody asked, and for longer than max-gap nobody was served"},
      {"slow-recovery", false, "longer than max-recovery from a heal to the first success"},
      {"low-availability", false, "outside of faults a smaller share was served than min-served"},
      {"slow", false, "outside of faults the 99th percentile of latency is above max-p99"},
      {"unanswered", false, "more operations than max-open are open at the end"}};
  return list;
}

const std::vector<LimitInfo>& limits() {
  static const std::vector<LimitInfo> list{
      {"max-gap", Unit::nanoseconds, "the longest time that somebody may ask in vain"},
      {"max-recovery", Unit::nanoseconds, "from the end of a fault to the first success"},
      {"min-served", Unit::per_million, "the share of operations outside of faults"},
      {"max-p99", Unit::nanoseconds, "of the latency outside of faults"},
      {"max-open", Unit::count, "operations without an end"}};
  return list;
}

std::optional<std::int64_t> limit(const AuditOptions& options, std::string_view name) {
  for (const auto& [given, value] : options.limits) {
    if (given == name) return value;
  }
  return std::nullopt;
}

std::string seconds_text(std::int64_t ns) {
  return fmt::format("{}.{:03} s", ns / 1'000'000'000, ns / 1'000'000 % 1000);
}

class Audit {
 public:
  Audit(const History& history, const AuditOptions& options)
      : history_(history), options_(options), ledger_(history, options, flaws()) {}

  AuditReport run() {
    const AvailabilityReport report = measure_availability(history_, merged(windows_of(history_)));
    if (!report.timed) ledger_.nothing_seen("the events have no :time, or one that goes back");
    if (options_.limits.empty()) {
      ledger_.nothing_seen("no limit is named, so that nothing can be too long");
    }
    ledger_.figure("fault_windows", static_cast<std::int64_t>(report.windows));
    for (const Availability& kind : report.kinds) judge(kind);
    if (limit(options_, "max-recovery") && !recovers_) {
      ledger_.nothing_seen("nobody asked for anything after a fault had ended");
    }
    return ledger_.close("availability");
  }

 private:
  void judge(const Availability& kind) {
    tell(kind);
    if (const auto most = limit(options_, "max-gap"); most && kind.longest.waited_ns > *most) {
      enter("stall", kind, kind.longest,
            fmt::format("From {} to {} somebody asked for {} and nobody was served",
                        seconds_text(kind.longest.from_ns), seconds_text(kind.longest.to_ns),
                        kind.f));
    }
    recovers_ = recovers_ || kind.slowest;
    const auto most = limit(options_, "max-recovery");
    if (most && kind.slowest && kind.slowest->waited_ns > *most) {
      enter("slow-recovery", kind, *kind.slowest,
            fmt::format("The fault ended at {}; until {} no {} that was asked for since was served",
                        seconds_text(kind.slowest->from_ns), seconds_text(kind.slowest->to_ns),
                        kind.f));
    }
    judge_shares(kind);
  }
  void judge_shares(const Availability& kind) {
    const auto least = limit(options_, "min-served");
    const auto asked = static_cast<std::int64_t>(kind.asked_in_calm);
    const auto served = static_cast<std::int64_t>(kind.served_in_calm);
    if (least && asked > 0 && served * 1'000'000 < asked * *least) {
      ledger_.enter(
          "low-availability", Value::vector({Value(kind.f), Value(served), Value(asked)}), {},
          fmt::format("Outside of faults {} of {} {} were served.", served, asked, kind.f));
    }
    const std::int64_t p99 = quantile(kind.latencies_in_calm_ns, 99);
    if (const auto most = limit(options_, "max-p99"); most && p99 > *most) {
      ledger_.enter("slow", Value::vector({Value(kind.f), Value(p99)}), {},
                    fmt::format("Outside of faults the 99th percentile of the latency of {} is {}.",
                                kind.f, seconds_text(p99)));
    }
    const auto open = static_cast<std::int64_t>(kind.unfinished);
    if (const auto most = limit(options_, "max-open"); most && open > *most) {
      ledger_.enter("unanswered", Value::vector({Value(kind.f), Value(open)}), {},
                    fmt::format("{} {} have no end.", open, kind.f));
    }
  }
  void enter(std::string_view flaw, const Availability& kind, const Stall& stall,
             std::string text) {
    std::vector<std::uint32_t> shown{stall.asked};
    if (stall.served) shown.push_back(*stall.served);
    if (!stall.served) text += ", and nobody was until the end";
    ledger_.enter(flaw, Value::vector({Value(kind.f), Value(stall.from_ns), Value(stall.to_ns)}),
                  std::move(shown), text + ".");
  }
  void tell(const Availability& kind) {
    ledger_.figure(kind.f + "_asked", static_cast<std::int64_t>(kind.asked));
    ledger_.figure(kind.f + "_served", static_cast<std::int64_t>(kind.served));
    ledger_.figure(kind.f + "_longest_gap_ns", kind.longest.waited_ns);
    if (kind.slowest) ledger_.figure(kind.f + "_slowest_recovery_ns", kind.slowest->waited_ns);
    if (kind.latencies_ns.empty()) return;
    ledger_.figure(kind.f + "_latency_p50_ns", quantile(kind.latencies_ns, 50));
    ledger_.figure(kind.f + "_latency_p99_ns", quantile(kind.latencies_ns, 99));
  }

  const History& history_;
  const AuditOptions& options_;
  Ledger ledger_;
  bool recovers_ = false;
};

AuditReport run(const History& history, const AuditOptions& options) {
  return Audit(history, options).run();
}

}  // namespace

AuditInfo availability_audit() {
  return {
      "availability",
      "any operations with times: gaps, recovery after each fault, share served (needs --limit)",
      flaws(),
      &run,
      &recheck_availability,
      nullptr,
      limits()};
}

}  // namespace windtunnel::checkers
