// The process that a node's code runs in, for code that can no longer do its work: whose disk
// failed or cannot be trusted, whose port is taken. It ends, so that somebody starts it again or
// looks after it, instead of sitting there dead.
#pragma once

#include <string_view>

namespace windtunnel {

class Process {
 public:
  // Ends the process; `why` is for people, one line. The caller goes on until it returns, but its
  // ports ignore every call from now on, as after a crash; then its program is destroyed. What was
  // submitted to the disk still takes effect. Later calls do nothing.
  //
  // In a simulation the node is down until a fault, a script or the heal starts it. In production
  // the process ends with a failure, for its supervisor to see.
  virtual void exit(std::string_view why) = 0;

 protected:
  ~Process() = default;
};

}  // namespace windtunnel
