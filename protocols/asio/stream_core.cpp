#include <windtunnel/protocols/asio/streams.h>

#include <poll.h>

namespace windtunnel {
namespace {

bool is_ready(Tcp::socket& socket, short events) {
  pollfd watched{socket.native_handle(), events, 0};
  return ::poll(&watched, 1, 0) > 0;
}

}  // namespace

StreamCore::StreamCore(AsioStreams& owner, Endpoint local, Endpoint remote)
    : owner_(&owner), local_(local), remote_(remote) {
  owner.open_.insert(this);
}

StreamCore::~StreamCore() { close(); }

void StreamCore::connect(const Tcp::endpoint& address, Waiter& connected) {
  arm(connected_, connected);
  wire::Greeting greeting;
  greeting.kind = wire::Kind::stream;
  greeting.from = local_;
  greeting.to = remote_;
  connecting_ = std::make_shared<Connecting>(owner_->loop_.io, greeting);
  start_connecting(address);
}

void StreamCore::connect_to_stranger(const Tcp::endpoint& address, Waiter& connected) {
  arm(connected_, connected);
  connecting_ = std::make_shared<Connecting>(owner_->loop_.io);
  start_connecting(address);
}

void StreamCore::start_connecting(const Tcp::endpoint& address) {
  const auto done = [self = shared_from_this()](Errc error, Tcp::socket socket) {
    self->connecting_ = nullptr;
    error == Errc::ok ? self->opened(std::move(socket)) : self->fail(error);
  };
  connecting_->start(address, owner_->routes_.connect_timeout, done);
}

void StreamCore::fail_to_connect(Errc error, Waiter& connected) {
  arm(connected_, connected);
  fail(error);
}

void StreamCore::adopt(Tcp::socket socket) { opened(std::move(socket)); }

void StreamCore::opened(Tcp::socket socket) {
  Error ignored;
  socket.non_blocking(true, ignored);
  socket.set_option(Tcp::no_delay(true), ignored);
  if (write_closed_) socket.shutdown(Tcp::socket::shutdown_send, ignored);
  socket_.emplace(std::move(socket));
  complete(connected_, Errc::ok);
  if (reading_.waiter != nullptr) watch(reading_, true);
  if (writing_.waiter != nullptr) watch(writing_, false);
}

void StreamCore::fail(Errc error) {
  if (error_ == Errc::ok) error_ = error;
  Error ignored;
  if (socket_) socket_->close(ignored);
  complete(connected_, error_);
  complete(reading_.waiter, Errc::ok);
  complete(writing_.waiter, Errc::ok);
}

void StreamCore::close() {
  if (owner_ == nullptr) return;
  for (Waiter* waiter : {connected_, reading_.waiter, writing_.waiter}) {
    if (waiter != nullptr) forget(*waiter);
  }
  owner_->open_.erase(this);
  owner_ = nullptr;
  if (connecting_ != nullptr) connecting_->give_up();
  connecting_ = nullptr;
  Error ignored;
  if (socket_) socket_->close(ignored);
  if (error_ == Errc::ok) error_ = Errc::closed;
}

void StreamCore::arm(Waiter*& place, Waiter& waiter) {
  WT_ASSERT(place == nullptr, "a stream has one waiter of a kind at a time");
  waiter.hold(*this);
  place = &waiter;
  ++owner_->armed_;
}

void StreamCore::complete(Waiter*& place, Errc error) {
  if (place == nullptr) return;
  Waiter& waiter = *place;
  forget(waiter);
  owner_->executor_.complete(waiter, error);
}

void StreamCore::forget(Waiter& waiter) noexcept {
  for (Waiter** place : {&connected_, &reading_.waiter, &writing_.waiter}) {
    if (*place == &waiter) *place = nullptr;
  }
  waiter.release();
  --owner_->armed_;
}

// The system tells of a reset once, and would let what came before it be read first.
void StreamCore::notice_reset() {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket_->native_handle(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) return;
  if (error != 0) fail(Errc::reset);
}

Errc StreamCore::failure_of(const Error& error) {
  if (error == net::error::would_block || error == net::error::try_again) return Errc::would_block;
  fail(Errc::reset);
  return error_;
}

Result<std::size_t> StreamCore::write(BytesView bytes) {
  if (owner_ != nullptr && socket_ && error_ == Errc::ok) notice_reset();
  if (error_ != Errc::ok) return make_error_code(error_);
  if (write_closed_) return make_error_code(Errc::closed);
  if (!socket_) return make_error_code(Errc::would_block);
  Error error;
  const std::size_t count = socket_->write_some(net::buffer(bytes.data(), bytes.size()), error);
  if (error) return make_error_code(failure_of(error));
  return count;
}

Result<std::size_t> StreamCore::read(MutableBytesView into) {
  if (owner_ != nullptr && socket_ && error_ == Errc::ok) notice_reset();
  if (error_ != Errc::ok) return make_error_code(error_);
  if (!socket_) return make_error_code(Errc::would_block);
  Error error;
  const std::size_t count = socket_->read_some(net::buffer(into.data(), into.size()), error);
  if (error == net::error::eof) return std::size_t{0};
  if (error) return make_error_code(failure_of(error));
  return count;
}

void StreamCore::when_readable(Waiter& waiter) {
  if (owner_ == nullptr) return;
  arm(reading_.waiter, waiter);
  if (error_ != Errc::ok) return complete(reading_.waiter, Errc::ok);
  if (socket_) watch(reading_, true);
}

void StreamCore::when_writable(Waiter& waiter) {
  if (owner_ == nullptr) return;
  arm(writing_.waiter, waiter);
  if (error_ != Errc::ok || write_closed_) return complete(writing_.waiter, Errc::ok);
  if (socket_) watch(writing_, false);
}

void StreamCore::watch(Direction& direction, bool reading) {
  if (direction.watched) return;
  direction.watched = true;
  const auto what = reading ? Tcp::socket::wait_read : Tcp::socket::wait_write;
  socket_->async_wait(what, [self = shared_from_this(), &direction, reading](const Error&) {
    self->on_ready(direction, reading);
  });
}

void StreamCore::on_ready(Direction& direction, bool reading) {
  direction.watched = false;
  if (owner_ == nullptr || direction.waiter == nullptr) return;
  // What was ready may have been taken since, by somebody who then waited again.
  if (error_ == Errc::ok && !is_ready(*socket_, reading ? POLLIN : POLLOUT)) {
    return watch(direction, reading);
  }
  complete(direction.waiter, Errc::ok);
}

void StreamCore::shutdown_write() {
  if (owner_ == nullptr || write_closed_) return;
  write_closed_ = true;
  Error ignored;
  if (socket_ && error_ == Errc::ok) socket_->shutdown(Tcp::socket::shutdown_send, ignored);
  complete(writing_.waiter, Errc::ok);
}

void StreamCore::reset() {
  if (owner_ == nullptr || error_ != Errc::ok) return;
  if (connecting_ != nullptr) connecting_->give_up();
  connecting_ = nullptr;
  Error ignored;
  if (socket_) socket_->set_option(Tcp::socket::linger(true, 0), ignored);
  fail(Errc::reset);
}

}  // namespace windtunnel
