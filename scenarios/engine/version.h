#pragma once

namespace windtunnel::scenarios {

// As `--version` prints it and saved failures record it.
inline constexpr const char* kVersion = "0.1.0";

}  // namespace windtunnel::scenarios
