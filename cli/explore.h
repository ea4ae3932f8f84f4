// `windtunnel explore`: every order of events of a group of Raft machines, within bounds.
#pragma once

#include <windtunnel/cli/terminal.h>

#include <cstdint>
#include <optional>
#include <string>

namespace windtunnel::cli {

struct ExploreRequest {
  std::string called_by = "windtunnel";  // for the commands that are printed
  std::string file;
  // In the place of the file's limits.
  std::optional<std::uint32_t> depth;
  std::optional<std::uint64_t> states;
  std::optional<std::uint64_t> bytes;
  bool no_reduction = false;
  bool json = false;
};

int explore_command(const ExploreRequest& request, Terminal& terminal);

}  // namespace windtunnel::cli
