// Reads the history once more, from its text values alone, and says whether an anomaly is there. It
// shares nothing with the inference: no numbering, no graph; slow, and simple enough to be
// believed.
#pragma once

#include <windtunnel/checkers/txn/dependencies.h>
#include <windtunnel/checkers/txn/order_search.h>

#include <vector>

namespace windtunnel::checkers {

// One access of a transaction as its text says it: what it returned when it is ok, else what it
// asked for.
struct PlainAccess {
  bool write = false;
  const Value* key = nullptr;
  const Value* value = nullptr;
};
std::vector<PlainAccess> plain_accesses(const History& history, const Operation& op);

// Is this edge, of data or of time, in the history?
bool recheck_edge(const TxnHistory& history, const Edge& edge);
// True when every edge of the cycle, or what else the anomaly says, is found in the history.
bool recheck(const TxnHistory& history, const Anomaly& anomaly);
// The same for what refutes every order of commits, by the axiom of the level that it is named
// after.
bool recheck_commits(const TxnHistory& history, const Anomaly& anomaly);
// The same for transactions that no order explains: tries all orders. False, too, when they are too
// many.
bool recheck_orders(const TxnHistory& history, const Anomaly& anomaly);
// Lets the transactions take place as the line says, and looks whether each that succeeded is in
// it, reads what it read, and keeps what the question promises.
bool explains(const TxnHistory& history, OrderQuestion question, const std::vector<Moment>& line);

}  // namespace windtunnel::checkers
