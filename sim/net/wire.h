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
  bool leads(NodeId from, NodeId to) const;
  // Of a frame that some rule may act on: how often its stream takes it now, and how many copies of
  // it come (`on_packet`) or are lost (`on_frame_lost`) later. The caller gives the packet back
  // where it passes; else it belongs to the wire.
  struct FrameFate {
    std::uint32_t passing = 0;
    std::uint32_t waiting = 0;
  };
  FrameFate judge_frame(std::uint32_t slot);
  // Whether a rule acts on messages that streams carry from one to the other.
  bool has_rules(NodeId from, NodeId to) {
    return from != to && exists(to) && links_.has_rules(links_.index(from, to));
  }
  // Bytes that a stream carries from one to the other, and that no rule can act on.
  void pass_unread(NodeId from, NodeId to) {
    if (from != to && exists(to)) links_.pass_unread(links_.index(from, to));
  }
  std::uint32_t link_index(NodeId from, NodeId to) { return links_.index(from, to); }
  // The number of the next message of the run.
  std::uint64_t number_message() { return next_message_++; }

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
  std::uint64_t next_message_ = 1;
  std::vector<Held> held_;
};

// An endpoint as a word of a record.
constexpr std::uint64_t endpoint_word(const Endpoint& endpoint) {
  return std::uint64_t{endpoint.node.value} << 16 | endpoint.port;
}

}  // namespace windtunnel
