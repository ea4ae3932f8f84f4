#include <windtunnel/protocols/asio/loop.h>

#include <csignal>

namespace windtunnel {

void AsioLoopCore::run_one(std::chrono::steady_clock::time_point until) {
  io.run_one_until(until);
  drain();
}

void AsioLoopCore::drain() {
  while (!run_queue.empty()) {
    Waiter& waiter = run_queue.pop_front();
    // Only executors queue here.
    auto& executor = static_cast<AsioExecutor&>(*waiter.holder());
    --executor.queued_;
    waiter.release();
    if (!executor.severed_) waiter.run();
  }
}

void AsioExecutor::post(Waiter& waiter) {
  if (severed_) return;
  waiter.hold(*this);
  loop_.run_queue.push_back(waiter);
  ++queued_;
}

void AsioExecutor::forget(Waiter& waiter) noexcept {
  loop_.run_queue.remove(waiter);
  waiter.release();
  --queued_;
}

void AsioExecutor::complete(Waiter& waiter, Errc error, std::uint64_t value) {
  waiter.complete(error, value);
  post(waiter);
}

AsioLoop::AsioLoop() : core_(std::make_unique<AsioLoopCore>()) {}
AsioLoop::~AsioLoop() = default;

void AsioLoop::run() {
  core_->drain();
  while (!core_->stopping) core_->run_one(std::chrono::steady_clock::now() + std::chrono::hours(1));
  core_->stopping = false;
}

bool AsioLoop::run_until(const std::function<bool()>& done, Duration limit) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::nanoseconds(limit.ns);
  core_->drain();
  bool reached = done();
  while (!reached && !core_->stopping && std::chrono::steady_clock::now() < deadline) {
    core_->run_one(deadline);
    reached = done();
  }
  core_->stopping = false;
  return reached;
}

void AsioLoop::stop() { core_->stopping = true; }

void AsioLoop::stop_on_signals() {
  AsioLoopCore& core = *core_;
  core.signals.emplace(core.io, SIGINT, SIGTERM);
  core.signals->async_wait([&core](const boost::system::error_code& error, int number) {
    if (error) return;
    core.signal = number;
    core.stopping = true;
  });
}

int AsioLoop::signal() const { return core_->signal; }

}  // namespace windtunnel
