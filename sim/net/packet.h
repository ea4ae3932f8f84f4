// Packets under way, in a pool whose buffers are used again. Counts their bytes as in flight.
#pragma once

#include <windtunnel/protocols/base/bytes.h>
#include <windtunnel/protocols/base/ids.h>
#include <windtunnel/protocols/base/slab.h>
#include <windtunnel/protocols/env/transport.h>
#include <windtunnel/sim/event_queue.h>
#include <windtunnel/sim/net/port_table.h>
#include <windtunnel/sim/simulation.h>

#include <cstdint>

namespace windtunnel {

// One end of a stream in the kernels' table. Stale once that end is gone.
struct StreamId {
  std::uint32_t slot = UINT32_MAX;
  std::uint32_t generation = 0;
  friend constexpr bool operator==(const StreamId&, const StreamId&) = default;
};

// The header of a segment, as TCP's with 64-bit sequence numbers: byte offsets in one direction of
// a stream.
struct SegmentHeader {
  enum class Kind : std::uint8_t { syn, syn_ack, data, end, ack, probe, reset };
  Kind kind = Kind::ack;
  StreamId from;
  StreamId to;
  std::uint64_t sequence = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t window_end = 0;  // the sequence number up to which the receiver takes bytes
};

struct Packet {
  static constexpr std::uint32_t kLoopback = UINT32_MAX;

  Endpoint from;
  Endpoint to;
  bool is_segment = false;
  // A message that the sender has put into a stream, before the stream has taken it.
  bool is_frame = false;
  std::uint8_t kind = 0;    // its class, of a message or frame
  Incarnation incarnation;  // of the sender
  std::uint32_t link = kLoopback;
  std::uint64_t number = 0;    // of the message or stream
  std::uint64_t digest = 0;    // of a message's bytes
  std::size_t message_at = 0;  // where in the bytes of a frame its message begins
  std::uint64_t record = 0;    // the send: the cause of the delivery
  // What its draws are keyed by: the link or the stream, and the ordinal there.
  std::uint64_t entity = 0;
  std::uint64_t ordinal = 0;
  SegmentHeader header;
  Bytes bytes;

  BytesView message() const { return BytesView(bytes).subspan(message_at); }
  // What records of messages say of them.
  std::uint64_t size_and_kind() const {
    return static_cast<std::uint64_t>(bytes.size() - message_at) << 8 | kind;
  }
};

// The port of the service's end: clients have ephemeral ones.
inline Port service_port(const Endpoint& from, const Endpoint& to) {
  return to.port < kFirstEphemeralPort ? to.port : from.port;
}

// The class of what `sender` sends from one to the other.
std::uint8_t class_of(const Node& sender, const Endpoint& from, const Endpoint& to,
                      BytesView message);

class PacketPool {
 public:
  explicit PacketPool(Simulation& sim) : sim_(sim) {}

  // Takes a packet holding a copy of `bytes`; all else is as the slot's last user left it.
  std::uint32_t acquire(BytesView bytes) {
    const std::uint32_t slot = packets_.acquire();
    packets_[slot].bytes.assign(bytes.begin(), bytes.end());
    sim_.bytes_in_flight += bytes.size();
    return slot;
  }
  std::uint32_t copy(std::uint32_t original) {
    const std::uint32_t slot = acquire(packets_[original].bytes);
    Bytes bytes = std::move(packets_[slot].bytes);
    packets_[slot] = packets_[original];
    packets_[slot].bytes = std::move(bytes);
    return slot;
  }
  void release(std::uint32_t slot) {
    Bytes& bytes = packets_[slot].bytes;
    sim_.bytes_in_flight -= bytes.size();
    // A rare large message does not pin its memory.
    if (bytes.capacity() > kKeptCapacity) Bytes().swap(bytes);
    packets_.release(slot);
  }
  Packet& operator[](std::uint32_t slot) { return packets_[slot]; }
  std::size_t live() const { return packets_.live(); }

 private:
  static constexpr std::size_t kKeptCapacity = 64 * 1024;
  Simulation& sim_;
  Slab<Packet> packets_;
};

// Takes over packets that arrive at a node that is up.
class PacketReceiver {
 public:
  virtual void on_packet(std::uint32_t slot) = 0;
  // A frame of this end that was kept back will not come.
  virtual void on_frame_lost(StreamId) {}

 protected:
  ~PacketReceiver() = default;
};

}  // namespace windtunnel
