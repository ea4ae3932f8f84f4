#include <windtunnel/protocols/rpc/grpc/session.h>

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/rpc/grpc/callbacks.h>

#include <algorithm>
#include <array>

namespace windtunnel::rpc {
namespace {

// What `output` shows at a time.
constexpr std::size_t kOutputBytes = std::size_t{64} << 10;
// The payloads of our pings.
constexpr std::uint8_t kKeepalivePing = 1;
constexpr std::uint8_t kDrainPing = 2;
constexpr std::size_t kPingBytes = 8;
constexpr std::int32_t kConnection = 0;
constexpr std::int32_t kLargestStream = INT32_MAX;
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kReset = kSecond / GrpcSession::kResetsPerSecond;
// Of clients that ping while no call is open (gRFC A8).
constexpr Duration kIdlePingInterval = seconds(7200);

}  // namespace

GrpcSession::GrpcSession(Side side, const GrpcOptions& options, Instant now)
    : side_(side),
      options_(options),
      now_(now),
      heard_at_(now),
      reset_credit_(kResetBurst * kReset),
      reset_counted_at_(now) {
  nghttp2_session_callbacks* const callbacks = Callbacks::make();
  nghttp2_option* chosen = nullptr;
  WT_ASSERT(nghttp2_option_new(&chosen) == 0, "there is memory");
  nghttp2_option_set_no_auto_window_update(chosen, 1);
  nghttp2_option_set_no_closed_streams(chosen, 1);
  // nghttp2 would count resets by the system's clock; on_reset counts them by the node's.
  nghttp2_option_set_stream_reset_rate_limit(chosen, UINT64_MAX, 0);
  const auto make = is_server() ? nghttp2_session_server_new2 : nghttp2_session_client_new2;
  WT_ASSERT(make(&http2_, callbacks, this, chosen) == 0, "there is memory");
  nghttp2_option_del(chosen);
  nghttp2_session_callbacks_del(callbacks);
  submit_settings();
}

GrpcSession::~GrpcSession() { nghttp2_session_del(http2_); }

void GrpcSession::submit_settings() {
  std::array<nghttp2_settings_entry, 3> entries;
  std::size_t count = 0;
  if (is_server()) {
    entries[count++] = {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, options_.max_calls_of_peer};
  } else {
    entries[count++] = {NGHTTP2_SETTINGS_ENABLE_PUSH, 0};
  }
  entries[count++] = {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, options_.call_window_bytes};
  entries[count++] = {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, options_.max_metadata_bytes};
  int error = nghttp2_submit_settings(http2_, NGHTTP2_FLAG_NONE, entries.data(), count);
  WT_ASSERT(error == 0, "our settings are valid");
  const auto window = static_cast<std::int32_t>(options_.connection_window_bytes);
  error = nghttp2_session_set_local_window_size(http2_, NGHTTP2_FLAG_NONE, kConnection, window);
  WT_ASSERT(error == 0, "our window is valid");
}

void GrpcSession::feed(BytesView bytes, Instant now) {
  now_ = now;
  if (is_closed_ || is_closing_ || bytes.empty()) return;
  heard_at_ = now;
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const ssize_t taken = nghttp2_session_mem_recv(http2_, data, bytes.size());
  if (taken < 0) return abort(nghttp2_strerror(static_cast<int>(taken)));
  const std::size_t queued = nghttp2_session_get_outbound_queue_size(http2_);
  if (queued > kMostQueuedFrames + 4 * calls_.live()) return abort("too many frames are queued");
  // An error of the connection shows only when its GOAWAY was written.
  if (out_begin_ == out_.size()) pump();
  if (is_closed_) return;
  // After a GOAWAY nothing is read any more; whether the peer reads that is its own affair.
  if (nghttp2_session_want_read(http2_) == 0) begin_closing("the connection has ended");
  close_if_over();
}

void GrpcSession::disconnected(std::string_view why, Instant now) {
  now_ = now;
  abort(why);
}

void GrpcSession::abort(std::string_view why) {
  close(why);
  out_.clear();
  out_begin_ = 0;
}

BytesView GrpcSession::output(Instant now) {
  now_ = now;
  pump();
  close_if_over();
  return BytesView(out_).subspan(out_begin_);
}

// Lets HTTP/2 write, as long as little waits to be taken.
void GrpcSession::pump() {
  if (out_begin_ == out_.size()) {
    out_.clear();
    out_begin_ = 0;
  }
  while (!is_closed_ && out_.size() - out_begin_ < kOutputBytes) {
    const std::uint8_t* data = nullptr;
    const ssize_t size = nghttp2_session_mem_send(http2_, &data);
    if (size < 0) {
      abort(nghttp2_strerror(static_cast<int>(size)));
    } else if (size == 0) {
      if (is_closing_) close(reason_.message);
      break;
    } else {
      const auto* begin = reinterpret_cast<const std::byte*>(data);
      out_.insert(out_.end(), begin, begin + size);
    }
  }
}

void GrpcSession::written(std::size_t count) {
  WT_ASSERT(count <= out_.size() - out_begin_, "only what was shown is written");
  out_begin_ += count;
}

bool GrpcSession::wants_output() const {
  if (out_begin_ < out_.size()) return true;
  return !is_closed_ && (is_closing_ || nghttp2_session_want_write(http2_) != 0);
}

bool GrpcSession::next(Event& event) {
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
    event.method = call->head.path;
    event.deadline = call->deadline;
    const bool is_end = taken_.kind == Event::Kind::ended;
    event.metadata = is_end ? &call->trailers.metadata : &call->head.metadata;
    event.reach = call->reach;
    return true;
  }
  return false;
}

