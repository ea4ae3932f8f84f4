#include <windtunnel/scenarios/fuzzing/story.h>

#include <windtunnel/protocols/base/time_text.h>
#include <windtunnel/reports/words/narrator.h>
#include <windtunnel/scenarios/format/print.h>
#include <windtunnel/scenarios/fuzzing/plan_edit.h>

#include <fmt/format.h>

#include <algorithm>

namespace windtunnel::scenarios {
namespace {

constexpr std::size_t kMostLines = 60;

class Story {
 public:
  Story(const TraceData& trace, const ScenarioSpec& spec, const std::vector<std::uint64_t>& events)
      : trace_(trace), narrator_(trace, messages_), spec_(spec), events_(events) {}

  std::vector<std::string> tell() {
    for (std::size_t i = 0; i < trace_.records.size(); ++i) {
      const std::size_t before = lines_.size();
      add(trace_.records[i]);
      const bool belongs = std::find(events_.begin(), events_.end(), i + 1) != events_.end();
      if (belongs && lines_.size() == before) add_evidence(trace_.records[i]);
    }
    if (lines_.size() > kMostLines) {
      const std::size_t left_out = lines_.size() - kMostLines;
      lines_.erase(lines_.begin(), lines_.begin() + static_cast<std::ptrdiff_t>(left_out));
      lines_.insert(lines_.begin(), fmt::format("({} earlier lines are left out)", left_out));
    }
    return std::move(lines_);
  }

 private:
  std::string node(NodeId id) const {
    return id.value < trace_.nodes.size() ? trace_.nodes[id.value] : "the cluster";
  }
  void say(const Record& record, const std::string& words) {
    lines_.push_back(fmt::format("{:>13}  {}", seconds_text(record.time.ns, 6), words));
  }

  void add(const Record& record) {
    switch (record.kind) {
      case RecordKind::fault_begin: return say_fault(record, "begins");
      case RecordKind::fault_end: return say_fault(record, "ends");
      case RecordKind::start:
        if (record.time != Instant{}) say(record, node(record.node) + " starts");
        return;
      case RecordKind::phase: return say(record, "a core is healed");
      case RecordKind::violation: return say_violation(record);
      default: break;
    }
    if (record.is_observation()) add_observation(record);
  }

  // Its record is the last of the run; what it is about may have been long before.
  void say_violation(const Record& record) {
    const std::string check(trace_.text_of(record.a));
    if (record.cause == 0 || record.cause > trace_.records.size() ||
        trace_.records[record.cause - 1].time == record.time) {
      return say(record, check + " is violated");
    }
    const std::int64_t cause_ns = trace_.records[record.cause - 1].time.ns;
    say(record, check + " is violated, by what happened at " + seconds_text(cause_ns, 6));
  }

  void say_fault(const Record& record, const char* what) {
    const std::string id(trace_.text_of(record.a));
    const faults::Fault* fault = spec_.plan.find(id);
    if (fault == nullptr) return;
    const std::string name = fault->label.empty() ? id : fault->label;
    std::string victims;
    for (std::size_t i = 0; i < trace_.nodes.size() && i < 64; ++i) {
      if ((record.c >> i & 1) != 0) victims += (victims.empty() ? "" : ", ") + trace_.nodes[i];
    }
    const std::string effect = title_of(fault->effect);
    if (!victims.empty()) victims = " (" + victims + ")";
    say(record, fmt::format("{} {}: {}{}", name, what, effect, victims));
  }

  void add_observation(const Record& record) {
    if (narrator_.spec_of(record).weight != Weight::headline) return;
    // Of roles only those that lead are news.
    const ServiceWords* service = trace_.dictionary.of(record.group);
    const bool is_role = record.observation() == ObservationKind::role;
    if (is_role && service != nullptr && !service->leads(record.a)) return;
    say(record, said(record));
  }

  // What the failure rests on.
  void add_evidence(const Record& record) {
    if (record.is_observation()) say(record, said(record));
  }

  // "n1 becomes leader in term 3", "n1 (n/1) becomes ..." where its service has several groups.
  std::string said(const Record& record) const {
    const ServiceWords* service = trace_.dictionary.of(record.group);
    const bool several = service != nullptr && service->groups > 1;
    const std::string of = several ? " (" + trace_.dictionary.name(record.group) + ")" : "";
    return node(record.node) + of + " " + narrator_.sentence(record);
  }

  const TraceData& trace_;
  reports::MessageWords messages_;  // none: no message is told of
  reports::Narrator narrator_;
  const ScenarioSpec& spec_;
  const std::vector<std::uint64_t>& events_;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> tell_story(const TraceData& trace, const ScenarioSpec& spec,
                                    const std::vector<std::uint64_t>& events) {
  return Story(trace, spec, events).tell();
}

}  // namespace windtunnel::scenarios
