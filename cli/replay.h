// `windtunnel replay`: runs a saved run again, from the scenario and the seed that it left behind.
#pragma once

#include <windtunnel/cli/terminal.h>
#include <windtunnel/scenarios/engine/registry.h>

#include <cstdint>
#include <string>

namespace windtunnel::cli {

struct ReplayRequest {
  std::string called_by = "windtunnel";  // for the commands that are printed
  std::string file;                      // a run directory, or a scenario file beside a result.json
  std::uint64_t until = 0;               // show what led to this event; 0: do not
  std::string check;  // show what led to the violation of this check; empty: do not
  std::uint64_t limit = 40;
};

int replay_command(const ReplayRequest& request, const scenarios::Registry& registry,
                   Terminal& terminal);

}  // namespace windtunnel::cli
