// One end of a stream as its node's kernel keeps it: what TCP calls a connection block.
//
// Sequence numbers count the bytes of one direction from 0; the end of the stream takes one number
// after the last byte.
#pragma once

#include <windtunnel/sim/net/byte_queue.h>
#include <windtunnel/sim/net/packet.h>

#include <cstdint>
#include <vector>

namespace windtunnel {

class Node;

// The program's handle on an end. `cause` is the record that led to the change.
class StreamUser {
 public:
  virtual void on_connected(Errc outcome, std::uint64_t cause) = 0;
  virtual void on_readable(std::uint64_t cause) = 0;
  virtual void on_writable(std::uint64_t cause) = 0;

 protected:
  ~StreamUser() = default;
};

// How far the frames that an end was given have been told apart. Bytes reach the stream at once,
// unless a rule acted on the link when their frame began: then when the frame is whole.
struct FrameCut {
  Bytes head;                 // of the frame at hand, until its size is known; whole where it waits
  std::size_t head_sent = 0;  // how much of `head` the stream has
  std::uint64_t left = 0;     // of a frame that does not wait: the bytes to come
  bool waits = false;
  bool is_senseless = false;    // no frame begins where one should
  std::uint32_t kept_back = 0;  // frames that may come later: the end of the stream waits for them
  std::uint64_t judged = 0;
};

struct StreamEnd {
  enum class State : std::uint8_t {
    free,
    syn_sent,
    syn_received,
    open,
    failed,     // `error` says why; only the program's handle keeps it
    lingering,  // all is done; answers a peer that missed the last acknowledgement
  };
  static constexpr std::uint32_t kNoListener = UINT32_MAX;

  State state = State::free;
  Errc error = Errc::ok;
  StreamId id;
  std::uint64_t number = 0;
  std::uint64_t entity = 0;   // of its draws
  std::uint64_t opening = 0;  // the record of the connect
  Node* node = nullptr;
  std::uint32_t place = 0;  // in the list of its node's ends
  Endpoint local;
  Endpoint remote;
  StreamId peer;
  StreamUser* user = nullptr;
  std::uint32_t listener = kNoListener;  // until accepted

  // Sending. Bytes from `acknowledged` to `written` are kept; those before `sent` are under way.
  ByteQueue outgoing;
  StreamMarks sources;
  std::uint64_t acknowledged = 0;
  std::uint64_t sent = 0;
  std::uint64_t written = 0;
  FrameCut frames;
  bool end_queued = false;
  std::uint64_t end_record = 0;
  std::uint64_t window_end = 0;
  std::uint64_t congestion_window = 0;
  std::uint64_t slow_start_until = UINT64_MAX;
  std::uint64_t recover_until = 0;  // what was sent when the last timeout struck
  std::uint32_t attempt = 0;        // retransmissions of what is unacknowledged first
  std::uint32_t backoff = 0;        // timeouts in a row

  // Time. The event is left pending when the deadline moves on: acknowledgements are more frequent
  // than timeouts.
  Instant deadline = kEndOfTime;
  EventHandle timer;
  Instant timer_at = kEndOfTime;  // of the pending event
  Instant silent_since;           // since when the peer owes an answer
  Instant opened_at;
  Duration timeout;
  Duration round_trip;  // 0: not measured yet
  Duration round_trip_deviation;
  std::uint64_t timed_sequence = 0;  // its acknowledgement is the next measurement; 0: none
  Instant timed_at;

  // Receiving. `expected` is the next sequence number.
  ByteQueue incoming;
  StreamMarks origins;
  std::uint64_t expected = 0;
  std::uint64_t advertised_end = 0;
  bool peer_ended = false;
  std::uint64_t peer_end_record = 0;
  bool end_was_read = false;
  std::vector<std::uint32_t> early;  // packets beyond `expected`, by sequence number
  std::uint64_t acknowledgements = 0;

  bool orphaned() const { return user == nullptr && listener == kNoListener; }
  bool end_acknowledged() const { return end_queued && acknowledged == written + 1; }
  std::uint64_t received() const { return expected - (peer_ended ? 1 : 0); }
  std::uint64_t read_position() const { return received() - incoming.size(); }
};

}  // namespace windtunnel
