// The way to one peer over streams. Best effort, as messages are: what is sent arrives whole, once
// and in order, or not at all.
//
//   idle --send--> connecting --> open --the stream ends--> waiting --timer--> connecting ...
//
// - Messages wait in a bounded queue while the stream connects or is full. What does not fit is
//   dropped, and with a stream that ends or does not come about goes all that waits for it: it
//   would arrive late, and whoever still wants it says so again.
// - A new attempt waits longer after each that failed. Nothing is tried while nothing is to be
// sent.
// - A peer that is silent though it was spoken to may be gone without a word (half-open) or behind
//   a network that was cut, where the stream's retransmissions have become rare: the stream is
//   given up for a new one.
//
// In the steady state nothing is allocated.
#pragma once

#include <windtunnel/protocols/base/bytes.h>
#include <windtunnel/protocols/env/env.h>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace windtunnel {

struct LinkOptions {
  // Bytes that may wait for one peer; an empty queue takes any one message.
  std::size_t queue_bytes = std::size_t{1} << 20;
  // An attempt to connect is given up after this.
  Duration connect_patience = milliseconds(500);
  // Between a failure and the next attempt: the first wait, then twice as long each time up to the
  // last.
  Duration first_backoff = milliseconds(20);
  Duration longest_backoff = milliseconds(320);
  // How long a peer may say nothing after it was spoken to.
  Duration silence = seconds(1);
};

class PeerLink {
 public:
  PeerLink(Env& env, const Endpoint& to, const LinkOptions& options);
  PeerLink(const PeerLink&) = delete;
  PeerLink& operator=(const PeerLink&) = delete;

  NodeId peer() const { return to_.node; }
  bool is_open() const { return state_ == State::open; }
  // Messages that were not sent. Of those that were in the queue when a stream ended, the ones that
  // the stream took already count too: nobody knows how far they came.
  std::uint64_t dropped() const { return dropped_; }

  // `message` is copied; it has at most kMaxMessageBytes.
  void send(BytesView message);
  // Something came from this peer, on whatever stream.
  void heard() { is_unanswered_ = false; }

 private:
  enum class State : std::uint8_t { idle, connecting, open, waiting };

  void connect();
  void on_connected();
  void on_readable();
  void on_timer();
  void flush();
  // The stream is gone, or never came about.
  void lose();
  bool is_silent();
  std::size_t queued() const { return queue_.size() - head_; }

  Env& env_;
  Endpoint to_;
  LinkOptions options_;
  State state_ = State::idle;
  bool is_wanted_ = false;  // something was to be sent while waiting
  Duration backoff_;
  bool is_unanswered_ = false;
  Instant asked_at_;      // the first message since the peer was heard
  Bytes queue_;           // whole frames, but for the first, of which a part may be sent
  std::size_t head_ = 0;  // what of the queue was sent
  std::uint64_t waiting_frames_ = 0;
  std::uint64_t dropped_ = 0;
  std::unique_ptr<Stream> stream_;
  MemberWaiter<PeerLink, &PeerLink::on_connected> connected_{*this};
  MemberWaiter<PeerLink, &PeerLink::on_readable> readable_{*this};
  MemberWaiter<PeerLink, &PeerLink::flush> writable_{*this};
  MemberWaiter<PeerLink, &PeerLink::on_timer> timer_{*this};
};

}  // namespace windtunnel
