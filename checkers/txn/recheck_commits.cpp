// The axioms once more, for the transactions of one witness, in the words of their definition.
#include <windtunnel/checkers/txn/recheck.h>

#include <algorithm>
#include <string_view>

namespace windtunnel::checkers {
namespace {

class PlainCommits {
 public:
  PlainCommits(const TxnHistory& txns, std::string_view name)
      : history_(txns.history()),
        txns_(txns),
        lists_(txns.type() == DataType::list_append),
        committed_(name.starts_with("RC-")),
        atomic_(name.starts_with("RA-")),
        sessions_(name.ends_with("-process")) {}

  bool holds(const Anomaly& anomaly) const {
    std::size_t next = 0;
    for (std::size_t i = 0; i < anomaly.cycle.size(); ++i) {
      const Edge& edge = anomaly.cycle[i];
      if (edge.to != anomaly.cycle[(i + 1) % anomaly.cycle.size()].from) return false;
      if (edge.kind == kCommit) {
        if (next == anomaly.reasons.size()) return false;
        if (!follows(edge, anomaly.reasons[next++], false)) return false;
      } else if (edge.kind == kReadWrite) {
        // What led to the reader is all the rest of the cycle.
        CommitReason reason{edge.from, {}};
        for (std::size_t step = 1; step < anomaly.cycle.size(); ++step) {
          reason.path.push_back(anomaly.cycle[(i + step) % anomaly.cycle.size()]);
        }
        if (!follows({edge.to, edge.to, edge.key, kCommit}, reason, true)) return false;
      } else if (edge.kind == kWriteWrite ? !recheck_edge(txns_, edge) : !seen(edge)) {
        return false;
      }
    }
    return true;
  }

 private:
  const Operation& operation(std::uint32_t t) const {
    return txns_.operation(txns_.transactions()[t]);
  }

  std::vector<PlainAccess> items(std::uint32_t t) const {
    return plain_accesses(history_, operation(t));
  }
  bool wrote(std::uint32_t t, const Value& key) const {
    const std::vector<PlainAccess> all = items(t);
    return operation(t).outcome != EventType::fail &&
           std::any_of(all.begin(), all.end(),
                       [&key](const PlainAccess& item) { return item.write && *item.key == key; });
  }
  bool wrote(std::uint32_t t, const Value& key, const Value& value) const {
    const std::vector<PlainAccess> all = items(t);
    return operation(t).outcome != EventType::fail &&
           std::any_of(all.begin(), all.end(), [&](const PlainAccess& item) {
             return item.write && *item.key == key && *item.value == value;
           });
  }
  // What tells who wrote it: of a list the last element before those that the reader appended.
  const Value& version(const Value& value, std::size_t own) const {
    static const Value nil;
    if (!lists_) return value;
    const std::vector<Value>& all = value.items();
    return all.size() <= own ? nil : all[all.size() - 1 - own];
  }
  // The places of the reader's reads of the key that `fits` the value: of a register, before it
  // wrote it itself.
  template <class Fits>
  std::vector<std::size_t> reads(std::uint32_t reader, const Value& key, Fits fits) const {
    std::vector<std::size_t> places;
    if (operation(reader).outcome != EventType::ok) return places;
    const std::vector<PlainAccess> all = items(reader);
    std::size_t own = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (*all[i].key != key) continue;
      if (all[i].write && !lists_) break;
      if (all[i].write) {
        ++own;
      } else if (fits(version(*all[i].value, own))) {
        places.push_back(i);
      }
    }
    return places;
  }
  std::vector<std::size_t> reads_from(std::uint32_t reader, std::uint32_t writer,
                                      const Value& key) const {
    return reads(reader, key, [&](const Value& value) { return wrote(writer, key, value); });
  }

  bool seen(const Edge& edge) const {
    if (edge.from == edge.to) return false;
    if (edge.kind == kWriteRead) {
      return !reads_from(edge.to, edge.from, txns_.keys().value(edge.key)).empty();
    }
    const Operation& from = operation(edge.from);
    const Operation& to = operation(edge.to);
    return sessions_ && edge.kind == kProcess && from.outcome != EventType::fail &&
           to.outcome != EventType::fail && history_.process(from) == history_.process(to) &&
           from.invoked < to.invoked;
  }

  // The axiom: the reader saw edge.from, which wrote the key, and read it from edge.to (or unset).
  bool follows(const Edge& edge, const CommitReason& reason, bool unset) const {
    const Value& key = txns_.keys().value(edge.key);
    if (reason.path.empty() || !wrote(edge.from, key)) return false;
    std::uint32_t at = edge.from;
    for (const Edge& step : reason.path) {
      if (step.from != at || !seen(step)) return false;
      at = step.to;
    }
    if (at != reason.reader || (!unset && edge.from == edge.to)) return false;
    const std::vector<std::size_t> read =
        unset ? reads(reason.reader, key, [](const Value& value) { return value.is_nil(); })
              : reads_from(reason.reader, edge.to, key);
    if (read.empty()) return false;
    if ((committed_ || atomic_) && reason.path.size() != 1) return false;
    if (!committed_) return true;
    const Edge& how = reason.path.front();
    if (how.kind != kWriteRead) return false;
    const std::vector<std::size_t> before =
        reads_from(reason.reader, edge.from, txns_.keys().value(how.key));
    return before.front() < read.back();
  }

  const History& history_;
  const TxnHistory& txns_;  // for the names of operations and keys only
  bool lists_;
  bool committed_;
  bool atomic_;
  bool sessions_;
};

}  // namespace

bool recheck_commits(const TxnHistory& history, const Anomaly& anomaly) {
  return PlainCommits(history, anomaly.name).holds(anomaly);
}

}  // namespace windtunnel::checkers
