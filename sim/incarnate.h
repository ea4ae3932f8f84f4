// One life of a node: its ports, its coroutine frames and its program. Everything here dies with a
// crash.
#pragma once

#include <windtunnel/protocols/base/keyed_random.h>
#include <windtunnel/protocols/env/env.h>
#include <windtunnel/protocols/env/frame_pool.h>
#include <windtunnel/protocols/env/service.h>
#include <windtunnel/sim/clock.h>
#include <windtunnel/sim/disk/sim_disk.h>
#include <windtunnel/sim/net/network.h>
#include <windtunnel/sim/node.h>

#include <memory>
#include <string_view>
#include <vector>

namespace windtunnel {

// The node's door to the global run queue.
class SimExecutor final : public Executor, public WaiterHolder {
 public:
  explicit SimExecutor(Node& node) : node_(node) {}
  void post(Waiter& waiter) override;
  FramePool& frames() override { return frames_; }
  void forget(Waiter& waiter) noexcept override;

  void sever() { severed_ = true; }
  Node& node() { return node_; }
  // Called by the simulation when it takes `waiter` from the run queue.
  void taken(Waiter& waiter) {
    --queued_;
    waiter.release();
  }
  std::size_t armed_waiters() const { return queued_; }
  std::size_t live_frames() const { return frames_.live(); }

 private:
  Node& node_;
  FramePool frames_;
  bool severed_ = false;
  std::size_t queued_ = 0;
};

class SimTimers final : public Timers,
                        public Clock,
                        public WaiterHolder,
                        public EventTarget,
                        public SimClock::Listener {
 public:
  explicit SimTimers(Node& node);
  ~SimTimers();
  Instant now() const override;
  WallTime wall() const override;
  void arm(Instant deadline, Waiter& waiter) override;
  void forget(Waiter& waiter) noexcept override;
  void on_event(std::uint64_t slot, std::uint64_t unused) override;
  void on_rate_change() override;

  void sever();
  std::size_t armed_waiters() const { return armed_; }

 private:
  struct Timer {
    Waiter* waiter = nullptr;
    Instant deadline;  // on the node's clock
    EventHandle event;
    std::uint64_t cause = 0;
  };
  void schedule(std::size_t slot);
  bool arm_again(Instant deadline, std::uint32_t slot);

  Node& node_;
  bool severed_ = false;
  std::vector<Timer> timers_;
  std::vector<std::uint32_t> free_;
  std::size_t armed_ = 0;
};

class SimRandom final : public Random {
 public:
  explicit SimRandom(Node& node) : node_(node) {}
  std::uint64_t draw(std::string_view purpose) override;

 private:
  struct Family {
    std::uint64_t purpose;
    DrawKey key;
    std::uint64_t ordinal;
  };
  Node& node_;
  std::vector<Family> families_;
};

class SimCompute final : public Compute {
 public:
  SimCompute(Node& node, NodeInbox& inbox) : node_(node), inbox_(inbox) {}
  unsigned cores() const override { return node_.compute_options().cores; }
  void charge(Duration cost) override;
  Duration busy() const override;
  void sever() { severed_ = true; }

 private:
  Node& node_;
  NodeInbox& inbox_;
  bool severed_ = false;
};

class SimObserver final : public Observer {
 public:
  explicit SimObserver(Node& node) : node_(node) {}
  void observe(const Observation& observation) override;
  void sever() { severed_ = true; }

 private:
  Node& node_;
  bool severed_ = false;
};

class SimProcess final : public Process {
 public:
  explicit SimProcess(Node& node) : node_(node) {}
  void exit(std::string_view why) override;
  void sever() { severed_ = true; }

 private:
  Node& node_;
  bool severed_ = false;
};

class SimLog final : public Log {
 public:
  explicit SimLog(Node& node);
  void write(LogLevel level, std::string_view text) override;
  void sever() { severed_ = true; }

 private:
  Node& node_;
  bool severed_ = false;
};

class Incarnate {
 public:
  Incarnate(Node& node, NodeInbox& inbox);
  ~Incarnate();

  Env& env() { return env_; }
  Service* program() { return program_.get(); }
  void start(const ProgramFactory& factory);
  // From now on the ports ignore every call.
  void sever(CrashKind kind);
  // Destroys the program and asserts that it left nothing behind.
  void destroy_program();
  std::size_t live_frames() const { return executor_.live_frames(); }

 private:
  Node& node_;
  NodeInbox& inbox_;
  SimExecutor executor_;
  SimTimers timers_;
  SimRandom random_;
  SimCompute compute_;
  SimObserver observer_;
  SimProcess process_;
  SimLog log_;
  std::unique_ptr<NodeTransport> transport_;
  std::unique_ptr<NodeDisk> disk_;
  Env env_;
  std::unique_ptr<Service> program_;
};

}  // namespace windtunnel
