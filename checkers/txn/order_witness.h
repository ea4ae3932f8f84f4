// Why no order of the transactions explains a history, for people: as few transactions as show it,
// and the circle that every order of them would have, each edge with its reason.
#pragma once

#include <windtunnel/checkers/history/work.h>
#include <windtunnel/checkers/txn/dependencies.h>
#include <windtunnel/checkers/txn/order_problem.h>

#include <cstdint>
#include <string>
#include <vector>

namespace windtunnel::checkers {

// "SER-cycle", "SI-cycle" or "PC-cycle", with "-process" or "-realtime".
std::string name_of(OrderQuestion question);

// `culprits` are transactions that no order explains at this question, in ascending order. The
// anomaly is that of the weakest question at which those that are left are not explained; they are
// as few as the work that is left allows.
Anomaly witness_of_orders(const TxnHistory& history, const Observations& seen,
                          OrderQuestion question, std::vector<std::uint32_t> culprits, Work& work);

}  // namespace windtunnel::checkers
