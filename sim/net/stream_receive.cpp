#include <windtunnel/sim/net/stream_layer.h>

#include <algorithm>
#include <cstring>

namespace windtunnel {

void StreamLayer::on_segment(StreamEnd& end, std::uint32_t slot) {
  const Packet& packet = packets_[slot];
  const StreamId id = end.id;
  sim_.set_cause(packet.record);
  switch (packet.header.kind) {
    case Kind::syn: break;
    case Kind::syn_ack: on_syn_ack(end, packet); break;
    case Kind::reset: on_reset(end, packet); break;
    case Kind::data:
    case Kind::end:
    case Kind::ack:
    case Kind::probe:
      if (end.state == State::syn_sent) break;
      if (end.state == State::syn_received) establish(end);
      if (end.state == State::open) on_acknowledgement(end, packet.header);
      if (packet.header.kind == Kind::data || packet.header.kind == Kind::end) {
        on_bytes(end, slot);
        slot = UINT32_MAX;
      } else if (packet.header.kind == Kind::probe) {
        send_acknowledgement(end);
      }
      break;
  }
  if (slot != UINT32_MAX) packets_.release(slot);
  if (StreamEnd* left = find(id); left != nullptr && left->state == State::open) settle(*left);
}

void StreamLayer::on_reset(StreamEnd& end, const Packet& packet) {
  if (end.state == State::lingering || end.state == State::syn_received) return remove(end);
  const bool refused = end.state == State::syn_sent;
  const Errc error = refused ? Errc::refused : Errc::reset;
  const RecordKind kind = refused ? RecordKind::stream_refused : RecordKind::stream_reset;
  const std::uint64_t number = record(kind, end, static_cast<std::uint16_t>(error), packet.record);
  fail(end, error, number);
}

void StreamLayer::on_bytes(StreamEnd& end, std::uint32_t slot) {
  const Packet& packet = packets_[slot];
  const bool is_end = packet.header.kind == Kind::end;
  const std::uint64_t last = packet.header.sequence + packet.bytes.size() + (is_end ? 1 : 0);
  if (end.orphaned() && !is_end && last > end.expected) {
    // Nobody will read it.
    answer_with_reset(packet);
    packets_.release(slot);
    return remove(end);
  }
  if (packet.header.sequence > end.expected) {
    keep_early(end, slot);
    return send_acknowledgement(end);
  }
  const bool news = last > end.expected;
  take_in(end, packet);
  packets_.release(slot);
  while (!end.early.empty() && packets_[end.early.front()].header.sequence <= end.expected) {
    const std::uint32_t next = end.early.front();
    end.early.erase(end.early.begin());
    take_in(end, packets_[next]);
    packets_.release(next);
  }
  send_acknowledgement(end);
  if (news && end.user != nullptr) end.user->on_readable(sim_.cause());
}

// Appends what of the packet is new; the packet starts at or before what is expected.
void StreamLayer::take_in(StreamEnd& end, const Packet& packet) {
  const std::uint64_t known = end.expected - packet.header.sequence;
  if (packet.header.kind == Kind::end) {
    if (known != 0) return;
    end.peer_ended = true;
    end.peer_end_record = packet.record;
    ++end.expected;
    return;
  }
  if (known >= packet.bytes.size()) return;
  end.incoming.append(BytesView(packet.bytes).subspan(known));
  end.expected += packet.bytes.size() - known;
  end.origins.add(end.expected, packet.record);
}

void StreamLayer::keep_early(StreamEnd& end, std::uint32_t slot) {
  const std::uint64_t sequence = packets_[slot].header.sequence;
  const auto at = std::lower_bound(end.early.begin(), end.early.end(), sequence,
                                   [this](std::uint32_t kept, std::uint64_t wanted) {
                                     return packets_[kept].header.sequence < wanted;
                                   });
  // A second copy need not be kept, unless it is longer: then the rest is sent again.
  if (at != end.early.end() && packets_[*at].header.sequence == sequence) {
    packets_.release(slot);
    return;
  }
  end.early.insert(at, slot);
}

bool StreamLayer::readable(StreamId id) {
  const StreamEnd& reader = end(id);
  return reader.error != Errc::ok || !reader.incoming.empty() || reader.peer_ended;
}

Result<std::size_t> StreamLayer::read(StreamId id, MutableBytesView into) {
  WT_ASSERT(!into.empty(), "a read asks for at least one byte");
  StreamEnd& reader = end(id);
  if (reader.error != Errc::ok) return make_error_code(reader.error);
  if (reader.incoming.empty()) {
    if (!reader.peer_ended) return make_error_code(Errc::would_block);
    if (!reader.end_was_read) {
      reader.end_was_read = true;
      sim_.set_cause(record(RecordKind::stream_end, reader, 0, reader.peer_end_record));
    }
    return std::size_t{0};
  }
  const std::size_t count = std::min(into.size(), reader.incoming.size());
  std::memcpy(into.data(), reader.incoming.view(0, count).data(), count);
  reader.incoming.pop(count);
  const std::uint64_t position = reader.read_position();
  const std::uint64_t source = reader.origins.record_before(position);
  reader.origins.forget_before(position);
  sim_.set_cause(record(RecordKind::stream_receive, reader, 0, source, count));
  // Tell the peer when its window opens by a good part, not for every byte.
  const std::uint64_t window_end = position + options_.receive_window;
  if (!reader.peer_ended && window_end - reader.advertised_end >= options_.receive_window / 4) {
    send_acknowledgement(reader);
  }
  return count;
}

}  // namespace windtunnel
