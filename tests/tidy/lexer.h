// C++ text as tokens: comments are gone, literals are one token, a directive is one token.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::tidy {

struct Token {
  enum class Kind { name, number, text, punctuation, include };
  Kind kind;
  std::string spelling;  // of an include: what is named, with its quotes or angle brackets
  std::size_t line;
  bool in_macro = false;  // in the body of a #define, which no block or statement encloses
};
using Tokens = std::vector<Token>;

Tokens lex(std::string_view text);

// The spelling of token `index`, or "" outside; so that rules can look around without checks.
std::string_view spelling(const Tokens& tokens, std::size_t index);
bool is_name(const Tokens& tokens, std::size_t index);

// The index of the bracket that closes (opens) the one at `index`, or tokens.size() if there is
// none. Counts only brackets of that kind: ( [ { or <.
std::size_t closing(const Tokens& tokens, std::size_t index);
std::size_t opening(const Tokens& tokens, std::size_t index);

inline constexpr std::size_t kNone = static_cast<std::size_t>(-1);

}  // namespace windtunnel::tidy
