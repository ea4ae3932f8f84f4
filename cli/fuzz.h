// `windtunnel fuzz` and `windtunnel shrink`: looking for failures, and making them small.
#pragma once

#include <windtunnel/cli/terminal.h>
#include <windtunnel/scenarios/engine/registry.h>

#include <cstdint>
#include <string>
#include <vector>

namespace windtunnel::cli {

struct FuzzRequest {
  std::string called_by = "windtunnel";
  std::vector<std::string> scenarios;
  std::vector<std::string> set;  // "key=value"
  std::string seed = "1";        // of the first run
  std::uint64_t runs = 0;        // 0: as long as `time` says
  std::string time;              // "60s"; empty: 60s where `runs` is not given either
  unsigned jobs = 0;             // 0: one a core
  bool guided = false;
  bool verify = false;
  bool no_shrink = false;
  std::string shrink_time = "60s";  // for each kind of failure
  std::uint64_t max_failures = 0;   // 0: no bound
  std::string corpus;               // where saved failures are, and new ones go
  std::string out = "windtunnel-out";
  bool json = false;
  std::string junit;
};
// Exit codes: 1 where something was found (4 where it was crashes only), 3 where a run was not
// deterministic, 2 where more than one run in a hundred could not be judged, else 0.
int fuzz_command(const FuzzRequest& request, const scenarios::Registry& registry,
                 Terminal& terminal);

struct ShrinkRequest {
  std::string called_by = "windtunnel";
  std::string scenario;
  std::vector<std::string> set;
  std::string seed;    // empty: the scenario's first
  std::string output;  // the file
  std::string time = "60s";
  unsigned jobs = 0;
};
int shrink_command(const ShrinkRequest& request, const scenarios::Registry& registry,
                   Terminal& terminal);

}  // namespace windtunnel::cli
