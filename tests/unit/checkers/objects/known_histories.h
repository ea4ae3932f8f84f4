// Where histories with known verdicts lie: in a folder of `shared` beside the checkout, or beside a
// folder above it.
#pragma once

#include <fstream>
#include <optional>
#include <string>

namespace windtunnel::checkers::test {

// With a slash at its end; nothing when they are not at hand.
inline std::optional<std::string> shared_folder(const std::string& name) {
  for (const char* up : {"/../", "/../../"}) {
    const std::string folder = std::string(WT_SOURCE_DIR) + up + "shared/" + name + "/";
    if (std::ifstream(folder + "manifest.tsv")) return folder;
  }
  return std::nullopt;
}
inline std::optional<std::string> known_histories_folder() { return shared_folder("histories"); }

}  // namespace windtunnel::checkers::test
