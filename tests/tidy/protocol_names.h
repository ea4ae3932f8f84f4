// Who may name a protocol: the protocols themselves, `harness`, and what is above it.
#pragma once

#include "tests/tidy/finding.h"
#include "tests/tidy/lexer.h"

namespace windtunnel::tidy {

// Refuses a protocol's name as a word of an identifier or a text in sim, faults, checkers,
// scenarios and reports: what they need to know of a protocol, it tells them as data. (That they
// include none is for tests/tidy/layers.h.)
Findings check_protocol_names(const std::string& path, const Tokens& tokens);

}  // namespace windtunnel::tidy
