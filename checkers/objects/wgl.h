// The general search: Wing & Gong 1993 with the memory of Lowe 2017. Depth first over the
// operations that could take effect next; a pair (operations that took effect, state) is visited
// once.
//
// The pair is remembered as a 128-bit fingerprint that is updated in O(1) (Zobrist hashing),
// instead of a bit set of the history's length: 16 bytes a visit, with an error probability below
// 10^-23 even for 10^7 visits. It decides what check_jit cannot: more operations open at a time
// than its masks hold, and histories where a lucky depth-first guess beats the whole frontier.
#pragma once

#include <windtunnel/checkers/objects/problem.h>

namespace windtunnel::checkers {

// For ok, `order` (may be null) receives the steps in an order that explains the history; those
// that need not have happened may be missing.
Ruling check_wgl(const Problem& problem, Machine& machine, const Limits& limits,
                 std::vector<std::uint32_t>* order = nullptr);

}  // namespace windtunnel::checkers
