// Isolation of a history of transactions: every anomaly that it shows, what levels they rule out,
// and the verdict for the level that was asked for.
//
// Sound: each anomaly is in the history, and was found again by a plain reading of it. Complete for
// lists, as far as reads show the order of appends. For registers read committed, read atomic and
// causal consistency are decided (weak_levels.h), and prefix, snapshot isolation and
// serializability (strong_levels.h); ok is what was proven by one of them.
#pragma once

#include <windtunnel/checkers/history/verdict.h>
#include <windtunnel/checkers/txn/dependencies.h>
#include <windtunnel/checkers/txn/levels.h>

#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::checkers {

struct IsolationReport {
  Verdict verdict;    // its witness is the worst anomaly that the level forbids
  std::string worst;  // its name; empty where there is none
  std::vector<Anomaly> anomalies;
  LevelReport levels;
  std::vector<std::string> texts;    // by anomaly: for people, with the transactions in it
  std::vector<std::string> figures;  // by anomaly: Graphviz; empty for what is no cycle
};

// `level` is one of isolation_levels(). Orders of events that no level up to it promises are not
// looked at.
IsolationReport check_isolation(const History& history, DataType type, std::string_view level);

}  // namespace windtunnel::checkers
