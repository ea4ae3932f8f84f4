// Private to this folder: clock, timers, compute, random and observer of the real world. Includes
// Boost.Asio.
#pragma once

#include <windtunnel/protocols/asio/loop.h>
#include <windtunnel/protocols/base/keyed_random.h>

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace windtunnel {

// Monotonic time since the node was opened.
class AsioClock final : public Clock {
 public:
  AsioClock() : start_(std::chrono::steady_clock::now()) {}
  Instant now() const override;
  WallTime wall() const override;
  // The steady clock's time at `instant`.
  std::chrono::steady_clock::time_point at(Instant instant) const;

 private:
  std::chrono::steady_clock::time_point start_;
};

// An indexed binary heap of waiters, first in first out at equal times, over one timer of the
// system. A waiter's tag is its place in the heap.
class AsioTimers final : public Timers, public WaiterHolder {
 public:
  AsioTimers(AsioLoopCore& loop, const AsioClock& clock, AsioExecutor& executor)
      : clock_(clock), executor_(executor), timer_(loop.io) {}
  ~AsioTimers();

  void arm(Instant deadline, Waiter& waiter) override;
  void forget(Waiter& waiter) noexcept override;
  void sever();
  std::size_t armed() const { return heap_.size(); }

 private:
  struct Entry {
    Instant deadline;
    std::uint64_t sequence;
    Waiter* waiter;
    bool before(const Entry& other) const {
      return deadline != other.deadline ? deadline < other.deadline : sequence < other.sequence;
    }
  };
  void place(std::size_t position, const Entry& entry);
  void sift_up(std::size_t position, const Entry& entry);
  void sift_down(std::size_t position, const Entry& entry);
  void remove_at(std::size_t position);
  void wait();
  void fire_due();

  const AsioClock& clock_;
  AsioExecutor& executor_;
  net::steady_timer timer_;
  // What `timer_` waits for; kEndOfTime when it does not wait.
  Instant waits_for_ = kEndOfTime;
  std::vector<Entry> heap_;
  std::uint64_t next_sequence_ = 0;
  bool severed_ = false;
  // Lets a completion that is already queued find out that the timers are gone.
  std::shared_ptr<AsioTimers*> self_ = std::make_shared<AsioTimers*>(this);
};

class AsioCompute final : public Compute {
 public:
  AsioCompute();
  unsigned cores() const override;
  void charge(Duration) override {}
  // Processor time of the loop's thread, all its nodes together.
  Duration busy() const override;

 private:
  Duration start_;
};

// Seeded once by the operating system, then counting: the n-th draw for a purpose is a function of
// both.
class AsioRandom final : public Random {
 public:
  AsioRandom();
  std::uint64_t draw(std::string_view purpose) override;

 private:
  std::uint64_t seed_;
  std::map<std::string, std::uint64_t, std::less<>> draws_;
};

// Ending the process is for whoever runs the node: see AsioNode::on_exit.
class AsioProcess final : public Process {
 public:
  explicit AsioProcess(std::function<void(std::string_view)> exit) : exit_(std::move(exit)) {}
  void exit(std::string_view why) override { exit_(why); }

 private:
  std::function<void(std::string_view)> exit_;
};

// Lines on stderr, with the time of day (UTC) and the node.
class AsioLog final : public Log {
 public:
  AsioLog(LogLevel wanted, std::string name) : Log(wanted), name_(std::move(name)) {}
  void write(LogLevel level, std::string_view text) override;
  void sever() { severed_ = true; }

 private:
  std::string name_;
  bool severed_ = false;
};

class AsioObserver final : public Observer {
 public:
  void observe(const Observation&) override {}
};

}  // namespace windtunnel
