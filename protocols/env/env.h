// `Env` is the only door to the world. Protocol code that reaches the world in any other way cannot
// be simulated, so there is none. The same code runs over `sim` and over `protocols/asio` and
// cannot tell which.
#pragma once

#include <windtunnel/protocols/env/clock.h>
#include <windtunnel/protocols/env/compute.h>
#include <windtunnel/protocols/env/disk.h>
#include <windtunnel/protocols/env/executor.h>
#include <windtunnel/protocols/env/log.h>
#include <windtunnel/protocols/env/observation.h>
#include <windtunnel/protocols/env/process.h>
#include <windtunnel/protocols/env/random.h>
#include <windtunnel/protocols/env/transport.h>

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
  Log& log;
};

}  // namespace windtunnel
