// Private to this folder: messages, framed over one TCP connection to each peer. Includes
// Boost.Asio.
#pragma once

#include <windtunnel/protocols/asio/handshake.h>
#include <windtunnel/protocols/asio/small_ports.h>

#include <deque>
#include <map>
#include <memory>
#include <set>

namespace windtunnel {

class AsioMessages;
class AsioMessageSocket;

// One connection that carries messages both ways. Its completions hold it, so that it may be closed
// at any time.
class MessageLink : public std::enable_shared_from_this<MessageLink> {
 public:
  MessageLink(AsioMessages& owner, NodeId peer) : owner_(&owner), peer_(peer) {}

  // Makes the connection; what is queued until then follows, or is dropped when it fails.
  void connect(const Tcp::endpoint& address);
  void adopt(Tcp::socket socket);
  // False when the queue is full: the message is dropped.
  bool enqueue(const wire::FrameHeader& header, BytesView message);
  void close();
  NodeId peer() const { return peer_; }
  bool is_open() const { return socket_.has_value(); }

 private:
  void read();
  void on_read(const Error& error, std::size_t count);
  bool deliver_frames();
  void write();
  void on_written(const Error& error);

  AsioMessages* owner_;  // null once closed
  NodeId peer_;
  std::shared_ptr<Connecting> connecting_;
  std::optional<Tcp::socket> socket_;
  Bytes input_;
  std::size_t input_used_ = 0;
  // Frames collect in `pending_` while `writing_` is with the system.
  Bytes pending_;
  Bytes writing_;
};

// The messages of one node. A message is dropped when its peer is unknown, not connected and not
// due for another attempt, or has too much queued. A peer that connected to us is reached over its
// own connection: a node that nobody can connect to keeps one to every peer while it has a socket,
// so that here, too, whoever knows its id can speak to it, spoken to or not.
class AsioMessages {
 public:
  AsioMessages(AsioLoopCore& loop, const AsioClock& clock, AsioRoutes& routes)
      : loop_(loop), clock_(clock), routes_(routes), reach_timer_(loop.io) {}
  ~AsioMessages();

  Result<std::unique_ptr<MessageSocket>> bind(Port port, MessageSink& sink);
  void send(Port from, const Endpoint& to, BytesView message);
  // A peer has connected.
  void adopt(NodeId peer, Tcp::socket socket);
  // The peer's address has changed: try it now.
  void address_changed(NodeId peer);
  void sever();

 private:
  friend class AsioMessageSocket;
  friend class MessageLink;
  struct Peer {
    std::shared_ptr<MessageLink> link;
    Instant next_attempt;
    Duration backoff;
  };
  struct OwnMessage {
    wire::FrameHeader header;
    Bytes bytes;
  };
  MessageLink* link_to(NodeId node);
  // Connects to the peers to which a node without a listener has no connection.
  void stay_reachable();
  void stay_reachable_later();
  void send_to_self(const wire::FrameHeader& header, BytesView message);
  void deliver_own();
  // Then runs what the message led to.
  void deliver(NodeId from, const wire::FrameHeader& header, BytesView message);
  void opened(MessageLink& link);
  void closed(MessageLink& link, bool was_open);
  void unbind(Port port);

  AsioLoopCore& loop_;
  const AsioClock& clock_;
  AsioRoutes& routes_;
  bool severed_ = false;
  std::map<Port, MessageSink*> sinks_;
  std::map<NodeId, Peer> peers_;
  std::set<std::shared_ptr<MessageLink>> links_;
  std::deque<OwnMessage> own_;
  std::size_t own_bytes_ = 0;
  net::steady_timer reach_timer_;
  bool reach_timer_runs_ = false;
  std::shared_ptr<AsioMessages*> self_ = std::make_shared<AsioMessages*>(this);
};

}  // namespace windtunnel
