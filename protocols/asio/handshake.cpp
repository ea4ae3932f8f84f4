#include <windtunnel/protocols/asio/handshake.h>

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <charconv>

namespace windtunnel {
namespace {

// A stranger that connects and stays silent holds a descriptor for so long.
constexpr auto kGreetingPatience = std::chrono::seconds(5);

void close_quietly(Tcp::socket& socket) {
  Error ignored;
  socket.close(ignored);
}

Errc reason(const Error& error) {
  const bool refused = error == net::error::connection_refused ||
                       error == net::error::connection_reset || error == net::error::eof;
  return refused ? Errc::refused : Errc::unreachable;
}

}  // namespace

Result<Tcp::endpoint> resolve(net::io_context& io, const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos) return make_error_code(Errc::invalid_argument);
  std::string host = address.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  std::uint16_t port = 0;
  const char* end = address.data() + address.size();
  const std::from_chars_result parsed = std::from_chars(address.data() + colon + 1, end, port);
  if (host.empty() || parsed.ec != std::errc() || parsed.ptr != end) {
    return make_error_code(Errc::invalid_argument);
  }
  Error error;
  Tcp::resolver resolver(io);
  const auto results = resolver.resolve(host, "", error);
  if (error) return error;
  const auto is_v4 = [](const auto& one) { return one.endpoint().address().is_v4(); };
  auto found = std::find_if(results.begin(), results.end(), is_v4);
  if (found == results.end()) found = results.begin();
  if (found == results.end()) return make_error_code(Errc::not_found);
  return Tcp::endpoint(found->endpoint().address(), port);
}

Connecting::Connecting(net::io_context& io, const wire::Greeting& greeting)
    : socket_(io), deadline_(io) {
  wire::encode(greeting, greeting_);
}

Connecting::Connecting(net::io_context& io) : socket_(io), deadline_(io) {}

void Connecting::start(const Tcp::endpoint& address, Duration timeout, Done done) {
  done_ = std::move(done);
  deadline_.expires_after(std::chrono::nanoseconds(timeout.ns));
  deadline_.async_wait([self = shared_from_this()](const Error& error) {
    if (!error) self->finish(Errc::unreachable);
  });
  const auto connected = [self = shared_from_this()](const Error& error) {
    self->on_connected(error);
  };
  socket_.async_connect(address, connected);
}

void Connecting::on_connected(const Error& error) {
  if (!done_) return;
  if (error) return finish(reason(error));
  if (greeting_.empty()) return finish(Errc::ok);
  const auto greeted = [self = shared_from_this()](const Error& failure, std::size_t) {
    self->on_greeted(failure);
  };
  net::async_write(socket_, net::buffer(greeting_), greeted);
}

void Connecting::on_greeted(const Error& error) {
  if (!done_) return;
  if (error) return finish(reason(error));
  const auto answered = [self = shared_from_this()](const Error& failure, std::size_t) {
    self->on_answered(failure);
  };
  net::async_read(socket_, net::buffer(answer_), answered);
}

void Connecting::on_answered(const Error& error) {
  if (!done_) return;
  if (error) return finish(reason(error));
  const std::optional<wire::Answer> answer = wire::decode_answer(answer_);
  if (answer == wire::Answer::accepted) return finish(Errc::ok);
  finish(answer == wire::Answer::refused ? Errc::refused : Errc::unreachable);
}

void Connecting::finish(Errc error) {
  if (!done_) return;
  const Done done = std::exchange(done_, nullptr);
  deadline_.cancel();
  if (error != Errc::ok) close_quietly(socket_);
  done(error, std::move(socket_));
}

void Connecting::give_up() {
  done_ = nullptr;
  deadline_.cancel();
  close_quietly(socket_);
}

Greeted::Greeted(Tcp::socket socket, Done done)
    : socket_(std::move(socket)), deadline_(socket_.get_executor()), done_(std::move(done)) {}
Greeted::~Greeted() = default;

void Greeted::start() {
  deadline_.expires_after(kGreetingPatience);
  deadline_.async_wait([self = shared_from_this()](const Error& error) {
    if (!error) self->give_up();
  });
  const auto greeted = [self = shared_from_this()](const Error& error, std::size_t) {
    self->on_greeting(error);
  };
  net::async_read(socket_, net::buffer(greeting_), greeted);
}

void Greeted::on_greeting(const Error& error) {
  if (!done_) return;
  deadline_.cancel();
  const Done done = std::exchange(done_, nullptr);
  if (error) return close_quietly(socket_);
  const std::optional<wire::Greeting> greeting = wire::decode_greeting(greeting_);
  if (!greeting) return close_quietly(socket_);
  done(*greeting, std::move(socket_));
}

void Greeted::give_up() {
  done_ = nullptr;
  deadline_.cancel();
  close_quietly(socket_);
}

bool send_answer(Tcp::socket& socket, wire::Answer answer) {
  Bytes bytes;
  wire::encode(answer, bytes);
  Error error;
  socket.non_blocking(true, error);
  if (!error) socket.send(net::buffer(bytes), 0, error);
  return !error;
}

}  // namespace windtunnel
