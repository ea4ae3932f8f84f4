#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/rpc/native/session.h>

#include <algorithm>

namespace windtunnel::rpc {

NativeSession::Call& NativeSession::take_slot() {
  const std::uint32_t slot = calls_.acquire();
  slots_ = std::max(slots_, slot + 1);
  Call& call = calls_[slot];
  call.id = {slot, call.id.life + 1};
  static_cast<Books&>(call) = Books();
  call.is_known = true;
  call.head.clear();
  call.trailers.clear();
  return call;
}

NativeSession::Call* NativeSession::find(CallId id) {
  if (id.slot >= slots_) return nullptr;
  Call& call = calls_[id.slot];
  return call.id == id && call.is_known ? &call : nullptr;
}

NativeSession::Call* NativeSession::find(const Frame& frame) {
  if (!is_server()) return find(CallId{frame.slot, frame.life});
  const std::uint32_t slot = frame.slot < by_peer_slot_.size() ? by_peer_slot_[frame.slot] : 0;
  if (slot == 0) return nullptr;
  Call& call = calls_[slot - 1];
  const bool is_same = call.peer_slot == frame.slot && call.peer_life == frame.life;
  return is_same && call.is_known ? &call : nullptr;
}

Result<CallId> NativeSession::start(std::string_view method, const Metadata& metadata,
                                    Instant deadline, Instant now) {
  WT_ASSERT(!is_server(), "a client starts calls");
  now_ = now;
  if (is_closed_ || is_going_away_) return make_error_code(Errc::closed);
  if (calls_.live() >= options_.max_calls) return make_error_code(Errc::overloaded);
  Call& call = take_slot();
  call.deadline = deadline;
  if (deadline <= now) {
    call.reach = Reach::nowhere;
    end(call, StatusCode::deadline_exceeded, "Deadline Exceeded");
    return call.id;
  }
  const std::int64_t left = deadline == kEndOfTime ? 0 : (deadline - now).ns;
  const std::size_t begin = begin_frame(call, Kind::call, static_cast<std::uint64_t>(left));
  Writer(out_).text(method);
  append(metadata);
  end_frame(begin);
  deadlines_.add(call.id.slot, deadline);
  return call.id;
}

void NativeSession::send_head(CallId id, const Metadata& metadata) {
  Call* const call = find(id);
  if (call == nullptr || call->has_ended) return;
  WT_ASSERT(is_server(), "a server sends a head");
  const std::size_t begin = begin_frame(*call, Kind::head, 0);
  append(metadata);
  end_frame(begin);
}

Result<void> NativeSession::send_message(CallId id, BytesView message) {
  WT_ASSERT(message.size() <= UINT32_MAX, "the header of a frame has 32 bits for its size");
  Call* const call = find(id);
  if (call == nullptr || call->has_ended || call->is_half_closed) {
    return make_error_code(Errc::closed);
  }
  const bool is_full = out_.size() - out_begin_ >= options_.send_buffer_bytes;
  if (is_full || call->sent >= options_.call_window_bytes) {
    call->is_writable_wanted = true;
    return make_error_code(Errc::would_block);
  }
  call->sent += message.size() + kMessagePrefixBytes;
  const std::size_t begin = begin_frame(*call, Kind::message, 0);
  Writer(out_).raw(message);
  end_frame(begin);
  return {};
}

void NativeSession::half_close(CallId id) {
  Call* const call = find(id);
  if (call == nullptr || call->has_ended || call->is_half_closed) return;
  call->is_half_closed = true;
  send(*call, Kind::half_close);
}

void NativeSession::finish(CallId id, const Status& status, const Metadata& trailers) {
  WT_ASSERT(is_server(), "a client half-closes");
  Call* const call = find(id);
  if (call == nullptr) return;
  if (!call->has_ended) send_end(*call, status, trailers);
  call->has_ended = true;
  cancel(id);
}

void NativeSession::cancel(CallId id) {
  Call* const call = find(id);
  if (call == nullptr) return;
  if (!call->has_ended && is_server()) {
    send_end(*call, {StatusCode::cancelled, "the server has cancelled the call"}, Metadata());
  } else if (!call->has_ended) {
    send(*call, Kind::cancel);
  }
  const bool is_named = is_server() && call->peer_slot < by_peer_slot_.size() &&
                        by_peer_slot_[call->peer_slot] == id.slot + 1;
  if (is_named) by_peer_slot_[call->peer_slot] = 0;
  call->is_known = false;
  call->is_writable_wanted = false;
  deadlines_.remove(id.slot);
  calls_.release(id.slot);
  if (!is_closed_) close_if_drained();
}

void NativeSession::consume(CallId id, std::uint32_t credit) {
  Call* const call = find(id);
  if (call == nullptr || is_closed_) return;
  WT_ASSERT(call->unconsumed >= credit, "each message is consumed once");
  call->unconsumed -= credit;
  if (!call->has_ended && !call->is_half_closed_by_peer) send(*call, Kind::credit, credit);
}

void NativeSession::end(Call& call, StatusCode code, std::string_view message) {
  if (call.has_ended) return;
  call.has_ended = true;
  call.is_writable_wanted = false;
  call.status.code = code;
  call.status.message = message;
  deadlines_.remove(call.id.slot);
  events_.push(Event::Kind::ended, call.id);
}

std::size_t NativeSession::begin_frame(const Call& call, Kind kind, std::uint64_t word,
                                       std::uint8_t flags) {
  const std::size_t begin = out_.size();
  Writer writer(out_);
  writer.fixed(std::uint32_t{0});
  writer.fixed(is_server() ? call.peer_slot : call.id.slot);
  writer.fixed(is_server() ? call.peer_life : call.id.life);
  writer.fixed(static_cast<std::uint8_t>(kind));
  writer.fixed(flags);
  writer.fixed(std::uint16_t{0});
  writer.fixed(word);
  return begin;
}

void NativeSession::end_frame(std::size_t begin) {
  const std::size_t size = out_.size() - begin - kNativeHeaderBytes;
  for (std::size_t i = 0; i < 4; ++i) out_[begin + i] = static_cast<std::byte>(size >> (8 * i));
  if (is_closed_) out_.resize(begin);
}

void NativeSession::send(const Call& call, Kind kind, std::uint64_t word) {
  end_frame(begin_frame(call, kind, word));
}

void NativeSession::send_end(const Call& call, const Status& status, const Metadata& trailers,
                             std::uint8_t flags) {
  const auto code = static_cast<std::uint64_t>(status.code);
  const std::size_t begin = begin_frame(call, Kind::end, code, flags);
  Writer(out_).text(status.message);
  append(trailers);
  end_frame(begin);
}

void NativeSession::append(const Metadata& metadata) {
  Writer writer(out_);
  for (std::size_t i = 0; i < metadata.size(); ++i) {
    const Metadata::Entry entry = metadata[i];
    if (!may_travel(entry)) continue;
    writer.text(entry.name);
    writer.text(entry.value);
  }
}

SessionMaker native_sessions(const SessionOptions& options) {
  return [options](Side side, Instant now) -> std::unique_ptr<Session> {
    return std::make_unique<NativeSession>(side, options, now);
  };
}

}  // namespace windtunnel::rpc
