#include <windtunnel/protocols/asio/asio_env.h>

#include <windtunnel/protocols/asio/disk.h>
#include <windtunnel/protocols/asio/small_ports.h>
#include <windtunnel/protocols/asio/transport.h>

#include <exception>

namespace windtunnel {

// The program is above the ports, so that it goes first.
struct AsioNode::Parts {
  Parts(AsioLoopCore& core, const AsioOptions& options)
      : loop(core),
        executor(core),
        timers(core, clock, executor),
        transport(core, clock, executor),
        disk(core, executor),
        process([this](std::string_view why) { exit(why); }),
        log(options.log,
            options.name.empty() ? "node " + std::to_string(options.id.value) : options.name) {}

  std::size_t armed() const {
    return executor.armed() + timers.armed() + transport.armed() + disk.armed();
  }

  // From now on the ports ignore every call.
  void sever() {
    executor.sever();
    timers.sever();
    transport.sever();
    disk.sever();
    log.sever();
  }

  void exit(std::string_view why) {
    if (exited) return;
    exited = true;
    sever();
    if (on_exit) on_exit(why);
  }

  AsioLoopCore& loop;
  AsioClock clock;
  AsioExecutor executor;
  AsioTimers timers;
  AsioTransport transport;
  AsioDisk disk;
  AsioCompute compute;
  AsioRandom random;
  AsioObserver observer;
  AsioProcess process;
  AsioLog log;
  bool exited = false;
  std::function<void(std::string_view)> on_exit;
  std::optional<Env> env;
  std::unique_ptr<Service> program;
};

AsioNode::AsioNode(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<AsioNode>> AsioNode::open(AsioLoop& loop, const AsioOptions& options) {
  try {
    auto parts = std::make_unique<Parts>(*loop.core_, options);
    const Result<void> disk = parts->disk.start(options.data_directory);
    if (!disk) return disk.error();
    const Result<void> transport = parts->transport.start(options);
    if (!transport) return transport.error();
    parts->env.emplace(Env{options.id, parts->clock, parts->timers, parts->executor,
                           parts->transport, parts->disk, parts->compute, parts->random,
                           parts->observer, parts->process, parts->log});
    return std::unique_ptr<AsioNode>(new AsioNode(std::move(parts)));
  } catch (const boost::system::system_error& failure) {
    // Asio, out of descriptors or memory.
    return failure.code();
  } catch (const std::exception&) {
    return make_error_code(Errc::overloaded);
  }
}

AsioNode::~AsioNode() {
  Parts& parts = *parts_;
  parts.sever();
  parts.program.reset();
  WT_ASSERT(parts.armed() == 0, "no waiter outlives its node");
}

void AsioNode::start(const ProgramFactory& factory) {
  WT_ASSERT(parts_->program == nullptr, "a node starts once");
  parts_->program = factory(*parts_->env);
  parts_->program->start();
  parts_->loop.drain();
}

void AsioNode::on_exit(std::function<void(std::string_view)> listener) {
  parts_->on_exit = std::move(listener);
}

Env& AsioNode::env() { return *parts_->env; }
std::uint16_t AsioNode::tcp_port() const { return parts_->transport.tcp_port(); }
std::uint16_t AsioNode::tcp_port(Port open_port) const {
  return parts_->transport.tcp_port(open_port);
}
std::size_t AsioNode::armed_waiters() const { return parts_->armed(); }

Result<void> AsioNode::set_peer(NodeId peer, const std::string& address) {
  return parts_->transport.set_peer(peer, address);
}

}  // namespace windtunnel
