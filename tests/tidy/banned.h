// What would let the outside world, or the compiler's choices, into a run (docs/determinism.md).
#pragma once

#include "tests/tidy/finding.h"
#include "tests/tidy/structure.h"

namespace windtunnel::tidy {

// Whether these rules hold for the file: sim, protocols and faults, without their asio folders.
bool is_deterministic_code(std::string_view path);

Findings check_banned_names(const std::string& path, const Tokens& tokens);
Findings check_mutable_globals(const std::string& path, const Tokens& tokens, const Structure&);
// `header`: the tokens of the file's own header, whose members it iterates; may be empty.
Findings check_unordered_iteration(const std::string& path, const Tokens& tokens,
                                   const Tokens& header);

}  // namespace windtunnel::tidy
