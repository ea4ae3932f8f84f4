// Private to this folder: addresses, and making a connection up to the answered greeting. Includes
// Boost.Asio.
#pragma once

#include <windtunnel/protocols/asio/loop.h>
#include <windtunnel/protocols/asio/port_table.h>
#include <windtunnel/protocols/asio/wire.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>

namespace windtunnel {

using Tcp = net::ip::tcp;

// After a failed accept, mostly for want of descriptors.
inline constexpr auto kAcceptPause = std::chrono::milliseconds(100);

// "host:port" to an address, blocking: [::1]:7001, 127.0.0.1:7001, localhost:7001. Of a name's
// addresses the first of IPv4, or else the first.
Result<Tcp::endpoint> resolve(net::io_context& io, const std::string& address);

// What messages and streams of a node share.
struct AsioRoutes {
  NodeId self;
  Duration connect_timeout;
  std::size_t send_queue_limit = 0;
  std::map<NodeId, Tcp::endpoint> addresses;
  std::map<Port, Tcp::endpoint> open_ports;
  std::map<Endpoint, Tcp::endpoint> strangers;
  AsioPortTable ports;

  // Whether others can connect to this node.
  bool has_listener() const { return addresses.count(self) > 0; }
};

// A connection on its way out: TCP, and greeting and answer but for strangers, all before a
// deadline. Keeps itself alive until it has reported or was given up.
class Connecting : public std::enable_shared_from_this<Connecting> {
 public:
  // `error` is ok, refused or unreachable; the socket is good for ok only.
  using Done = std::function<void(Errc error, Tcp::socket socket)>;

  Connecting(net::io_context& io, const wire::Greeting& greeting);
  // To a stranger, whom nobody greets.
  explicit Connecting(net::io_context& io);
  // Never calls `done` from inside.
  void start(const Tcp::endpoint& address, Duration timeout, Done done);
  // `done` will not be called.
  void give_up();

 private:
  void on_connected(const Error& error);
  void on_greeted(const Error& error);
  void on_answered(const Error& error);
  void finish(Errc error);

  Tcp::socket socket_;
  net::steady_timer deadline_;
  Bytes greeting_;  // empty: none
  std::array<std::byte, wire::kAnswerBytes> answer_{};
  Done done_;
};

// A connection on its way in: waits for the greeting, not longer than a named limit.
class Greeted : public std::enable_shared_from_this<Greeted> {
 public:
  // Called at most once; not called where no valid greeting came.
  using Done = std::function<void(const wire::Greeting& greeting, Tcp::socket socket)>;

  Greeted(Tcp::socket socket, Done done);
  ~Greeted();
  void start();
  void give_up();

 private:
  void on_greeting(const Error& error);

  Tcp::socket socket_;
  net::steady_timer deadline_;
  std::array<std::byte, wire::kGreetingBytes> greeting_{};
  Done done_;
};

// Answers a greeting; a fresh connection has room for it. False when the connection is broken.
bool send_answer(Tcp::socket& socket, wire::Answer answer);

}  // namespace windtunnel
