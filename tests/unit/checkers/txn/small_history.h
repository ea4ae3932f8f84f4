// Random small histories of transactions, over registers or lists. They share nothing with the
// checkers, not even the way a history is read.
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/checkers/txn/txn_history.h>
#include "tests/unit/checkers/generated.h"

#include <string>
#include <vector>

namespace windtunnel::checkers::test {

struct SmallTxn {
  struct Access {
    bool write = false;
    int key = 0;
    int value = 0;          // of a register; 0: unset. Of a list: what was appended.
    std::vector<int> list;  // that was read
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
// The same over lists, overlapping; a lie is mostly an older list, or a newer one.
SmallHistory random_list_history(Stream& stream);
History recorded(const SmallHistory& txns, DataType type = DataType::rw_register);
std::string text_of(const SmallHistory& txns);

}  // namespace windtunnel::checkers::test
