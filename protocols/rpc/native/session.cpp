#include <windtunnel/protocols/rpc/native/session.h>

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/rpc/timeout.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace windtunnel::rpc {
namespace {

constexpr std::uint8_t kUnseen = 1;    // of an end
constexpr std::size_t kHeadRoom = 64;  // of a payload that is no message, beside its metadata

// The rest of a payload.
bool decode(Reader& reader, Metadata& metadata) {
  metadata.clear();
  while (reader.ok() && reader.remaining() > 0) {
    const std::string_view name = reader.text();
    const std::string_view value = reader.text();
    metadata.add(name, value);
  }
  return reader.ok();
}

}  // namespace

NativeSession::NativeSession(Side side, const SessionOptions& options, Instant now)
    : side_(side), options_(options), now_(now) {}

NativeSession::Frame NativeSession::header_of(BytesView bytes) {
  Reader reader(bytes);
  Frame frame;
  frame.size = reader.fixed<std::uint32_t>();
  frame.slot = reader.fixed<std::uint32_t>();
  frame.life = reader.fixed<std::uint32_t>();
  frame.kind = static_cast<Kind>(reader.fixed<std::uint8_t>());
  frame.flags = reader.fixed<std::uint8_t>();
  (void)reader.fixed<std::uint16_t>();
  frame.word = reader.fixed<std::uint64_t>();
  return frame;
}

// Frames that are whole in `bytes` are read where they stand.
void NativeSession::feed(BytesView bytes, Instant now) {
  now_ = now;
  while (!is_closed_ && !bytes.empty()) {
    BytesView from = bytes;
    if (!in_.empty()) {
      // First the header, then the rest of the frame.
      const bool has_header = in_.size() >= kNativeHeaderBytes;
      const std::size_t whole =
          kNativeHeaderBytes + (has_header ? Reader(in_).fixed<std::uint32_t>() : 0);
      const BytesView part = bytes.first(std::min(bytes.size(), whole - in_.size()));
      in_.insert(in_.end(), part.begin(), part.end());
      bytes = bytes.subspan(part.size());
      from = in_;
    }
    if (from.size() < kNativeHeaderBytes) {
      if (in_.empty()) {
        in_.assign(from.begin(), from.end());
        bytes = {};
      }
      continue;
    }
    const Frame frame = header_of(from);
    const std::size_t most = frame.kind == Kind::message ? options_.max_message_bytes
                                                         : options_.max_metadata_bytes + kHeadRoom;
    if (frame.size > most) return close("a frame is larger than the limit");
    const std::size_t whole = kNativeHeaderBytes + frame.size;
    if (from.size() < whole) {
      if (in_.empty()) {
        in_.assign(from.begin(), from.end());
        bytes = {};
      }
      continue;
    }
    const bool is_good = on_frame(frame, from.subspan(kNativeHeaderBytes, frame.size));
    if (in_.empty()) {
      bytes = bytes.subspan(whole);
    } else {
      in_.clear();
    }
    if (!is_good) return close("the peer has broken the protocol");
  }
  if (out_.size() - out_begin_ > kMostOutput) close("the peer does not read");
  close_if_drained();
}

void NativeSession::disconnected(std::string_view why, Instant now) {
  now_ = now;
  close(why);
}

void NativeSession::on_time(Instant now) {
  now_ = now;
  while (!is_closed_ && deadlines_.first() <= now) {
    Call& call = calls_[deadlines_.first_slot()];
    const Status late{StatusCode::deadline_exceeded, "Deadline Exceeded"};
    is_server() ? send_end(call, late, Metadata()) : send(call, Kind::cancel);
    end(call, late.code, late.message);
  }
}

BytesView NativeSession::output(Instant now) {
  now_ = now;
  return BytesView(out_).subspan(out_begin_);
}

void NativeSession::written(std::size_t count) {
  WT_ASSERT(count <= out_.size() - out_begin_, "only what was shown is written");
  out_begin_ += count;
  if (out_begin_ == out_.size()) {
    out_.clear();
    out_begin_ = 0;
  }
  if (out_.size() - out_begin_ <= options_.send_buffer_bytes / 2) wake_writers();
}

bool NativeSession::next(Event& event) {
  if (taken_.kind == Event::Kind::message) events_.recycle(std::move(taken_.message));
  if (taken_.kind == Event::Kind::ended) cancel(taken_.call);
  taken_ = {};
  while (!events_.empty()) {
    EventQueue::Entry entry = events_.pop();
    Call* const call = find(entry.call);
    const bool is_of_call = entry.call != CallId();
    if (is_of_call && call == nullptr) {
      events_.recycle(std::move(entry.message));
      continue;
    }
    taken_ = std::move(entry);
    event = {};
    event.kind = taken_.kind;
    event.call = taken_.call;
    event.credit = taken_.credit;
    event.message = &taken_.message;
    event.status = is_of_call ? &call->status : &reason_;
    if (!is_of_call) return true;
    event.method = call->method;
    event.deadline = call->deadline;
    event.metadata = taken_.kind == Event::Kind::ended ? &call->trailers : &call->head;
    event.reach = call->reach;
    return true;
  }
  return false;
}

void NativeSession::close(std::string_view why) {
  if (is_closed_) return;
  is_closed_ = true;
  const std::string text(why);
  for (std::uint32_t slot = 0; slot < slots_; ++slot) {
    Call& call = calls_[slot];
    if (!call.is_known) continue;
    end(call, is_server() ? StatusCode::cancelled : StatusCode::unavailable, text);
  }
  reason_ = {StatusCode::unavailable, text};
  events_.push(Event::Kind::closed, CallId());
  out_.clear();
  out_begin_ = 0;
}

void NativeSession::drain(Instant now) {
  now_ = now;
  if (is_closed_ || is_going_away_ || !is_server()) return;
  is_going_away_ = true;
  send(Call(), Kind::going_away);
}

// The client leaves, when its last call has ended: until then some may be under way.
void NativeSession::close_if_drained() {
  if (is_going_away_ && !is_server() && calls_.live() == 0) close("the server goes away");
}

bool NativeSession::on_frame(const Frame& frame, BytesView payload) {
  if (frame.kind == Kind::call) return is_server() && on_call(frame, payload);
  if (frame.kind == Kind::going_away) {
    if (is_server()) return false;
    is_going_away_ = true;
    reason_ = {StatusCode::unavailable, "the server goes away"};
    events_.push(Event::Kind::going_away, CallId());
    return true;
  }
  Call* const call = find(frame);
  if (call == nullptr || call->has_ended) return true;  // it is over here
  switch (frame.kind) {
    case Kind::call:
    case Kind::going_away: break;
    case Kind::head: {
      Reader reader(payload);
      events_.push(Event::Kind::head, call->id);
      return !is_server() && decode(reader, call->head);
    }
    case Kind::message: return on_message(*call, payload);
    case Kind::half_close:
      if (!is_server() || call->is_half_closed_by_peer) return false;
      call->is_half_closed_by_peer = true;
      events_.push(Event::Kind::half_closed, call->id);
      return true;
    case Kind::end: return !is_server() && on_end(*call, frame, payload);
    case Kind::cancel: end(*call, StatusCode::cancelled, "the call was cancelled"); return true;
    case Kind::credit: on_credit(*call, frame.word); return true;
  }
  return false;
}

bool NativeSession::on_call(const Frame& frame, BytesView payload) {
  if (frame.slot >= options_.max_calls) return false;  // of the client: both have the same options
  if (frame.slot >= by_peer_slot_.size()) by_peer_slot_.resize(frame.slot + std::size_t{1}, 0);
  Call& call = take_slot();
  call.peer_slot = frame.slot;
  call.peer_life = frame.life;
  Reader reader(payload);
  call.method = reader.text();
  if (!decode(reader, call.head)) {
    call.has_ended = true;  // before anybody has heard of it
    cancel(call.id);
    return false;
  }
  const bool is_full = calls_.live() > options_.max_calls_of_peer;
  if (is_going_away_ || is_full) {
    const StatusCode code = StatusCode::unavailable;
    send_end(call, {code, "the server takes no more calls"}, Metadata(), kUnseen);
    call.has_ended = true;
    cancel(call.id);
    return true;
  }
  by_peer_slot_[frame.slot] = call.id.slot + 1;
  const auto left = static_cast<std::int64_t>(std::min<std::uint64_t>(frame.word, INT64_MAX));
  call.deadline = left == 0 ? kEndOfTime : deadline_after(now_, Duration{left});
  deadlines_.add(call.id.slot, call.deadline);
  events_.push(Event::Kind::call_arrived, call.id);
  return true;
}

bool NativeSession::on_message(Call& call, BytesView payload) {
  if (call.is_half_closed_by_peer || call.unconsumed >= options_.call_window_bytes) return false;
  const auto credit = static_cast<std::uint32_t>(payload.size() + kMessagePrefixBytes);
  call.unconsumed += credit;
  Bytes message = events_.buffer();
  message.assign(payload.begin(), payload.end());
  events_.push_message(call.id, message, credit);
  events_.recycle(std::move(message));
  return true;
}

bool NativeSession::on_end(Call& call, const Frame& frame, BytesView payload) {
  Reader reader(payload);
  const std::string_view text = reader.text();
  if (!decode(reader, call.trailers) || frame.word > 16) return false;
  StatusCode code = static_cast<StatusCode>(frame.word);
  if ((frame.flags & kUnseen) != 0) call.reach = Reach::library;
  if (code == StatusCode::cancelled && now_ >= call.deadline) code = StatusCode::deadline_exceeded;
  end(call, code, text);
  return true;
}

void NativeSession::on_credit(Call& call, std::uint64_t bytes) {
  call.sent -= std::min<std::uint64_t>(bytes, call.sent);
  wake_writers();
}

void NativeSession::wake_writers() {
  if (out_.size() - out_begin_ > options_.send_buffer_bytes / 2) return;
  for (std::uint32_t slot = 0; slot < slots_; ++slot) {
    Call& call = calls_[slot];
    if (!call.is_writable_wanted || call.sent > options_.call_window_bytes / 2) continue;
    call.is_writable_wanted = false;
    events_.push(Event::Kind::writable, call.id);
  }
}

}  // namespace windtunnel::rpc
