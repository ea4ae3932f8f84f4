#include <windtunnel/checkers/txn/check.h>

#include <windtunnel/checkers/txn/explain.h>
#include <windtunnel/checkers/txn/recheck.h>
#include <windtunnel/checkers/txn/weak_levels.h>
#include <windtunnel/checkers/objects/witness.h>
#include <windtunnel/protocols/base/assert.h>

#include <algorithm>

namespace windtunnel::checkers {
namespace {

// The worst come first: what a weaker level already forbids.
std::size_t severity(const Anomaly& anomaly) {
  const std::vector<std::string_view>& levels = isolation_levels();
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (forbids(levels[i], anomaly.name)) return i;
  }
  return levels.size();
}

Witness witness_of(const TxnHistory& history, const Anomaly& anomaly) {
  Witness witness;
  witness.explanation = anomaly.name + ": " + anomaly.explanation;
  witness.kind = anomaly.name;
  witness.rechecked = anomaly.rechecked;
  // No transaction of a simple cycle can be left out of it.
  witness.minimised = !anomaly.cycle.empty();
  std::vector<std::uint32_t> all = anomaly.transactions;
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  for (const std::uint32_t t : all) {
    const std::uint32_t operation = history.transactions()[t].operation;
    Witness::Item item = item_of(history.history(), operation);
    item.text.insert(0, "T" + std::to_string(t) + " = ");
    witness.operations.push_back(std::move(item));
  }
  return witness;
}

// What the fast algorithms decided for registers; returns what they found.
WeakReport decide_weak_levels(const TxnHistory& history, std::string_view level,
                              AnomalyList& anomalies, Verdict& verdict) {
  WeakReport weak = check_weak_levels(history, scope_of(level));
  for (Anomaly& anomaly : weak.anomalies) anomalies.add(std::move(anomaly));
  verdict.algorithm += "+awdit";
  verdict.configurations += weak.examined;
  return weak;
}

// The levels that hold are those that an upheld one implies, when no single read speaks against it.
// One that was asked for and could be neither upheld nor refuted is unknown.
void conclude(const WeakReport& weak, std::string_view level, IsolationReport& report) {
  for (const std::string& other : report.levels.not_violated) {
    const bool implied =
        std::any_of(weak.upheld.begin(), weak.upheld.end(),
                    [&other](std::string_view one) { return is_at_least(one, other); });
    if (implied) report.levels.upheld.push_back(other);
  }
  const bool undecided =
      std::find(weak.undecided.begin(), weak.undecided.end(), level) != weak.undecided.end();
  if (!undecided || report.verdict.decision != Decision::ok) return;
  report.verdict.decision = Decision::unknown;
  report.verdict.reason = "the causal past of the transactions takes more than " +
                          std::to_string(CausalOrder::kMaxClockEntries) + " numbers";
}

// Did a transaction that succeeded read anything?
bool was_read(const TxnHistory& history) {
  const auto& all = history.transactions();
  return std::any_of(all.begin(), all.end(), [&history](const Transaction& one) {
    const auto accesses = history.accesses(one);
    return one.outcome == EventType::ok &&
           std::any_of(accesses.begin(), accesses.end(),
                       [](const Access& access) { return !access.write; });
  });
}

// A PC-cycle is told where it is what speaks against the level: what forbids it says more of others.
void drop_what_follows(std::vector<Anomaly>& anomalies) {
  const auto worse = [](const Anomaly& one) {
    return one.name != "PC-cycle" && forbids("prefix", one.name);
  };
  if (std::none_of(anomalies.begin(), anomalies.end(), worse)) return;
  std::erase_if(anomalies, [](const Anomaly& one) { return one.name == "PC-cycle"; });
}

void finish(const TxnHistory& history, std::string_view level, IsolationReport& report) {
  std::stable_sort(report.anomalies.begin(), report.anomalies.end(),
                   [](const Anomaly& a, const Anomaly& b) { return severity(a) < severity(b); });
  std::set<std::string> names;
  const Anomaly* worst = nullptr;
  for (Anomaly& anomaly : report.anomalies) {
    if (!anomaly.cycle.empty()) anomaly.explanation = explain_cycle(history, anomaly);
    if (!anomaly.transactions.empty()) anomaly.rechecked = recheck(history, anomaly);
    WT_ASSERT(anomaly.cycle.empty() || anomaly.rechecked, "a cycle is in the history");
    names.insert(anomaly.name);
    if (worst == nullptr && forbids(level, anomaly.name)) worst = &anomaly;
    report.texts.push_back(anomaly.name + ": " + anomaly.explanation + "\n" +
                           list_transactions(history, anomaly));
    report.figures.push_back(anomaly.cycle.empty() ? "" : draw_cycle(history, anomaly));
  }
  report.levels = judge_levels(names, scope_of(level));
  if (worst == nullptr) return;
  report.worst = worst->name;
  report.verdict.decision = Decision::violated;
  report.verdict.witness = witness_of(history, *worst);
}

}  // namespace

void AnomalyList::add(std::string_view name, std::vector<std::uint32_t> transactions,
                      std::string why) {
  const auto same = [name](const Anomaly& other) { return other.name == name; };
  if (std::count_if(all_.begin(), all_.end(), same) >= std::ptrdiff_t{kMaxOfOneName}) return;
  all_.push_back({std::string(name), std::move(transactions), {}, std::move(why), false});
}

void AnomalyList::add(Anomaly anomaly) { all_.push_back(std::move(anomaly)); }

IsolationReport check_isolation(const History& history, DataType type, std::string_view level) {
  WT_ASSERT(is_isolation_level(level), "the level is one of isolation_levels()");
  IsolationReport report;
  report.verdict.algorithm = "dependency-cycles";
  const auto txns = TxnHistory::read(history, type);
  if (txns.has_error()) {
    report.verdict.decision = Decision::unknown;
    report.verdict.reason = to_string(txns.error());
    return report;
  }
  const auto count = static_cast<std::uint32_t>(txns->transactions().size());
  report.verdict.operations = count;
  Dependencies graph(count);
  AnomalyList anomalies;
  WeakReport weak;
  if (type == DataType::list_append) {
    infer_lists(*txns, graph, anomalies);
  } else {
    infer_registers(*txns, graph, anomalies);
    weak = decide_weak_levels(*txns, level, anomalies, report.verdict);
  }
  const Scope scope = scope_of(level);
  if (scope != Scope::data) add_process_order(*txns, graph);
  if (scope == Scope::realtime) add_realtime_order(*txns, graph);
  for (Anomaly& cycle : find_cycles(graph, scope, report.verdict.configurations)) {
    anomalies.add(std::move(cycle));
  }
  report.anomalies = anomalies.take();
  drop_what_follows(report.anomalies);
  finish(*txns, level, report);
  conclude(weak, level, report);
  report.verdict.put_to_the_test = was_read(*txns);
  return report;
}

}  // namespace windtunnel::checkers
