// An `Env` made by hand, for tests of what stands on the ports: a run queue that is drained on
// request, a clock that is moved on request, one bindable message sink. The disk aborts.
#pragma once

#include <windtunnel/protocols/env/env.h>
#include <windtunnel/protocols/env/frame_pool.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace windtunnel::testing {

class HandExecutor final : public Executor, public WaiterHolder {
 public:
  void post(Waiter& waiter) override {
    waiter.hold(*this);
    queue_.push_back(waiter);
  }
  FramePool& frames() override { return frames_; }
  void forget(Waiter& waiter) noexcept override {
    queue_.remove(waiter);
    waiter.release();
  }
  // Runs everything that is queued and what that queues; returns how many steps.
  int drain() {
    int steps = 0;
    for (; !queue_.empty(); ++steps) {
      Waiter& waiter = queue_.pop_front();
      waiter.release();
      waiter.run();
    }
    return steps;
  }
  bool idle() const { return queue_.empty(); }

 private:
  FramePool frames_;
  WaiterList queue_;
};

class HandClock final : public Clock, public Timers, public WaiterHolder {
 public:
  explicit HandClock(Executor& executor) : executor_(executor) {}
  Instant now() const override { return now_; }
  WallTime wall() const override { return {now_.ns}; }
  void arm(Instant deadline, Waiter& waiter) override {
    waiter.disarm();
    waiter.hold(*this);
    waiter.tag = ++armed_ever_;
    timers_.push_back({deadline, &waiter});
  }
  void forget(Waiter& waiter) noexcept override {
    std::erase_if(timers_, [&waiter](const Timer& timer) { return timer.waiter == &waiter; });
    waiter.release();
  }
  std::size_t armed() const { return timers_.size(); }
  // Moves the clock and queues what is due.
  void advance(Duration by) {
    now_ = now_ + by;
    for (;;) {
      const auto first = std::min_element(timers_.begin(), timers_.end());
      if (first == timers_.end() || now_ < first->deadline) break;
      Waiter& waiter = *first->waiter;
      waiter.disarm();
      waiter.complete(Errc::ok, 0);
      executor_.post(waiter);
    }
  }

 private:
  struct Timer {
    Instant deadline;
    Waiter* waiter = nullptr;
    // Of equal deadlines the one that was armed first.
    bool operator<(const Timer& other) const {
      return std::pair(deadline, waiter->tag) < std::pair(other.deadline, other.waiter->tag);
    }
  };
  Executor& executor_;
  Instant now_;
  std::uint64_t armed_ever_ = 0;
  std::vector<Timer> timers_;
};

class HandTransport final : public Transport {
 public:
  Result<std::unique_ptr<MessageSocket>> bind(Port port, MessageSink& sink) override {
    if (sink_ != nullptr) return make_error_code(Errc::address_in_use);
    sink_ = &sink;
    return std::unique_ptr<MessageSocket>(std::make_unique<Socket>(*this, port));
  }
  Result<std::unique_ptr<Listener>> listen(Port) override {
    return make_error_code(Errc::unsupported);
  }
  std::unique_ptr<Stream> connect(const Endpoint&, Waiter&) override { return nullptr; }
  MessageSink* sink() { return sink_; }

 private:
  class Socket final : public MessageSocket {
   public:
    Socket(HandTransport& transport, Port port) : transport_(transport), port_(port) {}
    ~Socket() override { transport_.sink_ = nullptr; }
    Endpoint local() const override { return {NodeId{0}, port_}; }
    Result<void> send(const Endpoint&, BytesView) override { return {}; }

   private:
    HandTransport& transport_;
    Port port_;
  };
  MessageSink* sink_ = nullptr;
};

class NoDisk : public Disk {
 public:
  void open(std::string_view, OpenMode, Waiter&) override { never(); }
  void close(File) override { never(); }
  void size(File, Waiter&) override { never(); }
  void read(File, std::uint64_t, std::uint64_t, ReadWaiter&) override { never(); }
  void write(File, std::uint64_t, BytesView, Waiter&) override { never(); }
  void truncate(File, std::uint64_t, Waiter&) override { never(); }
  void allocate(File, std::uint64_t, Waiter&) override { never(); }
  void sync(File, Waiter&) override { never(); }
  void make_directory(std::string_view, Waiter&) override { never(); }
  void rename(std::string_view, std::string_view, Waiter&) override { never(); }
  void remove(std::string_view, Waiter&) override { never(); }
  void list(std::string_view, ListWaiter&) override { never(); }
  void sync_directory(std::string_view, Waiter&) override { never(); }

 private:
  [[noreturn]] static void never() {
    assertion_failed("no disk", "this Env has no disk", __FILE__, __LINE__);
  }
};

class NoCompute final : public Compute {
 public:
  unsigned cores() const override { return 1; }
  void charge(Duration) override {}
  Duration busy() const override { return {}; }
};

class NoRandom final : public Random {
 public:
  std::uint64_t draw(std::string_view) override { return 4; }
};

class NoObserver final : public Observer {
 public:
  void observe(const Observation&) override {}
};

class NoProcess final : public Process {
 public:
  void exit(std::string_view why) override {
    assertion_failed("no process", why.data(), __FILE__, __LINE__);
  }
};

class NoLog final : public Log {
 public:
  NoLog() : Log(LogLevel::off) {}
  void write(LogLevel, std::string_view) override {}
};

struct HandMadeEnv {
  HandExecutor executor;
  HandClock clock{executor};
  HandTransport transport;
  NoDisk disk;
  NoCompute compute;
  NoRandom random;
  NoObserver observer;
  NoProcess process;
  NoLog log;
  Env env{NodeId{0}, clock,  clock,    executor, transport, disk,
          compute,   random, observer, process,  log};
};

}  // namespace windtunnel::testing
