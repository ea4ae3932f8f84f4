// What the commands do with one failure: make it small, write its file, run that once more.
#pragma once

#include <windtunnel/cli/terminal.h>
#include <windtunnel/scenarios/fuzzing/shrink.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace windtunnel::cli {

struct SavedFinding {
  std::string file;   // empty: not written
  std::string error;  // why not, or why it was not run
  bool shrunk = false;
  bool complete = false;  // nothing makes it smaller
  bool interrupted = false;
  bool proved = false;      // it was run once more
  bool reproduces = false;  // the file, run again, fails in the same way with the same trace
  std::uint64_t candidates = 0;
  double seconds = 0;  // real time of shrinking
  std::size_t faults = 0;
  std::uint32_t nodes = 0;
  std::uint32_t clients = 0;
  std::uint64_t operations = 0;  // that the clients began
};

struct FindingOptions {
  unsigned jobs = 1;
  bool shrink = true;
  std::chrono::milliseconds time{60'000};
};

// `file`: where it goes; replaces what is there only when all of it is written.
SavedFinding save_finding(const scenarios::ScenarioSpec& spec, const scenarios::Failure& failure,
                          const std::string& file, const scenarios::Registry& registry,
                          const FindingOptions& options, Terminal& terminal);

// Runs what the file says, which is what others will run.
void prove_finding(const scenarios::Registry& registry, SavedFinding& saved);

// Lines about it: how small it was made, where it is, and the command that runs it. `called_by`:
// the tool, as it was called.
std::string saved_text(const SavedFinding& saved, const std::string& called_by);

}  // namespace windtunnel::cli
