#include <windtunnel/checkers/availability/availability.h>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace windtunnel::checkers {
namespace {

// Latencies and gaps are often below a millisecond.
std::string fine_text(std::int64_t ns) { return seconds_text(ns, 6); }

class Comparison {
 public:
  explicit Comparison(const AvailabilityLimits& limits) : limits_(limits) {}

  void compare(const Availability& kind) {
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
                    fine_text(it.from_ns), fine_text(it.to_ns), kind.f, fine_text(it.waited_ns),
                    ending(it)),
        shown(it), it);
  }
  void recovery(const Availability& kind) {
    const Stall& it = *kind.slowest;
    add("slow-recovery", kind,
        fmt::format("A fault ended at {}. From {} on {} was asked for, and until {} nobody who "
                    "asked after the fault was served{}",
                    fine_text(it.healed_ns), fine_text(it.from_ns), kind.f, fine_text(it.to_ns),
                    ending(it)),
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
                      fine_text(p99)),
          {kind.slowest_in_calm});
    }
  }

  std::string untested(const AvailabilityReport& report) const {
    if (!report.untimed.empty()) return report.untimed;
    const auto& all = availability_limits();
    const bool none = std::none_of(all.begin(), all.end(), [this](const AvailabilityLimit& limit) {
      return (limits_.*limit.value).has_value();
    });
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

const std::vector<AvailabilityLimit>& availability_limits() {
  using Unit = LimitInfo::Unit;
  using All = AvailabilityLimits;
  static const std::vector<AvailabilityLimit> list{
      {{"max-gap", Unit::nanoseconds, "The longest time that somebody may ask in vain."},
       &All::max_gap_ns},
      {{"max-recovery", Unit::nanoseconds,
        "From the first call after the end of a fault to the first success of such a call."},
       &All::max_recovery_ns},
      {{"max-p99", Unit::nanoseconds,
        "The 99th percentile of the latency of what is asked outside of faults."},
       &All::max_p99_ns},
      {{"min-served", Unit::per_million,
        "The share that is served of what is asked outside of faults."},
       &All::min_served_per_million},
      {{"max-open", Unit::count, "Operations without an end when the history ends."},
       &All::max_open}};
  return list;
}

AvailabilityVerdict judge_availability(const AvailabilityReport& report,
                                       const AvailabilityLimits& limits) {
  Comparison comparison(limits);
  for (const Availability& kind : report.kinds) comparison.compare(kind);
  return comparison.take(report);
}

}  // namespace windtunnel::checkers
