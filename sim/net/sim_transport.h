// The transport of one incarnation: what its program holds are handles on the sockets, listeners
// and stream ends that the network keeps. Once severed, a handle does nothing.
#pragma once

#include <windtunnel/sim/net/message_layer.h>
#include <windtunnel/sim/net/network.h>
#include <windtunnel/sim/net/stream_layer.h>

#include <cstddef>

namespace windtunnel {

class SimTransport final : public NodeTransport {
 public:
  SimTransport(Node& node, MessageLayer& messages, StreamLayer& streams, PortTable& ports)
      : node_(node), messages_(messages), streams_(streams), ports_(ports) {}

  Result<std::unique_ptr<MessageSocket>> bind(Port port, MessageSink& sink) override;
  Result<std::unique_ptr<Listener>> listen(Port port) override;
  std::unique_ptr<Stream> connect(const Endpoint& to, Waiter& connected) override;
  void sever(bool power_loss) noexcept override;
  std::size_t armed_waiters() const override { return armed_; }

  // --- For the handles. ---
  Node& node() { return node_; }
  MessageLayer& messages() { return messages_; }
  StreamLayer& streams() { return streams_; }
  bool severed() const { return severed_; }
  // Holds `waiter` in `place` for `holder`.
  void arm(Waiter*& place, Waiter& waiter, WaiterHolder& holder);
  // Empties `place` without completing the waiter.
  void disarm(Waiter*& place) noexcept;
  void complete(Waiter*& place, Errc error, std::uint64_t cause);

 private:
  Node& node_;
  MessageLayer& messages_;
  StreamLayer& streams_;
  PortTable& ports_;
  bool severed_ = false;
  std::size_t armed_ = 0;
};

class SimMessageSocket final : public MessageSocket {
 public:
  SimMessageSocket(SimTransport& transport, const MessageLayer::Bound& bound)
      : transport_(transport), id_(bound.id), local_{transport.node().id(), bound.port} {}
  ~SimMessageSocket() override {
    if (!transport_.severed()) transport_.messages().unbind(id_);
  }
  Endpoint local() const override { return local_; }
  Result<void> send(const Endpoint& to, BytesView message) override;

 private:
  SimTransport& transport_;
  SocketId id_;
  Endpoint local_;
};

class SimStream final : public Stream, public StreamUser, public WaiterHolder {
 public:
  // An end to be; `attach` or `abandon` follows.
  explicit SimStream(SimTransport& transport) : transport_(transport) {}
  ~SimStream() override;
  void attach(StreamId id);
  // The stream never was: every call says `error`.
  void abandon(Errc error) { error_ = error; }
  void await_connection(Waiter& connected) { transport_.arm(connected_, connected, *this); }

  Endpoint local() const override { return local_; }
  Endpoint remote() const override { return remote_; }
  Result<std::size_t> write(BytesView bytes) override;
  Result<std::size_t> read(MutableBytesView into) override;
  void when_readable(Waiter& waiter) override;
  void when_writable(Waiter& waiter) override;
  void shutdown_write() override;
  void reset() override;

  void on_connected(Errc outcome, std::uint64_t cause) override;
  void on_readable(std::uint64_t cause) override;
  void on_writable(std::uint64_t cause) override;
  void forget(Waiter& waiter) noexcept override;

 private:
  bool dead() const { return transport_.severed() || error_ != Errc::ok; }

  SimTransport& transport_;
  StreamId id_;
  Endpoint local_;
  Endpoint remote_;
  Errc error_ = Errc::ok;
  Waiter* connected_ = nullptr;
  Waiter* readable_ = nullptr;
  Waiter* writable_ = nullptr;
};

class SimListener final : public Listener, public ListenerUser, public WaiterHolder {
 public:
  explicit SimListener(SimTransport& transport) : transport_(transport) {}
  ~SimListener() override;
  void attach(const StreamLayer::Listening& listening);

  Endpoint local() const override { return local_; }
  Result<std::unique_ptr<Stream>> accept() override;
  void when_acceptable(Waiter& waiter) override;

  void on_acceptable(std::uint64_t cause) override;
  void forget(Waiter& waiter) noexcept override;

 private:
  SimTransport& transport_;
  ListenerId id_;
  Endpoint local_;
  bool listening_ = false;
  Waiter* acceptable_ = nullptr;
};

}  // namespace windtunnel
