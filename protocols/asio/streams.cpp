#include <windtunnel/protocols/asio/streams.h>

namespace windtunnel {
namespace {

// Connections that wait to be accepted; more are refused.
constexpr std::size_t kBacklog = 128;

class AsioStream final : public Stream {
 public:
  explicit AsioStream(std::shared_ptr<StreamCore> core) : core_(std::move(core)) {}
  ~AsioStream() override { core_->close(); }
  Endpoint local() const override { return core_->local(); }
  Endpoint remote() const override { return core_->remote(); }
  Result<std::size_t> write(BytesView bytes) override { return core_->write(bytes); }
  Result<std::size_t> read(MutableBytesView into) override { return core_->read(into); }
  void when_readable(Waiter& waiter) override { core_->when_readable(waiter); }
  void when_writable(Waiter& waiter) override { core_->when_writable(waiter); }
  void shutdown_write() override { core_->shutdown_write(); }
  void reset() override { core_->reset(); }

 private:
  std::shared_ptr<StreamCore> core_;
};

// What a severed node's `connect` returns.
class DeadStream final : public Stream {
 public:
  Endpoint local() const override { return {}; }
  Endpoint remote() const override { return {}; }
  Result<std::size_t> write(BytesView) override { return make_error_code(Errc::closed); }
  Result<std::size_t> read(MutableBytesView) override { return make_error_code(Errc::closed); }
  void when_readable(Waiter&) override {}
  void when_writable(Waiter&) override {}
  void shutdown_write() override {}
  void reset() override {}
};

}  // namespace

class AsioListener final : public Listener, public WaiterHolder {
 public:
  AsioListener(AsioStreams& owner, Endpoint local) : owner_(&owner), local_(local) {}
  ~AsioListener() override { close(); }

  Endpoint local() const override { return local_; }
  Result<std::unique_ptr<Stream>> accept() override {
    if (owner_ == nullptr) return make_error_code(Errc::closed);
    if (waiting_.empty()) return make_error_code(Errc::would_block);
    auto stream = std::make_unique<AsioStream>(std::move(waiting_.front()));
    waiting_.pop_front();
    return std::unique_ptr<Stream>(std::move(stream));
  }
  void when_acceptable(Waiter& waiter) override {
    if (owner_ == nullptr) return;
    WT_ASSERT(waiter_ == nullptr, "a listener has one waiter at a time");
    waiter.hold(*this);
    waiter_ = &waiter;
    ++owner_->armed_;
    notify();
  }
  void forget(Waiter& waiter) noexcept override {
    waiter.release();
    waiter_ = nullptr;
    --owner_->armed_;
  }

