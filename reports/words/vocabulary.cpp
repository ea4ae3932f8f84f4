#include <windtunnel/reports/words/vocabulary.h>

#include <algorithm>
#include <iterator>

namespace windtunnel::reports {
namespace {

using S = FieldSource;
using T = FieldType;
using C = Category;

constexpr std::uint16_t number_of(RecordKind kind) { return static_cast<std::uint16_t>(kind); }
constexpr std::uint16_t number_of(ObservationKind kind) {
  return static_cast<std::uint16_t>(number_of(RecordKind::observation) +
                                    static_cast<unsigned>(kind));
}

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
constexpr FieldSpec kHash{"hash", S::c, T::hex};

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

    {number_of(ObservationKind::none), C::detail, "observes nothing", {}},
    {number_of(ObservationKind::role),
     C::state,
     "becomes {role} in term {term}",
     {{{"role", S::a, T::role},
       {"term", S::b, T::number},
       {"last index", S::c, T::number},
       {"log hash", S::d, T::hex}}}},
    {number_of(ObservationKind::term),
     C::state,
     "enters term {term}, voted for {vote}",
     {{{"term", S::a, T::number}, {"vote", S::b, T::voter}}}},
    {number_of(ObservationKind::vote_granted),
     C::state,
     "votes for {candidate} in term {term}",
     {{{"term", S::a, T::number}, {"candidate", S::b, T::node}}}},
    {number_of(ObservationKind::append),
     C::state,
     "appends entry {index} of term {term}",
     {{{"index", S::a, T::number}, {"term", S::b, T::number}, kHash, {"payload", S::d, T::hex}}}},
    {number_of(ObservationKind::truncate),
     C::state,
     "truncates its log from entry {first}",
     {{{"first", S::a, T::number}, {"commit", S::b, T::number}}}},
    {number_of(ObservationKind::commit),
     C::state,
     "commits up to entry {index}",
     {{{"index", S::a, T::number},
       {"term", S::b, T::number},
       kHash,
       {"as leader", S::d, T::truth}}}},
    {number_of(ObservationKind::apply),
     C::state,
     "applies entry {index} of term {term}",
     {{{"index", S::a, T::number}, {"term", S::b, T::number}, kHash, {"state", S::d, T::hex}}}},
    {number_of(ObservationKind::snapshot_taken),
     C::state,
     "takes a snapshot at entry {index}",
     {{{"index", S::a, T::number}, {"term", S::b, T::number}, kHash, {"state", S::d, T::hex}}}},
    {number_of(ObservationKind::snapshot_installed),
     C::state,
     "installs a snapshot at entry {index}",
     {{{"index", S::a, T::number}, {"term", S::b, T::number}, kHash, {"state", S::d, T::hex}}}},
    {number_of(ObservationKind::log_start),
     C::state,
     "keeps its log from entry {first}",
     {{{"first", S::a, T::number}}}},
    {number_of(ObservationKind::recovered),
     C::state,
     "recovers term {term}, vote {vote}, log up to entry {last index}",
     {{{"term", S::a, T::number},
       {"vote", S::b, T::voter},
       {"last index", S::c, T::number},
       {"log hash", S::d, T::hex}}}},
    {number_of(ObservationKind::wal_extent),
     C::detail,
     "writes entry {index} to its log file",
     {{{"index", S::a, T::number},
       {"hash", S::b, T::hex},
       {"extent", S::c, T::extent},
       {"offset", S::d, T::number}}}},
    {number_of(ObservationKind::vote_extent),
     C::detail,
     "writes term {term} and vote {vote}",
     {{{"term", S::a, T::number},
       {"vote", S::b, T::voter},
       {"extent", S::c, T::extent},
       {"offset", S::d, T::number}}}},
    {number_of(ObservationKind::sent_claim),
     C::detail,
     "claims entry {last index} durable",
     {{{"term", S::a, T::number},
       {"vote", S::b, T::voter},
       {"last index", S::c, T::number},
       {"log hash", S::d, T::hex}}}},
    {number_of(ObservationKind::match),
     C::detail,
     "knows {follower} to match up to entry {match}",
     {{{"follower", S::a, T::node}, {"match", S::b, T::number}, {"next", S::c, T::number}}}},
    {number_of(ObservationKind::read_index),
     C::detail,
     "confirms a read at entry {index}",
     {{{"request", S::a, T::number}, {"index", S::b, T::number}, {"node", S::c, T::node}}}},
    {number_of(ObservationKind::read_served),
     C::state,
     "serves a read at entry {applied}",
     {{{"request", S::a, T::number},
       {"applied", S::b, T::number},
       {"read index", S::c, T::number}}}},
    {number_of(ObservationKind::effect),
     C::state,
     "takes request {sequence} of session {session} into effect",
     {{{"session", S::a, T::number}, {"sequence", S::b, T::number}, {"index", S::c, T::number}}}},
    {number_of(ObservationKind::mark), C::detail, "passes {mark}", {{{"mark", S::a, T::name}}}},
    {number_of(ObservationKind::config),
     C::state,
     "uses the configuration of entry {index}",
     {{{"index", S::a, T::number},
       {"voters", S::b, T::nodes},
       {"outgoing", S::c, T::nodes},
       {"learners", S::d, T::nodes}}}},
    {number_of(ObservationKind::lease),
     C::state,
     "holds a lease of term {term}",
     {{{"term", S::a, T::number}, {"start", S::b, T::duration}, {"end", S::c, T::duration}}}},
    {number_of(ObservationKind::request),
     C::detail,
     "takes read {request} at commit {commit}",
     {{{"request", S::a, T::number}, {"commit", S::b, T::number}}}},
};

constexpr KindSpec kUnknown{0xffff,
                            C::detail,
                            "{kind}: {a}, {b}, {c}, {d}",
                            {{{"a", S::a, T::number},
                              {"b", S::b, T::number},
                              {"c", S::c, T::number},
                              {"d", S::d, T::number}}}};

constexpr std::string_view kTypeNames[] = {"number",   "hex",      "name",   "node",   "voter",
                                           "endpoint", "duration", "offset", "signed", "role",
                                           "outcome",  "drop",     "crash",  "error",  "extent",
                                           "message",  "event",    "nodes",  "truth",  "phase"};
constexpr std::string_view kCategoryNames[] = {"message", "stream", "time",     "disk",  "node",
                                               "fault",   "client", "property", "state", "detail"};

}  // namespace

std::string_view name_of(FieldType type) noexcept {
  return kTypeNames[static_cast<std::size_t>(type)];
}

std::string_view name_of(Category category) noexcept {
  return kCategoryNames[static_cast<std::size_t>(category)];
}

const KindSpec& spec_of(RecordKind kind) noexcept {
  const auto found =
      std::lower_bound(std::begin(kKinds), std::end(kKinds), number_of(kind),
                       [](const KindSpec& spec, std::uint16_t want) { return spec.kind < want; });
  return found == std::end(kKinds) || found->kind != number_of(kind) ? kUnknown : *found;
}

KindRange all_kinds() noexcept { return {std::begin(kKinds), std::end(kKinds)}; }

}  // namespace windtunnel::reports
