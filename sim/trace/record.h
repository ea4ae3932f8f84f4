// One line of the trace: a fixed-size record of one thing that happened. Records are numbered from
// 1 in order; that number is the "event" of reports and replay commands. Every word takes part in
// the trace hash.
#pragma once

#include <windtunnel/protocols/base/ids.h>
#include <windtunnel/protocols/base/time.h>
#include <windtunnel/protocols/env/observation.h>

#include <cstdint>
#include <string_view>

namespace windtunnel {

// Append only: numbers are part of the trace format. The comment names the words; `node` is where
// it happened. An endpoint word is node << 16 | port.
enum class RecordKind : std::uint16_t {
  none = 0,
  // Messages. a: message number, b: peer endpoint, c: size << 8 | first byte, d: digest of the
  // bytes.
  send = 1,
  deliver = 2,    // cause: the send
  drop = 3,       // as send; aux: DropReason
  duplicate = 4,  // as send: a second copy was put on the link
  corrupt = 5,    // as send, d: digest after the corruption
  hold = 6,       // as send: kept back until released
  release = 7,
  // Streams. a: stream number, b: peer endpoint.
  stream_connect = 10,
  stream_open = 11,        // established at this end
  stream_refused = 12,     // aux: Errc
  stream_send = 13,        // c: bytes, d: digest
  stream_receive = 14,     // c: bytes
  stream_retransmit = 15,  // c: bytes, d: attempt: loss shows as delay
  stream_end = 16,         // the peer's end of stream was read or a half-close sent (aux 1)
  stream_reset = 17,
  // Time and processor.
  timer = 20,         // a timer fired; a: deadline on the node's clock
  clock_change = 21,  // a: offset ns, b: drift ppb, c: wall offset ns
  input_wait = 22,    // an input waited for a core; a: ns waited, b: inbox length
  // Disk. a: operation number, b: file << 40 | length, c: offset, d: digest of the bytes or name.
  disk_submit = 30,  // aux: DiskOperation
  disk_done = 31,    // aux: Errc; cause: the submit
  disk_lost = 32,    // power loss: a: sectors kept, b: sectors lost, c: names kept, d: names lost
  disk_fault = 33,   // a fault bit; aux: DiskFaultKind, a..d as disk_submit
  // Nodes. a: incarnation.
  start = 40,
  crash = 41,  // aux: CrashKind; b: hash of the reason where it is an exit
  pause = 42,
  resume = 43,
  // Faults of the plan. a: stable id of the fault, b: hash of its label, c: victims bit set (nodes
  // < 64), aux: kind.
  fault_begin = 50,
  fault_end = 51,
  fault_bite = 52,  // the fault changed something; recorded once a fault and kind of effect
  // Clients. a: operation number of the history, c: hash of the argument as text, d: hash of the
  // part of it that is shown.
  invoke = 60,  // b: hash of f
  complete =
      61,  // aux: Outcome::Kind, b: number of the invoke record; c, d: of the result, or error
  // Properties. a: hash of the check's name, b: hash of the witness text.
  violation = 70,
  phase = 71,  // a: 0 faults on, 1 healed, 2 end
  // A further parent of the record before it. a: number of the parent.
  link = 80,
  // Observations: kind = observation + ObservationKind, words and group as there.
  observation = 0x1000,
};

constexpr RecordKind kind_of(ObservationKind kind) {
  return static_cast<RecordKind>(static_cast<unsigned>(RecordKind::observation) +
                                 static_cast<unsigned>(kind));
}

enum class DropReason : std::uint16_t {
  none = 0,
  loss = 1,
  cut = 2,
  no_listener = 3,
  node_down = 4,
  queue_full = 5,
  rule = 6,
  script = 7,
};

enum class CrashKind : std::uint16_t {
  process = 0,  // the page cache survives
  power = 1,    // unsynced bytes and names survive in part
  exit = 2,     // the process gave up by itself (Process::exit); else as process
};

struct Record {
  Instant time;             // true simulated time
  std::uint64_t cause = 0;  // number of the record that led to this one; 0: none
  RecordKind kind = RecordKind::none;
  std::uint16_t aux = 0;
  NodeId node = kNoNode;
  Incarnation incarnation;
  GroupId group;
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  std::uint64_t c = 0;
  std::uint64_t d = 0;

  bool is_observation() const { return kind >= RecordKind::observation; }
  ObservationKind observation() const {
    return static_cast<ObservationKind>(static_cast<unsigned>(kind) -
                                        static_cast<unsigned>(RecordKind::observation));
  }
};
static_assert(sizeof(Record) == 64, "a record is one cache line");

// As in exports: "send", "disk-submit". A dictionary names observations (dictionary.h).
constexpr std::string_view name_of(RecordKind kind) noexcept {
  switch (kind) {
    case RecordKind::none: return "none";
    case RecordKind::send: return "send";
    case RecordKind::deliver: return "deliver";
    case RecordKind::drop: return "drop";
    case RecordKind::duplicate: return "duplicate";
    case RecordKind::corrupt: return "corrupt";
    case RecordKind::hold: return "hold";
    case RecordKind::release: return "release";
    case RecordKind::stream_connect: return "stream-connect";
    case RecordKind::stream_open: return "stream-open";
    case RecordKind::stream_refused: return "stream-refused";
    case RecordKind::stream_send: return "stream-send";
    case RecordKind::stream_receive: return "stream-receive";
    case RecordKind::stream_retransmit: return "stream-retransmit";
    case RecordKind::stream_end: return "stream-end";
    case RecordKind::stream_reset: return "stream-reset";
    case RecordKind::timer: return "timer";
    case RecordKind::clock_change: return "clock-change";
    case RecordKind::input_wait: return "input-wait";
    case RecordKind::disk_submit: return "disk-submit";
    case RecordKind::disk_done: return "disk-done";
    case RecordKind::disk_lost: return "disk-lost";
    case RecordKind::disk_fault: return "disk-fault";
    case RecordKind::start: return "start";
    case RecordKind::crash: return "crash";
    case RecordKind::pause: return "pause";
    case RecordKind::resume: return "resume";
    case RecordKind::fault_begin: return "fault-begin";
    case RecordKind::fault_end: return "fault-end";
    case RecordKind::fault_bite: return "fault-bite";
    case RecordKind::invoke: return "invoke";
    case RecordKind::complete: return "complete";
    case RecordKind::violation: return "violation";
    case RecordKind::phase: return "phase";
    case RecordKind::link: return "link";
    case RecordKind::observation: return "observation";
  }
  return kind > RecordKind::observation ? "observation" : "unknown";
}
std::string_view name_of(DropReason reason) noexcept;

}  // namespace windtunnel
