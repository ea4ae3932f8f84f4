// Private to this folder: the event loop and the run queue of its nodes. Includes Boost.Asio.
#pragma once

#include <windtunnel/protocols/asio/asio_env.h>
#include <windtunnel/protocols/env/frame_pool.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <cstddef>
#include <optional>

namespace windtunnel {

namespace net = boost::asio;

class AsioLoopCore {
 public:
  AsioLoopCore() : work_(io.get_executor()) {}

  // Handles one event, waiting for it until `until`, and then all that it led to.
  void run_one(std::chrono::steady_clock::time_point until);
  // Runs the waiters that are queued, and those that they queue.
  void drain();

  // One thread runs it; the hint keeps the locks, since disk workers post to it.
  net::io_context io{1};
  WaiterList run_queue;
  bool stopping = false;
  int signal = 0;
  std::optional<net::signal_set> signals;

 private:
  net::executor_work_guard<net::io_context::executor_type> work_;
};

// The executor of one node: its entries in the run queue of the loop.
class AsioExecutor final : public Executor, public WaiterHolder {
 public:
  explicit AsioExecutor(AsioLoopCore& loop) : loop_(loop) {}

  void post(Waiter& waiter) override;
  FramePool& frames() override { return frames_; }
  void forget(Waiter& waiter) noexcept override;

  // For ports: completes a waiter that they have released.
  void complete(Waiter& waiter, Errc error, std::uint64_t value = 0);
  // From now on nothing is queued.
  void sever() { severed_ = true; }
  std::size_t armed() const { return queued_; }

 private:
  friend class AsioLoopCore;
  AsioLoopCore& loop_;
  FramePool frames_;
  std::size_t queued_ = 0;
  bool severed_ = false;
};

}  // namespace windtunnel
