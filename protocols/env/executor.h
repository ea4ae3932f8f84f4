// The run queue of a node: everything that continues, continues from here, in the order it was
// posted, before the next event of the world is looked at. Nothing is ever resumed from inside a
// call to a port.
#pragma once

#include <windtunnel/protocols/env/waiter.h>

#include <cstddef>

namespace windtunnel {

class FramePool;

class Executor {
 public:
  // Queues `waiter` to be run. First in, first out. It must not be armed elsewhere.
  virtual void post(Waiter& waiter) = 0;
  // Where coroutine frames of this incarnation live.
  virtual FramePool& frames() = 0;

 protected:
  ~Executor() = default;
};

}  // namespace windtunnel
