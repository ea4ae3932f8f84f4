#include <windtunnel/cli/settings.h>

#include <windtunnel/checkers/history/formats.h>
#include <windtunnel/cli/command.h>
#include <windtunnel/cli/run.h>
#include <windtunnel/cli/terminal.h>
#include <windtunnel/scenarios/campaign/save_run.h>
#include <windtunnel/scenarios/format/option_values.h>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <thread>
#include <utility>

namespace windtunnel::cli {

bool read_settings(const std::vector<std::string>& set, scenarios::LoadOptions& options) {
  for (const std::string& setting : set) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos || equals == 0) {
      complain("error: --set " + setting + ": write --set KEY=VALUE");
      return false;
    }
    options.set.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
  }
  return true;
}

namespace {

// Runs of two scenarios of one name would overwrite each other's run directories.
bool names_differ(const std::vector<std::string>& paths,
                  const std::vector<scenarios::ScenarioSpec>& specs) {
  for (std::size_t i = 0; i < specs.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (specs[i].name != specs[j].name) continue;
      complain(
          fmt::format("error: {} and {} are both named '{}'; run them one at a time, with an "
                      "--out each, or give them different names",
                      paths[j], paths[i], specs[i].name));
      return false;
    }
  }
  return true;
}

}  // namespace

int read_scenarios(const std::vector<std::string>& paths, const std::vector<std::string>& set,
                   const std::string& called_by, const scenarios::Registry& registry,
                   std::vector<scenarios::ScenarioSpec>& specs) {
  const scenarios::Catalog catalog = registry.catalog();
  scenarios::LoadOptions load;
  load.catalog = &catalog;
  if (!read_settings(set, load)) return kExitUsage;
  int code = kExitOk;
  for (const std::string& path : paths) {
    scenarios::LoadedScenario loaded = scenarios::load_scenario(path, load);
    if (loaded.spec) {
      specs.push_back(std::move(*loaded.spec));
    } else {
      complain(loaded.diagnostics.render(called_by));
      if (code == kExitOk) code = loaded.diagnostics.exit_code();
    }
  }
  if (code == kExitOk && !names_differ(paths, specs)) code = kExitUsage;
  return code;
}

std::optional<std::uint64_t> read_seed(const std::string& text) {
  const std::optional<std::uint64_t> seed = parse_seed(text);
  if (!seed) complain("error: --seed " + text + ": not a seed; write a number, as 42 or 0x2a");
  return seed;
}

bool is_a_file(const std::string& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (std::filesystem::is_directory(status)) {
    complain("error: '" + path + "' is a directory; name the history in it");
    return false;
  }
  const bool other = std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
  if (other) complain("error: '" + path + "' is a pipe or a device, not a file");
  return !other;
}

bool is_a_history(const std::string& path, const std::string& format) {
  std::error_code ignored;
  const bool folder = std::filesystem::is_directory(path, ignored);
  const std::string_view found = format.empty() && folder ? checkers::format_of(path) : format;
  const bool reads_folders = found == "cobra" || found == "dbcop" || found == "polysi";
  return (folder && reads_folders) || is_a_file(path);
}

std::string why_no_junit(const std::string& path) {
  if (path.empty()) return {};
  const std::filesystem::path file(path);
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    return "--junit '" + path + "' is a directory, not a file";
  }
  if (std::filesystem::exists(file, ignored)) return {};
  return scenarios::why_not_writable(file.parent_path().string());
}

unsigned jobs_of(unsigned asked) {
  return asked != 0 ? asked : std::max(1U, std::thread::hardware_concurrency());
}

std::optional<std::chrono::milliseconds> read_time(const std::string& option,
                                                   const std::string& text) {
  using Kind = scenarios::OptionInfo::Kind;
  const std::optional<std::int64_t> ns = scenarios::quantity_of(Kind::duration, text);
  if (ns && *ns >= 1'000'000) return std::chrono::milliseconds(*ns / 1'000'000);
  complain(
      fmt::format("error: {} {}: not a time; write it with its unit, as 60s or 10m", option, text));
  return std::nullopt;
}

}  // namespace windtunnel::cli
