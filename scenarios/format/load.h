// From a scenario file to a spec: syntax, includes, parameters, the table, then what only the whole
// can tell (names that do not exist, times that contradict each other).
#pragma once

#include <windtunnel/scenarios/format/catalog.h>
#include <windtunnel/scenarios/format/diagnostics.h>
#include <windtunnel/scenarios/format/spec.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace windtunnel::scenarios {

struct LoadOptions {
  // `--set NAME=VALUE`.
  std::vector<std::pair<std::string, std::string>> set;
  // What services, workloads and checks there are; null: names are taken as they are.
  const Catalog* catalog = nullptr;
};

struct LoadedScenario {
  // Absent when there are errors.
  std::optional<ScenarioSpec> spec;
  Diagnostics diagnostics;
};

LoadedScenario load_scenario(const std::string& path, const LoadOptions& options = {});
// As if `text` were the content of the file `path`; includes are relative to it.
LoadedScenario parse_scenario(const std::string& path, std::string text,
                              const LoadOptions& options = {});

// What is wrong with a spec that was made in code, as of its printed form: the rendered errors, or
// that it does not read back as the same. Empty when it could stand in a file. A plan's faults need
// their ids (faults::assign_ids).
std::string why_invalid(const ScenarioSpec& spec, const Catalog* catalog = nullptr);

}  // namespace windtunnel::scenarios
