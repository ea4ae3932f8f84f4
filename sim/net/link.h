// What links do to packets, as plain data. A packet is a message or a segment of a stream. Every
// ordered pair of different nodes is a link with a profile; faults are laid over links and taken
// off again by their id, in any order.
#pragma once

#include <windtunnel/protocols/base/keyed_random.h>
#include <windtunnel/sim/net/latency.h>
#include <windtunnel/sim/net/node_set.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace windtunnel {

// The stable id of a fault of the plan. 0 stands for the links' own profiles.
using FaultId = std::uint64_t;
inline constexpr FaultId kProfileFault = 0;

// Chances for each packet. Each kind has draws of its own: switching one off changes no other draw.
struct Impairments {
  PerMillion loss{};
  PerMillion duplicate{};  // a second copy, with a latency of its own
  PerMillion reorder{};    // the packet takes `reorder_by` longer and others may overtake it
  Latency reorder_by = Latency::uniform(milliseconds(1), milliseconds(10));
  // One bit flips. A message arrives so; a segment is lost, because its checksum tells.
  PerMillion corrupt{};
  // One bit of a segment flips and its checksum does not tell: the stream yields a wrong byte.
  PerMillion stream_corrupt{};
};

struct LinkProfile {
  Latency latency = Latency::uniform(microseconds(200), microseconds(400));
  // Packets arrive in the order sent, but for duplicates and reordered ones. False: latencies alone
  // decide.
  bool in_order = true;
  Impairments impairments{};
  // 0: no limit. Packets wait in a queue of `queue_bytes` at the sending end; the queue drops what
  // does not fit.
  std::uint64_t bytes_per_second = 0;
  std::uint64_t queue_bytes = std::uint64_t{1} << 20;
};

// A fault of links, from any node of `from` to any node of `to`. With `kind` it acts on messages of
// this class alone.
//
// One that acts on messages and not on streams is a rule: it acts on the messages that streams
// carry too, one by one, where the sender's frames can be told apart (MessageClasses::frame). Those
// that pass go on in their order; one that is held or delayed is overtaken by them.
struct LinkFault {
  NodeSet from = NodeSet::all();
  NodeSet to = NodeSet::all();
  bool both_ways = false;  // and from `to` to `from`
  bool messages = true;
  bool streams = true;
  std::optional<std::uint8_t> kind{};
  // What fault_bite records call it, where faults of several ids are parts of one; 0: its id.
  std::uint64_t plan_id = 0;

  // Nothing passes; what is under way is dropped where it would arrive.
  bool cut = false;
  // Packets are kept back until the fault ends or releases them; then they arrive in the order
  // held.
  PerMillion hold{};
  // `delay_by` more, on top of the latency; order is kept where the profile keeps it.
  PerMillion delay{};
  Latency delay_by{};
  Impairments impairments{};
  // 0: no limit of its own.
  std::uint64_t bytes_per_second = 0;
  std::uint64_t queue_bytes = std::uint64_t{1} << 20;
};

// What a fault did to a packet. The numbers are the aux word of fault_bite records: append only.
enum class LinkEffect : std::uint16_t {
  cut = 1,
  loss = 2,
  hold = 3,
  delay = 4,
  duplicate = 5,
  reorder = 6,
  corrupt = 7,
  stream_corrupt = 8,
  bandwidth = 9,  // waited for the line
  queue_full = 10,
};
inline constexpr std::size_t kLinkEffects = 11;
std::string_view name_of(LinkEffect effect) noexcept;

}  // namespace windtunnel
