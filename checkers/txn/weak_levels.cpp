#include <windtunnel/checkers/txn/weak_levels.h>

#include <algorithm>
#include <iterator>

namespace windtunnel::checkers {
namespace {

// The reads of one transaction by key; cleared at the cost of what is in it.
class ReadsByKey {
 public:
  explicit ReadsByKey(std::uint32_t keys) : writer_(keys, Observations::kNone) {}

  std::uint32_t writer(std::uint32_t key) const { return writer_[key]; }
  void set(std::uint32_t key, std::uint32_t writer) {
    if (writer_[key] == Observations::kNone) keys_.push_back(key);
    writer_[key] = writer;
  }
  void clear() {
    for (const std::uint32_t key : keys_) writer_[key] = Observations::kNone;
    keys_.clear();
  }
  const std::vector<std::uint32_t>& keys() const { return keys_; }

 private:
  std::vector<std::uint32_t> writer_;
  std::vector<std::uint32_t> keys_;
};

class Axioms {
 public:
  Axioms(const Observations& seen, CommitOrder& order, std::uint64_t max_steps)
      : seen_(seen),
        order_(order),
        work_{max_steps},
        by_key_(seen.keys()),
        first_(seen.count(), Observations::kNone) {}

  void read_committed() {
    for (std::uint32_t t = 0; t < seen_.count() && !work_.is_spent(); ++t) read_committed(t);
  }
  void read_atomic(bool sessions) {
    for (std::uint32_t t = 0; t < seen_.count() && !work_.is_spent(); ++t) read_atomic(t);
    if (sessions) overtaken_in_session();
  }
  // The steps; spent, not all was inferred.
  const Work& work() const { return work_; }

  // The last in the session that wrote the key stands for those before it.
  void overtaken_in_session() {
    std::vector<std::uint32_t> after(seen_.count(), Observations::kNone);
    for (std::uint32_t t = 0; t < seen_.count(); ++t) {
      if (seen_.before(t) != Observations::kNone) after[seen_.before(t)] = t;
    }
    ReadsByKey last(seen_.keys());
    for (std::uint32_t start = 0; start < seen_.count(); ++start) {
      if (seen_.before(start) != Observations::kNone) continue;
      for (std::uint32_t t = start; t != Observations::kNone; t = after[t]) {
        for (const Seen& read : seen_.reads(t)) {
          const std::uint32_t own = last.writer(read.key);
          if (own == Observations::kNone || own == read.writer) continue;
          order_.infer({own, read.writer, read.key, t, Inferred::kSession});
        }
        for (const std::uint32_t key : seen_.written(t)) last.set(key, t);
      }
      last.clear();
    }
  }

 private:
  // From the last read to the first: by_key_ has the first read of each key that is still to come.
  // The later ones of it follow from the edges between one read of a key and the next.
  void read_committed(std::uint32_t t) {
    const auto reads = seen_.reads(t);
    note_first_reads(t);
    for (std::size_t i = reads.size(); i-- > 0;) {
      const Seen& read = reads[i];
      if (read.writer != Seen::kUnset) {
        // Of several reads from one writer the first has all the others behind it.
        if (first_[read.writer] == i) {
          written_and_read(t, read);
        } else {
          infer(read, read.key, t);
        }
      }
      by_key_.set(read.key, read.writer);
    }
    by_key_.clear();
  }

  void note_first_reads(std::uint32_t t) {
    const auto reads = seen_.reads(t);
    for (std::size_t i = reads.size(); i-- > 0;) {
      if (reads[i].writer != Seen::kUnset) {
        first_[reads[i].writer] = static_cast<std::uint32_t>(i);
      }
    }
  }

  void read_atomic(std::uint32_t t) {
    const auto reads = seen_.reads(t);
    note_first_reads(t);
    for (const Seen& read : reads) by_key_.set(read.key, read.writer);
    for (std::size_t i = 0; i < reads.size(); ++i) {
      if (reads[i].writer != Seen::kUnset && first_[reads[i].writer] == i) {
        written_and_read(t, reads[i]);
      }
      // A key that was read twice, differently: each writer would come before the other.
      if (by_key_.writer(reads[i].key) == reads[i].writer) continue;
      const Seen last{reads[i].key, by_key_.writer(reads[i].key)};
      if (last.writer != Seen::kUnset) {
        order_.infer({last.writer, reads[i].writer, last.key, t, last.key});
      }
      if (reads[i].writer != Seen::kUnset) infer(reads[i], last.key, t);
    }
    by_key_.clear();
  }

