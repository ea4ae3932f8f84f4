#include <windtunnel/sim/net/stream_layer.h>

#include <algorithm>

namespace windtunnel {

Result<StreamLayer::Listening> StreamLayer::listen(Node& node, Port port, ListenerUser& user) {
  if (free_listeners_.empty()) {
    free_listeners_.push_back(static_cast<std::uint32_t>(listeners_.size()));
    listeners_.emplace_back();
  }
  const std::uint32_t slot = free_listeners_.back();
  const Result<Port> claimed = ports_.claim(node.id(), port, PortTable::Use::listener, slot);
  if (!claimed) return claimed.error();
  free_listeners_.pop_back();
  ListenerState& listener = listeners_[slot];
  listener.node = &node;
  listener.user = &user;
  listener.port = *claimed;
  return Listening{{slot, listener.generation}, *claimed};
}

void StreamLayer::close_listener(ListenerId id) {
  ListenerState& listener = listeners_[id.slot];
  WT_ASSERT(listener.generation == id.generation, "a listener is closed once");
  const NodeId node = listener.node->id();
  ports_.release(node, listener.port);
  // Nobody will accept these any more.
  std::vector<StreamId> waiting;
  if (node.value < by_node_.size()) {
    for (const std::uint32_t slot : by_node_[node.value]) {
      if (ends_[slot].listener == id.slot) waiting.push_back(ends_[slot].id);
    }
  }
  for (const StreamId stream : waiting) {
    StreamEnd& refused = end(stream);
    if (refused.state != State::failed) abort(refused);
    remove(refused);
  }
  forget_listener(listener, id.slot);
}

Result<StreamId> StreamLayer::accept(ListenerId id) {
  ListenerState& listener = listeners_[id.slot];
  if (listener.queue.empty()) return make_error_code(Errc::would_block);
  const StreamId accepted = listener.queue.front();
  listener.queue.pop_front();
  --listener.waiting;
  end(accepted).listener = StreamEnd::kNoListener;
  return accepted;
}

Result<StreamId> StreamLayer::connect(Node& node, const Endpoint& to, StreamUser& user) {
  const bool leads_there =
      to.node == node.id() || (wire_.exists(to.node) && sim_.node(to.node).has_listener());
  if (!leads_there) return make_error_code(Errc::unreachable);
  const Result<Port> port = ports_.ephemeral(node.id());
  if (!port) return port.error();
  StreamEnd& opening = create(node);
  opening.state = State::syn_sent;
  opening.number = next_number_++;
  opening.entity = hash_combine(wire_.open_stream(node.id(), to.node), 1);
  opening.local = {node.id(), *port};
  opening.remote = to;
  opening.user = &user;
  opening.timeout = options_.connect_retry;
  opening.opening = record(RecordKind::stream_connect, opening, 0, 0);
  send(opening, {.kind = Kind::syn, .record = opening.opening});
  set_timer(opening, sim_.now() + std::min(opening.timeout, options_.connect_timeout));
  return opening.id;
}

void StreamLayer::retry_opening(StreamEnd& end) {
  const Instant last = end.opened_at + options_.connect_timeout;
  const Instant now = sim_.now();
  if (now >= last) {
    if (end.state == State::syn_received) return remove(end);
    const auto why = static_cast<std::uint16_t>(Errc::unreachable);
    const std::uint64_t number = record(RecordKind::stream_refused, end, why, end.opening);
    return fail(end, Errc::unreachable, number);
  }
  ++end.attempt;
  end.timeout = end.timeout * 2;
  const Kind kind = end.state == State::syn_sent ? Kind::syn : Kind::syn_ack;
  send(end, {.kind = kind, .record = end.opening, .attempt = end.attempt});
  set_timer(end, std::min(last, now + end.timeout));
}

void StreamLayer::on_syn(std::uint32_t slot) {
  const Packet& packet = packets_[slot];
  const PortTable::Entry* entry = ports_.find(packet.to.node, packet.to.port);
  StreamEnd* client = find(packet.header.from);
  const bool listens = entry != nullptr && entry->use == PortTable::Use::listener;
  if (!listens) {
    answer_with_reset(packet);
  } else if (client != nullptr && client->state == State::syn_sent) {
    // What the connecting end knows is looked up here instead of being searched by its address.
    StreamEnd* answering = find(client->peer);
    ListenerState& listener = listeners_[entry->slot];
    if (answering != nullptr && answering->state == State::syn_received) {
      ++answering->attempt;
      send(*answering,
           {.kind = Kind::syn_ack, .record = answering->opening, .attempt = answering->attempt});
    } else if (answering == nullptr && listener.waiting >= options_.accept_limit) {
      answer_with_reset(packet);
    } else if (answering == nullptr) {
      StreamEnd& created = create(*listener.node);
      created.state = State::syn_received;
      created.number = packet.number;
      created.entity = hash_combine(client->entity, 2);
      created.opening = packet.record;
      created.local = packet.to;
      created.remote = packet.from;
      created.peer = client->id;
      created.listener = entry->slot;
      created.window_end = packet.header.window_end;
      created.timeout = options_.connect_retry;
      ++listener.waiting;
      client->peer = created.id;
      send(created, {.kind = Kind::syn_ack, .record = created.opening});
      set_timer(created, sim_.now() + created.timeout);
    }
  }
  packets_.release(slot);
}

void StreamLayer::on_syn_ack(StreamEnd& end, const Packet& packet) {
  if (end.state == State::syn_sent) {
    end.peer = packet.header.from;
    end.window_end = packet.header.window_end;
    establish(end);
    send_acknowledgement(end);
    return end.user->on_connected(Errc::ok, sim_.cause());
  }
  if (end.peer == packet.header.from) return send_acknowledgement(end);
  answer_with_reset(packet);
}

void StreamLayer::establish(StreamEnd& end) {
  const bool measured = end.attempt == 0;
  end.state = State::open;
  end.attempt = 0;
  end.timeout = options_.least_timeout;
  stop_timer(end);
  const Instant now = sim_.now();
  if (measured) measure(end, now - end.opened_at);
  end.silent_since = now;
  const std::uint64_t number = record(RecordKind::stream_open, end, 0, end.opening);
  sim_.set_cause(number);
  if (end.listener == StreamEnd::kNoListener) return;
  ListenerState& listener = listeners_[end.listener];
  listener.queue.push_back(end.id);
  listener.user->on_acceptable(number);
}

}  // namespace windtunnel
