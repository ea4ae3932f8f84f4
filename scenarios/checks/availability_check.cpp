#include <windtunnel/scenarios/checks/availability_check.h>

#include <windtunnel/checkers/availability/availability.h>
#include <windtunnel/faults/plan/fault.h>
#include <windtunnel/scenarios/checks/judge_check.h>
#include <windtunnel/scenarios/format/option_values.h>
#include <windtunnel/sim/simulation.h>

#include <algorithm>
#include <utility>

namespace windtunnel::scenarios {
namespace {

using checkers::FaultWindow;

checkers::AvailabilityLimits limits_of(const PropertySpec& property) {
  checkers::AvailabilityLimits limits;
  for (const checkers::AvailabilityLimit& limit : checkers::availability_limits()) {
    const auto given = property.options.find(option_of(limit.info).name);
    if (given == property.options.end()) continue;
    limits.*limit.value = quantity_of(option_of(limit.info).kind, given->second);
  }
  return limits;
}

// What is down is known from the nodes themselves.
bool lasts(std::uint16_t effect) {
  return faults::row_at(effect).lasting == faults::Lasting::until_its_end;
}

class AvailabilityMonitor final : public Monitor, public RecordListener {
 public:
  ~AvailabilityMonitor() override {
    if (sim_ != nullptr) sim_->trace().remove_listener(*this);
  }

  void attach(const RunView& view, OnViolation) override {
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
    const checkers::AvailabilityLimits limits = limits_of(property);
    Finding finding;
    std::string untested = "there is no history to check";
    bool tested = false;
    for (const WorkloadHistory& entry : view.histories) {
      if (!property.workload.empty() && entry.workload != property.workload) continue;
      const checkers::AvailabilityVerdict verdict = checkers::judge_availability(
          checkers::measure_availability(*entry.history, windows_, view.sim.now().ns), limits);
      if (!verdict.shortfalls.empty()) return blame(entry, verdict.shortfalls.front());
      if (verdict.untested.empty()) tested = true;
      if (!verdict.untested.empty()) untested = verdict.untested;
    }
    if (tested) return finding;
    finding.decision = Decision::unknown;
    finding.text = untested;
    return finding;
  }

 private:
  void set_down(NodeId node, bool down) {
    if (node.value >= down_.size() || clients_[node.value] || down_[node.value] == down) return;
    down_[node.value] = down;
    servers_down_ += down ? 1 : -1;
  }

  // The place in the trace is where the wait ended, or else where the last of the operations began.
  static Finding blame(const WorkloadHistory& entry, const checkers::Shortfall& shortfall) {
    Finding finding;
    finding.decision = Decision::violated;
    finding.group = entry.group;
    finding.text = entry.workload + ": " + shortfall.text;
    finding.kind = shortfall.name;
    if (shortfall.stall) finding.time = Instant{shortfall.stall->to_ns};
    for (const std::uint32_t i : shortfall.operations) {
      const checkers::Operation& op = entry.history->operations()[i];
      finding.history.push_back(entry.history->invocation(op).index);
      finding.related.push_back((*entry.records)[i].invoke);
      finding.event = std::max(finding.event, (*entry.records)[i].invoke);
    }
    if (shortfall.stall && shortfall.stall->served) {
      finding.event = (*entry.records)[*shortfall.stall->served].complete;
    }
    std::erase(finding.related, finding.event);
    return finding;
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
  definition.info.not_called = {"availability"};
  for (const checkers::AvailabilityLimit& limit : checkers::availability_limits()) {
    definition.info.options.push_back(option_of(limit.info));
  }
  definition.make = [] { return std::make_unique<AvailabilityMonitor>(); };
  definition.judges_clients = true;
  return definition;
}

}  // namespace windtunnel::scenarios
