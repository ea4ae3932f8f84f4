// A service's options as data: the validator, the schema and the documentation of `config:` come
// from its table.
#pragma once

#include <cstdint>
#include <string_view>

namespace windtunnel {

enum class OptionKind : std::uint8_t {
  duration,  // "150ms"
  size,      // "64KiB"
  integer,   // not negative
  boolean,   // true, false
  text,      // one of `choices`
};

struct OptionSpec {
  std::string_view key;
  OptionKind kind = OptionKind::integer;
  // As written in a scenario; what holds where the key is absent.
  std::string_view fallback;
  std::string_view doc;
  // Of a `text`: the values allowed, separated by '|'.
  std::string_view choices = {};
};

}  // namespace windtunnel
