#include "cli/settings.h"

#include "cli/terminal.h"
#include "scenarios/option_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

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
