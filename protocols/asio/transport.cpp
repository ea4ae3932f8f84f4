#include <windtunnel/protocols/asio/transport.h>

#include <algorithm>
#include <random>

namespace windtunnel {
namespace {

// Strangers that have connected and said nothing. The oldest gives way.
constexpr std::size_t kMaxArriving = 256;

}  // namespace

AsioTransport::AsioTransport(AsioLoopCore& loop, const AsioClock& clock, AsioExecutor& executor)
    : loop_(loop),
      messages_(loop, clock, routes_),
      streams_(loop, executor, routes_),
      acceptor_(loop.io),
      pause_(loop.io) {}

AsioTransport::~AsioTransport() { sever(); }

Result<void> AsioTransport::start(const AsioOptions& options) {
  routes_.self = options.id;
  routes_.connect_timeout = options.connect_timeout;
  routes_.send_queue_limit = options.send_queue_limit;
  routes_.ports.start_from(std::random_device()());
  for (const auto& peer : options.peers) {
    const Result<void> known = set_peer(peer.first, peer.second);
    if (!known) return known;
  }
  for (const auto& open : options.open_ports) {
    const Result<Tcp::endpoint> found = resolve(loop_.io, open.second);
    if (!found) return found.error();
    routes_.open_ports[open.first] = *found;
  }
  for (const auto& stranger : options.strangers) {
    const Result<Tcp::endpoint> found = resolve(loop_.io, stranger.second);
    if (!found) return found.error();
    routes_.strangers[stranger.first] = *found;
  }
  return options.listen.empty() ? Result<void>() : open_listener(options.listen);
}

Result<void> AsioTransport::set_peer(NodeId peer, const std::string& address) {
  if (peer == routes_.self) return {};
  const Result<Tcp::endpoint> found = resolve(loop_.io, address);
  if (!found) return found.error();
  routes_.addresses[peer] = *found;
  messages_.address_changed(peer);
  return {};
}

Result<void> AsioTransport::open_listener(const std::string& address) {
  const Result<Tcp::endpoint> local = resolve(loop_.io, address);
  if (!local) return local.error();
  Error error;
  acceptor_.open(local->protocol(), error);
  if (!error) acceptor_.set_option(Tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(*local, error);
  if (!error) acceptor_.listen(Tcp::acceptor::max_listen_connections, error);
  if (error) return error;
  routes_.addresses[routes_.self] = acceptor_.local_endpoint(error);
  accept();
  return {};
}

std::uint16_t AsioTransport::tcp_port() const {
  const auto own = routes_.addresses.find(routes_.self);
  return own == routes_.addresses.end() ? std::uint16_t{0} : own->second.port();
}

void AsioTransport::accept() {
  acceptor_.async_accept(
      [self = std::weak_ptr<AsioTransport*>(self_)](const Error& error, Tcp::socket socket) {
        const std::shared_ptr<AsioTransport*> alive = self.lock();
        if (alive == nullptr || !(*alive)->acceptor_.is_open()) return;
        if (error) return (*alive)->accept_after_a_pause();
        (*alive)->greet(std::move(socket));
        (*alive)->accept();
      });
}

void AsioTransport::accept_after_a_pause() {
  pause_.expires_after(kAcceptPause);
  pause_.async_wait([self = std::weak_ptr<AsioTransport*>(self_)](const Error& error) {
    const std::shared_ptr<AsioTransport*> alive = self.lock();
    if (!error && alive != nullptr && (*alive)->acceptor_.is_open()) (*alive)->accept();
  });
}

void AsioTransport::greet(Tcp::socket socket) {
  std::erase_if(arriving_, [](const std::weak_ptr<Greeted>& one) { return one.expired(); });
  if (arriving_.size() >= kMaxArriving) {
    const std::shared_ptr<Greeted> oldest = arriving_.front().lock();
    if (oldest != nullptr) oldest->give_up();
    arriving_.pop_front();
  }
  const auto done = [self = std::weak_ptr<AsioTransport*>(self_)](const wire::Greeting& greeting,
                                                                  Tcp::socket greeted) {
    const std::shared_ptr<AsioTransport*> alive = self.lock();
    if (alive != nullptr) (*alive)->dispatch(greeting, std::move(greeted));
  };
  const auto arrived = std::make_shared<Greeted>(std::move(socket), done);
  arriving_.push_back(arrived);
  arrived->start();
}

void AsioTransport::dispatch(const wire::Greeting& greeting, Tcp::socket socket) {
  if (greeting.to.node != routes_.self) {
    send_answer(socket, wire::Answer::wrong_node);
    return;
  }
  switch (greeting.kind) {
    case wire::Kind::stream: return streams_.adopt(greeting, std::move(socket));
    case wire::Kind::messages: {
      // A node's messages to itself take no connection.
      const bool usable = greeting.from.node != routes_.self;
      if (usable && send_answer(socket, wire::Answer::accepted)) {
        messages_.adopt(greeting.from.node, std::move(socket));
      }
      return;
    }
  }
}

Result<std::unique_ptr<MessageSocket>> AsioTransport::bind(Port port, MessageSink& sink) {
  return messages_.bind(port, sink);
}

Result<std::unique_ptr<Listener>> AsioTransport::listen(Port port) { return streams_.listen(port); }

std::unique_ptr<Stream> AsioTransport::connect(const Endpoint& to, Waiter& connected) {
  return streams_.connect(to, connected);
}

void AsioTransport::sever() {
  Error ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  for (const std::weak_ptr<Greeted>& one : arriving_) {
    const std::shared_ptr<Greeted> arrived = one.lock();
    if (arrived != nullptr) arrived->give_up();
  }
  arriving_.clear();
  messages_.sever();
  streams_.sever();
}

}  // namespace windtunnel
