// Isolation of a history of transactions: every anomaly that it shows, what levels they rule out,
// and the verdict for the level that was asked for.
//
// Sound: each anomaly is in the history, and was found again by a plain reading of it. A level that
// was asked for is ok only when it is proven: for lists by their cycles, for registers by an order
// of the transactions (strong_levels.h), for both, up to causal, by one of commits (weak_levels.h).
#pragma once

#include <windtunnel/checkers/history/verdict.h>
#include <windtunnel/checkers/history/work.h>
#include <windtunnel/checkers/txn/dependencies.h>
#include <windtunnel/checkers/txn/levels.h>

#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::checkers {

// An edge of a cycle for who draws it. The ends are indices into `History::operations()`.
struct DrawnEdge {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::string kind;    // "ww", "wr", "rw", "process", "realtime", "co"
  std::string key;     // empty where it is about none
  std::string reason;  // a sentence or more
};

struct IsolationReport {
  Verdict verdict;    // its witness is the worst anomaly that counts
  std::string worst;  // its name; empty where there is none
  std::vector<Anomaly> anomalies;
  LevelReport levels;
  std::vector<std::string> texts;    // by anomaly: for people, with the transactions in it
  std::vector<std::string> figures;  // by anomaly: Graphviz; empty for what is no cycle
  std::vector<Witness>
      witnesses;  // by anomaly: its transactions, as the verdict's witness has them
  std::vector<std::vector<DrawnEdge>> cycles;  // by anomaly: empty for what is no cycle
};

// `level` is one of isolation_levels(). Orders of events that no level up to it promises are not
// looked at. At the bound of work the level is unknown, unless what was found by then rules it out.
IsolationReport check_isolation(const History& history, DataType type, std::string_view level,
                                std::uint64_t max_work = kStandardWork);
// The same where other anomalies count than those that the level forbids. It is ok when levels hold
// that rule out all that count.
IsolationReport check_isolation(const History& history, DataType type, const Counting& counting,
                                std::uint64_t max_work = kStandardWork);

}  // namespace windtunnel::checkers
