// What the tool prints: commands, to be pasted into a shell, and text below a line.
#pragma once

#include <string>
#include <string_view>

namespace windtunnel::scenarios {

// `text` as one word of a POSIX shell: as it is where the shell takes nothing in it for its own,
// else in single quotes.
std::string shell_word(std::string_view text);

// All lines but the first begin with two spaces.
std::string indented(std::string_view text);

}  // namespace windtunnel::scenarios
