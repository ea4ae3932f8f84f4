// Circles of transactions over logs, after Adya (1999) and Jepsen's kafka workload: a transaction
// comes before another one when a message of its lies before one of the other in a log (ww), or
// when the other polled a message of its (wr).
#include <windtunnel/checkers/audit/log_parts.h>
#include <windtunnel/checkers/txn/cycles.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace windtunnel::checkers {
namespace {

class Circles {
 public:
  Circles(const LogHistory& log, Ledger& ledger) : log_(log), ledger_(ledger) {}

  void run() {
    std::vector<Edge> edges = polls();
    look_for(edges, {"G1c"});
    const std::vector<Edge> order = orders();
    edges.insert(edges.end(), order.begin(), order.end());
    look_for(edges, {"G0", "G1c-ww"});
  }

 private:
  using Circle = std::vector<Edge>;

  const Operation& op(std::uint32_t vertex) const {
    return log_.history().operations()[operations_[vertex]];
  }
  bool is_transaction(std::uint32_t operation) const {
    return log_.history().f(log_.history().operations()[operation]) == "txn";
  }

  // The transaction that sent the message and stands; Message::kNone where that is not known.
  std::uint32_t sender(const Message& it) const {
    if (it.sends != 1 || it.offsets.size() != 1 || !is_transaction(it.sent_by))
      return Message::kNone;
    const bool stands = it.outcome == EventType::ok || it.polled_by != Message::kNone;
    return stands && it.outcome != EventType::fail ? it.sent_by : Message::kNone;
  }
  std::uint32_t vertex(std::uint32_t operation) {
    const auto next = static_cast<std::uint32_t>(operations_.size());
    const auto [at, added] = vertices_.try_emplace(operation, next);
    if (added) operations_.push_back(operation);
    return at->second;
  }

  std::vector<Edge> polls() {
    std::vector<Edge> edges;
    for (const Sighting& poll : log_.polls()) {
      const std::uint32_t from = sender(log_.messages()[poll.value]);
      if (from == Message::kNone || from == poll.operation || !is_transaction(poll.operation))
        continue;
      const std::uint32_t by = vertex(from);
      edges.push_back({by, vertex(poll.operation), poll.key, kWriteRead});
    }
    return edges;
  }

  // From each message to the next one of a transaction.
  std::vector<Edge> orders() {
    std::vector<std::vector<std::pair<std::uint32_t, std::uint32_t>>> logs(log_.keys());
    for (const Message& it : log_.messages()) {
      const std::uint32_t by = sender(it);
      if (by != Message::kNone) logs[it.key].emplace_back(it.place, vertex(by));
    }
    std::vector<Edge> edges;
    for (std::uint32_t key = 0; key < logs.size(); ++key) {
      auto& log = logs[key];
      std::sort(log.begin(), log.end());
      for (std::size_t i = 1; i < log.size(); ++i) {
        // Two messages of one place are a flaw of their own.
        if (log[i - 1].first == log[i].first || log[i - 1].second == log[i].second) continue;
        edges.push_back({log[i - 1].second, log[i].second, key, kWriteWrite});
      }
    }
    return edges;
  }

  void look_for(const std::vector<Edge>& edges, const std::vector<std::string>& names) {
    Dependencies graph(static_cast<std::uint32_t>(operations_.size()));
    for (const Edge& edge : edges) graph.add(edge.from, edge.to, edge.kind, edge.key);
    Work work{std::numeric_limits<std::uint64_t>::max()};  // no more than a few looks at each edge
    for (const Anomaly& anomaly : find_cycles(graph, Scope::data, work)) {
      Circle circle = merged(anomaly.cycle);
      const auto earlier = [this](const Edge& a, const Edge& b) {
        return operations_[a.from] < operations_[b.from];
      };
      const auto first = std::min_element(circle.begin(), circle.end(), earlier);
      std::rotate(circle.begin(), first, circle.end());
      const std::string name = name_of(circle);
      if (std::find(names.begin(), names.end(), name) != names.end()) enter(name, circle);
    }
  }

