// Takes what the code under test writes to stdout and stderr, however it does, and enters it into
// the log of its run with the node and the event that it came from.
//
// Both go into a block of shared memory, which is looked at whenever node code has returned. A
// block is small: who writes more than that within one event has the rest refused, and the log says
// so.
#pragma once

#include <windtunnel/sim/simulation.h>

#include <cstddef>
#include <string>

namespace windtunnel {

class OutputTap final : public CodeListener {
 public:
  static constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

  // Does nothing where the system has no such memory. At most one lives at a time, in a process
  // with one thread; destroyed before the simulation.
  explicit OutputTap(Simulation& sim);
  OutputTap(const OutputTap&) = delete;
  OutputTap& operator=(const OutputTap&) = delete;
  ~OutputTap();

  void on_return(NodeId node) override;
  // The end of what was written, for whoever tells how a process ended.
  const std::string& tail() const { return tail_; }

  // Takes what is there and puts stdout and stderr back, to which the tail goes too: for the
  // handler of a fatal signal.
  static void give_back();

 private:
  void take(NodeId node);
  void restore();

  Simulation& sim_;
  char* memory_ = nullptr;  // of the block, which is made after it
  int block_ = -1;
  int stdout_ = -1;  // those of the process
  int stderr_ = -1;
  std::string tail_;
};

}  // namespace windtunnel
