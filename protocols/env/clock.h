// Time as this node sees it. Two nodes' clocks agree on nothing.
#pragma once

#include <windtunnel/protocols/base/time.h>
#include <windtunnel/protocols/env/waiter.h>

namespace windtunnel {

// Nanoseconds since the Unix epoch according to this node. Jumps; for display and expiry dates
// only.
struct WallTime {
  std::int64_t ns = 0;
  friend constexpr auto operator<=>(const WallTime&, const WallTime&) = default;
};

class Clock {
 public:
  // The monotonic clock: never goes back, may run fast or slow against other nodes', starts at an
  // arbitrary value. It goes on while the process is paused and stops while the machine is
  // suspended.
  virtual Instant now() const = 0;
  virtual WallTime wall() const = 0;

 protected:
  ~Clock() = default;
};

class Timers {
 public:
  // Completes `waiter` once the monotonic clock of this node has reached `deadline`, never earlier;
  // at once (through the executor) when that has passed. Arming an armed timer moves it. Disarming
  // is a true cancel: nothing stays behind.
  virtual void arm(Instant deadline, Waiter& waiter) = 0;

 protected:
  ~Timers() = default;
};

}  // namespace windtunnel
