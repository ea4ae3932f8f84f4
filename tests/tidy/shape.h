// Sizes and plain text rules.
#pragma once

#include "tests/tidy/finding.h"
#include "tests/tidy/structure.h"

namespace windtunnel::tidy {

inline constexpr int kFileLinesMax = 500;
inline constexpr int kFunctionLinesMax = 70;
inline constexpr std::size_t kLineColumnsMax = 100;

// Lines, tabs, unfinished work, and the length of the file.
Findings check_text(const std::string& path, std::string_view text);
Findings check_pragma_once(const std::string& path, std::string_view text);
// Exactly one title.
Findings check_markdown(const std::string& path, std::string_view text);

struct Measure {
  std::string path;
  std::string name;  // of the function; empty for a file
  std::size_t line = 1;
  int lines = 0;
};
int count_lines(std::string_view text);
std::vector<Measure> measure_functions(const std::string& path, const Tokens&, const Structure&);
Findings check_functions(const std::vector<Measure>& functions);

}  // namespace windtunnel::tidy
