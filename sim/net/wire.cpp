#include <windtunnel/sim/net/wire.h>

#include <windtunnel/sim/node.h>

#include <algorithm>

namespace windtunnel {

std::uint64_t Wire::record(RecordKind kind, const Packet& packet, std::uint16_t aux) {
  Record record;
  record.kind = kind;
  record.aux = aux;
  record.node = packet.from.node;
  record.incarnation = packet.incarnation;
  record.cause = packet.record;
  record.a = packet.number;
  record.b = endpoint_word(packet.to);
  record.c = packet.size_and_kind();
  record.d = packet.digest;
  return sim_.record(record);
}

std::uint8_t class_of(const Node& sender, const Endpoint& from, const Endpoint& to,
                      BytesView message) {
  if (message.empty()) return 0;
  const MessageClasses& classes = sender.messages();
  if (!classes.classify) return static_cast<std::uint8_t>(message[0]);
  return classes.classify(service_port(from, to), message);
}

void Wire::record_drop(const Packet& packet, DropReason reason) {
  if (packet.is_segment) return;
  record(RecordKind::drop, packet, static_cast<std::uint16_t>(reason));
}

void Wire::drop(std::uint32_t slot, DropReason reason) {
  record_drop(packets_[slot], reason);
  packets_.release(slot);
}

// Of two nodes one must have an address that the other can connect to.
bool Wire::leads(NodeId from, NodeId to) const {
  return exists(to) && (sim_.node(to).has_listener() || sim_.node(from).has_listener());
}

void Wire::transmit(std::uint32_t slot) {
  Packet& packet = packets_[slot];
  if (packet.from.node == packet.to.node) {
    packet.link = Packet::kLoopback;
    sim_.schedule(sim_.now() + loopback_, *this, slot);
    return;
  }
  if (!leads(packet.from.node, packet.to.node)) return drop(slot, DropReason::node_down);
  packet.link = links_.index(packet.from.node, packet.to.node);
  if (!packet.is_segment) {
    Link& link = links_[packet.link];
    packet.entity = link.entity;
    packet.ordinal = link.messages++;
  }
  const Passage passage = links_.pass(packet);
  if (passage.drop != DropReason::none) return drop(slot, passage.drop);
  if (passage.held) {
    if (!packet.is_segment) record(RecordKind::hold, packet);
    held_.push_back({slot, passage.held_by});
    return;
  }
  if (passage.duplicated) duplicate(slot, passage.second_arrival);
  if (passage.corrupted) flip_bit(packet, passage.corrupt_word);
  sim_.schedule(passage.arrival, *this, slot);
}

// Rules act on it here; what links do to everything is done to the segments.
Wire::FrameFate Wire::judge_frame(std::uint32_t slot) {
  Packet& packet = packets_[slot];
  const Passage passage = links_.pass_frame(packet);
  if (passage.drop != DropReason::none) {
    drop(slot, passage.drop);
    return {};
  }
  if (passage.held) {
    record(RecordKind::hold, packet);
    held_.push_back({slot, passage.held_by});
    return {.waiting = 1};
  }
  FrameFate fate;
  std::uint32_t& copies = passage.arrival > sim_.now() ? fate.waiting : fate.passing;
  copies = 1;
  if (passage.duplicated) {
    ++copies;
    record(RecordKind::duplicate, packet);
    if (fate.waiting != 0) sim_.schedule(passage.arrival, *this, packets_.copy(slot));
  }
  if (passage.corrupted) flip_bit(packets_[slot], passage.corrupt_word);
  if (fate.waiting != 0) sim_.schedule(passage.arrival, *this, slot);
  return fate;
}

std::uint64_t Wire::open_stream(NodeId from, NodeId to) {
  if (from == to || !exists(to)) return 0;
  Link& link = links_[links_.index(from, to)];
  return hash_combine(link.entity, link.streams++);
}

// The copy is as sent: what damages one copy does not damage the other.
void Wire::duplicate(std::uint32_t slot, Instant arrival) {
  const std::uint32_t copy = packets_.copy(slot);
  if (!packets_[copy].is_segment) record(RecordKind::duplicate, packets_[copy]);
  sim_.schedule(arrival, *this, copy);
}

void Wire::flip_bit(Packet& packet, std::uint64_t word) {
  const std::uint64_t bit = packet.message_at * 8 + scale(word, packet.message().size() * 8);
  packet.bytes[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
  packet.digest = hash_bytes(packet.message());
  packet.kind = packet.is_segment ? static_cast<std::uint8_t>(packet.bytes[0])
                                  : class_of(sim_.node(packet.from.node), packet.from, packet.to,
                                             packet.message());
  record(RecordKind::corrupt, packet, packet.is_segment ? 1 : 0);
}

void Wire::arrive_now(std::uint32_t slot) {
  Packet& packet = packets_[slot];
  if (!packet.is_segment) record(RecordKind::release, packet);
  const Instant earliest = last_released_ + nanoseconds(1);
  last_released_ = std::max(sim_.now(), earliest);
  sim_.schedule(last_released_, *this, slot);
}

void Wire::release_held(std::size_t position) {
  const Held held = held_[position];
  held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(position));
  arrive_now(held.slot);
}

void Wire::drop_held(std::size_t position) {
  const Held held = held_[position];
  held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(position));
  const Packet& packet = packets_[held.slot];
  if (packet.is_frame) segments_->on_frame_lost(packet.header.from);
  drop(held.slot, DropReason::script);
}

void Wire::release_all(FaultId id) {
  std::size_t kept = 0;
  for (Held& held : held_) {
    if (held.by == id) {
      arrive_now(held.slot);
    } else {
      held_[kept++] = held;
    }
  }
  held_.resize(kept);
}

void Wire::release_stale() {
  std::size_t kept = 0;
  for (Held& held : held_) {
    if (links_.still_held(packets_[held.slot], held.by)) {
      held_[kept++] = held;
    } else {
      arrive_now(held.slot);
    }
  }
  held_.resize(kept);
}

void Wire::on_event(std::uint64_t slot_word, std::uint64_t) {
  const auto slot = static_cast<std::uint32_t>(slot_word);
  const Packet& packet = packets_[slot];
  if (packet.is_frame) return segments_->on_packet(slot);
  if (packet.link != Packet::kLoopback && !links_.arrives(packet)) {
    return drop(slot, DropReason::cut);
  }
  const Node& node = sim_.node(packet.to.node);
  const bool is_there = packet.is_segment ? node.powered() : node.up();
  if (!is_there) return drop(slot, DropReason::node_down);
  (packet.is_segment ? segments_ : messages_)->on_packet(slot);
}

}  // namespace windtunnel
