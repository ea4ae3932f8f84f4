// Private to this folder: the transport port: the node's one TCP listener, and what its connections
// are for. Includes Boost.Asio.
#pragma once

#include <windtunnel/protocols/asio/messages.h>
#include <windtunnel/protocols/asio/streams.h>

namespace windtunnel {

class AsioTransport final : public Transport {
 public:
  AsioTransport(AsioLoopCore& loop, const AsioClock& clock, AsioExecutor& executor);
  ~AsioTransport();
  // Resolves the peers and listens. Once, before anything else.
  Result<void> start(const AsioOptions& options);
  Result<void> set_peer(NodeId peer, const std::string& address);

  Result<std::unique_ptr<MessageSocket>> bind(Port port, MessageSink& sink) override;
  Result<std::unique_ptr<Listener>> listen(Port port) override;
  std::unique_ptr<Stream> connect(const Endpoint& to, Waiter& connected) override;

  std::uint16_t tcp_port() const;
  std::uint16_t tcp_port(Port open_port) const { return streams_.tcp_port(open_port); }
  void sever();
  std::size_t armed() const { return streams_.armed(); }

 private:
  Result<void> open_listener(const std::string& address);
  void accept();
  void accept_after_a_pause();
  void greet(Tcp::socket socket);
  void dispatch(const wire::Greeting& greeting, Tcp::socket socket);

  AsioLoopCore& loop_;
  AsioRoutes routes_;
  AsioMessages messages_;
  AsioStreams streams_;
  Tcp::acceptor acceptor_;
  net::steady_timer pause_;
  // Connections whose greeting has not come yet, oldest first.
  std::deque<std::weak_ptr<Greeted>> arriving_;
  std::shared_ptr<AsioTransport*> self_ = std::make_shared<AsioTransport*>(this);
};

}  // namespace windtunnel
