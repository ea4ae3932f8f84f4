// `windtunnel run`: scenario files over seeds.
#pragma once

#include <windtunnel/cli/terminal.h>
#include <windtunnel/scenarios/campaign/seed_list.h>
#include <windtunnel/scenarios/engine/registry.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::cli {

struct RunRequest {
  std::string called_by = "windtunnel";  // for the commands that are printed
  std::vector<std::string> scenarios;
  std::string seed;              // one; empty: all that the scenario names
  std::string seeds;             // "A..B"
  std::vector<std::string> set;  // "key=value"
  bool verify = false;
  std::string out = "windtunnel-out";
  bool json = false;
  std::string junit;
  unsigned jobs = 0;  // 0: one a core
  std::uint64_t max_failures = 0;
  bool no_fork = false;  // in this process, for debuggers
  std::string log;       // a level; empty: of one seed what its code prints, else nothing
};

int run_command(const RunRequest& request, const scenarios::Registry& registry, Terminal& terminal);

// "42", "0x2a"; nullopt when it is no seed.
std::optional<std::uint64_t> parse_seed(std::string_view text);
// "1..200"; at most SeedList::kMost of them.
std::optional<scenarios::SeedList> parse_seed_range(std::string_view text);

}  // namespace windtunnel::cli
