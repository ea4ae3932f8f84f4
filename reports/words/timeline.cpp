#include <windtunnel/reports/words/timeline.h>

#include <windtunnel/sim/trace/standings.h>

#include <map>
#include <utility>

namespace windtunnel::reports {
namespace {

class TimelineMaker {
 public:
  TimelineMaker(const TraceData& trace, std::uint64_t full_states)
      : dictionary_(trace.dictionary), standings_(trace.dictionary, trace.nodes.size()) {
    constexpr std::int64_t kStepsOnScreen = 20'000;
    if (trace.records.size() > full_states) {
      gap_ns_ = trace.records.back().time.ns / kStepsOnScreen;
    }
    for (std::size_t i = 0; i < trace.records.size(); ++i) take(trace.records[i], i + 1);
  }

  Timeline take_result() { return std::move(timeline_); }

 private:
  struct Shown {
    std::int64_t value = kNothing;
    std::int64_t time_ns = -1;
  };
  struct Known {
    std::uint32_t position = 0;
    std::vector<std::size_t> counters;  // those shown
    std::vector<Shown> strips;          // the role and these
  };

  void take(const Record& record, std::uint64_t number) {
    standings_.take(record, [&](const Standing& standing) { show(standing, record.time.ns); });
    switch (record.kind) {
      case RecordKind::start: return end_outage(record, true);
      case RecordKind::crash: return begin_outage(record, true);
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

  Known& known(const Standing& standing) {
    const Member member{standing.node, standing.group};
    const auto [place, is_new] = known_.try_emplace(member);
    Known& made = place->second;
    if (!is_new) return made;
    made.position = static_cast<std::uint32_t>(timeline_.members.size());
    made.counters = shown_counters(*dictionary_.of(standing.group));
    made.strips.resize(made.counters.size() + 1);
    timeline_.members.push_back(member);
    return made;
  }

  void show(const Standing& standing, std::int64_t now_ns) {
    Known& member = known(standing);
    const ServiceWords& service = *dictionary_.of(standing.group);
    const bool is_there = standing.up && standing.spoke;
    const std::int64_t role = standing.role == kNoRole ? kNothing : standing.role;
    set(member, 0, is_there ? role : kNothing, now_ns, true);
    for (std::size_t i = 0; i < member.counters.size(); ++i) {
      const std::size_t counter = member.counters[i];
      const auto value = static_cast<std::int64_t>(standing.values[counter]);
      const bool sudden = !is_there || service.counters[counter].strip == Strip::label;
      set(member, i + 1, is_there ? value : kNothing, now_ns, sudden);
    }
  }

  void set(Known& member, std::size_t strip, std::int64_t value, std::int64_t now_ns, bool sudden) {
    Shown& shown = member.strips[strip];
    if (shown.value == value) return;
    if (!sudden && shown.value != kNothing && now_ns - shown.time_ns < gap_ns_) return;
    shown = {value, now_ns};
    timeline_.changes.push_back({now_ns, member.position, static_cast<std::uint8_t>(strip), value});
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

  const Dictionary& dictionary_;
  Standings standings_;
  Timeline timeline_;
  std::map<Member, Known> known_;
  std::int64_t gap_ns_ = 0;
};

}  // namespace

std::vector<std::size_t> shown_counters(const ServiceWords& service) {
  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i < service.counters.size(); ++i) {
    if (service.counters[i].strip != Strip::none) shown.push_back(i);
  }
  return shown;
}

Timeline timeline_of(const TraceData& trace, std::uint64_t full_states) {
  return TimelineMaker(trace, full_states).take_result();
}

}  // namespace windtunnel::reports
