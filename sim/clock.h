// A node's clock: a monotonic clock that may run fast or slow by an exact rational, and a wall
// clock that jumps. Timers run on the monotonic clock, are mapped to true time by rounding up (so
// they never fire early locally) and are mapped again when the rate changes.
#pragma once

#include <windtunnel/protocols/env/clock.h>
#include <windtunnel/sim/event_queue.h>

#include <cstdint>
#include <vector>

namespace windtunnel {

class Node;
class Simulation;

class SimClock {
 public:
  explicit SimClock(Node& node);

  // Local time at true time `at`, which is not before the last change.
  Instant local(Instant at) const;
  // The first true time at which local time is at least `local`; kEndOfTime while suspended.
  Instant true_time(Instant local) const;
  WallTime wall(Instant at) const;

  // From now on the clock gains `ppb` nanoseconds a second (negative: loses); above -10^9.
  void set_drift(std::int64_t ppb);
  std::int64_t drift_ppb() const { return drift_ppb_; }
  // Jumps the wall clock; the monotonic clock and the timers do not move.
  void jump_wall(Duration by);
  // Sets the wall clock's distance from true time since 2000-01-01.
  void set_wall_offset(Duration offset);
  Duration wall_offset() const { return wall_offset_; }
  void suspend();
  void resume();

  // Called with every change, so that timers can be mapped again. At most one.
  class Listener {
   public:
    virtual void on_rate_change() = 0;

   protected:
    ~Listener() = default;
  };
  void set_listener(Listener* listener) { listener_ = listener; }

 private:
  void rebase();
  void changed();

  Node& node_;
  Instant true_base_;
  Instant local_base_;
  std::int64_t drift_ppb_ = 0;
  bool suspended_ = false;
  Duration wall_offset_;
  Listener* listener_ = nullptr;
};

}  // namespace windtunnel
