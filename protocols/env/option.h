// A service's options as data: the validator, the schema and the documentation of `config:` come
// from its table.
#pragma once

#include <cstdint>
#include <string_view>

namespace windtunnel {

enum class OptionKind : std::uint8_t {
  duration,  // "150ms"; not negative
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
  // Of a duration, size or integer: the least and the most that is allowed, written as the value
  // is. Empty: no bound but that of the kind. No value within the bounds makes a correct service
  // break, or work without end, where there is no fault.
  std::string_view minimum = {};
  std::string_view maximum = {};
  // The key of another option of the same kind, which this one must be less than.
  std::string_view less_than = {};
};

constexpr OptionSpec bounded(OptionSpec option, std::string_view minimum, std::string_view maximum,
                             std::string_view less_than = {}) {
  option.minimum = minimum;
  option.maximum = maximum;
  option.less_than = less_than;
  return option;
}

}  // namespace windtunnel
