// The processor of this node.
#pragma once

#include <windtunnel/protocols/base/time.h>

namespace windtunnel {

class Compute {
 public:
  virtual unsigned cores() const = 0;
  // Declares that the work of the current input takes `cost` of one core. In the simulator the
  // node's next input waits for it; in production the work itself took the time and this does
  // nothing.
  virtual void charge(Duration cost) = 0;
  // Core time used since the node started.
  virtual Duration busy() const = 0;

 protected:
  ~Compute() = default;
};

}  // namespace windtunnel
