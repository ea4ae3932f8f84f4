#include <windtunnel/protocols/env/log.h>

#include <cstddef>
#include <iterator>

namespace windtunnel {
namespace {

constexpr std::string_view kLevels[] = {"off", "output", "error", "warning", "info", "debug"};
static_assert(std::size(kLevels) == static_cast<std::size_t>(LogLevel::debug) + 1);

}  // namespace

std::string_view name_of(LogLevel level) noexcept {
  const auto index = static_cast<std::size_t>(level);
  return index < std::size(kLevels) ? kLevels[index] : std::string_view("unknown");
}

std::optional<LogLevel> log_level_of(std::string_view name) noexcept {
  for (std::size_t i = 0; i < std::size(kLevels); ++i) {
    if (kLevels[i] == name) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

}  // namespace windtunnel
