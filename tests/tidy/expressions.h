// Expressions that compilers evaluate in different orders, or that g++ 12.2 miscompiles.
#pragma once

#include "tests/tidy/finding.h"
#include "tests/tidy/structure.h"

namespace windtunnel::tidy {

// At most one draw or Env call in a full expression: g++ and clang evaluate arguments in opposite
// orders.
Findings check_single_draw(const std::string& path, const Tokens& tokens, const Structure&);

// In a statement with co_await: no {, no ?:, no lambda, no structured binding, no second co_await;
// and no coroutine is a lambda that captures.
Findings check_co_await(const std::string& path, const Tokens& tokens, const Structure&);

}  // namespace windtunnel::tidy
