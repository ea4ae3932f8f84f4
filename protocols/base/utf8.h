// Text that may hold anything, made fit for terminals, JSON and YAML.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace windtunnel {

// How many bytes the well-formed UTF-8 character at the start of `text` takes; 0 when there is
// none.
std::size_t utf8_length(std::string_view text) noexcept;

// The same text with every byte that is no UTF-8 replaced by U+FFFD, and control characters but
// line ends by spaces.
std::string printable(std::string_view text);

// The longest prefix of at most `most` bytes that ends with a whole character.
std::string_view whole_characters(std::string_view text, std::size_t most) noexcept;

}  // namespace windtunnel
