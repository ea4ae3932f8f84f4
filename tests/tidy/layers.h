// Who may include whom (docs/architecture.md).
#pragma once

#include "tests/tidy/finding.h"
#include "tests/tidy/lexer.h"

namespace windtunnel::tidy {

Findings check_includes(const std::string& path, const Tokens& tokens);

}  // namespace windtunnel::tidy
