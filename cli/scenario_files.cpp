#include <windtunnel/cli/scenario_files.h>

#include <windtunnel/cli/command.h>
#include <windtunnel/cli/settings.h>
#include <windtunnel/cli/terminal.h>
#include <windtunnel/harness/raft/exploration_spec.h>
#include <windtunnel/scenarios/format/load.h>
#include <windtunnel/scenarios/format/print.h>
#include <windtunnel/scenarios/format/schema.h>

#include <algorithm>
#include <filesystem>

namespace windtunnel::cli {
namespace {

using scenarios::LoadedScenario;
using scenarios::ScenarioSpec;

// Reads each file and hands it to `take`; the exit code of the first that is wrong.
template <class Take>
int for_each_scenario(const ScenarioFilesRequest& request, const scenarios::Registry& registry,
                      Take take) {
  const scenarios::Catalog catalog = registry.catalog();
  scenarios::LoadOptions options;
  options.catalog = &catalog;
  if (!read_settings(request.set, options)) return kExitUsage;
  int code = kExitOk;
  for (const std::string& path : request.files) {
    const LoadedScenario loaded = scenarios::load_scenario(path, options);
    if (!loaded.spec) {
      complain(loaded.diagnostics.render(request.called_by));
      if (code == kExitOk) code = loaded.diagnostics.exit_code();
    } else if (!take(path, *loaded.spec)) {
      return kExitInternal;
    }
  }
  return code;
}

// Files of bounds lie among the scenarios.
std::string description_of(const std::string& path, const std::string& called_by) {
  const LoadedScenario loaded = scenarios::load_scenario(path);
  if (loaded.spec) return loaded.spec->description;
  const scenarios::LoadedExploration exploration = scenarios::load_exploration(path);
  if (exploration.spec) return "(`" + called_by + " explore`) " + exploration.spec->description;
  return "(`" + called_by + " scenario check` says what is wrong)";
}

}  // namespace

int scenario_check_command(const ScenarioFilesRequest& request,
                           const scenarios::Registry& registry) {
  return for_each_scenario(request, registry,
                           [](const std::string& path, const ScenarioSpec& spec) {
                             return print_line("ok  " + path + "  " + spec.name);
                           });
}

int scenario_show_command(const ScenarioFilesRequest& request,
                          const scenarios::Registry& registry) {
  return for_each_scenario(request, registry, [](const std::string&, const ScenarioSpec& spec) {
    return print(scenarios::print_spec(spec));
  });
}

int scenario_schema_command() {
  return print_line(scenarios::json_schema()) ? kExitOk : kExitInternal;
}

int scenario_list_command(const ScenarioListRequest& request) {
  namespace fs = std::filesystem;
  std::vector<std::string> paths;
  for (const std::string& folder : request.folders) {
    std::error_code error;
    fs::recursive_directory_iterator entry(folder, error);
    if (error) {
      complain("error: cannot read '" + folder + "': " + error.message());
      return kExitMissingInput;
    }
    for (const fs::recursive_directory_iterator end; entry != end && !error;
         entry.increment(error)) {
      if (entry->path().extension() == ".yaml") paths.push_back(entry->path().string());
    }
  }
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    if (!print_line(path + "\n    " + description_of(path, request.called_by)))
      return kExitInternal;
  }
  return kExitOk;
}

}  // namespace windtunnel::cli
