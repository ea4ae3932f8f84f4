// Private to this folder: streams and listeners straight over TCP; the kernel's buffers are the
// stream's. Includes Boost.Asio.
#pragma once

#include <windtunnel/protocols/asio/handshake.h>
#include <windtunnel/protocols/asio/small_ports.h>

#include <deque>
#include <memory>
#include <set>

namespace windtunnel {

class AsioStreams;

// A connection. Completions hold it; the user's `Stream` is a handle that closes it.
class StreamCore final : public WaiterHolder, public std::enable_shared_from_this<StreamCore> {
 public:
  StreamCore(AsioStreams& owner, Endpoint local, Endpoint remote);
  ~StreamCore();

  void connect(const Tcp::endpoint& address, Waiter& connected);
  void connect_to_stranger(const Tcp::endpoint& address, Waiter& connected);
  // No way leads there: `connected` completes through the executor.
  void fail_to_connect(Errc error, Waiter& connected);
  void adopt(Tcp::socket socket);
  // The user has let go; or the node was severed, and every later call does nothing.
  void close();

  Endpoint local() const { return local_; }
  Endpoint remote() const { return remote_; }
  Result<std::size_t> write(BytesView bytes);
  Result<std::size_t> read(MutableBytesView into);
  void when_readable(Waiter& waiter);
  void when_writable(Waiter& waiter);
  void shutdown_write();
  void reset();
  void forget(Waiter& waiter) noexcept override;

 private:
  // A direction in which somebody may wait for readiness.
  struct Direction {
    Waiter* waiter = nullptr;
    // Whether the system is watching; goes on when a waiter is forgotten.
    bool watched = false;
  };
  void start_connecting(const Tcp::endpoint& address);
  void opened(Tcp::socket socket);
  void fail(Errc error);
  void arm(Waiter*& place, Waiter& waiter);
  void complete(Waiter*& place, Errc error);
  void watch(Direction& direction, bool reading);
  void on_ready(Direction& direction, bool reading);
  void notice_reset();
  Errc failure_of(const Error& error);

  AsioStreams* owner_;  // null once closed
  Endpoint local_;
  Endpoint remote_;
  std::shared_ptr<Connecting> connecting_;
  std::optional<Tcp::socket> socket_;  // while open
  Errc error_ = Errc::ok;              // why it is not open, and will not be
  bool write_closed_ = false;
  Waiter* connected_ = nullptr;
  Direction reading_;
  Direction writing_;
};

class AsioListener;

// The streams and listeners of one node.
class AsioStreams {
 public:
  AsioStreams(AsioLoopCore& loop, AsioExecutor& executor, AsioRoutes& routes)
      : loop_(loop), executor_(executor), routes_(routes) {}
  ~AsioStreams();

  Result<std::unique_ptr<Listener>> listen(Port port);
  std::unique_ptr<Stream> connect(const Endpoint& to, Waiter& connected);
  // A peer has connected to a port of this node: answers it.
  void adopt(const wire::Greeting& greeting, Tcp::socket socket);
  std::uint16_t tcp_port(Port open_port) const;
  void sever();
  std::size_t armed() const { return armed_; }

 private:
  friend class AsioListener;
  friend class StreamCore;
  AsioLoopCore& loop_;
  AsioExecutor& executor_;
  AsioRoutes& routes_;
  bool severed_ = false;
  std::size_t armed_ = 0;
  std::map<Port, AsioListener*> listeners_;
  std::set<StreamCore*> open_;
};

}  // namespace windtunnel
