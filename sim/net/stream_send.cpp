#include <windtunnel/sim/net/stream_layer.h>

#include <algorithm>

namespace windtunnel {

void StreamLayer::send(StreamEnd& end, const Outgoing& segment) {
  const std::uint32_t slot = packets_.acquire(segment.bytes);
  Packet& packet = packets_[slot];
  packet.from = end.local;
  packet.to = end.remote;
  packet.is_segment = true;
  packet.is_frame = false;
  packet.message_at = 0;
  packet.incarnation = end.node->incarnation();
  packet.number = end.number;
  packet.digest = 0;
  packet.record = segment.record;
  packet.entity = end.entity;
  const auto kind = static_cast<std::uint64_t>(segment.kind);
  packet.ordinal = hash_combine(segment.sequence << 3 | kind, segment.attempt);
  end.advertised_end = end.received() + options_.receive_window - end.incoming.size();
  packet.header = {.kind = segment.kind,
                   .from = end.id,
                   .to = end.peer,
                   .sequence = segment.sequence,
                   .acknowledged = end.expected,
                   .window_end = end.advertised_end};
  wire_.transmit(slot);
}

void StreamLayer::send_acknowledgement(StreamEnd& end) {
  send(end, {.kind = Kind::ack, .record = sim_.cause(), .attempt = end.acknowledgements++});
}

// A kernel's answer to a segment for an end that it does not know.
void StreamLayer::answer_with_reset(const Packet& packet) {
  const std::uint32_t slot = packets_.acquire({});
  Packet& answer = packets_[slot];
  answer.from = packet.to;
  answer.to = packet.from;
  answer.is_segment = true;
  answer.is_frame = false;
  answer.message_at = 0;
  answer.incarnation = sim_.node(packet.to.node).incarnation();
  answer.number = packet.number;
  answer.digest = 0;
  answer.record = packet.record;
  answer.entity = hash_combine(packet.entity, 3);
  answer.ordinal = packet.ordinal;
  answer.header = {.kind = Kind::reset, .from = packet.header.to, .to = packet.header.from};
  wire_.transmit(slot);
}

Result<std::size_t> StreamLayer::write(StreamId id, BytesView bytes) {
  StreamEnd& writer = end(id);
  if (writer.error != Errc::ok) return make_error_code(writer.error);
  if (writer.end_queued) return make_error_code(Errc::closed);
  if (bytes.empty()) return std::size_t{0};
  if (!writable(id)) return make_error_code(Errc::would_block);
  const std::size_t room = options_.send_buffer - writer.outgoing.size();
  const BytesView taken = bytes.first(std::min(room, bytes.size()));
  const std::uint64_t digest = hash_bytes(taken);
  const std::uint64_t number = record(RecordKind::stream_send, writer, 0, 0, taken.size(), digest);
  sim_.trace().attach_bytes(number, taken);
  take(writer, taken, number);
  pump(writer);
  return taken.size();
}

void StreamLayer::append(StreamEnd& end, BytesView bytes, std::uint64_t record) {
  if (bytes.empty()) return;
  end.outgoing.append(bytes);
  end.written += bytes.size();
  end.sources.add(end.written, record);
}

bool StreamLayer::writable(StreamId id) {
  const StreamEnd& writer = end(id);
  if (writer.error != Errc::ok || writer.end_queued) return true;
  return writer.state == State::open && writer.outgoing.size() < options_.send_buffer;
}

void StreamLayer::shutdown_write(StreamId id) {
  StreamEnd& writer = end(id);
  if (writer.error != Errc::ok || writer.end_queued) return;
  writer.end_queued = true;
  writer.end_record = record(RecordKind::stream_end, writer, 1, 0);
  // A frame that was to wait until it is whole never will be.
  append(writer, BytesView(writer.frames.head).subspan(writer.frames.head_sent), writer.end_record);
  writer.frames.head.clear();
  pump(writer);
}

void StreamLayer::pump(StreamEnd& end) {
  if (end.state != State::open) return;
  const std::uint64_t limit = std::min(end.window_end, end.acknowledged + end.congestion_window);
  while (end.sent < end.written && end.sent < limit) {
    const std::uint64_t count =
        std::min({std::uint64_t{options_.segment_bytes}, end.written - end.sent, limit - end.sent});
    const std::uint64_t sequence = end.sent;
    end.sent += count;
    if (end.timed_sequence == 0) {
      end.timed_sequence = end.sent;
      end.timed_at = sim_.now();
    }
    send(end, {.kind = Kind::data,
               .sequence = sequence,
               .bytes = end.outgoing.view(sequence - end.acknowledged, count),
               .record = end.sources.record_before(end.sent)});
  }
  if (end.end_queued && end.sent == end.written && end.frames.kept_back == 0) {
    ++end.sent;
    send(end, {.kind = Kind::end, .sequence = end.written, .record = end.end_record});
  }
  const bool waits = end.sent > end.acknowledged || end.sent < end.written;
  if (waits && end.deadline == kEndOfTime) {
    const Instant now = sim_.now();
    if (end.backoff == 0) end.silent_since = now;
    const Duration wait = end.timeout * (std::int64_t{1} << std::min(end.backoff, 16U));
    set_timer(end, now + std::min(wait, options_.greatest_timeout));
  }
}

// Sends what is unacknowledged first again.
void StreamLayer::retransmit(StreamEnd& end) {
  ++end.attempt;
  end.timed_sequence = 0;
  const std::uint64_t sequence = end.acknowledged;
  const bool is_end = sequence == end.written;
  const std::uint64_t count = is_end ? 0
                                     : std::min({std::uint64_t{options_.segment_bytes},
                                                 end.written - sequence, end.sent - sequence});
  const std::uint64_t source =
      is_end ? end.end_record : end.sources.record_before(sequence + count);
  record(RecordKind::stream_retransmit, end, 0, source, count, end.attempt);
  send(end, {.kind = is_end ? Kind::end : Kind::data,
             .sequence = sequence,
             .bytes = end.outgoing.view(0, count),
             .record = source,
             .attempt = end.attempt});
}

void StreamLayer::on_timeout(StreamEnd& end) {
  if (sim_.now() - end.silent_since >= options_.give_up) {
    const auto why = static_cast<std::uint16_t>(Errc::timed_out);
    const std::uint64_t number = record(RecordKind::stream_reset, end, why, end.opening);
    return fail(end, Errc::timed_out, number);
  }
  ++end.backoff;
  if (end.sent > end.acknowledged) {
    end.recover_until = end.sent;
    const std::uint64_t segment = options_.segment_bytes;
    end.slow_start_until = std::max(end.congestion_window / 2, 2 * segment);
    end.congestion_window = segment;
    retransmit(end);
  } else {
    // The peer's window is closed. It may have opened and the news been lost.
    send(end, {.kind = Kind::probe, .sequence = end.sent, .attempt = end.backoff});
  }
  pump(end);
}

void StreamLayer::on_acknowledgement(StreamEnd& end, const SegmentHeader& header) {
  end.silent_since = sim_.now();
  end.window_end = std::max(end.window_end, header.window_end);
  if (header.acknowledged > end.acknowledged && header.acknowledged <= end.sent) {
    take_acknowledged(end, header.acknowledged);
  }
  pump(end);
}

void StreamLayer::take_acknowledged(StreamEnd& end, std::uint64_t acknowledged) {
  const std::uint64_t bytes = std::min(acknowledged, end.written) - end.acknowledged;
  const bool was_full = end.outgoing.size() >= options_.send_buffer;
  end.outgoing.pop(bytes);
  end.sources.forget_before(acknowledged);
  end.acknowledged = acknowledged;
  end.attempt = 0;
  end.backoff = 0;
  stop_timer(end);
  if (end.timed_sequence != 0 && acknowledged >= end.timed_sequence) {
    end.timed_sequence = 0;
    const Duration sample = sim_.now() - end.timed_at;
    measure(end, sample);
  }
  const std::uint64_t segment = options_.segment_bytes;
  end.congestion_window += end.congestion_window < end.slow_start_until
                               ? bytes
                               : segment * segment / end.congestion_window;
  end.congestion_window = std::min<std::uint64_t>(end.congestion_window, options_.send_buffer);
  // More was lost with what the timeout found: go on without waiting for a timeout each.
  if (acknowledged < end.recover_until && acknowledged < end.sent) retransmit(end);
  if (was_full && bytes != 0 && end.user != nullptr) end.user->on_writable(sim_.cause());
}

// Jacobson and Karels, as in RFC 6298.
void StreamLayer::measure(StreamEnd& end, Duration sample) {
  if (end.round_trip.ns == 0) {
    end.round_trip = sample;
    end.round_trip_deviation = sample / 2;
  } else {
    const Duration error = sample - end.round_trip;
    const Duration size = error.ns < 0 ? -error : error;
    end.round_trip_deviation = (end.round_trip_deviation * 3 + size) / 4;
    end.round_trip = end.round_trip + error / 8;
  }
  const Duration wanted = end.round_trip + end.round_trip_deviation * 4;
  end.timeout = std::clamp(wanted, options_.least_timeout, options_.greatest_timeout);
}

}  // namespace windtunnel
