#include "protocols/asio/asio_env.h"

#include "protocols/asio/disk.h"
#include "protocols/asio/small_ports.h"
#include "protocols/asio/transport.h"

#include <exception>

namespace windtunnel {

// The program is above the ports, so that it goes first.
struct AsioNode::Parts {
  explicit Parts(AsioLoopCore& core)
      : loop(core),
        executor(core),
        timers(core, clock, executor),
        transport(core, clock, executor),
        disk(core, executor) {}

  std::size_t armed() const {
    return executor.armed() + timers.armed() + transport.armed() + disk.armed();
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
  std::optional<Env> env;
  std::unique_ptr<Service> program;
};

AsioNode::AsioNode(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<AsioNode>> AsioNode::open(AsioLoop& loop, const AsioOptions& options) {
  try {
    auto parts = std::make_unique<Parts>(*loop.core_);
    const Result<void> disk = parts->disk.start(options.data_directory);
    if (!disk) return disk.error();
    const Result<void> transport = parts->transport.start(options);
    if (!transport) return transport.error();
    parts->env.emplace(Env{options.id, parts->clock, parts->timers, parts->executor,
                           parts->transport, parts->disk, parts->compute, parts->random,
                           parts->observer});
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
  parts.executor.sever();
  parts.timers.sever();
  parts.transport.sever();
  parts.disk.sever();
  parts.program.reset();
  WT_ASSERT(parts.armed() == 0, "no waiter outlives its node");
}

void AsioNode::start(const ProgramFactory& factory) {
  WT_ASSERT(parts_->program == nullptr, "a node starts once");
  parts_->program = factory(*parts_->env);
  parts_->program->start();
  parts_->loop.drain();
}

Env& AsioNode::env() { return *parts_->env; }
std::uint16_t AsioNode::tcp_port() const { return parts_->transport.tcp_port(); }
std::size_t AsioNode::armed_waiters() const { return parts_->armed(); }

Result<void> AsioNode::set_peer(NodeId peer, const std::string& address) {
  return parts_->transport.set_peer(peer, address);
}

}  // namespace windtunnel
