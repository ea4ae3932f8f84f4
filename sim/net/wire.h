// Carries packets: asks the links what becomes of each, schedules arrivals, keeps what is held, and
// hands what arrives at a node that is up to the receiver of messages or of segments.
#pragma once

#include <windtunnel/sim/net/link_table.h>
#include <windtunnel/sim/net/packet.h>

#include <cstdint>
#include <vector>

namespace windtunnel {

class Wire final : public EventTarget {
 public:
  Wire(Simulation& sim, PacketPool& packets, LinkTable& links)
      : sim_(sim), packets_(packets), links_(links) {}
  void set_receivers(PacketReceiver& messages, PacketReceiver& segments) {
    messages_ = &messages;
    segments_ = &segments;
  }

  // Carries the packet, which belongs to the wire from here on. Messages get their link and ordinal
  // here; segments come with an entity and ordinal of their stream.
  void transmit(std::uint32_t slot);
  bool exists(NodeId node) const { return node.value < sim_.node_count(); }
  // What the draws of the next stream from `from` to `to` are keyed by.
  std::uint64_t open_stream(NodeId from, NodeId to);

  void set_loopback_latency(Duration latency) { loopback_ = latency; }

  struct Held {
    std::uint32_t slot;
    FaultId by;
  };
  // What is held, in the order it was sent.
  const std::vector<Held>& held() const { return held_; }
  // Lets a held packet arrive now, or drops it.
  void release_held(std::size_t position);
  void drop_held(std::size_t position);
  // Lets everything held by `id` arrive now in its order; what another fault holds as well stays.
  void release_all(FaultId id);
  // The same for every fault that no longer holds what it held.
  void release_stale();

  // Records that a message ends here, and why. For segments, whose loss shows as retransmission,
  // nothing.
  void record_drop(const Packet& packet, DropReason reason);
  void on_event(std::uint64_t slot, std::uint64_t unused) override;

 private:
  void flip_bit(Packet& packet, std::uint64_t word);
  void duplicate(std::uint32_t slot, Instant arrival);
  void drop(std::uint32_t slot, DropReason reason);
  void arrive_now(std::uint32_t slot);
  std::uint64_t record(RecordKind kind, const Packet& packet, std::uint16_t aux = 0);

  Simulation& sim_;
  PacketPool& packets_;
  LinkTable& links_;
  PacketReceiver* messages_ = nullptr;
  PacketReceiver* segments_ = nullptr;
  Duration loopback_ = microseconds(10);
  Instant last_released_;
  std::vector<Held> held_;
};

// An endpoint as a word of a record.
constexpr std::uint64_t endpoint_word(const Endpoint& endpoint) {
  return std::uint64_t{endpoint.node.value} << 16 | endpoint.port;
}

}  // namespace windtunnel
