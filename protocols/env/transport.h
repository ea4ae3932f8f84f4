// The network as a node sees it: unreliable messages and TCP-like streams between endpoints.
#pragma once

#include <windtunnel/protocols/base/bytes.h>
#include <windtunnel/protocols/base/ids.h>
#include <windtunnel/protocols/base/result.h>
#include <windtunnel/protocols/env/waiter.h>

#include <compare>
#include <cstdint>
#include <memory>

namespace windtunnel {

// 0 asks for an ephemeral port, which is one from kFirstEphemeralPort on.
using Port = std::uint16_t;
inline constexpr Port kFirstEphemeralPort = 49152;

struct Endpoint {
  NodeId node = kNoNode;
  Port port = 0;
  friend constexpr auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

inline constexpr std::size_t kMaxMessageBytes = std::size_t{16} << 20;

// Receives the messages of one socket.
class MessageSink {
 public:
  // Called from the node's loop, never from inside a call to a port. `message` is gone afterwards.
  virtual void on_message(const Endpoint& from, BytesView message) = 0;

 protected:
  ~MessageSink() = default;
};

// A bound source and destination of messages. Destroying it unbinds: no message is delivered
// afterwards.
class MessageSocket {
 public:
  virtual ~MessageSocket() = default;
  virtual Endpoint local() const = 0;
  // Best effort: a message may be lost, duplicated, delayed and reordered; it arrives whole or not
  // at all. The bytes are copied. By convention the first byte of a message is its kind; faults and
  // traces use it, delivery does not. Errc::message_too_large over kMaxMessageBytes, else what
  // happens is not known.
  virtual Result<void> send(const Endpoint& to, BytesView message) = 0;
};

// One end of a reliable, ordered byte stream with flow control. Non-blocking. Destroying it closes
// it: written bytes are still sent, then end of stream; a reset if received bytes were left unread.
class Stream {
 public:
  virtual ~Stream() = default;
  virtual Endpoint local() const = 0;
  virtual Endpoint remote() const = 0;
  // Takes as many bytes as there is room for, at least one, and returns how many. Errors:
  // would_block (no room, or not connected yet), reset, refused, unreachable, closed (after
  // shutdown_write).
  virtual Result<std::size_t> write(BytesView bytes) = 0;
  // Fills as much of `into` as has arrived and returns how many; 0 is the end of the stream.
  // Errors: would_block, reset, refused, unreachable.
  virtual Result<std::size_t> read(MutableBytesView into) = 0;
  // Completes when `read` (`write`) would not answer would_block. One waiter each at a time.
  virtual void when_readable(Waiter& waiter) = 0;
  virtual void when_writable(Waiter& waiter) = 0;
  // Half-close: the peer reads the end of stream after the bytes; this end can still read.
  virtual void shutdown_write() = 0;
  // Aborts: the peer's next read or write says reset. Unsent and unread bytes are dropped.
  virtual void reset() = 0;
};

class Listener {
 public:
  virtual ~Listener() = default;
  virtual Endpoint local() const = 0;
  // The next connection, or would_block.
  virtual Result<std::unique_ptr<Stream>> accept() = 0;
  virtual void when_acceptable(Waiter& waiter) = 0;
};

class Transport {
 public:
  // Errc::address_in_use where the port is taken. `sink` must outlive the socket.
  virtual Result<std::unique_ptr<MessageSocket>> bind(Port port, MessageSink& sink) = 0;
  // Errc::unsupported on a node that others cannot connect to, as a client is: it is reached by
  // messages alone.
  virtual Result<std::unique_ptr<Listener>> listen(Port port) = 0;
  // Starts connecting. `connected` completes with ok, refused (nobody listens there, or too many
  // connections wait to be accepted), or unreachable (nothing answered for the transport's connect
  // timeout; at once where there is no such node, or none that can be connected to). Destroying the
  // stream before gives up silently.
  virtual std::unique_ptr<Stream> connect(const Endpoint& to, Waiter& connected) = 0;

 protected:
  ~Transport() = default;
};

}  // namespace windtunnel
