// A number that is all of a text.
#pragma once

#include <charconv>
#include <string_view>
#include <system_error>

namespace windtunnel::faults {

// False where it is none, or too large.
template <class Number>
bool parse_number(std::string_view text, Number& value) {
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  return error == std::errc() && end == last;
}

}  // namespace windtunnel::faults
