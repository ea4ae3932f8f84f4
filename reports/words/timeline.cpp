#include <windtunnel/reports/words/timeline.h>

#include <algorithm>
#include <map>
#include <utility>

namespace windtunnel::reports {
namespace {

class TimelineMaker {
 public:
  TimelineMaker(const TraceData& trace, std::uint64_t full_states) {
    constexpr std::int64_t kStepsOnScreen = 20'000;
    if (trace.records.size() > full_states) {
      gap_ns_ = trace.records.back().time.ns / kStepsOnScreen;
    }
    for (std::size_t i = 0; i < trace.records.size(); ++i) take(trace.records[i], i + 1);
  }

  Timeline take_result() { return std::move(timeline_); }

 private:
  struct Known {
    StateChange state;
    std::int64_t shown_ns = -1;
  };

  void take(const Record& record, std::uint64_t number) {
    if (record.is_observation()) return observe(record);
    switch (record.kind) {
      case RecordKind::start: return end_outage(record, true);
      case RecordKind::crash: return crash(record);
      case RecordKind::pause: return begin_outage(record, false);
      case RecordKind::resume: return end_outage(record, false);
      case RecordKind::fault_begin: {
        timeline_.bands.push_back({.id = record.a,
                                   .label = record.b,
                                   .event = number,
                                   .victims = record.c,
                                   .begin_ns = record.time.ns});
        return;
      }
      case RecordKind::fault_end: return end_band(record);
      default: return;
    }
  }

  void observe(const Record& record) {
    Known& known = states_[{record.node, record.group}];
    StateChange& state = known.state;
    bool sudden = true;
    switch (record.observation()) {
      case ObservationKind::role:
        state.role = static_cast<std::uint8_t>(record.a);
        state.term = record.b;
        break;
      case ObservationKind::term:
      case ObservationKind::recovered: state.term = record.a; break;
      case ObservationKind::commit:
        sudden = false;
        state.commit = record.a;
        break;
      case ObservationKind::apply:
        sudden = false;
        state.applied = record.a;
        break;
      case ObservationKind::snapshot_installed:
        sudden = false;
        state.commit = std::max(state.commit, record.a);
        state.applied = record.a;
        break;
      default: return;
    }
    state.node = record.node;
    state.group = record.group;
    show(known, record.time.ns, sudden);
  }

  void show(Known& known, std::int64_t now_ns, bool sudden) {
    if (!sudden && known.shown_ns >= 0 && now_ns - known.shown_ns < gap_ns_) return;
    known.state.time_ns = now_ns;
    timeline_.states.push_back(known.state);
    known.shown_ns = now_ns;
  }

  void crash(const Record& record) {
    begin_outage(record, true);
    for (auto& [key, known] : states_) {
      if (key.first != record.node) continue;
      known.state.role = kNoRole;
      known.state.commit = known.state.applied = 0;
      show(known, record.time.ns, true);
    }
  }

  void begin_outage(const Record& record, bool is_crash) {
    // A crash ends a pause: the restarted node runs.
    if (is_crash) end_outage(record, false);
    timeline_.outages.push_back(
        {.node = record.node, .crash = is_crash, .begin_ns = record.time.ns});
  }

  void end_outage(const Record& record, bool is_crash) {
    for (Outage& outage : timeline_.outages) {
      const bool open = outage.end_ns == kNeverEnds && outage.node == record.node;
      if (open && outage.crash == is_crash) outage.end_ns = record.time.ns;
    }
  }

  void end_band(const Record& record) {
    FaultBand* same_fault = nullptr;
    for (FaultBand& band : timeline_.bands) {
      if (band.end_ns != kNeverEnds || band.id != record.a) continue;
      if (same_fault == nullptr) same_fault = &band;
      if (band.victims != record.c) continue;
      same_fault = &band;
      break;
    }
    if (same_fault != nullptr) same_fault->end_ns = record.time.ns;
  }

  Timeline timeline_;
  std::map<std::pair<NodeId, GroupId>, Known> states_;
  std::int64_t gap_ns_ = 0;
};

}  // namespace

Timeline timeline_of(const TraceData& trace, std::uint64_t full_states) {
  return TimelineMaker(trace, full_states).take_result();
}

}  // namespace windtunnel::reports
