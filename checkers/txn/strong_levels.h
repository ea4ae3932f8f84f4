// Prefix consistency, snapshot isolation and serializability of register histories, plain, with the
// order of sessions and with real time, decided: an order of the transactions explains the history,
// which was carried out once more on a plain store, or none does, which was found once more by
// trying all orders of a few of them; or the bound was reached.
//
// What is wrong with a single read is found beside it, as for the weak levels.
#pragma once

#include <windtunnel/checkers/txn/dependencies.h>
#include <windtunnel/checkers/txn/observations.h>
#include <windtunnel/checkers/txn/order_search.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::checkers {

struct StrongReport {
  std::vector<Anomaly> anomalies;        // what refutes the level
  std::vector<std::string_view> upheld;  // the strongest levels for which there is an order
  std::string reason;                    // why it is undecided, if it is
};

// Decides the level that is asked for; of one that is none of these, a level that is stronger.
StrongReport check_strong_levels(const TxnHistory& history, const Observations& seen,
                                 std::string_view level, Work& work);

}  // namespace windtunnel::checkers
