// `windtunnel check`: a history from anywhere against a model.
#pragma once

#include "cli/terminal.h"

#include <cstdint>
#include <optional>
#include <string>

namespace windtunnel::cli {

struct CheckRequest {
  std::string history;
  std::string model;
  std::optional<std::string> initial;  // EDN
  bool independent = false;
  std::string workload;  // of a history with several; empty: all of it
  std::string consistency = "linearizable";
  std::uint64_t max_configurations = 4'000'000;
  bool json = false;
};

int check_command(const CheckRequest& request, Terminal& terminal);

// "register, cas-register, ...".
std::string model_names();

}  // namespace windtunnel::cli
