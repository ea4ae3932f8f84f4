// What Cerone, Bernardi & Gotsman (CONCUR 2015, JACM 2018) say of a small history of transactions
// over registers, by trying every order of the versions of every key: with the dependencies that
// follow (WR, WW, RW) and the order of sessions or real time (SO) there is no circle in
//
//   serializable         SO, WR, WW, RW
//   snapshot isolation   (SO, WR or WW), then RW or nothing
//   prefix               (SO or WR), then RW or nothing; WW
//
// It shares nothing with the checkers, which order beginnings and commits instead.
#pragma once

#include <windtunnel/checkers/txn/order_problem.h>
#include "tests/unit/checkers/txn/commit_orders.h"

namespace windtunnel::checkers::test {

bool exists_version_order(const SmallHistory& txns, OrderQuestion question);

}  // namespace windtunnel::checkers::test
