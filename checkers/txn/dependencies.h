// The graph of what must have come before what (Adya 1999, Direct Serialization Graph).
//
// Vertices are transactions and, behind them, relays, which stand for many edges at once: an edge
// into a relay and its links out of it together say what an edge between transactions would say.
#pragma once

#include <windtunnel/checkers/txn/txn_history.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::checkers {

// Bits, so that a set of them is a mask.
enum Dependency : std::uint8_t {
  kWriteWrite = 1,  // overwrote what the other wrote
  kWriteRead = 2,   // read what the other wrote
  kReadWrite = 4,   // overwrote what the other read
  kProcess = 8,     // came later in the same process
  kRealtime = 16,   // began after the other had returned
  kLink = 32,       // out of a relay
  kCommit = 64,     // must have been committed later, for the reason that stands beside the cycle
};

struct Edge {
  static constexpr std::uint32_t kNoKey = 0xffffffffU;
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint32_t key = kNoKey;
  Dependency kind = kLink;
};

struct Dependencies {
  std::uint32_t transactions = 0;  // vertices below this one
  std::uint32_t vertices = 0;
  std::vector<Edge> edges;
  // Of lists: a possible order of the appends to one key that nobody saw, where there are several.
  // With these edges too, the order of all writes of each key is in the graph.
  std::vector<Edge> guessed;

  explicit Dependencies(std::uint32_t count) : transactions(count), vertices(count) {}
  void add(std::uint32_t from, std::uint32_t to, Dependency kind,
           std::uint32_t key = Edge::kNoKey) {
    if (from != to) edges.push_back({from, to, key, kind});
  }
  std::uint32_t add_relay() { return vertices++; }
};

// Why `from` of a commit edge came before `to`: `reader` saw `from`, which wrote the key of the
// edge, and yet read that key from `to`.
struct CommitReason {
  std::uint32_t reader = 0;
  std::vector<Edge> path;  // how it saw `from`: reads and process order, from there to the reader
};

// Something that is wrong with a history, by its name in the literature ("G1a", "G-single").
struct Anomaly {
  std::string name;
  std::vector<std::uint32_t> transactions;
  std::vector<Edge> cycle;  // between transactions only; empty for what is no cycle
  std::string explanation;  // whole sentences
  bool rechecked = false;   // by a plain reading of the history
  // What refutes every order of commits: its commit edges each have a reason, in their order, and
  // an anti-dependency in it is of the unset state.
  bool of_commits = false;
  std::vector<CommitReason> reasons = {};
  // No order of these transactions lets each read what it read. The cycle, where there is one, is
  // of what follows from that, and is only drawn.
  bool of_orders = false;
  bool minimised = false;  // without any of them there would be one
};

// Of each name the first few are kept: a broken store makes thousands.
inline constexpr std::size_t kMaxOfOneName = 8;
class AnomalyList {
 public:
  void add(std::string_view name, std::vector<std::uint32_t> transactions, std::string why);
  void add(Anomaly anomaly);
  std::vector<Anomaly> take() { return std::move(all_); }

 private:
  std::vector<Anomaly> all_;
};

// What the data says: edges, and anomalies that are no cycles.
void infer_lists(const TxnHistory& history, Dependencies& graph, AnomalyList& anomalies);
void infer_registers(const TxnHistory& history, Dependencies& graph, AnomalyList& anomalies);
// What the order of events says; one relay for each stretch of calls that follow returns, so that
// the edges are as many as the transactions.
void add_process_order(const TxnHistory& history, Dependencies& graph);
void add_realtime_order(const TxnHistory& history, Dependencies& graph);

}  // namespace windtunnel::checkers
