#include "scenarios/availability_check.h"

#include "checkers/availability.h"
#include "faults/fault.h"
#include "scenarios/option_values.h"
#include "sim/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace windtunnel::scenarios {
namespace {

using checkers::Availability;
using checkers::FaultWindow;
using checkers::Stall;

const std::vector<OptionInfo>& limits() {
  using Kind = OptionInfo::Kind;
  static const std::vector<OptionInfo> list{
      {"max_gap", Kind::duration, "", "The longest time that clients may ask in vain.", {}, "1ns"},
      {"max_recovery",
       Kind::duration,
       "",
       "From the end of a fault until somebody who asks after it is served.",
       {},
       "1ns"},
      {"max_p99",
       Kind::duration,
       "",
       "The 99th percentile of the latency of what is asked outside of faults.",
       {},
       "1ns"},
      {"min_served",
       Kind::probability,
       "",
       "The share that is served of what is asked outside of faults.",
       {}},
      {"max_open", Kind::integer, "", "Operations without an end when the run ends.", {}}};
  return list;
}

std::string seconds_text(std::int64_t ns) {
  return fmt::format("{}.{:03} s", ns / 1'000'000'000, ns / 1'000'000 % 1000);
}

// An effect that lasts. What is down is known from the nodes themselves.
bool lasts(std::uint16_t effect) {
  using faults::Effect;
  static const std::vector<Effect> momentary{
      std::monostate{},    faults::Release{}, faults::Crash{},     faults::Restart{},
      faults::ClockJump{}, faults::Heal{},    faults::TimeoutNow{}};
  return std::none_of(momentary.begin(), momentary.end(),
                      [effect](const Effect& one) { return one.index() == effect; });
}

class AvailabilityMonitor final : public Monitor, public RecordListener {
 public:
  ~AvailabilityMonitor() override {
    if (sim_ != nullptr) sim_->trace().remove_listener(*this);
  }

  void attach(const RunView& view, std::function<void()>) override {
    sim_ = &view.sim;
    down_.assign(view.nodes.size(), false);
    for (const NodeLayout& node : view.nodes) clients_.push_back(node.client);
    sim_->trace().add_listener(
        *this, RecordKinds{RecordKind::phase, RecordKind::fault_begin, RecordKind::fault_end,
                           RecordKind::crash, RecordKind::start});
  }

  void on_record(std::uint64_t, const Record& record) override {
    if (healed_) return;
    switch (record.kind) {
      case RecordKind::phase: healed_ = record.a == 1; break;
      case RecordKind::fault_begin: acting_ += lasts(record.aux) ? 1 : 0; break;
      case RecordKind::fault_end: acting_ -= lasts(record.aux) ? 1 : 0; break;
      case RecordKind::crash: set_down(record.node, true); break;
      case RecordKind::start: set_down(record.node, false); break;
      default: break;
    }
    const bool open = !healed_ && (acting_ > 0 || servers_down_ > 0);
    if (open == is_open_) return;
    is_open_ = open;
    if (open) windows_.push_back({record.time.ns, std::nullopt});
    if (!open) windows_.back().to_ns = record.time.ns;
  }

  Finding finish(const RunView& view, const PropertySpec& property) override {
    Finding finding;
    if (property.options.empty()) return unknown("no limit is named: max_gap, max_recovery, ...");
    bool asked = false;
    bool recovers = false;
    for (const WorkloadHistory& entry : view.histories) {
      if (!property.workload.empty() && entry.workload != property.workload) continue;
      const auto report =
          checkers::measure_availability(*entry.history, windows_, view.sim.now().ns);
      for (const Availability& kind : report.kinds) {
        asked = true;
        recovers = recovers || kind.slowest.has_value();
        if (finding.decision == Decision::holds) judge(entry, kind, property, finding);
      }
    }
    if (finding.decision == Decision::violated) return finding;
    if (!asked) return unknown("no client asked for anything");
    if (property.options.contains("max_recovery") && !recovers) {
      return unknown("nobody asked for anything after a fault had ended");
    }
    return finding;
  }

 private:
  static Finding unknown(std::string why) {
    Finding finding;
    finding.decision = Decision::unknown;
    finding.text = std::move(why);
    return finding;
  }

  void set_down(NodeId node, bool down) {
    if (node.value >= down_.size() || clients_[node.value] || down_[node.value] == down) return;
    down_[node.value] = down;
    servers_down_ += down ? 1 : -1;
  }

  static std::optional<std::int64_t> limit(const PropertySpec& property, std::string_view name) {
    const auto given = property.options.find(name);
    if (given == property.options.end()) return std::nullopt;
    return quantity_of(find_named(limits(), name)->kind, given->second);
  }

  static void judge(const WorkloadHistory& entry, const Availability& kind,
                    const PropertySpec& property, Finding& finding) {
    const auto gap = limit(property, "max_gap");
    if (gap && kind.longest.waited_ns > *gap) {
      blame(entry, kind.longest,
            fmt::format(
                "from {} to {} clients of {} asked for {} and none was served: {}, more than {}",
                seconds_text(kind.longest.from_ns), seconds_text(kind.longest.to_ns),
                entry.workload, kind.f, seconds_text(kind.longest.waited_ns), seconds_text(*gap)),
            finding);
      return;
    }
    const auto recovery = limit(property, "max_recovery");
    if (recovery && kind.slowest && kind.slowest->waited_ns > *recovery) {
      blame(
          entry, *kind.slowest,
          fmt::format("a fault ended at {}, and until {} no {} that a client of {} began after it "
                      "was served: more than {}",
                      seconds_text(kind.slowest->from_ns), seconds_text(kind.slowest->to_ns),
                      kind.f, entry.workload, seconds_text(*recovery)),
          finding);
      return;
    }
    judge_shares(entry, kind, property, finding);
  }
  static void judge_shares(const WorkloadHistory& entry, const Availability& kind,
                           const PropertySpec& property, Finding& finding) {
    const auto share = limit(property, "min_served");
    const auto asked = static_cast<std::int64_t>(kind.asked_in_calm);
    const auto served = static_cast<std::int64_t>(kind.served_in_calm);
    const std::int64_t p99 = checkers::quantile(kind.latencies_in_calm_ns, 99);
    const auto slow = limit(property, "max_p99");
    const auto open = limit(property, "max_open");
    if (share && served * 1'000'000 < asked * *share) {
      finding.text = fmt::format("outside of faults {} of {} {} of {} were served", served, asked,
                                 kind.f, entry.workload);
    } else if (slow && p99 > *slow) {
      finding.text =
          fmt::format("outside of faults the 99th percentile of the latency of {} of {} is {}",
                      kind.f, entry.workload, seconds_text(p99));
    } else if (open && static_cast<std::int64_t>(kind.unfinished) > *open) {
      finding.text =
          fmt::format("{} {} of {} have no end", kind.unfinished, kind.f, entry.workload);
    }
    if (!finding.text.empty()) finding.decision = Decision::violated;
    finding.group = entry.group;
  }
  // The place in the trace is where the wait ended, or else where it began.
  static void blame(const WorkloadHistory& entry, const Stall& stall, std::string text,
                    Finding& finding) {
    finding.decision = Decision::violated;
    finding.group = entry.group;
    finding.text = std::move(text);
    finding.time = Instant{stall.to_ns};
    const checkers::History& history = *entry.history;
    const OperationRecords asked = (*entry.records)[stall.asked];
    finding.history.push_back(history.invocation(history.operations()[stall.asked]).index);
    finding.event = asked.invoke;
    if (!stall.served) return;
    finding.related.push_back(asked.invoke);
    finding.event = (*entry.records)[*stall.served].complete;
    finding.history.push_back(history.invocation(history.operations()[*stall.served]).index);
  }

  Simulation* sim_ = nullptr;
  std::vector<bool> down_;
  std::vector<bool> clients_;
  int servers_down_ = 0;
  int acting_ = 0;
  bool healed_ = false;
  bool is_open_ = false;
  std::vector<FaultWindow> windows_;
};

}  // namespace

CheckDefinition available_check() {
  CheckDefinition definition;
  definition.info.name = "available";
  definition.info.doc =
      "clients are served: no gap, recovery or latency beyond the limits that its options name";
  definition.info.needs_workload = true;
  definition.info.options = limits();
  definition.make = [] { return std::make_unique<AvailabilityMonitor>(); };
  definition.judges_clients = true;
  return definition;
}

}  // namespace windtunnel::scenarios