  // What the writer of `read` wrote and t read from others, by the smaller of the two sets.
  void written_and_read(std::uint32_t t, const Seen& read) {
    const auto written = seen_.written(read.writer);
    work_.done += std::min(written.size(), by_key_.keys().size());
    if (written.size() <= by_key_.keys().size()) {
      for (const std::uint32_t key : written) infer(read, key, t);
      return;
    }
    for (const std::uint32_t key : by_key_.keys()) {
      if (seen_.writes(read.writer, key)) infer(read, key, t);
    }
  }

  // t saw the writer of `read`, who wrote the key, too.
  void infer(const Seen& read, std::uint32_t key, std::uint32_t t) {
    const std::uint32_t writer = by_key_.writer(key);
    if (writer == Observations::kNone || writer == read.writer) return;
    order_.infer({read.writer, writer, key, t, read.key});
  }

  const Observations& seen_;
  CommitOrder& order_;
  Work work_;
  ReadsByKey by_key_;
  std::vector<std::uint32_t> first_;  // by writer: the first read from it in the transaction
};

struct LevelName {
  WeakLevel level;
  const char* anomaly;
  std::string_view name;
  std::string_view with_sessions;
};
// From strong to weak.
constexpr LevelName kNames[] = {
    {WeakLevel::causal, "CC-cycle", "causal", "strong-session-causal"},
    {WeakLevel::read_atomic, "RA-cycle", "read-atomic", "strong-session-read-atomic"},
    {WeakLevel::read_committed, "RC-cycle", "read-committed", "strong-session-read-committed"},
};

// Decides from the strongest level down, until one holds: it implies the weaker ones.
void descend(const Observations& seen, bool sessions, WeakReport& report, Work& work) {
  std::optional<Anomaly> weakest;
  for (const LevelName& one : kNames) {
    if (one.level == WeakLevel::read_committed && seen.type() == DataType::list_append) continue;
    const std::string_view name = sessions ? one.with_sessions : one.name;
    WeakDecision decision =
        decide_weak_level(seen, one.level, sessions, {.max_steps = work.left()});
    work.done += decision.examined;
    if (!decision.decided) {
      report.undecided.push_back(name);
    } else if (decision.refuted.has_value()) {
      weakest = std::move(decision.refuted);
    } else {
      report.upheld.push_back(name);
      break;
    }
  }
  if (weakest.has_value()) report.anomalies.push_back(*std::move(weakest));
}

}  // namespace

WeakDecision decide_weak_level(const Observations& seen, WeakLevel level, bool sessions,
                               const WeakBounds& bounds) {
  CommitOrder order(seen, sessions);
  Axioms axioms(seen, order, bounds.max_steps);
  WeakDecision decision;
  switch (level) {
    case WeakLevel::read_committed: axioms.read_committed(); break;
    case WeakLevel::read_atomic: axioms.read_atomic(sessions); break;
    case WeakLevel::causal:
      if (sessions) axioms.overtaken_in_session();
      decision.decided = CausalOrder(seen, sessions, bounds.max_entries)
                             .infer(order, bounds.max_steps, decision.examined);
      break;
  }
  decision.examined += axioms.work().done;
  if (axioms.work().is_spent()) decision.decided = false;
  const auto* const name = std::find_if(std::begin(kNames), std::end(kNames),
                                        [level](const auto& one) { return one.level == level; });
  if (!decision.decided) return decision;
  decision.refuted =
      order.refute(name->anomaly + std::string(sessions ? "-process" : ""), decision.examined);
  return decision;
}

WeakReport check_weak_levels(const Observations& seen, Scope widest, Work& work) {
  WeakReport with;
  descend(seen, true, with, work);
  // An order that respects the sessions is one for those who do not ask for that.
  const bool all_hold = with.anomalies.empty() && with.undecided.empty();
  WeakReport report;
  if (all_hold) {
    for (const LevelName& one : kNames) report.upheld.push_back(one.name);
  } else {
    descend(seen, false, report, work);
  }
  if (widest == Scope::data) return report;
  // Without sessions the same is worse.
  for (Anomaly& anomaly : with.anomalies) {
    const std::string data = anomaly.name.substr(0, anomaly.name.find("-process"));
    const bool known = std::any_of(report.anomalies.begin(), report.anomalies.end(),
                                   [&](const Anomaly& other) { return other.name == data; });
    if (!known) report.anomalies.push_back(std::move(anomaly));
  }
  report.upheld.insert(report.upheld.end(), with.upheld.begin(), with.upheld.end());
  report.undecided.insert(report.undecided.end(), with.undecided.begin(), with.undecided.end());
  return report;
}

}  // namespace windtunnel::checkers
