// A Perfetto trace, field by field: the numbers are those of protos/perfetto/trace in
// google/perfetto. A process a node, a track for its events and one for its role in each group; a
// message is a flow from its send to its receipt.
#include <windtunnel/protocols/base/codec.h>
#include <windtunnel/reports/text/export.h>
#include <windtunnel/reports/words/timeline.h>

#include <fmt/format.h>

#include <algorithm>

namespace windtunnel::reports {
namespace {

constexpr std::uint64_t kSequence = 1;
constexpr std::uint64_t kWorld = 100'000;       // the process of what happens on no node
constexpr std::uint64_t kMembers = 10'000'000;  // the first track of a role

// A message under construction: fields with their numbers and wire types.
class Proto {
 public:
  Proto& number(std::uint32_t field, std::uint64_t value) {
    Writer writer(bytes_);
    writer.varint(std::uint64_t{field} << 3);
    writer.varint(value);
    return *this;
  }
  Proto& fixed64(std::uint32_t field, std::uint64_t value) {
    Writer writer(bytes_);
    writer.varint(std::uint64_t{field} << 3 | 1);
    writer.fixed(value);
    return *this;
  }
  Proto& text(std::uint32_t field, std::string_view value) {
    Writer writer(bytes_);
    writer.varint(std::uint64_t{field} << 3 | 2);
    writer.text(value);
    return *this;
  }
  Proto& message(std::uint32_t field, const Proto& value) {
    return text(field, as_text(value.bytes_));
  }
  std::string take() const { return std::string(as_text(bytes_)); }

 private:
  Bytes bytes_;
};

class PerfettoWriter {
 public:
  PerfettoWriter(const RecordedRun& run, const MessageWords& words)
      : run_(run), narrator_(run.trace, words) {}

  std::string write() {
    for (std::uint32_t i = 0; i < run_.trace.nodes.size(); ++i) {
      describe(i + 1, narrator_.node(NodeId{i}));
    }
    describe(kWorld, "faults and phases");
    for (std::uint64_t number = 1; number <= run_.trace.records.size(); ++number) event(number);
    roles();
    return std::move(out_);
  }

 private:
  static std::uint64_t process_track(std::uint64_t process) { return process * 10; }
  static std::uint64_t event_track(std::uint64_t process) { return process * 10 + 1; }
  static std::uint64_t role_track(std::uint64_t member) { return kMembers + member; }

  void packet(const Proto& content) { out_ += Proto().message(1, content).take(); }

  void describe(std::uint64_t process, const std::string& name) {
    Proto descriptor;
    descriptor.number(1, process_track(process));
    descriptor.message(3, Proto().number(1, process).text(6, name));
    packet(Proto().message(60, descriptor));
    thread(process, event_track(process), "events");
  }

  void thread(std::uint64_t process, std::uint64_t track, const char* name) {
    Proto descriptor;
    descriptor.number(1, track).number(5, process_track(process));
    descriptor.message(4, Proto().number(1, process).number(2, track).text(5, name));
    packet(Proto().message(60, descriptor));
  }

  void track_event(std::int64_t time_ns, const Proto& content) {
    packet(Proto()
               .number(8, static_cast<std::uint64_t>(time_ns))
               .number(10, kSequence)
               .message(11, content));
  }

  void event(std::uint64_t number) {
    const Record& record = run_.trace.records[number - 1];
    if (record.kind == RecordKind::link) return;
    const std::uint64_t process =
        record.node == kNoNode ? kWorld : std::uint64_t{record.node.value} + 1;
    const bool sends = record.kind == RecordKind::send;
    const bool receives = record.kind == RecordKind::deliver;
    // Flows join slices, so a message's ends are slices of no length; all else is an instant.
    const std::uint64_t type = sends || receives ? 1 : 3;
    Proto content;
    content.number(9, type).number(11, event_track(process));
    content.text(22, name_of(narrator_.spec_of(record).category));
    content.text(23, narrator_.sentence(record));
    content.message(4, Proto().text(10, "event").number(3, number));
    if (sends) content.fixed64(47, record.a + 1);
    if (receives) content.fixed64(48, record.a + 1);
    track_event(record.time.ns, content);
    if (type == 1)
      track_event(record.time.ns, Proto().number(9, 2).number(11, event_track(process)));
  }

  // A track a member: its role, and the counters that are labels.
  void roles() {
    const Timeline timeline = timeline_of(run_.trace);
    std::vector<std::string> shown(timeline.members.size());
    std::vector<std::vector<std::int64_t>> values(timeline.members.size());
    for (std::size_t i = 0; i < timeline.members.size(); ++i) describe_member(timeline, i);
    for (const StripChange& change : timeline.changes) {
      std::vector<std::int64_t>& strips = values[change.member];
      if (strips.size() <= change.strip) strips.resize(change.strip + std::size_t{1}, kNothing);
      strips[change.strip] = change.value;
      const std::string name = role_text(timeline.members[change.member], strips);
      std::string& before = shown[change.member];
      if (name == before) continue;
      const std::uint64_t track = role_track(change.member);
      if (!before.empty()) track_event(change.time_ns, Proto().number(9, 2).number(11, track));
      before = name;
      if (name.empty()) continue;
      track_event(change.time_ns, Proto().number(9, 1).number(11, track).text(23, name));
    }
  }

  void describe_member(const Timeline& timeline, std::size_t position) {
    const Member& member = timeline.members[position];
    const std::string name = "role in " + run_.trace.dictionary.name(member.group);
    thread(std::uint64_t{member.node.value} + 1, role_track(position), name.c_str());
  }

  // "leader, term 3"; empty while it has no role.
  std::string role_text(const Member& member, const std::vector<std::int64_t>& strips) const {
    if (strips[0] == kNothing) return {};
    const ServiceWords& service = *run_.trace.dictionary.of(member.group);
    std::string text = printable(service.role(static_cast<std::uint64_t>(strips[0])));
    const std::vector<std::size_t> counters = shown_counters(service);
    for (std::size_t i = 0; i < counters.size(); ++i) {
      const Counter& counter = service.counters[counters[i]];
      if (counter.strip != Strip::label) continue;
      const std::int64_t value = i + 1 < strips.size() ? strips[i + 1] : 0;
      text += fmt::format(", {} {}", printable(counter.name), std::max<std::int64_t>(value, 0));
    }
    return text;
  }

  const RecordedRun& run_;
  Narrator narrator_;
  std::string out_;
};

}  // namespace

std::string to_perfetto(const RecordedRun& run, const MessageWords& words) {
  return PerfettoWriter(run, words).write();
}

}  // namespace windtunnel::reports
