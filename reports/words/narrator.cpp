#include <windtunnel/reports/words/narrator.h>

#include <windtunnel/protocols/base/result.h>
#include <windtunnel/protocols/base/time_text.h>

#include <fmt/format.h>

#include <iterator>

namespace windtunnel::reports {
namespace {

constexpr std::string_view kOutcomes[] = {"ok", "fail", "info"};
constexpr std::string_view kPhases[] = {"faults", "healed", "end"};
constexpr std::string_view kCrashes[] = {"process", "power loss", "gave up"};

template <std::size_t N>
std::string pick(const std::string_view (&names)[N], std::uint64_t index) {
  return index < N ? std::string(names[index]) : std::to_string(index);
}

}  // namespace

std::string format_time(std::int64_t ns) { return seconds_text(ns, 6); }

std::string format_duration(std::int64_t ns) {
  const double size = static_cast<double>(ns);
  const double positive = size < 0 ? -size : size;
  if (positive >= 1e9) return fmt::format("{:.3g} s", size / 1e9);
  if (positive >= 1e6) return fmt::format("{:.3g} ms", size / 1e6);
  if (positive >= 1e3) return fmt::format("{:.3g} us", size / 1e3);
  return fmt::format("{} ns", ns);
}

std::string Narrator::node(NodeId node) const {
  if (node == kNoNode) return "-";
  if (node.value < trace_.nodes.size()) return printable(trace_.nodes[node.value]);
  return fmt::format("node {}", node.value);
}

std::string Narrator::message(const Record& record) const {
  const std::uint8_t type = message_type(record);
  const std::string name = words_.name ? words_.name(sender_of(record), type) : std::string();
  return name.empty() ? fmt::format("message 0x{:02x}", type) : printable(name);
}

std::string Narrator::nodes(std::uint64_t set) const {
  std::string text;
  for (std::uint32_t i = 0; i < 64; ++i) {
    if ((set >> i & 1) == 0) continue;
    text += (text.empty() ? "" : ", ") + node(NodeId{i});
  }
  return text.empty() ? "no node" : text;
}

std::string Narrator::text_of(FieldType type, std::uint64_t word) const {
  switch (type) {
    case FieldType::number:
    case FieldType::event: return std::to_string(word);
    case FieldType::hex: return fmt::format("{:016x}", word);
    case FieldType::name: {
      if (word == 0 || word == hash_text("")) return "";
      const std::string_view text = trace_.text_of(word);
      return text.empty() ? fmt::format("{:016x}", word) : printable(text);
    }
    case FieldType::node: return node(NodeId{static_cast<std::uint32_t>(word)});
    case FieldType::voter:
      return word == 0 ? "nobody" : node(NodeId{static_cast<std::uint32_t>(word - 1)});
    case FieldType::endpoint: return node(NodeId{static_cast<std::uint32_t>(word >> 16)});
    case FieldType::duration:
    case FieldType::offset: return format_duration(static_cast<std::int64_t>(word));
    case FieldType::signed_number: return std::to_string(static_cast<std::int64_t>(word));
    case FieldType::role:
      return word > 0xff ? std::to_string(word) : std::string(name_of(static_cast<Role>(word)));
    case FieldType::outcome: return pick(kOutcomes, word);
    case FieldType::drop: return std::string(name_of(static_cast<DropReason>(word)));
    case FieldType::crash: return pick(kCrashes, word);
    case FieldType::error:
      return word > 0xff ? std::to_string(word) : std::string(name_of(static_cast<Errc>(word)));
    case FieldType::extent:
      return fmt::format("file {}, {} bytes", word >> 40, word & ((std::uint64_t{1} << 40) - 1));
    case FieldType::message: return fmt::format("message 0x{:02x}", word);
    case FieldType::nodes:
    case FieldType::voters:
    case FieldType::learners: return nodes(word);
    case FieldType::truth: return word == 0 ? "no" : "yes";
    case FieldType::phase: return pick(kPhases, word);
  }
  return {};
}

std::string Narrator::text_of(const FieldSpec& field, const Record& record) const {
  const std::uint64_t word = word_of(record, field.source);
  if (field.type == FieldType::message) return message(record);
  const ServiceWords* service =
      field.type == FieldType::role ? trace_.dictionary.of(record.group) : nullptr;
  return service == nullptr ? text_of(field.type, word) : printable(service->role(word));
}

std::string Narrator::sentence(const Record& record) const {
  const KindSpec& spec = spec_of(record);
  std::string out;
  std::string_view rest = spec.sentence;
  while (!rest.empty()) {
    const std::size_t open = rest.find('{');
    out += rest.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = rest.find('}', open);
    const std::string_view want = rest.substr(open + 1, close - open - 1);
    rest.remove_prefix(close + 1);
    const FieldSpec* field = nullptr;
    for (const FieldSpec& candidate : spec.fields) {
      if (candidate.name == want) field = &candidate;
    }
    if (field != nullptr)
      out += text_of(*field, record);
    else
      out += fmt::format("record kind {}", static_cast<unsigned>(record.kind));
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string Narrator::line(std::uint64_t number) const {
  if (number == 0 || number > trace_.records.size())
    return fmt::format("{}  (no such event)", number);
  const Record& record = trace_.records[number - 1];
  const std::string who = record.node == kNoNode ? std::string() : node(record.node) + "  ";
  const std::string carried = content(number);
  return fmt::format("{}  {}  {}{}{}", number, format_time(record.time.ns), who, sentence(record),
                     carried.empty() ? "" : ": " + carried);
}

std::string Narrator::line(const LogLine& said) const {
  return fmt::format("{}  {}  {}: {}", format_time(said.time.ns), node(said.node),
                     name_of(said.level), printable(said.text));
}

std::vector<std::pair<std::string, std::string>> Narrator::fields(const Record& record) const {
  std::vector<std::pair<std::string, std::string>> out;
  for (const FieldSpec& field : spec_of(record).fields) {
    if (field.name.empty()) continue;
    out.emplace_back(field.name, text_of(field, record));
  }
  return out;
}

std::string Narrator::content(std::uint64_t number) const {
  if (!words_.describe || number == 0 || number > trace_.records.size()) return {};
  const Record& record = trace_.records[number - 1];
  if (!has_message_type(record.kind)) return {};
  // The bytes are kept with the send.
  auto found = trace_.bytes.find(number);
  if (found == trace_.bytes.end()) found = trace_.bytes.find(record.cause);
  if (found == trace_.bytes.end()) return {};
  return printable(words_.describe(sender_of(record), message_type(record), found->second));
}

}  // namespace windtunnel::reports