  bool has_room() const { return waiting_.size() < kBacklog; }
  // Takes strangers too, from now on.
  Result<void> open_to_strangers(const Tcp::endpoint& address) {
    Error error;
    acceptor_.emplace(owner_->loop_.io);
    acceptor_->open(address.protocol(), error);
    if (!error) acceptor_->set_option(Tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_->bind(address, error);
    if (!error) acceptor_->listen(Tcp::acceptor::max_listen_connections, error);
    if (error) return error;
    accept_strangers();
    return {};
  }
  std::uint16_t tcp_port() const {
    Error ignored;
    return acceptor_ ? acceptor_->local_endpoint(ignored).port() : std::uint16_t{0};
  }

  void add(std::shared_ptr<StreamCore> core) {
    waiting_.push_back(std::move(core));
    notify();
  }
  // Whoever waits in the backlog is reset.
  void close() {
    if (owner_ == nullptr) return;
    if (waiter_ != nullptr) forget(*waiter_);
    for (const std::shared_ptr<StreamCore>& core : waiting_) {
      core->reset();
      core->close();
    }
    waiting_.clear();
    acceptor_.reset();
    pause_.reset();
    owner_->listeners_.erase(local_.port);
    owner_->routes_.ports.release(local_.port);
    owner_ = nullptr;
  }

 private:
  void notify() {
    if (waiter_ == nullptr || waiting_.empty()) return;
    Waiter& waiter = *waiter_;
    forget(waiter);
    owner_->executor_.complete(waiter, Errc::ok);
  }

  void accept_strangers() {
    acceptor_->async_accept([self = std::weak_ptr<AsioListener*>(self_)](const Error& error,
                                                                         Tcp::socket socket) {
      const std::shared_ptr<AsioListener*> alive = self.lock();
      if (alive == nullptr || !(*alive)->acceptor_) return;
      AsioListener& listener = **alive;
      if (error) return listener.accept_after_a_pause();
      if (listener.has_room()) {
        auto core =
            std::make_shared<StreamCore>(*listener.owner_, listener.local_, Endpoint{kNoNode, 0});
        core->adopt(std::move(socket));
        listener.add(std::move(core));
      }
      listener.accept_strangers();
    });
  }
  void accept_after_a_pause() {
    pause_.emplace(owner_->loop_.io);
    pause_->expires_after(kAcceptPause);
    pause_->async_wait([self = std::weak_ptr<AsioListener*>(self_)](const Error& error) {
      const std::shared_ptr<AsioListener*> alive = self.lock();
      if (!error && alive != nullptr && (*alive)->acceptor_) (*alive)->accept_strangers();
    });
  }

  AsioStreams* owner_;  // null once severed
  Endpoint local_;
  // Of an open port.
  std::optional<Tcp::acceptor> acceptor_;
  std::optional<net::steady_timer> pause_;
  std::shared_ptr<AsioListener*> self_ = std::make_shared<AsioListener*>(this);
  std::deque<std::shared_ptr<StreamCore>> waiting_;
  Waiter* waiter_ = nullptr;
};

AsioStreams::~AsioStreams() { sever(); }

void AsioStreams::sever() {
  severed_ = true;
  while (!listeners_.empty()) listeners_.begin()->second->close();
  while (!open_.empty()) (*open_.begin())->close();
}

Result<std::unique_ptr<Listener>> AsioStreams::listen(Port port) {
  if (severed_) return make_error_code(Errc::closed);
  const auto open = routes_.open_ports.find(port);
  const bool is_open = open != routes_.open_ports.end();
  if (!routes_.has_listener() && !is_open) return make_error_code(Errc::unsupported);
  const Result<Port> claimed = routes_.ports.claim(port);
  if (!claimed) return claimed.error();
  auto listener = std::make_unique<AsioListener>(*this, Endpoint{routes_.self, *claimed});
  listeners_.emplace(*claimed, listener.get());
  if (is_open) {
    const Result<void> opened = listener->open_to_strangers(open->second);
    if (!opened) return opened.error();
  }
  return std::unique_ptr<Listener>(std::move(listener));
}

std::unique_ptr<Stream> AsioStreams::connect(const Endpoint& to, Waiter& connected) {
  if (severed_) return std::make_unique<DeadStream>();
  const Result<Port> port = routes_.ports.ephemeral();
  const Endpoint local{routes_.self, port ? *port : Port{0}};
  auto core = std::make_shared<StreamCore>(*this, local, to);
  const auto stranger = routes_.strangers.find(to);
  const auto address = routes_.addresses.find(to.node);
  if (stranger != routes_.strangers.end()) {
    core->connect_to_stranger(stranger->second, connected);
  } else if (address != routes_.addresses.end()) {
    core->connect(address->second, connected);
  } else {
    // Without a listener of its own a node can still refuse itself.
    core->fail_to_connect(to.node == routes_.self ? Errc::refused : Errc::unreachable, connected);
  }
  return std::make_unique<AsioStream>(std::move(core));
}

std::uint16_t AsioStreams::tcp_port(Port open_port) const {
  const auto listener = listeners_.find(open_port);
  return listener == listeners_.end() ? std::uint16_t{0} : listener->second->tcp_port();
}

void AsioStreams::adopt(const wire::Greeting& greeting, Tcp::socket socket) {
  const auto listener = listeners_.find(greeting.to.port);
  if (severed_ || listener == listeners_.end() || !listener->second->has_room()) {
    send_answer(socket, wire::Answer::refused);
    return;
  }
  if (!send_answer(socket, wire::Answer::accepted)) return;
  const Endpoint local{routes_.self, greeting.to.port};
  auto core = std::make_shared<StreamCore>(*this, local, greeting.from);
  core->adopt(std::move(socket));
  listener->second->add(std::move(core));
}

}  // namespace windtunnel
