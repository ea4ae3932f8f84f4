#include <windtunnel/protocols/net/peer_link.h>

#include <windtunnel/protocols/net/framing.h>

#include <algorithm>
#include <array>

namespace windtunnel {

PeerLink::PeerLink(Env& env, const Endpoint& to, const LinkOptions& options)
    : env_(env), to_(to), options_(options), backoff_(options.first_backoff) {}

void PeerLink::send(BytesView message) {
  if (state_ == State::open && is_silent()) {
    lose();
    connect();
  }
  if (state_ == State::idle) connect();
  is_wanted_ = true;
  const bool fits =
      queued() == 0 || queued() + kFrameHeaderBytes + message.size() <= options_.queue_bytes;
  if (state_ == State::waiting || !fits) {
    ++dropped_;
    return;
  }
  if (head_ > queued()) {
    // Moving the rest to the front costs less than what was sent.
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
  append_frame(queue_, message);
  ++waiting_frames_;
  if (state_ == State::open && !writable_.armed()) flush();
}

bool PeerLink::is_silent() {
  const Instant now = env_.clock.now();
  if (is_unanswered_) return now - asked_at_ > options_.silence;
  is_unanswered_ = true;
  asked_at_ = now;
  return false;
}

void PeerLink::connect() {
  timer_.disarm();
  state_ = State::connecting;
  is_wanted_ = false;
  is_unanswered_ = false;
  stream_ = env_.transport.connect(to_, connected_);
  const Instant now = env_.clock.now();
  env_.timers.arm(now + options_.connect_patience, timer_);
}

void PeerLink::on_connected() {
  if (connected_.error() != Errc::ok) return lose();
  timer_.disarm();
  state_ = State::open;
  backoff_ = options_.first_backoff;
  stream_->when_readable(readable_);
  flush();
}

// The peer never writes to this stream: it has ended, or failed.
void PeerLink::on_readable() {
  std::array<std::byte, 1> into{};
  const Result<std::size_t> got = stream_->read(into);
  if (!got && got.error() == Errc::would_block) return stream_->when_readable(readable_);
  lose();
}

void PeerLink::flush() {
  while (queued() > 0) {
    const Result<std::size_t> taken = stream_->write(BytesView(queue_).subspan(head_));
    if (!taken && taken.error() == Errc::would_block) return stream_->when_writable(writable_);
    if (!taken) return lose();
    head_ += *taken;
  }
  queue_.clear();
  head_ = 0;
  waiting_frames_ = 0;
}

void PeerLink::lose() {
  connected_.disarm();
  readable_.disarm();
  writable_.disarm();
  stream_.reset();
  dropped_ += waiting_frames_;
  waiting_frames_ = 0;
  queue_.clear();
  head_ = 0;
  is_wanted_ = false;
  state_ = State::waiting;
  const Instant now = env_.clock.now();
  env_.timers.arm(now + backoff_, timer_);
  backoff_ = std::min(backoff_ * 2, options_.longest_backoff);
}

void PeerLink::on_timer() {
  if (state_ == State::connecting) return lose();
  if (is_wanted_) return connect();
  state_ = State::idle;
}

}  // namespace windtunnel
