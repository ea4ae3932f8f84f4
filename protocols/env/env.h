// `Env` is the only door to the world. Protocol code that reaches the world in any other way cannot
// be simulated, so there is none. The same code runs over `sim` and over `protocols/asio` and
// cannot tell which.
#pragma once

#include "protocols/env/clock.h"
#include "protocols/env/compute.h"
#include "protocols/env/disk.h"
#include "protocols/env/executor.h"
#include "protocols/env/observation.h"
#include "protocols/env/process.h"
#include "protocols/env/random.h"
#include "protocols/env/transport.h"

namespace windtunnel {

// References to the ports of one incarnation of one node. After a crash the ports ignore every
// call.
struct Env {
  NodeId self;
  Clock& clock;
  Timers& timers;
  Executor& executor;
  Transport& transport;
  Disk& disk;
  Compute& compute;
  Random& random;
  Observer& observer;
  Process& process;
};

}  // namespace windtunnel
