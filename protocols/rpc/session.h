// A connection that carries calls: what every wire protocol of calls is, as a machine without IO.
//
//   bytes of the peer --feed--> +---------+ --next--> events
//   time ------------on_time--> | Session | --output/written--> bytes for the peer
//   commands -----------------> +---------+ --next_timer--> when to call on_time
//
// It runs to completion and calls nobody back: what is to be known is taken with `next`, after each
// call of a method that takes a time. One side is the client, which starts calls; the other is the
// server, to which they arrive.
//
// A call is: from the client method, metadata, deadline, messages, half-close; from the server head
// (metadata), messages, and the end: status and trailers. Each side hears of the end once, as
// `ended`, unless it has ended the call itself by `cancel` (or `finish`). From then on the CallId
// names nothing: commands for it do nothing, and `send_message` says closed. A deadline is kept on
// both sides: it ends the call with DEADLINE_EXCEEDED.
//
// Memory is bounded whatever the peer sends: by SessionOptions, and by limits of the protocol with
// names of their own. What breaks the protocol ends the connection, what breaks one call that call.
#pragma once

#include <windtunnel/protocols/base/bytes.h>
#include <windtunnel/protocols/base/result.h>
#include <windtunnel/protocols/base/time.h>
#include <windtunnel/protocols/rpc/deframer.h>
#include <windtunnel/protocols/rpc/metadata.h>
#include <windtunnel/protocols/rpc/status.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace windtunnel::rpc {

enum class Side : std::uint8_t { client, server };

// A call of one session while the session knows it.
struct CallId {
  std::uint32_t slot = UINT32_MAX;  // small: whoever has a table of calls may index it by this
  std::uint32_t life = 0;           // which of the calls that had the slot
  friend bool operator==(const CallId&, const CallId&) = default;
};

struct SessionOptions {
  // Of a message that arrives; a larger one ends its call with RESOURCE_EXHAUSTED.
  std::size_t max_message_bytes = kMaxMessageDefault;
  // Of a head or of trailers that arrive: names and values, and 32 for each pair.
  std::uint32_t max_metadata_bytes = 16U << 10;
  // What the peer may have open at a time, and what this side may, those that wait for the peer's
  // limit included.
  std::uint32_t max_calls_of_peer = 100;
  std::uint32_t max_calls = 4096;
  // What a peer may send of one call before the application has consumed it (flow control), and of
  // all calls before they were read from the connection.
  std::uint32_t call_window_bytes = 64U << 10;
  std::uint32_t connection_window_bytes = 1U << 20;
  // Of all messages that have begun to arrive. Beyond it a call ends with RESOURCE_EXHAUSTED.
  std::size_t max_partial_bytes = std::size_t{64} << 20;
  // A call takes messages to send while fewer bytes of it wait.
  std::size_t send_buffer_bytes = std::size_t{64} << 10;
};

// How far a call of a client has come that has ended, for retries (gRFC A6).
enum class Reach : std::uint8_t {
  nowhere,      // it never left this side
  library,      // the server has not given it to its application
  application,  // it may have been executed
};

// What a session has to tell. What it points to is good until the next call of `next`.
struct Event {
  enum class Kind : std::uint8_t {
    call_arrived,  // server: method, metadata, deadline
    head,          // client: metadata. Not where the call ends without messages.
    message,       // message, credit
    half_closed,   // server: no more messages
    ended,         // status; client: metadata (the trailers), reach
    writable,      // `send_message` would take a message again that it did not take
    going_away,    // status: why. No more calls are taken; those that are open go on.
    closed,        // status: why. The last event; those that were open have ended.
  };

  Kind kind = Kind::closed;
  CallId call;
  std::string_view method{};
  Instant deadline = kEndOfTime;
  const Metadata* metadata = nullptr;
  // May be swapped with another buffer, whose contents do not matter.
  Bytes* message = nullptr;
  // To be given to `consume`.
  std::uint32_t credit = 0;
  const Status* status = nullptr;
  Reach reach = Reach::application;
};

class Session {
 public:
  virtual ~Session() = default;

  // --- The connection. ---
  virtual void feed(BytesView bytes, Instant now) = 0;
  // It is broken, or its end was read: everything that is open ends with UNAVAILABLE.
  virtual void disconnected(std::string_view why, Instant now) = 0;
  virtual void on_time(Instant now) = 0;
  // When `on_time` is due; kEndOfTime: never. Changes with every method.
  virtual Instant next_timer() const = 0;
  // What waits to be written, a bounded part of it; empty: nothing. Good until the next method.
  virtual BytesView output(Instant now) = 0;
  // The first `count` bytes of it were written.
  virtual void written(std::size_t count) = 0;
  // Whether `output` may have something.
  virtual bool wants_output() const = 0;
  // The next event; false where there is none now.
  virtual bool next(Event& event) = 0;
  // Closed, and all is written: the stream below can be closed.
  virtual bool is_finished() const = 0;
  // Server: takes no new calls and is finished when those that are open have ended. The client
  // hears of it in time to start its calls elsewhere.
  virtual void drain(Instant now) = 0;

  // --- Calls. ---
  // Client. Views are copied; metadata that may not travel is left out. Errc::closed: the
  // connection takes no calls any more; overloaded: max_calls.
  virtual Result<CallId> start(std::string_view method, const Metadata& metadata, Instant deadline,
                               Instant now) = 0;
  // Server: once, before any message. Where it is left out an empty head goes ahead.
  virtual void send_head(CallId call, const Metadata& metadata) = 0;
  // Takes the whole message or none of it: Errc::would_block, and `writable` follows; closed, also
  // after half_close.
  virtual Result<void> send_message(CallId call, BytesView message) = 0;
  // Client: no more messages.
  virtual void half_close(CallId call) = 0;
  // Server: the end, after the messages that were taken. No event of this call follows.
  virtual void finish(CallId call, const Status& status, const Metadata& trailers) = 0;
  // Drops the call; the peer is told. No event of it follows.
  virtual void cancel(CallId call) = 0;
  // The application has done with the message that had this credit: the peer may send as much more.
  // To be called for each message, in the order they came.
  virtual void consume(CallId call, std::uint32_t credit) = 0;

  // Calls that the session keeps something for.
  virtual std::size_t live_calls() const = 0;
};

}  // namespace windtunnel::rpc
