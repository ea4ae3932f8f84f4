#include <windtunnel/reports/words/vocabulary.h>

#include <algorithm>
#include <iterator>

namespace windtunnel::reports {
namespace {

using S = FieldSource;
using T = FieldType;
using C = Category;

constexpr std::uint16_t number_of(RecordKind kind) { return static_cast<std::uint16_t>(kind); }

constexpr FieldSpec kMessage{"message", S::a, T::number};
constexpr FieldSpec kType{"type", S::c_low_byte, T::message};
constexpr FieldSpec kSize{"size", S::c_rest, T::number};
constexpr FieldSpec kDigest{"digest", S::d, T::hex};
constexpr FieldSpec kTo{"to", S::b, T::endpoint};
constexpr FieldSpec kFrom{"from", S::b, T::endpoint};
constexpr FieldSpec kStream{"stream", S::a, T::hex};
constexpr FieldSpec kPeer{"peer", S::b, T::endpoint};
constexpr FieldSpec kBytes{"bytes", S::c, T::number};
constexpr FieldSpec kError{"error", S::aux, T::error};
constexpr FieldSpec kExtent{"extent", S::b, T::extent};
constexpr FieldSpec kOffset{"offset", S::c, T::number};
constexpr FieldSpec kOperation{"operation", S::aux, T::number};
constexpr FieldSpec kTicket{"number", S::a, T::number};
constexpr FieldSpec kIncarnation{"life", S::a, T::number};
constexpr FieldSpec kFault{"fault", S::a, T::name};
constexpr FieldSpec kVictims{"nodes", S::c, T::nodes};
constexpr FieldSpec kEffect{"effect", S::aux, T::number};
constexpr FieldSpec kValue{"value", S::d, T::name};

// Sorted by kind.
constexpr KindSpec kKinds[] = {
    {number_of(RecordKind::none), C::detail, "nothing", {}},
    {number_of(RecordKind::send),
     C::message,
     "sends {type} to {to}",
     {kType, kTo, kMessage, kSize, kDigest}},
    {number_of(RecordKind::deliver),
     C::message,
     "receives {type} from {from}",
     {kType, kFrom, kMessage, kSize, kDigest}},
    {number_of(RecordKind::drop),
     C::message,
     "{type} to {to} is lost: {reason}",
     {kType, kTo, kMessage, kSize, {"reason", S::aux, T::drop}}},
    {number_of(RecordKind::duplicate),
     C::message,
     "{type} to {to} is duplicated",
     {kType, kTo, kMessage, kSize, kDigest}},
    {number_of(RecordKind::corrupt),
     C::message,
     "{type} to {to} is corrupted",
     {kType, kTo, kMessage, kSize, kDigest}},
    {number_of(RecordKind::hold),
     C::message,
     "{type} to {to} is held back",
     {kType, kTo, kMessage, kSize, kDigest}},
    {number_of(RecordKind::release),
     C::message,
     "{type} to {to} is released",
     {kType, kTo, kMessage, kSize, kDigest}},
    {number_of(RecordKind::stream_connect), C::stream, "connects to {peer}", {kPeer, kStream}},
    {number_of(RecordKind::stream_open), C::stream, "stream with {peer} is open", {kPeer, kStream}},
    {number_of(RecordKind::stream_refused),
     C::stream,
     "{peer} refuses the stream: {error}",
     {kPeer, kError, kStream}},
    {number_of(RecordKind::stream_send),
     C::stream,
     "streams {bytes} bytes to {peer}",
     {kPeer, kBytes, kStream, kDigest}},
    {number_of(RecordKind::stream_receive),
     C::stream,
     "reads {bytes} bytes from {peer}",
     {kPeer, kBytes, kStream}},
    {number_of(RecordKind::stream_retransmit),
     C::stream,
     "sends {bytes} bytes to {peer} again, attempt {attempt}",
     {kPeer, kBytes, {"attempt", S::d, T::number}, kStream}},
    {number_of(RecordKind::stream_end),
     C::stream,
     "stream with {peer} ends",
     {kPeer, {"sent", S::aux, T::truth}, kStream}},
    {number_of(RecordKind::stream_reset),
     C::stream,
     "stream with {peer} is reset",
     {kPeer, kStream}},
    {number_of(RecordKind::timer), C::time, "timer fires", {{{"deadline", S::a, T::duration}}}},
    {number_of(RecordKind::clock_change),
     C::time,
     "clock runs at {drift} ppb",
     {{{"offset", S::a, T::offset},
       {"drift", S::b, T::signed_number},
       {"wall offset", S::c, T::offset}}}},
    {number_of(RecordKind::input_wait),
     C::time,
     "input waited {waited} for a core",
     {{{"waited", S::a, T::duration}, {"inbox", S::b, T::number}}}},
    {number_of(RecordKind::disk_submit),
     C::disk,
     "starts disk operation {number}",
     {kTicket, kOperation, kExtent, kOffset, kDigest}},
    {number_of(RecordKind::disk_done),
     C::disk,
     "disk operation {number}: {error}",
     {kTicket, kError, kExtent, kOffset, kDigest}},
    {number_of(RecordKind::disk_lost),
     C::disk,
     "power loss keeps {sectors kept} of the unsynced sectors, loses {sectors lost}",
     {{{"sectors kept", S::a, T::number},
       {"sectors lost", S::b, T::number},
       {"names kept", S::c, T::number},
       {"names lost", S::d, T::number}}}},
    {number_of(RecordKind::disk_fault),
     C::disk,
     "disk fault {fault} bites operation {number}",
     {{kTicket, {"fault", S::aux, T::number}, kExtent, kOffset, kDigest}}},
    {number_of(RecordKind::start), C::node, "starts (life {life})", {kIncarnation}},
    {number_of(RecordKind::crash),
     C::node,
     "crashes ({kind}) {why}",
     {{kIncarnation, {"kind", S::aux, T::crash}, {"why", S::b, T::name}}}},
    {number_of(RecordKind::pause), C::node, "is paused", {kIncarnation}},
    {number_of(RecordKind::resume), C::node, "goes on", {kIncarnation}},
    {number_of(RecordKind::fault_begin),
     C::fault,
     "fault {label} begins on {nodes}",
     {kFault, {"label", S::b, T::name}, kVictims, kEffect}},
    {number_of(RecordKind::fault_end),
     C::fault,
     "fault {fault} ends on {nodes}",
     {kFault, kVictims, kEffect}},
    {number_of(RecordKind::fault_bite),
     C::fault,
     "fault {fault} bites",
     {kFault, kVictims, kEffect}},
    {number_of(RecordKind::invoke),
     C::client,
     "calls {f} {value}",
     {{{"operation", S::a, T::number}, {"f", S::b, T::name}, kValue}}},
    {number_of(RecordKind::complete),
     C::client,
     "is answered: {outcome} {value}",
     {{{"operation", S::a, T::number},
       {"outcome", S::aux, T::outcome},
       {"call", S::b, T::event},
       kValue}}},
    {number_of(RecordKind::violation),
     C::property,
     "{check} is violated",
     {{{"check", S::a, T::name}, {"witness", S::b, T::name}}}},
    {number_of(RecordKind::phase), C::property, "phase: {phase}", {{{"phase", S::a, T::phase}}}},
    {number_of(RecordKind::link),
     C::detail,
     "is also caused by event {parent}",
     {{{"parent", S::a, T::event}}}},
};

// Each kind has its row, in order.
constexpr bool is_whole() {
  std::size_t row = 0;
  for (std::uint16_t kind = 0; kind < number_of(RecordKind::observation); ++kind) {
    if (name_of(static_cast<RecordKind>(kind)) == "unknown") continue;
    if (row == std::size(kKinds) || kKinds[row].kind != kind) return false;
    ++row;
  }
  return row == std::size(kKinds);
}
static_assert(is_whole(), "a kind of record has no sentence, or stands in the wrong place");

constexpr KindSpec kUnknown{0xffff,
                            C::detail,
                            "{kind}: {a}, {b}, {c}, {d}",
                            {{{"a", S::a, T::number},
                              {"b", S::b, T::number},
                              {"c", S::c, T::number},
                              {"d", S::d, T::number}}}};

KindSpec spec_of_word(const ObservationWord& word) {
  KindSpec spec;
  spec.kind = number_of(kind_of(word.kind));
  spec.category = word.weight == Weight::detail ? C::detail : C::state;
  spec.sentence = word.sentence;
  spec.name = word.name;
  spec.weight = word.weight;
  for (std::size_t i = 0; i < word.fields.size(); ++i) {
    spec.fields[i] = {word.fields[i].name, static_cast<FieldSource>(i), word.fields[i].type};
  }
  return spec;
}

constexpr std::string_view kCategoryNames[] = {"message", "stream", "time",     "disk",  "node",
                                               "fault",   "client", "property", "state", "detail"};
static_assert(std::size(kCategoryNames) == static_cast<std::size_t>(Category::detail) + 1);

}  // namespace

std::string_view name_of(Category category) noexcept {
  return kCategoryNames[static_cast<std::size_t>(category)];
}

std::string_view name_of(const KindSpec& spec) noexcept {
  return spec.name.empty() ? name_of(static_cast<RecordKind>(spec.kind)) : spec.name;
}

std::span<const KindSpec> simulator_kinds() noexcept { return kKinds; }

Vocabulary::Vocabulary(const Dictionary& dictionary) : dictionary_(dictionary) {
  for (const ServiceWords& service : dictionary.services()) {
    std::vector<KindSpec>& specs = words_.emplace_back();
    for (const ObservationWord& word : service.words) specs.push_back(spec_of_word(word));
  }
  for (const ObservationWord& word : kCommonWords) common_.push_back(spec_of_word(word));
}

const KindSpec& Vocabulary::spec_of(const Record& record) const {
  std::span<const KindSpec> specs = kKinds;
  if (record.is_observation()) {
    const ServiceWords* service = dictionary_.of(record.group);
    specs = service == nullptr
                ? std::span<const KindSpec>(common_)
                : words_[static_cast<std::size_t>(service - dictionary_.services().data())];
  }
  const auto found =
      std::lower_bound(specs.begin(), specs.end(), number_of(record.kind),
                       [](const KindSpec& spec, std::uint16_t want) { return spec.kind < want; });
  return found == specs.end() || found->kind != number_of(record.kind) ? kUnknown : *found;
}

}  // namespace windtunnel::reports
