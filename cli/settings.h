// What several subcommands take: scenarios, `--set KEY=VALUE`, `--seed N`, `-j N`, times,
// `--junit`.
#pragma once

#include <windtunnel/scenarios/engine/registry.h>
#include <windtunnel/scenarios/format/load.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::cli {

// Adds the parameters to `options`. False, with the reason printed, where one is malformed.
bool read_settings(const std::vector<std::string>& set, scenarios::LoadOptions& options);

// Reads all files before anything runs. What is wrong is printed, and its exit code returned; files
// whose scenarios have one name are a usage error, since they would write to the same places.
int read_scenarios(const std::vector<std::string>& paths, const std::vector<std::string>& set,
                   const std::string& called_by, const scenarios::Registry& registry,
                   std::vector<scenarios::ScenarioSpec>& specs);

// "42", "0x2a"; nothing, with the reason printed, where it is no seed.
std::optional<std::uint64_t> read_seed(const std::string& text);

// False, with the reason printed, for a history that is a folder, a pipe or a device. One that is
// not there counts as a file: whoever opens it says so.
bool is_a_file(const std::string& path);
// The same, but a folder is one where its format (empty: found by its content) has histories in
// folders.
bool is_a_history(const std::string& path, const std::string& format);

// Why the file of `--junit` could not be written; empty when it could, or when none is asked for.
// Makes nothing.
std::string why_no_junit(const std::string& path);

// How many workers: those that were asked for; with 0 as many as there are cores.
unsigned jobs_of(unsigned asked);

// "60s"; nothing, with the reason printed, where `text` is no time of at least a millisecond.
std::optional<std::chrono::milliseconds> read_time(const std::string& option,
                                                   const std::string& text);

}  // namespace windtunnel::cli
