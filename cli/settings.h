// Options that several subcommands take: `--set KEY=VALUE`, `-j N`, times.
#pragma once

#include "scenarios/load.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::cli {

// Adds the parameters to `options`. False, with the reason printed, where one is malformed.
bool read_settings(const std::vector<std::string>& set, scenarios::LoadOptions& options);

// How many workers: those that were asked for; with 0 as many as there are cores.
unsigned jobs_of(unsigned asked);

// "60s"; nothing, with the reason printed, where `text` is no time of at least a millisecond.
std::optional<std::chrono::milliseconds> read_time(const std::string& option,
                                                   const std::string& text);

}  // namespace windtunnel::cli
