// What the axioms of Biswas & Enea (OOPSLA 2019) say of a small history of transactions over
// registers, by trying every order of commits. It shares nothing with the checkers.
#pragma once

#include <windtunnel/checkers/txn/weak_levels.h>
#include "tests/unit/checkers/txn/small_history.h"

namespace windtunnel::checkers::test {

// Is there an order of commits, with those `:info` transactions that took place, any set of them?
bool exists_commit_order(const SmallHistory& txns, WeakLevel level, bool sessions);
// May each read be what it is, without a look at any other transaction's reads? A transaction sees
// its own writes from read atomic on.
bool reads_are_legal(const SmallHistory& txns, WeakLevel level);

}  // namespace windtunnel::checkers::test