  static std::string name_of(const Circle& circle) {
    const auto is = [](Dependency kind) {
      return [kind](const Edge& edge) { return edge.kind == kind; };
    };
    if (std::all_of(circle.begin(), circle.end(), is(kWriteWrite))) return "G0";
    return std::all_of(circle.begin(), circle.end(), is(kWriteRead)) ? "G1c" : "G1c-ww";
  }

  // Steps along one log become one.
  static Circle merged(Circle circle) {
    const auto along = [](const Edge& a, const Edge& b) {
      return a.kind == kWriteWrite && b.kind == kWriteWrite && a.key == b.key;
    };
    const auto begins = std::adjacent_find(
        circle.begin(), circle.end(), [&](const Edge& a, const Edge& b) { return !along(a, b); });
    if (begins != circle.end()) std::rotate(circle.begin(), begins + 1, circle.end());
    Circle out;
    for (const Edge& edge : circle) {
      if (!out.empty() && along(out.back(), edge)) {
        out.back().to = edge.to;
      } else {
        out.push_back(edge);
      }
    }
    return out;
  }

  // The first message of `from` in the log that lies before one of `to`, and the last such one; of
  // a poll, a message that `to` polled.
  std::pair<std::uint32_t, std::uint32_t> messages_of(const Edge& edge) const {
    std::uint32_t first = Message::kNone;
    std::uint32_t last = Message::kNone;
    const auto& messages = log_.messages();
    if (edge.kind == kWriteRead) {
      for (const Sighting& poll : log_.polls()) {
        const bool is_it = poll.operation == operations_[edge.to] && poll.key == edge.key;
        if (is_it && sender(messages[poll.value]) == operations_[edge.from]) first = poll.value;
      }
      return {first, Message::kNone};
    }
    for (std::uint32_t m = 0; m < messages.size(); ++m) {
      if (messages[m].key != edge.key) continue;
      const std::uint32_t by = sender(messages[m]);
      const bool earlier = first == Message::kNone || messages[m].place < messages[first].place;
      const bool later = last == Message::kNone || messages[m].place > messages[last].place;
      if (by == operations_[edge.from] && earlier) first = m;
      if (by == operations_[edge.to] && later) last = m;
    }
    return {first, last};
  }

  // T1, T2, ... in the order of the circle.
  void enter(const std::string& name, const Circle& circle) {
    std::string who;
    std::string why;
    std::vector<Value> subject;
    std::vector<std::uint32_t> shown;
    for (std::size_t i = 0; i < circle.size(); ++i) {
      const Edge& edge = circle[i];
      who += fmt::format("{}T{} is the transaction of {} {}", i == 0 ? "" : ", ", i + 1,
                         log_.history().client(op(edge.from)), log_.history().place(op(edge.from)));
      shown.push_back(operations_[edge.from]);
      const auto [first, last] = messages_of(edge);
      const std::size_t next = (i + 1) % circle.size() + 1;
      const Value& key = log_.key(edge.key);
      if (edge.kind == kWriteRead) {
        why += fmt::format(" T{} polled {} of key {}, which T{} had sent.", next, log_.name(first),
                           log_.key_name(edge.key), i + 1);
        subject.push_back(Value::vector({Value::keyword("wr"), key, log_.value(first)}));
      } else {
        why += fmt::format(" T{} sent {} to key {} at offset {}, before T{} sent {} at offset {}.",
                           i + 1, log_.name(first), log_.key_name(edge.key),
                           log_.messages()[first].offsets.front(), next, log_.name(last),
                           log_.messages()[last].offsets.front());
        subject.push_back(
            Value::vector({Value::keyword("ww"), key, log_.value(first), log_.value(last)}));
      }
    }
    ledger_.enter(name, Value::vector(std::move(subject)), std::move(shown),
                  who + "." + why + " So T1 would have to come before itself.");
  }

  const LogHistory& log_;
  Ledger& ledger_;
  std::vector<std::uint32_t> operations_;                             // by vertex
  boost::unordered_flat_map<std::uint32_t, std::uint32_t> vertices_;  // for lookup only
};

}  // namespace

void audit_circles(const LogHistory& log, Ledger& ledger) { Circles(log, ledger).run(); }

}  // namespace windtunnel::checkers
