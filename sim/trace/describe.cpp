#include <windtunnel/sim/trace/describe.h>

#include <windtunnel/protocols/base/time_text.h>

namespace windtunnel {
namespace {

std::string node_name(const TraceData& data, NodeId node) {
  if (node == kNoNode) return "-";
  if (node.value < data.nodes.size()) return data.nodes[node.value];
  return "node" + std::to_string(node.value);
}

// A word as the name it stands for, where the trace knows one.
std::string word_text(const TraceData& data, std::uint64_t word) {
  const std::string_view name = data.text_of(word);
  return name.empty() ? std::to_string(word) : "'" + std::string(name) + "'";
}

std::string kind_name(const TraceData& data, const Record& record) {
  const ObservationWord* word =
      record.is_observation() ? data.dictionary.word(record.group, record.observation()) : nullptr;
  return std::string(word == nullptr ? name_of(record.kind) : word->name);
}

bool is_message(RecordKind kind) { return kind >= RecordKind::send && kind <= RecordKind::release; }

}  // namespace

std::string describe_record(const TraceData& data, std::uint64_t number) {
  if (number == 0 || number > data.records.size()) {
    return "#" + std::to_string(number) + " (the trace ends before)";
  }
  const Record& r = data.records[number - 1];
  std::string text = "#" + std::to_string(number) + " " + seconds_text(r.time.ns, 9) + " " +
                     node_name(data, r.node) + " " + kind_name(data, r);
  if (is_message(r.kind)) {
    const NodeId peer{static_cast<std::uint32_t>(r.b >> 16)};
    text += " message " + std::to_string(r.a) + ", peer " + node_name(data, peer) + ":" +
            std::to_string(r.b & 0xffff) + ", kind " + std::to_string(r.c & 0xff) + ", " +
            std::to_string(r.c >> 8) + " bytes, digest " + std::to_string(r.d);
  } else {
    text += " " + word_text(data, r.a) + " " + word_text(data, r.b) + " " + word_text(data, r.c) +
            " " + word_text(data, r.d);
  }
  if (r.aux != 0) text += " (" + std::to_string(r.aux) + ")";
  if (r.cause != 0) text += ", caused by #" + std::to_string(r.cause);
  return text;
}

}  // namespace windtunnel
