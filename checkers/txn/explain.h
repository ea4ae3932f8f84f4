// Anomalies for people: sentences, and a figure for Graphviz.
#pragma once

#include <windtunnel/checkers/txn/dependencies.h>

#include <string>

namespace windtunnel::checkers {

// "rw"
const char* name_of(Dependency kind);
// "T2 read key 255 as [2 3 4 5], without T1's append of 8."
std::string explain_edge(const TxnHistory& history, const Edge& edge);
// Why `from` was committed before `to`: how the reader saw it, and what it read.
std::string explain_commit(const TxnHistory& history, const Edge& edge, const CommitReason& reason);
// The end of that: the reader had seen the first, and yet read its key from the second.
std::string explain_missed(const TxnHistory& history, const Edge& edge, std::uint32_t reader);
// The same, an edge of the cycle each, in its order.
std::vector<std::string> explain_edges(const TxnHistory& history, const Anomaly& anomaly);
// Why the cycle is one: a sentence an edge, and the conclusion.
std::string explain_cycle(const TxnHistory& history, const Anomaly& anomaly);
// The transactions of the anomaly, a line each: "T2 = process 3 txn [[:r 255 [2 3]]] (ok)".
std::string list_transactions(const TxnHistory& history, const Anomaly& anomaly);
// A digraph with the cycle alone, never what lies around it.
std::string draw_cycle(const TxnHistory& history, const Anomaly& anomaly);

}  // namespace windtunnel::checkers
