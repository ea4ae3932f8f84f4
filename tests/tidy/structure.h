// Which brace opens what. A guess from the tokens around it, good for code in our style; no parser.
#pragma once

#include "tests/tidy/lexer.h"

namespace windtunnel::tidy {

enum class Brace { none, name_space, type, function, lambda, block, expression };

struct Structure {
  std::vector<Brace> opens;         // by token; none where the token is no {
  std::vector<std::size_t> parent;  // by token, the { around it, or kNone

  // What encloses the token; name_space at the top level of a file.
  Brace around(std::size_t token) const;
  // Whether some brace around the token, at any distance, is a `kind`.
  bool inside(std::size_t token, Brace kind) const;
};

Structure structure_of(const Tokens& tokens);

// Whether the [ at `index` begins a lambda, or a structured binding.
bool begins_lambda(const Tokens& tokens, std::size_t index);
bool begins_binding(const Tokens& tokens, std::size_t index);

// The token after the last ; or { or } (of a block) before `index`: where its statement begins.
std::size_t statement_begin(const Tokens& tokens, const Structure& structure, std::size_t index);

}  // namespace windtunnel::tidy
