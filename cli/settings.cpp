#include "cli/settings.h"

#include "cli/terminal.h"

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

}  // namespace windtunnel::cli
