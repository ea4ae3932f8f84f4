#include <windtunnel/protocols/env/scoped_env.h>

#include <windtunnel/protocols/env/await.h>

#include <string_view>
#include <utility>

namespace windtunnel {
namespace {

constexpr unsigned kFixedPorts = kFirstEphemeralPort - 1U;

bool is_fixed(Port port) { return port != 0 && port < kFirstEphemeralPort; }

}  // namespace

// Named, for the scope's parts are of these types.
namespace detail {

// How endpoints look from inside and from outside.
struct PortMap {
  Port by = 0;
  Endpoint inside(const Endpoint& outer) const {
    return {outer.node, moved_port_back(outer.port, by)};
  }
  Endpoint outside(const Endpoint& inner) const { return {inner.node, moved_port(inner.port, by)}; }
};

class ScopedDisk final : public Disk {
 public:
  ScopedDisk(Disk& outer, std::string_view directory)
      : outer_(outer), path_(directory), other_path_(directory), size_(directory.size()) {}

  void open(std::string_view path, OpenMode mode, Waiter& waiter) override {
    outer_.open(below(path), mode, waiter);
  }
  void close(File file) override { outer_.close(file); }
  void size(File file, Waiter& waiter) override { outer_.size(file, waiter); }
  void read(File file, std::uint64_t offset, std::uint64_t length, ReadWaiter& waiter) override {
    outer_.read(file, offset, length, waiter);
  }
  void write(File file, std::uint64_t offset, BytesView bytes, Waiter& waiter) override {
    outer_.write(file, offset, bytes, waiter);
  }
  void truncate(File file, std::uint64_t size, Waiter& waiter) override {
    outer_.truncate(file, size, waiter);
  }
  void allocate(File file, std::uint64_t size, Waiter& waiter) override {
    outer_.allocate(file, size, waiter);
  }
  void sync(File file, Waiter& waiter) override { outer_.sync(file, waiter); }
  void make_directory(std::string_view path, Waiter& waiter) override {
    outer_.make_directory(below(path), waiter);
  }
  void rename(std::string_view from, std::string_view to, Waiter& waiter) override {
    outer_.rename(below(from), join(other_path_, to), waiter);
  }
  void remove(std::string_view path, Waiter& waiter) override {
    outer_.remove(below(path), waiter);
  }
  void list(std::string_view directory, ListWaiter& waiter) override {
    outer_.list(below(directory), waiter);
  }
  void sync_directory(std::string_view directory, Waiter& waiter) override {
    outer_.sync_directory(below(directory), waiter);
  }

 private:
  // Good until the next call.
  std::string_view below(std::string_view path) { return join(path_, path); }
  std::string_view join(std::string& into, std::string_view path) const {
    into.resize(size_);
    if (!path.empty()) into.append("/").append(path);
    return into;
  }

  Disk& outer_;
  std::string path_;
  std::string other_path_;
  std::size_t size_;  // of the directory's own name
};

// Its sink may destroy it.
class ScopedSocket final : public MessageSocket, private MessageSink {
 public:
  ScopedSocket(PortMap ports, MessageSink& sink) : ports_(ports), sink_(sink) {}
  Result<void> bind(Transport& outer, Port port) {
    Result<std::unique_ptr<MessageSocket>> bound = outer.bind(port, *this);
    if (!bound) return bound.error();
    outer_ = std::move(*bound);
    return {};
  }
  Endpoint local() const override { return ports_.inside(outer_->local()); }
  Result<void> send(const Endpoint& to, BytesView message) override {
    return outer_->send(ports_.outside(to), message);
  }

 private:
  void on_message(const Endpoint& from, BytesView message) override {
    sink_.on_message(ports_.inside(from), message);
  }
  PortMap ports_;
  MessageSink& sink_;
  std::unique_ptr<MessageSocket> outer_;
};

class ScopedStream final : public Stream {
 public:
  ScopedStream(PortMap ports, std::unique_ptr<Stream> outer)
      : ports_(ports), outer_(std::move(outer)) {}
  Endpoint local() const override { return ports_.inside(outer_->local()); }
  Endpoint remote() const override { return ports_.inside(outer_->remote()); }
  Result<std::size_t> write(BytesView bytes) override { return outer_->write(bytes); }
  Result<std::size_t> read(MutableBytesView into) override { return outer_->read(into); }
  void when_readable(Waiter& waiter) override { outer_->when_readable(waiter); }
  void when_writable(Waiter& waiter) override { outer_->when_writable(waiter); }
  void shutdown_write() override { outer_->shutdown_write(); }
  void reset() override { outer_->reset(); }

