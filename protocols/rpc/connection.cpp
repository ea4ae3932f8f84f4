#include <windtunnel/protocols/rpc/connection.h>

#include <windtunnel/protocols/base/assert.h>

#include <array>
#include <utility>

namespace windtunnel::rpc {

Connection::Connection(Env& env, Owner& owner, std::unique_ptr<Stream> stream,
                       std::unique_ptr<Session> session)
    : env_(env), owner_(owner), stream_(std::move(stream)), session_(std::move(session)) {}

Connection::~Connection() {
  for (OpenCall* const call : calls_) {
    if (call != nullptr) call->end({StatusCode::unavailable, "the connection was given up"});
  }
}

void Connection::start() {
  stream_->when_readable(readable_);
  flush();
}

void Connection::attach(OpenCall& call, CallId id) {
  if (id.slot >= calls_.size()) calls_.resize(id.slot + std::size_t{1}, nullptr);
  WT_ASSERT(calls_[id.slot] == nullptr, "a slot has one call");
  calls_[id.slot] = &call;
  call.connection_ = this;
  call.id_ = id;
  flush_soon();
}

void Connection::abandon(OpenCall& call) {
  session_->cancel(call.id_);
  detach(call);
}

void Connection::detach(OpenCall& call) {
  calls_[call.id_.slot] = nullptr;
  call.connection_ = nullptr;
  flush_soon();
}

void Connection::consume(CallId id, std::uint32_t credit) {
  session_->consume(id, credit);
  if (session_->wants_output()) flush_soon();
}

void Connection::flush_soon() {
  if (!is_over_ && !flush_.armed()) env_.executor.post(flush_);
}

void Connection::drain() {
  session_->drain(env_.clock.now());
  flush_soon();
}

void Connection::on_readable() {
  std::array<std::byte, kReadBytes> buffer;
  for (int i = 0; i < kReadsAStep && !is_over_; ++i) {
    const Result<std::size_t> count = stream_->read(buffer);
    if (!count && count.error() == Errc::would_block) break;
    if (!count) return lose(count.error().message());
    if (*count == 0) return lose("the peer has closed the connection");
    const Instant now = env_.clock.now();
    session_->feed(BytesView(buffer).first(*count), now);
    bring_events();
    if (*count < buffer.size()) break;
  }
  if (is_over_) return;
  stream_->when_readable(readable_);
  settle();
}

void Connection::on_timer() {
  timer_at_ = kEndOfTime;
  session_->on_time(env_.clock.now());
  settle();
}

void Connection::flush() {
  if (!is_over_) settle();
}

void Connection::settle() {
  bring_events();
  write_output();
  bring_events();
  if (is_over_) return;
  if (session_->is_finished()) {
    is_over_ = true;
    readable_.disarm();
    writable_.disarm();
    flush_.disarm();
    timer_.disarm();
    stream_->shutdown_write();
    return owner_.on_closed(*this);
  }
  const Instant next = session_->next_timer();
  if (next == timer_at_) return;
  timer_at_ = next;
  timer_.disarm();
  if (next != kEndOfTime) env_.timers.arm(next, timer_);
}

void Connection::write_output() {
  while (!is_over_ && session_->wants_output()) {
    const Instant now = env_.clock.now();
    const BytesView bytes = session_->output(now);
    if (bytes.empty()) return;
    const Result<std::size_t> count = stream_->write(bytes);
    if (count) {
      session_->written(*count);
    } else if (count.error() == Errc::would_block) {
      if (!writable_.armed()) stream_->when_writable(writable_);
      return;
    } else {
      session_->disconnected(count.error().message(), now);
    }
  }
}

void Connection::bring_events() {
  Event event;
  while (session_->next(event)) {
    if (event.kind == Event::Kind::call_arrived) {
      owner_.on_call(*this, event);
    } else if (event.kind == Event::Kind::going_away) {
      owner_.on_going_away(*this, *event.status);
    } else if (event.kind != Event::Kind::closed) {
      OpenCall* const call = calls_[event.call.slot];
      if (event.kind == Event::Kind::ended) calls_[event.call.slot] = nullptr;
      call->on_event(event);
    }
  }
}

void Connection::lose(std::string_view why) {
  session_->disconnected(why, env_.clock.now());
  settle();
}

}  // namespace windtunnel::rpc
