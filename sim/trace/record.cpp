#include <windtunnel/sim/trace/record.h>

#include <iterator>

namespace windtunnel {
namespace {

struct KindName {
  RecordKind kind;
  std::string_view name;
};

constexpr KindName kKinds[] = {
    {RecordKind::none, "none"},
    {RecordKind::send, "send"},
    {RecordKind::deliver, "deliver"},
    {RecordKind::drop, "drop"},
    {RecordKind::duplicate, "duplicate"},
    {RecordKind::corrupt, "corrupt"},
    {RecordKind::hold, "hold"},
    {RecordKind::release, "release"},
    {RecordKind::stream_connect, "stream-connect"},
    {RecordKind::stream_open, "stream-open"},
    {RecordKind::stream_refused, "stream-refused"},
    {RecordKind::stream_send, "stream-send"},
    {RecordKind::stream_receive, "stream-receive"},
    {RecordKind::stream_retransmit, "stream-retransmit"},
    {RecordKind::stream_end, "stream-end"},
    {RecordKind::stream_reset, "stream-reset"},
    {RecordKind::timer, "timer"},
    {RecordKind::clock_change, "clock-change"},
    {RecordKind::input_wait, "input-wait"},
    {RecordKind::disk_submit, "disk-submit"},
    {RecordKind::disk_done, "disk-done"},
    {RecordKind::disk_lost, "disk-lost"},
    {RecordKind::disk_fault, "disk-fault"},
    {RecordKind::start, "start"},
    {RecordKind::crash, "crash"},
    {RecordKind::pause, "pause"},
    {RecordKind::resume, "resume"},
    {RecordKind::fault_begin, "fault-begin"},
    {RecordKind::fault_end, "fault-end"},
    {RecordKind::fault_bite, "fault-bite"},
    {RecordKind::invoke, "invoke"},
    {RecordKind::complete, "complete"},
    {RecordKind::violation, "violation"},
    {RecordKind::phase, "phase"},
    {RecordKind::link, "link"},
};

constexpr std::string_view kDropReasons[] = {"none",      "loss",       "cut",  "no-listener",
                                             "node-down", "queue-full", "rule", "script"};

}  // namespace

std::string_view name_of(RecordKind kind) noexcept {
  for (const KindName& entry : kKinds) {
    if (entry.kind == kind) return entry.name;
  }
  if (kind >= RecordKind::observation) {
    return name_of(static_cast<ObservationKind>(static_cast<unsigned>(kind) -
                                                static_cast<unsigned>(RecordKind::observation)));
  }
  return "unknown";
}

std::string_view name_of(DropReason reason) noexcept {
  const auto index = static_cast<std::size_t>(reason);
  return index < std::size(kDropReasons) ? kDropReasons[index] : std::string_view("unknown");
}

}  // namespace windtunnel
