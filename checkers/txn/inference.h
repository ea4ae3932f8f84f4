// What the ways of reading dependencies out of a history share: the history, the graph that they
// fill, and the list of what is wrong already without a cycle.
#pragma once

#include <windtunnel/checkers/txn/dependencies.h>

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace windtunnel::checkers {

class Inference {
 protected:
  // All must outlive it.
  Inference(const TxnHistory& history, Dependencies& graph, AnomalyList& anomalies)
      : history_(history), graph_(graph), anomalies_(anomalies) {}

  // The transaction of a write.
  std::uint32_t writer(std::uint32_t write) const { return history_.writes()[write].transaction; }
  // One that failed takes part in no dependency.
  bool is_vertex(std::uint32_t t) const {
    return history_.transactions()[t].outcome != EventType::fail;
  }
  static std::string name(std::uint32_t t) { return fmt::format("T{}", t); }
  void report(const char* what, std::vector<std::uint32_t> transactions, std::string why) {
    anomalies_.add(what, std::move(transactions), std::move(why));
  }

  const TxnHistory& history_;
  Dependencies& graph_;
  AnomalyList& anomalies_;
};

}  // namespace windtunnel::checkers
