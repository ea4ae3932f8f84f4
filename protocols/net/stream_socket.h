// A socket for messages that carries them over streams, so that a host does not care which of the
// two its transport is good at.
//
// Each node makes one stream to every peer that it speaks to (PeerLink) and only reads those that
// peers have made to it: two nodes that connect at once have nothing to agree on. The sender of a
// message is the node that the stream comes from. Of two streams from one node the newer counts:
// it is that of the peer's current life.
//
// The frames are those of framing.h: a service that uses this says so in its `frame`
// (message_classes.h), so that rules by message type see what goes this way.
#pragma once

#include <windtunnel/protocols/env/env.h>
#include <windtunnel/protocols/net/framing.h>
#include <windtunnel/protocols/net/peer_link.h>

#include <cstddef>
#include <memory>
#include <vector>

namespace windtunnel {

class StreamSocket final : public MessageSocket {
 public:
  // Listens at `port`. Errc::address_in_use where it is taken. `env` and `sink` must outlive the
  // socket, which may be destroyed by the sink while that is given a message.
  static Result<std::unique_ptr<MessageSocket>> open(Env& env, Port port, MessageSink& sink,
                                                     const LinkOptions& options);
  ~StreamSocket() override;

  Endpoint local() const override { return listener_->local(); }
  // Streams lead to the same port of the peer that this socket has; `to` must name it.
  Result<void> send(const Endpoint& to, BytesView message) override;

  // Peers that were spoken to, or have spoken.
  static constexpr std::size_t kMostPeers = 64;

 private:
  // The stream that a peer has made to this node.
  class Feed {
   public:
    Feed(StreamSocket& owner, NodeId peer) : owner_(owner), peer_(peer) {}
    NodeId peer() const { return peer_; }
    void adopt(std::unique_ptr<Stream> stream);

   private:
    void on_readable();
    // False when the stream is of no use any more, or this object is gone.
    bool take(std::size_t count);

    StreamSocket& owner_;
    NodeId peer_;
    FrameReader frames_;
    std::unique_ptr<Stream> stream_;
    MemberWaiter<Feed, &Feed::on_readable> readable_{*this};
  };

  StreamSocket(Env& env, MessageSink& sink, const LinkOptions& options,
               std::unique_ptr<Listener> listener);
  void on_acceptable();
  void adopt(std::unique_ptr<Stream> stream);
  PeerLink* link_to(NodeId peer);
  // False when the sink has destroyed this socket.
  bool deliver(NodeId from, BytesView message);

  Env& env_;
  MessageSink& sink_;
  LinkOptions options_;
  bool* destroyed_ = nullptr;  // told by the destructor while the sink has a message
  std::vector<std::unique_ptr<PeerLink>> links_;
  std::vector<std::unique_ptr<Feed>> feeds_;
  std::unique_ptr<Listener> listener_;
  MemberWaiter<StreamSocket, &StreamSocket::on_acceptable> acceptable_{*this};
};

}  // namespace windtunnel
