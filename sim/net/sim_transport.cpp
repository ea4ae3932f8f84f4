#include <windtunnel/sim/net/sim_transport.h>

#include <windtunnel/sim/simulation.h>

#include <utility>

namespace windtunnel {

void SimTransport::arm(Waiter*& place, Waiter& waiter, WaiterHolder& holder) {
  WT_ASSERT(place == nullptr, "one waiter each at a time");
  waiter.hold(holder);
  place = &waiter;
  ++armed_;
}

void SimTransport::disarm(Waiter*& place) noexcept {
  if (place == nullptr) return;
  place->release();
  place = nullptr;
  --armed_;
}

void SimTransport::complete(Waiter*& place, Errc error, std::uint64_t cause) {
  if (place == nullptr) return;
  Waiter& waiter = *place;
  disarm(place);
  waiter.complete(error, 0);
  node_.complete(waiter, cause);
}

Result<std::unique_ptr<MessageSocket>> SimTransport::bind(Port port, MessageSink& sink) {
  if (severed_) return make_error_code(Errc::closed);
  const Result<MessageLayer::Bound> bound = messages_.bind(node_, port, sink);
  if (!bound) return bound.error();
  return std::unique_ptr<MessageSocket>(std::make_unique<SimMessageSocket>(*this, *bound));
}

Result<std::unique_ptr<Listener>> SimTransport::listen(Port port) {
  if (severed_) return make_error_code(Errc::closed);
  if (!node_.has_listener()) return make_error_code(Errc::unsupported);
  auto listener = std::make_unique<SimListener>(*this);
  const Result<StreamLayer::Listening> listening = streams_.listen(node_, port, *listener);
  if (!listening) return listening.error();
  listener->attach(*listening);
  return std::unique_ptr<Listener>(std::move(listener));
}

std::unique_ptr<Stream> SimTransport::connect(const Endpoint& to, Waiter& connected) {
  auto stream = std::make_unique<SimStream>(*this);
  if (severed_) {
    stream->abandon(Errc::closed);
    return stream;
  }
  stream->await_connection(connected);
  const Result<StreamId> id = streams_.connect(node_, to, *stream);
  if (id) {
    stream->attach(*id);
  } else {
    stream->abandon(Errc::unreachable);
    stream->on_connected(Errc::unreachable, node_.simulation().cause());
  }
  return stream;
}

void SimTransport::sever(bool power_loss) noexcept {
  if (severed_) return;
  severed_ = true;
  messages_.sever(node_.id());
  streams_.sever(node_.id(), power_loss);
  ports_.release_all(node_.id());
}

Result<void> SimMessageSocket::send(const Endpoint& to, BytesView message) {
  if (message.size() > kMaxMessageBytes) return make_error_code(Errc::message_too_large);
  if (!transport_.severed()) transport_.messages().send(id_, to, message);
  return {};
}

SimStream::~SimStream() {
  transport_.disarm(connected_);
  transport_.disarm(readable_);
  transport_.disarm(writable_);
  if (!dead()) transport_.streams().close(id_);
}

void SimStream::attach(StreamId id) {
  id_ = id;
  local_ = transport_.streams().local(id);
  remote_ = transport_.streams().remote(id);
  transport_.streams().attend(id, *this);
}

Result<std::size_t> SimStream::write(BytesView bytes) {
  if (error_ != Errc::ok) return make_error_code(error_);
  if (transport_.severed()) return make_error_code(Errc::closed);
  return transport_.streams().write(id_, bytes);
}

Result<std::size_t> SimStream::read(MutableBytesView into) {
  if (error_ != Errc::ok) return make_error_code(error_);
  if (transport_.severed()) return make_error_code(Errc::closed);
  return transport_.streams().read(id_, into);
}

void SimStream::when_readable(Waiter& waiter) {
  if (transport_.severed()) return;
  transport_.arm(readable_, waiter, *this);
  if (dead() || transport_.streams().readable(id_)) on_readable(0);
}

void SimStream::when_writable(Waiter& waiter) {
  if (transport_.severed()) return;
  transport_.arm(writable_, waiter, *this);
  if (dead() || transport_.streams().writable(id_)) on_writable(0);
}

void SimStream::shutdown_write() {
  if (!dead()) transport_.streams().shutdown_write(id_);
}

void SimStream::reset() {
  if (!dead()) transport_.streams().reset(id_);
}

void SimStream::on_connected(Errc outcome, std::uint64_t cause) {
  transport_.complete(connected_, outcome, cause);
  // Whoever waits to write waits for the connection.
  if (outcome == Errc::ok) on_writable(cause);
}

void SimStream::on_readable(std::uint64_t cause) {
  transport_.complete(readable_, Errc::ok, cause);
}

void SimStream::on_writable(std::uint64_t cause) {
  transport_.complete(writable_, Errc::ok, cause);
}

void SimStream::forget(Waiter& waiter) noexcept {
  for (Waiter** place : {&connected_, &readable_, &writable_}) {
    if (*place == &waiter) transport_.disarm(*place);
  }
}

SimListener::~SimListener() {
  transport_.disarm(acceptable_);
  if (listening_ && !transport_.severed()) transport_.streams().close_listener(id_);
}

void SimListener::attach(const StreamLayer::Listening& listening) {
  id_ = listening.id;
  local_ = {transport_.node().id(), listening.port};
  listening_ = true;
}

Result<std::unique_ptr<Stream>> SimListener::accept() {
  if (transport_.severed()) return make_error_code(Errc::closed);
  const Result<StreamId> id = transport_.streams().accept(id_);
  if (!id) return id.error();
  auto stream = std::make_unique<SimStream>(transport_);
  stream->attach(*id);
  return std::unique_ptr<Stream>(std::move(stream));
}

void SimListener::when_acceptable(Waiter& waiter) {
  if (transport_.severed()) return;
  transport_.arm(acceptable_, waiter, *this);
  if (transport_.streams().acceptable(id_)) on_acceptable(0);
}

void SimListener::on_acceptable(std::uint64_t cause) {
  transport_.complete(acceptable_, Errc::ok, cause);
}

void SimListener::forget(Waiter& waiter) noexcept {
  if (acceptable_ == &waiter) transport_.disarm(acceptable_);
}

}  // namespace windtunnel
