// Lines of the code under test on the terminal, in virtual time: "0.512000 s  n2  info  text".
#pragma once

#include <windtunnel/sim/simulation.h>

namespace windtunnel::cli {

// To stderr as it is now: a worker process, whose own goes elsewhere, still reaches the terminal.
// Each line is one write, so that lines of several workers do not mix.
class LogPrinter final : public LogListener {
 public:
  // `names_seed`: lines begin with the seed of their run.
  explicit LogPrinter(bool names_seed);
  LogPrinter(const LogPrinter&) = delete;
  LogPrinter& operator=(const LogPrinter&) = delete;
  ~LogPrinter();
  void on_log(Simulation& sim, const LogLine& line) override;

 private:
  bool names_seed_ = false;
  int descriptor_ = -1;
  bool is_terminal_ = false;
};

}  // namespace windtunnel::cli
