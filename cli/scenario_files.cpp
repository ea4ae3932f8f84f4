#include <windtunnel/cli/scenario_files.h>

#include <windtunnel/cli/command.h>
#include <windtunnel/cli/settings.h>
#include <windtunnel/cli/terminal.h>
#include <windtunnel/harness/raft/exploration_spec.h>
#include <windtunnel/scenarios/format/load.h>
#include <windtunnel/scenarios/format/print.h>
#include <windtunnel/scenarios/format/schema.h>
#include <windtunnel/scenarios/campaign/shell_word.h>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace windtunnel::cli {
namespace {

using scenarios::LoadedScenario;
using scenarios::ScenarioSpec;

constexpr std::string_view kStarter = R"(# Run its seeds:  windtunnel run {0}.yaml
# One seed:       windtunnel run {0}.yaml --seed 1
# What may stand here: docs/scenario-format.md; `windtunnel list services` and so on.
scenario: v1
name: {0}
description: The leader is cut off from the others for a while.
seeds: 1..100

limits: {{ sim_time: 30s }}  # virtual time; it takes a fraction of a second

cluster:
  groups:
    - {{ name: n, count: 5, service: raft-kv }}  # the nodes n1 to n5

# Clients c1 to c4. What they do and see is the history that the checks read.
workloads:
  - {{ name: kv, type: cas-register, clients: 4, keys: 5, rate: 80/s, start: 1s, stop: 28s }}

# What goes wrong, and when: `at` a time or within a range, `every`, `random`, or `when` something
# is seen.
faults:
  - {{ at: 5s..8s, partition: [[leader], [rest]], for: 3s, label: cut-leader }}
  - {{ at: 12s, crash: {{ nodes: leader, kind: power }}, for: 2s, label: leader-loses-power }}

# From here on a majority works again, and must serve within the time given.
heal: {{ at: 18s, within: 10s }}

# What must hold. `expect: violated` is for a scenario that shows a bug.
properties:
  - {{ check: linearizable, workload: kv }}
  - raft.*
  - recovers

# A run that did less than this says nothing: its verdict is `unknown`.
floor: {{ ops_ok: 300, elections: 1, faults_bite: 1 }}
)";

bool is_name(const std::string& name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !name.empty() && name.front() != '.' && name.front() != '-' &&
         std::all_of(name.begin(), name.end(), plain);
}

// 0, or the error number. Never opens a file that is there.
int create_file(const std::string& path, std::string_view text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return errno;
  const ssize_t written = ::write(fd, text.data(), text.size());
  const int error = written < 0 ? errno : 0;
  const bool whole = written == static_cast<ssize_t>(text.size());
  const bool closed = ::close(fd) == 0;
  if (whole && closed) return 0;
  ::unlink(path.c_str());
  return error != 0 ? error : ENOSPC;
}

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
      complain(loaded.diagnostics.render());
      if (code == kExitOk) code = loaded.diagnostics.exit_code();
    } else if (!take(path, *loaded.spec)) {
      return kExitInternal;
    }
  }
  return code;
}

// Files of bounds lie among the scenarios.
std::string description_of(const std::string& path) {
  const LoadedScenario loaded = scenarios::load_scenario(path);
  if (loaded.spec) return loaded.spec->description;
  const scenarios::LoadedExploration exploration = scenarios::load_exploration(path);
  if (exploration.spec) return "(`windtunnel explore`) " + exploration.spec->description;
  return "(`windtunnel scenario check` says what is wrong)";
}

}  // namespace

int new_command(const NewRequest& request) {
  std::string name = request.name;
  if (name.ends_with(".yaml")) name.resize(name.size() - 5);
  if (!is_name(name)) {
    complain("error: '" + name + "' is no name for a scenario; take letters, digits and -");
    return kExitUsage;
  }
  const std::string path = name + ".yaml";
  const int error = create_file(path, fmt::format(fmt::runtime(kStarter), name));
  if (error == EEXIST) {
    complain("error: there is a file '" + path + "' already");
    return kExitUsage;
  }
  if (error != 0) {
    complain("error: cannot write '" + path + "': " + std::strerror(error));
    return kExitInternal;
  }
  const std::string run = scenarios::shell_word(request.called_by) + " run " + path;
  return print_line(path + "  run it: " + run) ? kExitOk : kExitInternal;
}

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
    if (!print_line(path + "\n    " + description_of(path))) return kExitInternal;
  }
  return kExitOk;
}

}  // namespace windtunnel::cli
