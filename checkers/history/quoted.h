// Text as a string literal of JSON, which EDN reads as well.
#pragma once

#include <string>
#include <string_view>

namespace windtunnel::checkers {

// Appends `text` in double quotes; quotes, backslashes and control characters are escaped.
void append_quoted(std::string_view text, std::string& out);

}  // namespace windtunnel::checkers
