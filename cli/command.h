// The `windtunnel` command as a library: a program with protocols of its own registers them and
// calls `main`.
#pragma once

#include <windtunnel/scenarios/engine/registry.h>

namespace windtunnel {

// Exit codes of the command (docs/command.md).
enum ExitCode : int {
  kExitOk = 0,
  kExitViolated = 1,
  kExitUnknown = 2,
  kExitNondeterminism = 3,
  kExitCrashed = 4,
  kExitUsage = 64,
  kExitBadInput = 65,
  kExitMissingInput = 66,
  kExitInternal = 70,
  kExitInterrupted = 130,
};

// Parses the command line, does what it says, and returns the exit code. Results on stdout, all
// else on stderr.
int main(int argc, char** argv, const scenarios::Registry& registry);

}  // namespace windtunnel
