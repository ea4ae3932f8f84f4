// Histories of transactions, written as a table.
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/checkers/txn/check.h>
#include "tests/unit/checkers/histories.h"

#include <fmt/format.h>

#include <set>
#include <string>
#include <vector>

namespace windtunnel::checkers::test {

// One transaction: its process, its outcome, what it asked for and what came back.
struct Txn {
  int process;
  const char* outcome;
  const char* value;
};

// They run one after the other in real time unless `open` is set: then each is called before any
// returns.
inline History history_of(const std::vector<Txn>& txns, bool open = false) {
  std::string text;
  const auto add = [&text](const Txn& txn, const char* type) {
    text += fmt::format("{{:process {}, :type :{}, :f :txn, :value {}}}\n", txn.process, type,
                        txn.value);
  };
  for (const Txn& txn : txns) {
    add(txn, "invoke");
    if (!open) add(txn, txn.outcome);
  }
  for (const Txn& txn : txns) {
    if (open) add(txn, txn.outcome);
  }
  return history_of(text);
}

inline std::set<std::string> names(const IsolationReport& report) {
  std::set<std::string> all;
  for (const Anomaly& anomaly : report.anomalies) all.insert(anomaly.name);
  return all;
}

}  // namespace windtunnel::checkers::test
