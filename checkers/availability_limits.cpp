#include "checkers/availability.h"

#include <fmt/format.h>

#include <utility>

namespace windtunnel::checkers {
namespace {

std::string seconds_text(std::int64_t ns) {
  return fmt::format("{}.{:06} s", ns / 1'000'000'000, ns / 1'000 % 1'000'000);
}

class Judge {
 public:
  explicit Judge(const AvailabilityLimits& limits) : limits_(limits) {}

  void judge(const Availability& kind) {
    if (limits_.max_gap_ns && kind.longest.waited_ns > *limits_.max_gap_ns) stall(kind);
    recovers_ = recovers_ || kind.slowest;
    const bool slow_to_recover = limits_.max_recovery_ns && kind.slowest &&
                                 kind.slowest->waited_ns > *limits_.max_recovery_ns;
    if (slow_to_recover) recovery(kind);
    judge_calm(kind);
    if (limits_.max_open && static_cast<std::int64_t>(kind.unfinished) > *limits_.max_open) {
      add("unanswered", kind, fmt::format("{} {} have no end.", kind.unfinished, kind.f),
          kind.open);
    }
  }
  AvailabilityVerdict take(const AvailabilityReport& report) {
    verdict_.untested = untested(report);
    return std::move(verdict_);
  }

 private:
  void add(std::string name, const Availability& kind, std::string text,
           std::vector<std::uint32_t> operations, std::optional<Stall> stall = std::nullopt) {
    verdict_.shortfalls.push_back(
        {std::move(name), kind.f, std::move(text), stall, std::move(operations)});
  }
  static std::vector<std::uint32_t> shown(const Stall& stall) {
    std::vector<std::uint32_t> operations{stall.asked};
    if (stall.served) operations.push_back(*stall.served);
    return operations;
  }
  static const char* ending(const Stall& stall) {
    return stall.served ? "." : ", nor was anybody until the end.";
  }

  void stall(const Availability& kind) {
    const Stall& it = kind.longest;
    add("stall", kind,
        fmt::format("From {} to {} {} was asked for during {}, and nobody was served{}",
                    seconds_text(it.from_ns), seconds_text(it.to_ns), kind.f,
                    seconds_text(it.waited_ns), ending(it)),
        shown(it), it);
  }
  void recovery(const Availability& kind) {
    const Stall& it = *kind.slowest;
    add("slow-recovery", kind,
        fmt::format("A fault ended at {}. From {} on {} was asked for, and until {} nobody who "
                    "asked after the fault was served{}",
                    seconds_text(it.healed_ns), seconds_text(it.from_ns), kind.f,
                    seconds_text(it.to_ns), ending(it)),
        shown(it), it);
  }
  void judge_calm(const Availability& kind) {
    calm_ = calm_ || kind.asked_in_calm > 0;
    timed_ = timed_ || !kind.latencies_in_calm_ns.empty();
    const auto asked = static_cast<std::int64_t>(kind.asked_in_calm);
    const auto served = static_cast<std::int64_t>(kind.served_in_calm);
    const auto least = limits_.min_served_per_million;
    if (least && served * 1'000'000 < asked * *least) {
      add("low-availability", kind,
          fmt::format("Outside of faults {} of {} {} were served.", served, asked, kind.f),
          kind.unserved_in_calm);
    }
    const std::int64_t p99 = quantile(kind.latencies_in_calm_ns, 99);
    if (limits_.max_p99_ns && p99 > *limits_.max_p99_ns) {
      add("slow", kind,
          fmt::format("Outside of faults the 99th percentile of the latency of {} is {}.", kind.f,
                      seconds_text(p99)),
          {kind.slowest_in_calm});
    }
  }

  std::string untested(const AvailabilityReport& report) const {
    if (!report.untimed.empty()) return report.untimed;
    const bool none = !limits_.max_gap_ns && !limits_.max_recovery_ns && !limits_.max_p99_ns &&
                      !limits_.min_served_per_million && !limits_.max_open;
    if (none) return "no limit is named, so that nothing can be beyond one";
    if (report.kinds.empty()) return "nobody asked for anything";
    if (limits_.max_recovery_ns && !recovers_) {
      return "nobody asked for anything after a fault had ended";
    }
    if (limits_.min_served_per_million && !calm_) {
      return "nobody asked for anything outside of faults";
    }
    if (limits_.max_p99_ns && !timed_) return "nobody was served outside of faults";
    return {};
  }

  const AvailabilityLimits& limits_;
  bool recovers_ = false;
  bool calm_ = false;
  bool timed_ = false;
  AvailabilityVerdict verdict_;
};

}  // namespace

AvailabilityVerdict judge_availability(const AvailabilityReport& report,
                                       const AvailabilityLimits& limits) {
  Judge judge(limits);
  for (const Availability& kind : report.kinds) judge.judge(kind);
  return judge.take(report);
}

}  // namespace windtunnel::checkers
