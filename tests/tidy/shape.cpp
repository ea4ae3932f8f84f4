#include "tests/tidy/shape.h"

#include <algorithm>
#include <cctype>

namespace windtunnel::tidy {
namespace {

template <class Visit>
void for_each_line(std::string_view text, Visit visit) {
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    visit(text.substr(0, end), ++number);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::size_t columns(std::string_view line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;  // not the rest of a UTF-8 character
  }));
}

bool has_word(std::string_view line, std::string_view word) {
  const auto part = [&](std::size_t at) {
    return at < line.size() && std::isalnum(static_cast<unsigned char>(line[at])) != 0;
  };
  for (std::size_t at = line.find(word); at < line.size(); at = line.find(word, at + 1)) {
    if ((at == 0 || !part(at - 1)) && !part(at + word.size())) return true;
  }
  return false;
}

// The name before the first parenthesis of the head; for TEST(Suite, Name) both of its arguments.
std::string function_name(const Tokens& tokens, std::size_t from, std::size_t to) {
  for (std::size_t at = from; at < to; ++at) {
    if (spelling(tokens, at) == "template") at = std::min(closing(tokens, at + 1), to);
    if (!is_name(tokens, at) || spelling(tokens, at + 1) != "(") continue;
    std::string name = tokens[at].spelling;
    if (name.starts_with("TEST")) {
      name = std::string(spelling(tokens, at + 2)) + "." + std::string(spelling(tokens, at + 4));
    }
    return name;
  }
  return "function";
}

}  // namespace

Findings check_text(const std::string& path, std::string_view text) {
  Findings findings;
  const bool prose = path.ends_with(".md") || path.ends_with(".txt") || path.ends_with(".html");
  for_each_line(text, [&](std::string_view line, std::size_t number) {
    if (!prose && columns(line) > kLineColumnsMax && line.find("://") == std::string_view::npos) {
      findings.push_back({"line-length", path, number, "over 100 columns"});
    }
    if (line.find('\t') != std::string_view::npos) {
      findings.push_back({"tab", path, number, "a tab: indent with spaces"});
    }
    for (std::string_view word : {"FIX"
                                  "ME",
                                  "TO"
                                  "DO",
                                  "XX"
                                  "X"}) {
      if (!has_word(line, word)) continue;
      findings.push_back(
          {"unfinished", path, number, std::string(word) + ": finish it or open an issue"});
    }
  });
  const int lines = count_lines(text);
  if (!prose && lines > kFileLinesMax) {
    findings.push_back({"file-length", path, 1,
                        std::to_string(lines) + " lines, over 500: split it by concern", lines});
  }
  return findings;
}

Findings check_pragma_once(const std::string& path, std::string_view text) {
  bool found = false;
  for_each_line(text, [&](std::string_view line, std::size_t) { found |= line == "#pragma once"; });
  if (found) return {};
  return {{"pragma-once", path, 1, "a header needs #pragma once"}};
}

Findings check_markdown(const std::string& path, std::string_view text) {
  int titles = 0;
  bool in_code = false;
  for_each_line(text, [&](std::string_view line, std::size_t) {
    if (line.starts_with("```")) in_code = !in_code;
    if (!in_code && line.starts_with("# ")) ++titles;
  });
  if (titles == 1) return {};
  return {
      {"markdown-title", path, 1, std::to_string(titles) + " titles (# ...), there must be one"}};
}

int count_lines(std::string_view text) {
  const auto ends = static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  return ends + (!text.empty() && text.back() != '\n' ? 1 : 0);
}

std::vector<Measure> measure_functions(const std::string& path, const Tokens& tokens,
                                       const Structure& structure) {
  std::vector<Measure> functions;
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    if (structure.opens[at] != Brace::function) continue;
    const std::size_t close = closing(tokens, at);
    if (close == tokens.size()) continue;
    const std::size_t head = statement_begin(tokens, structure, at);
    const std::size_t lines = tokens[close].line - tokens[head].line + 1;
    functions.push_back(
        {path, function_name(tokens, head, at), tokens[head].line, static_cast<int>(lines)});
  }
  return functions;
}

Findings check_functions(const std::vector<Measure>& functions) {
  Findings findings;
  for (const Measure& function : functions) {
    if (function.lines <= kFunctionLinesMax) continue;
    findings.push_back(
        {"function-length", function.path, function.line,
         function.name + " has " + std::to_string(function.lines) + " lines, over 70: split it",
         function.lines});
  }
  return findings;
}

}  // namespace windtunnel::tidy