// Everything that is open ends, in the order of the slots.
void GrpcSession::close(std::string_view why) {
  if (is_closed_) return;
  is_closed_ = true;
  const std::string text(why);
  for (std::uint32_t slot = 0; slot < slots_; ++slot) {
    Call& call = calls_[slot];
    if (!call.is_known && !call.is_on_wire) continue;
    call.is_on_wire = false;
    end(call, is_server() ? StatusCode::cancelled : StatusCode::unavailable, text);
    free_if_done(call);
  }
  reason_ = {StatusCode::unavailable, text};
  events_.push(Event::Kind::closed, CallId());
}

void GrpcSession::begin_closing(std::string_view why) {
  is_closing_ = true;
  calm_deadline_ = deadline_after(now_, kCalmPatience);
  if (reason_.message.empty()) reason_ = {StatusCode::unavailable, std::string(why)};
}

// GOAWAY with a text for people, as "too_many_pings", and then the end.
void GrpcSession::close_calmly(std::string_view why) {
  if (is_closing_) return;
  begin_closing(why);
  const std::int32_t last = nghttp2_session_get_last_proc_stream_id(http2_);
  const auto* text = reinterpret_cast<const std::uint8_t*>(why.data());
  (void)nghttp2_submit_goaway(http2_, NGHTTP2_FLAG_NONE, last, NGHTTP2_ENHANCE_YOUR_CALM, text,
                              why.size());
}

void GrpcSession::close_if_over() {
  if (is_closed_ || nghttp2_session_want_read(http2_) != 0) return;
  if (nghttp2_session_want_write(http2_) != 0) return;
  begin_closing("the connection has ended");
  close(std::string(reason_.message));
}

Instant GrpcSession::next_timer() const {
  if (is_closed_) return kEndOfTime;
  return std::min({deadlines_.first(), keepalive_due(), drain_deadline_, calm_deadline_});
}

void GrpcSession::on_time(Instant now) {
  now_ = now;
  while (!is_closed_ && deadlines_.first() <= now) {
    Call& call = calls_[deadlines_.first_slot()];
    fail_call(call, StatusCode::deadline_exceeded, "Deadline Exceeded");
  }
  if (calm_deadline_ <= now) abort(std::string(reason_.message));
  if (!is_closed_ && drain_deadline_ <= now) finish_drain();
  if (!is_closed_ && keepalive_due() <= now) on_keepalive();
}

Instant GrpcSession::keepalive_due() const {
  if (ping_deadline_ != kEndOfTime) return ping_deadline_;
  const Keepalive& keepalive = options_.keepalive;
  const bool is_wanted = keepalive.without_calls || calls_.live() > 0;
  if (keepalive.time.ns == 0 || !is_wanted) return kEndOfTime;
  return deadline_after(heard_at_, keepalive.time);
}

void GrpcSession::on_keepalive() {
  if (ping_deadline_ == kEndOfTime) {
    ping_deadline_ = deadline_after(now_, options_.keepalive.timeout);
    return ping(kKeepalivePing);
  }
  abort("keepalive watchdog timeout");
}

void GrpcSession::ping(std::uint8_t kind) {
  std::array<std::uint8_t, kPingBytes> payload{};
  payload.back() = kind;
  (void)nghttp2_submit_ping(http2_, NGHTTP2_FLAG_NONE, payload.data());
}

void GrpcSession::on_ping(bool is_answer, BytesView payload) {
  if (is_answer) {
    const auto kind = std::to_integer<std::uint8_t>(payload.back());
    if (kind == kKeepalivePing) ping_deadline_ = kEndOfTime;
    if (kind == kDrainPing && drain_deadline_ != kEndOfTime) finish_drain();
    return;
  }
  if (!is_server()) return;
  const Keepalive& keepalive = options_.keepalive;
  const bool is_idle = known_calls_ == 0 && !keepalive.without_calls;
  const Duration least = is_idle ? kIdlePingInterval : keepalive.least_interval;
  if (now_ >= deadline_after(pinged_at_, least)) {
    pinged_at_ = now_;
    return;
  }
  if (++strikes_ > keepalive.most_strikes) close_calmly("too_many_pings");
}

// A bucket that holds kResetBurst and fills by kResetsPerSecond.
void GrpcSession::on_reset() {
  if (!is_server()) return;
  const std::int64_t full = kResetBurst * kReset;
  const std::int64_t elapsed = std::min((now_ - reset_counted_at_).ns, full);
  reset_credit_ = std::min(full, reset_credit_ + elapsed) - kReset;
  reset_counted_at_ = now_;
  if (reset_credit_ < 0) close_calmly("too_many_resets");
}

void GrpcSession::on_goaway(std::uint32_t error, std::string_view text) {
  is_going_away_ = true;
  const std::string_view name = nghttp2_http2_strerror(error);
  reason_ = {StatusCode::unavailable, std::string(text.empty() ? name : text)};
  events_.push(Event::Kind::going_away, CallId());
}

// The first GOAWAY only warns. When its ping was answered, the client has stopped starting calls
// that the second would refuse.
void GrpcSession::drain(Instant now) {
  now_ = now;
  if (is_closed_ || is_going_away_ || !is_server()) return;
  is_going_away_ = true;
  drain_deadline_ = deadline_after(now, kDrainPatience);
  (void)nghttp2_submit_shutdown_notice(http2_);
  ping(kDrainPing);
}

void GrpcSession::finish_drain() {
  drain_deadline_ = kEndOfTime;
  const std::int32_t last = nghttp2_session_get_last_proc_stream_id(http2_);
  (void)nghttp2_submit_goaway(http2_, NGHTTP2_FLAG_NONE, std::min(last, kLargestStream),
                              NGHTTP2_NO_ERROR, nullptr, 0);
}

}  // namespace windtunnel::rpc
