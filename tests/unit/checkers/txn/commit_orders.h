// Random small histories of transactions over registers, and what the axioms of Biswas & Enea
// (OOPSLA 2019) say of them, by trying every order of commits. It shares nothing with the
// checkers, not even the way a history is read.
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/checkers/txn/weak_levels.h>
#include "tests/unit/checkers/generated.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::checkers::test {

struct SmallTxn {
  struct Access {
    bool write = false;
    int key = 0;
    int value = 0;  // 0: unset
  };
  int process = 0;
  EventType outcome = EventType::ok;
  std::vector<Access> accesses;
  int called = 0;  // when, and when it returned: all different
  int returned = 0;
};
using SmallHistory = std::vector<SmallTxn>;

// Two to seven transactions of up to four processes and three keys, some `:info` and some failed;
// a store that mostly behaves, and now and then returns any value that was ever written.
// They are called one after the other; with `overlapping` several are open at once, and some see a
// state that was there a few commits ago.
SmallHistory random_history(Stream& stream, bool overlapping = false);
History recorded(const SmallHistory& txns);
std::string text_of(const SmallHistory& txns);

// Is there an order of commits, with those `:info` transactions that took place, any set of them?
bool exists_commit_order(const SmallHistory& txns, WeakLevel level, bool sessions);
// May each read be what it is, without a look at any other transaction's reads? A transaction sees
// its own writes from read atomic on.
bool reads_are_legal(const SmallHistory& txns, WeakLevel level);

}  // namespace windtunnel::checkers::test
