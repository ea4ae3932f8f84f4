// One file for the histories of several workloads, and back.
#include <windtunnel/checkers/history/history_io.h>
#include <windtunnel/protocols/base/assert.h>

#include <algorithm>
#include <utility>

namespace windtunnel::checkers {
namespace {

constexpr std::string_view kWorkload = "workload";

struct NamedEvent {
  const Event* event = nullptr;
  std::string_view workload;
};

// Empty where the event names none.
std::string_view workload_of(const Event& event) {
  const Value* workload = event.extra.find(kWorkload);
  return workload != nullptr && workload->is_name() ? workload->text() : std::string_view();
}

}  // namespace

std::string write_histories_json_lines(const std::vector<NamedHistory>& histories) {
  std::vector<NamedEvent> events;
  for (const NamedHistory& each : histories) {
    for (const Event& event : each.history->events()) events.push_back({&event, each.workload});
  }
  std::sort(events.begin(), events.end(), [](const NamedEvent& a, const NamedEvent& b) {
    return a.event->index < b.event->index;
  });
  std::string out;
  for (const NamedEvent& each : events) {
    Event event = *each.event;
    std::vector<Value> extra = event.extra.items();
    extra.push_back(Value::keyword(kWorkload));
    extra.emplace_back(each.workload);
    event.extra = Value(Value::Kind::map, std::move(extra));
    out += event_to_json(event) + "\n";
  }
  return out;
}

std::vector<std::string> workloads_in(const History& history) {
  std::vector<std::string> names;
  for (const Event& event : history.events()) {
    const std::string_view name = workload_of(event);
    const bool is_new = std::find(names.begin(), names.end(), name) == names.end();
    if (!name.empty() && is_new) names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

History history_of_workload(const History& history, std::string_view workload) {
  History part;
  for (const Event& event : history.events()) {
    // What the nemesis does concerns them all.
    if (!event.is_nemesis && workload_of(event) != workload) continue;
    const std::optional<ReadError> refused = part.add(event);
    WT_ASSERT(!refused.has_value(), "some processes of a history are a history");
  }
  part.knows_as_little_as(history);
  return part;
}

}  // namespace windtunnel::checkers
