#include <windtunnel/sim/net/message_layer.h>

namespace windtunnel {

Result<MessageLayer::Bound> MessageLayer::bind(Node& node, Port port, MessageSink& sink) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(sockets_.size()));
    sockets_.emplace_back();
  }
  const std::uint32_t slot = free_.back();
  const Result<Port> claimed = ports_.claim(node.id(), port, PortTable::Use::messages, slot);
  if (!claimed) return claimed.error();
  free_.pop_back();
  Socket& socket = sockets_[slot];
  socket.node = &node;
  socket.sink = &sink;
  socket.port = *claimed;
  return Bound{{slot, socket.generation}, *claimed};
}

void MessageLayer::close(std::uint32_t slot) {
  Socket& socket = sockets_[slot];
  socket.node = nullptr;
  socket.sink = nullptr;
  ++socket.generation;
  free_.push_back(slot);
}

void MessageLayer::unbind(SocketId id) {
  const Socket& socket = sockets_[id.slot];
  WT_ASSERT(socket.generation == id.generation, "a socket is closed once");
  ports_.release(socket.node->id(), socket.port);
  close(id.slot);
}

void MessageLayer::sever(NodeId node) {
  for (std::uint32_t slot = 0; slot < sockets_.size(); ++slot) {
    if (sockets_[slot].node != nullptr && sockets_[slot].node->id() == node) close(slot);
  }
}

void MessageLayer::send(SocketId id, const Endpoint& to, BytesView message) {
  const Socket& socket = sockets_[id.slot];
  WT_ASSERT(socket.generation == id.generation, "a message is sent from an open socket");
  const std::uint32_t slot = packets_.acquire(message);
  Packet& packet = packets_[slot];
  packet.from = {socket.node->id(), socket.port};
  packet.to = to;
  packet.is_segment = packet.is_frame = false;
  packet.message_at = 0;
  packet.kind = class_of(*socket.node, packet.from, to, message);
  packet.incarnation = socket.node->incarnation();
  packet.number = wire_.number_message();
  packet.digest = hash_bytes(message);
  Record record;
  record.kind = RecordKind::send;
  record.node = packet.from.node;
  record.incarnation = packet.incarnation;
  record.a = packet.number;
  record.b = endpoint_word(to);
  record.c = packet.size_and_kind();
  record.d = packet.digest;
  packet.record = sim_.record(record);
  if (sim_.trace().level() == TraceLevel::full) sim_.trace().attach_bytes(packet.record, message);
  wire_.transmit(slot);
}

void MessageLayer::drop(std::uint32_t slot, DropReason reason) {
  wire_.record_drop(packets_[slot], reason);
  packets_.release(slot);
}

void MessageLayer::on_packet(std::uint32_t slot) {
  const Packet& packet = packets_[slot];
  const PortTable::Entry* entry = ports_.find(packet.to.node, packet.to.port);
  if (entry == nullptr || entry->use != PortTable::Use::messages) {
    return drop(slot, DropReason::no_listener);
  }
  const Socket& socket = sockets_[entry->slot];
  const std::uint64_t id = std::uint64_t{socket.generation} << 32 | entry->slot;
  // What waits for a core goes on from the send, not from the event that carried it.
  sim_.set_cause(packet.record);
  if (!socket.node->accept_input(*this, slot, id, packet.bytes.size())) {
    drop(slot, DropReason::queue_full);
  }
}

void MessageLayer::on_input(std::uint64_t slot_word, std::uint64_t id) {
  const auto slot = static_cast<std::uint32_t>(slot_word);
  const Packet& packet = packets_[slot];
  const Socket& socket = sockets_[static_cast<std::uint32_t>(id)];
  if (socket.generation != static_cast<std::uint32_t>(id >> 32)) {
    return drop(slot, DropReason::no_listener);
  }
  Record record;
  record.kind = RecordKind::deliver;
  record.node = packet.to.node;
  record.incarnation = socket.node->incarnation();
  record.cause = packet.record;
  record.a = packet.number;
  record.b = endpoint_word(packet.from);
  record.c = packet.size_and_kind();
  record.d = packet.digest;
  sim_.set_cause(sim_.record(record));
  socket.sink->on_message(packet.from, packet.bytes);
  packets_.release(slot);
}

void MessageLayer::on_input_dropped(std::uint64_t slot, std::uint64_t) noexcept {
  drop(static_cast<std::uint32_t>(slot), DropReason::node_down);
}

}  // namespace windtunnel
