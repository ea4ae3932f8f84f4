// What node code has to say to people, line by line, besides what it observes (observation.h).
//
//   WT_LOG(env, info, "log recovered up to {}, {} bytes cut", last, cut);
//
// A line takes no part in a run: neither in its trace hash nor in the numbers of its events, so
// that a log that is wanted and one that is not are the same run. In a full trace lines stand
// beside the events, with the node and the event that they came from; `run --log LEVEL` prints them
// in virtual time. On sockets they are the process's log.
#pragma once

#include <windtunnel/protocols/base/ids.h>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace windtunnel {

// Who wants a level wants those before it too.
enum class LogLevel : std::uint8_t {
  off = 0,
  output = 1,  // not for code: what it printed to stdout or stderr
  error = 2,
  warning = 3,
  info = 4,
  debug = 5,
};
std::string_view name_of(LogLevel level) noexcept;
std::optional<LogLevel> log_level_of(std::string_view name) noexcept;

class Log {
 public:
  // Whether a line of this level is wanted. Ask before its text is made, as WT_LOG does.
  bool wants(LogLevel level) const { return level <= wanted_; }
  // Drops what is not wanted. A line end begins another line.
  virtual void write(LogLevel level, std::string_view text) = 0;

 protected:
  explicit Log(LogLevel wanted) : wanted_(wanted) {}
  ~Log() = default;

 private:
  LogLevel wanted_;
};

}  // namespace windtunnel

// Terms, indices and other numbers of their own type are written as numbers.
template <class Tag, class T>
struct fmt::formatter<windtunnel::Id<Tag, T>> {
  constexpr auto parse(format_parse_context& context) { return context.begin(); }
  auto format(windtunnel::Id<Tag, T> id, format_context& context) const {
    // Not format_to: clang 14 leaves what that calls here out of the object file.
    std::array<char, 20> digits;  // the longest 64-bit number
    char* const begin = digits.data();
    return std::copy(begin, std::to_chars(begin, begin + digits.size(), id.value).ptr,
                     context.out());
  }
};

// The format is that of the fmt library. The arguments are evaluated only where the line is wanted:
// they must have no effects.
#define WT_LOG(env, level, ...)                                                   \
  do {                                                                            \
    if ((env).log.wants(::windtunnel::LogLevel::level)) {                         \
      (env).log.write(::windtunnel::LogLevel::level, ::fmt::format(__VA_ARGS__)); \
    }                                                                             \
  } while (false)
