#include <windtunnel/sim/net/stream_layer.h>

#include <algorithm>
#include <utility>

namespace windtunnel {

StreamEnd& StreamLayer::create(Node& node) {
  const std::uint32_t slot = ends_.acquire();
  StreamEnd& end = ends_[slot];
  const std::uint32_t generation = end.id.generation;
  end = StreamEnd{};
  end.id = {slot, generation};
  end.node = &node;
  end.timeout = options_.least_timeout;
  end.congestion_window = std::uint64_t{10} * options_.segment_bytes;
  end.opened_at = sim_.now();
  end.silent_since = end.opened_at;
  const std::size_t index = node.id().value;
  if (by_node_.size() <= index) by_node_.resize(index + 1);
  end.place = static_cast<std::uint32_t>(by_node_[index].size());
  by_node_[index].push_back(slot);
  return end;
}

void StreamLayer::give_back(StreamEnd& end) {
  for (const std::uint32_t slot : end.early) packets_.release(slot);
  end.early.clear();
  end.incoming = {};
  end.outgoing = {};
  end.frames.head = {};
  end.deadline = kEndOfTime;
  if (end.timer_at != kEndOfTime) sim_.cancel(end.timer);
  end.timer_at = kEndOfTime;
}

void StreamLayer::remove(StreamEnd& end) {
  give_back(end);
  std::vector<std::uint32_t>& siblings = by_node_[end.node->id().value];
  siblings[end.place] = siblings.back();
  ends_[siblings[end.place]].place = end.place;
  siblings.pop_back();
  if (end.listener != StreamEnd::kNoListener) --listeners_[end.listener].waiting;
  end.state = State::free;
  ++end.id.generation;
  ends_.release(end.id.slot);
}

StreamEnd* StreamLayer::find(StreamId id) {
  if (id.slot == UINT32_MAX) return nullptr;
  StreamEnd& found = ends_[id.slot];
  return found.state != State::free && found.id == id ? &found : nullptr;
}

StreamEnd& StreamLayer::end(StreamId id) {
  StreamEnd* found = find(id);
  WT_ASSERT(found != nullptr, "a stream handle names an end");
  return *found;
}

std::uint64_t StreamLayer::record(RecordKind kind, const StreamEnd& end, std::uint16_t aux,
                                  std::uint64_t cause, std::uint64_t c, std::uint64_t d) {
  Record record;
  record.kind = kind;
  record.aux = aux;
  record.node = end.local.node;
  record.incarnation = end.node->incarnation();
  record.cause = cause;
  record.a = end.number;
  record.b = endpoint_word(end.remote);
  record.c = c;
  record.d = d;
  return sim_.record(record);
}

void StreamLayer::fail(StreamEnd& end, Errc error, std::uint64_t cause) {
  const bool connecting = end.state == State::syn_sent;
  end.state = State::failed;
  end.error = error;
  give_back(end);
  if (end.orphaned()) return remove(end);
  if (end.user == nullptr) return;
  if (connecting) end.user->on_connected(error, cause);
  end.user->on_readable(cause);
  end.user->on_writable(cause);
}

// Takes an end that nobody holds towards its removal.
void StreamLayer::settle(StreamEnd& end) {
  if (!end.orphaned() || !end.end_acknowledged()) return;
  if (end.peer_ended) {
    end.state = State::lingering;
    set_timer(end, sim_.now() + options_.linger);
  } else if (end.deadline == kEndOfTime) {
    // The peer may take its time to end its direction, but not for ever.
    set_timer(end, sim_.now() + options_.give_up);
  }
}

void StreamLayer::close(StreamId id) {
  StreamEnd& closing = end(id);
  if (closing.state == State::failed || closing.state == State::syn_sent) return remove(closing);
  if (!closing.incoming.empty()) {
    abort(closing);
    return remove(closing);
  }
  shutdown_write(id);
  closing.user = nullptr;
  settle(closing);
}

void StreamLayer::reset(StreamId id) {
  StreamEnd& resetting = end(id);
  if (resetting.state != State::failed) fail(resetting, Errc::reset, abort(resetting));
}

std::uint64_t StreamLayer::abort(StreamEnd& end) {
  const std::uint64_t number = record(RecordKind::stream_reset, end, 0, 0);
  if (end.state != State::syn_sent) {
    send(end, {.kind = Kind::reset, .sequence = end.sent, .record = number});
  }
  return number;
}

void StreamLayer::sever(NodeId node, bool power_loss) {
  if (node.value < by_node_.size()) {
    const std::vector<std::uint32_t> slots = by_node_[node.value];
    for (const std::uint32_t slot : slots) {
      StreamEnd& end = ends_[slot];
      if (power_loss) {
        remove(end);
      } else if (end.listener != StreamEnd::kNoListener) {
        // Its listener goes before it was accepted.
        if (end.state != State::failed) abort(end);
        remove(end);
      } else if (!end.orphaned()) {
        close(end.id);
      }
    }
  }
  for (std::uint32_t slot = 0; slot < listeners_.size(); ++slot) {
    ListenerState& listener = listeners_[slot];
    if (listener.node != nullptr && listener.node->id() == node) forget_listener(listener, slot);
  }
}

void StreamLayer::forget_listener(ListenerState& listener, std::uint32_t slot) {
  listener.node = nullptr;
  listener.user = nullptr;
  listener.queue.clear();
  ++listener.generation;
  free_listeners_.push_back(slot);
}

void StreamLayer::set_timer(StreamEnd& end, Instant at) {
  end.deadline = at;
  if (end.timer_at <= at) return;
  if (end.timer_at != kEndOfTime) sim_.cancel(end.timer);
  end.timer = sim_.schedule(at, *this, end.id.slot, end.id.generation);
  end.timer_at = at;
}

void StreamLayer::on_event(std::uint64_t slot, std::uint64_t generation) {
  StreamEnd& timed = ends_[static_cast<std::uint32_t>(slot)];
  WT_ASSERT(timed.id.generation == generation, "a removed end has no timer");
  timed.timer_at = kEndOfTime;
  const Instant deadline = timed.deadline;
  if (deadline == kEndOfTime) return;
  if (deadline > sim_.now()) return set_timer(timed, deadline);
  timed.deadline = kEndOfTime;
  on_timer(timed);
}

void StreamLayer::on_timer(StreamEnd& end) {
  switch (end.state) {
    case State::syn_sent:
    case State::syn_received: return retry_opening(end);
    case State::open:
      if (end.orphaned() && end.end_acknowledged()) return remove(end);
      return on_timeout(end);
    case State::lingering: return remove(end);
    case State::failed:
    case State::free: return;
  }
}

void StreamLayer::on_packet(std::uint32_t slot) {
  const Packet& packet = packets_[slot];
  if (packet.is_frame) return on_frame(slot);
  if (packet.header.kind == Kind::syn) return on_syn(slot);
  StreamEnd* target = find(packet.header.to);
  if (target != nullptr && target->state != State::failed) return on_segment(*target, slot);
  if (packet.header.kind != Kind::reset) answer_with_reset(packet);
  packets_.release(slot);
}

}  // namespace windtunnel