 private:
  PortMap ports_;
  std::unique_ptr<Stream> outer_;
};

class ScopedListener final : public Listener {
 public:
  ScopedListener(PortMap ports, std::unique_ptr<Listener> outer)
      : ports_(ports), outer_(std::move(outer)) {}
  Endpoint local() const override { return ports_.inside(outer_->local()); }
  Result<std::unique_ptr<Stream>> accept() override {
    Result<std::unique_ptr<Stream>> stream = outer_->accept();
    if (!stream) return stream.error();
    return std::unique_ptr<Stream>(std::make_unique<ScopedStream>(ports_, std::move(*stream)));
  }
  void when_acceptable(Waiter& waiter) override { outer_->when_acceptable(waiter); }

 private:
  PortMap ports_;
  std::unique_ptr<Listener> outer_;
};

class ScopedTransport final : public Transport {
 public:
  ScopedTransport(Transport& outer, Port by) : outer_(outer), ports_{by} {}
  Result<std::unique_ptr<MessageSocket>> bind(Port port, MessageSink& sink) override {
    auto socket = std::make_unique<ScopedSocket>(ports_, sink);
    const Result<void> bound = socket->bind(outer_, moved_port(port, ports_.by));
    if (!bound) return bound.error();
    return std::unique_ptr<MessageSocket>(std::move(socket));
  }
  Result<std::unique_ptr<Listener>> listen(Port port) override {
    Result<std::unique_ptr<Listener>> outer = outer_.listen(moved_port(port, ports_.by));
    if (!outer) return outer.error();
    return std::unique_ptr<Listener>(std::make_unique<ScopedListener>(ports_, std::move(*outer)));
  }
  std::unique_ptr<Stream> connect(const Endpoint& to, Waiter& connected) override {
    std::unique_ptr<Stream> outer = outer_.connect(ports_.outside(to), connected);
    return std::make_unique<ScopedStream>(ports_, std::move(outer));
  }

 private:
  Transport& outer_;
  PortMap ports_;
};

class ScopedRandom final : public Random {
 public:
  ScopedRandom(Random& outer, std::string_view name) : outer_(outer), purpose_(name) {
    purpose_ += '/';
    size_ = purpose_.size();
  }
  std::uint64_t draw(std::string_view purpose) override {
    purpose_.resize(size_);
    purpose_ += purpose;
    return outer_.draw(purpose_);
  }

 private:
  Random& outer_;
  std::string purpose_;
  std::size_t size_ = 0;
};

}  // namespace detail

Port moved_port(Port port, Port by) {
  if (!is_fixed(port)) return port;
  return static_cast<Port>((port - 1U + by) % kFixedPorts + 1U);
}

Port moved_port_back(Port port, Port by) {
  if (!is_fixed(port)) return port;
  return static_cast<Port>((port - 1U + kFixedPorts - by % kFixedPorts) % kFixedPorts + 1U);
}

struct ScopedEnv::Parts {
  Parts(Env& outer, const ScopeOptions& options)
      : name(options.name),
        ports(options.ports),
        transport(outer.transport, options.ports),
        disk(outer.disk, options.name),
        random(outer.random, options.name),
        env{outer.self,    outer.clock, outer.timers,   outer.executor, transport, disk,
            outer.compute, random,      outer.observer, outer.process,  outer.log} {}

  std::string name;
  Port ports;
  detail::ScopedTransport transport;
  detail::ScopedDisk disk;
  detail::ScopedRandom random;
  Env env;
};

ScopedEnv::ScopedEnv(Env& outer, const ScopeOptions& options) {
  WT_ASSERT(!options.name.empty(), "a scope has a name");
  WT_ASSERT(options.name.find('/') == std::string::npos, "the name of a scope is one directory");
  parts_ = std::make_unique<Parts>(outer, options);
}
ScopedEnv::~ScopedEnv() = default;

Env& ScopedEnv::env() { return parts_->env; }

Port ScopedEnv::port_of(Port port, Port ports) const {
  return moved_port_back(moved_port(port, ports), parts_->ports);
}

Task<Result<void>> ScopedEnv::make_directory(Env& outer) {
  const Result<void> made = co_await windtunnel::make_directory(outer, parts_->name);
  if (!made && made.error() != Errc::already_exists) co_return made.error();
  // SAFETY: what is synced below a name that is not durable is gone after a power loss.
  co_return co_await sync_directory(outer, "");
}

}  // namespace windtunnel
