// `--set KEY=VALUE`, as several subcommands take it.
#pragma once

#include "scenarios/load.h"

#include <string>
#include <vector>

namespace windtunnel::cli {

// Adds the parameters to `options`. False, with the reason printed, where one is malformed.
bool read_settings(const std::vector<std::string>& set, scenarios::LoadOptions& options);

}  // namespace windtunnel::cli
