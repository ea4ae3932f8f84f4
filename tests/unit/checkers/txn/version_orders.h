// What Cerone, Bernardi & Gotsman (CONCUR 2015, JACM 2018) and Adya (1999) say of a small history
// of transactions over registers or lists, by trying every order of the versions of every key. The
// dependencies that follow (WR, WW, RW) and the order of sessions or real time (SO) must be so
// that nothing comes behind itself:
//
//   serializable, repeatable-read                 SO, WR, WW, RW
//   snapshot-isolation                            (SO, WR or WW), then RW or nothing
//   prefix                                        (SO or WR), then RW or nothing; WW
//   parallel-snapshot-isolation, consistent-view  SO, WR, WW; but for one RW
//   causal                                        SO, WR, WW; SO, WR, but for one RW
//   read-atomic                                   SO, WR, WW; (SO or WR), then RW
//   cursor-stability                              SO, WR, WW; RW, then WW, both of one key
//   read-committed                                SO, WR, WW
//
// A version of a list is the one before it and what a transaction appended; a read shows a version,
// and behind an append of its own transaction the one that this makes (Kingsbury & Alvaro, VLDB
// 2020); read committed and cursor stability take any version there. It shares nothing with the
// checkers, which order beginnings and commits instead, or look for cycles in what reads show.
#pragma once

#include <windtunnel/checkers/txn/txn_history.h>
#include "tests/unit/checkers/txn/small_history.h"

#include <string_view>

namespace windtunnel::checkers::test {

// `level` is one of these, or of those with the order of sessions (`strong-session-`) or real time.
bool exists_version_order(const SmallHistory& txns, DataType type, std::string_view level);

}  // namespace windtunnel::checkers::test
