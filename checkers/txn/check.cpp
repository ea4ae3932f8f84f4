#include <windtunnel/checkers/txn/check.h>

#include <windtunnel/checkers/objects/witness.h>
#include <windtunnel/checkers/txn/explain.h>
#include <windtunnel/checkers/txn/recheck.h>
#include <windtunnel/checkers/txn/strong_levels.h>
#include <windtunnel/checkers/txn/weak_levels.h>
#include <windtunnel/protocols/base/assert.h>

#include <fmt/format.h>

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
  witness.minimised = anomaly.of_orders ? anomaly.minimised : !anomaly.cycle.empty();
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

std::vector<DrawnEdge> drawn_cycle(const TxnHistory& history, const Anomaly& anomaly) {
  std::vector<DrawnEdge> edges;
  const std::vector<std::string> reasons = explain_edges(history, anomaly);
  for (std::size_t i = 0; i < anomaly.cycle.size(); ++i) {
    const Edge& edge = anomaly.cycle[i];
    edges.push_back({history.transactions()[edge.from].operation,
                     history.transactions()[edge.to].operation, name_of(edge.kind),
                     edge.key == Edge::kNoKey ? std::string() : history.keys().name(edge.key),
                     reasons[i]});
  }
  return edges;
}

// Of lists, what their cycles decide: where an order of all transactions is left, it is one of the
// writes of each key, too.
constexpr std::string_view kByCycles[] = {
    "read-uncommitted",
    "read-committed",
    "prefix",
    "repeatable-read",
    "serializable",
    "strong-session-read-uncommitted",
    "strong-session-read-committed",
    "strong-session-serializable",
    "strong-read-uncommitted",
    "strong-read-committed",
    "strict-serializable",
};
// And what they decide only with the order of all writes of each key.
constexpr std::string_view kByCyclesOfAll[] = {
    "consistent-view", "parallel-snapshot-isolation", "snapshot-isolation",
    "strong-session-snapshot-isolation", "strong-snapshot-isolation"};

// What is decided, beside the anomalies that were found.
struct Decided {
  std::vector<std::string_view> upheld;  // by an order that explains the history
  std::string reason;                    // why the level is undecided, if it is
};

bool is_implied(const std::vector<std::string_view>& upheld, std::string_view level) {
  return std::any_of(upheld.begin(), upheld.end(),
                     [level](std::string_view one) { return is_at_least(one, level); });
}

bool is_forbidden(std::string_view level, const std::vector<Anomaly>& anomalies) {
  return std::any_of(anomalies.begin(), anomalies.end(),
                     [level](const Anomaly& one) { return forbids(level, one.name); });
}

// The levels up to causal.
Decided decide_weak_levels(const Observations& seen, std::string_view level,
                           IsolationReport& report, Work& work) {
  WeakReport weak = check_weak_levels(seen, scope_of(level), work);
  report.verdict.algorithm += "+awdit";
  Decided decided{std::move(weak.upheld), {}};
  for (Anomaly& anomaly : weak.anomalies) report.anomalies.push_back(std::move(anomaly));
  const auto& open = weak.undecided;
  if (std::find(open.begin(), open.end(), level) != open.end()) {
    decided.reason =
        work.is_spent()
            ? kOutOfWork
            : fmt::format("the causal past of the transactions takes more than {} numbers",
                          CausalOrder::kMaxClockEntries);
  }
  return decided;
}

Decided decide_registers(const TxnHistory& history, std::string_view level, IsolationReport& report,
                         Work& work) {
  const Observations seen(history);
  Decided decided = decide_weak_levels(seen, level, report, work);
  // Writes alone have no circle in the order of their calls.
  decided.upheld.push_back("strong-read-uncommitted");
  // A transaction that contradicts itself is in no order.
  const bool is_told = is_implied(decided.upheld, level) || is_forbidden(level, report.anomalies);
  if (is_told || is_forbidden("read-atomic", report.anomalies)) return decided;
  StrongReport strong = check_strong_levels(history, seen, level, work);
  report.verdict.algorithm += "+orders";
  for (Anomaly& anomaly : strong.anomalies) report.anomalies.push_back(std::move(anomaly));
  decided.upheld.insert(decided.upheld.end(), strong.upheld.begin(), strong.upheld.end());
  if (!strong.reason.empty()) decided.reason = std::move(strong.reason);
  return decided;
}

Decided decide_lists(const TxnHistory& history, const Dependencies& graph, std::string_view level,
                     IsolationReport& report, Work& work) {
  Decided decided;
  if (work.is_spent()) return decided;  // there may be cycles that were not found
  const auto is_no_list = [](const Anomaly& one) { return one.name == "incompatible-order"; };
  if (std::any_of(report.anomalies.begin(), report.anomalies.end(), is_no_list)) return decided;
  const auto add = [&](std::string_view one) {
    if (!is_forbidden(one, report.anomalies)) decided.upheld.push_back(one);
  };
  for (const std::string_view one : kByCycles) add(one);
  const auto is_open = [&](std::string_view one) { return !is_implied(decided.upheld, one); };
  const bool is_any_open =
      std::any_of(std::begin(kByCyclesOfAll), std::end(kByCyclesOfAll), is_open);
  std::vector<Anomaly> guessed;
  if (is_any_open && !graph.guessed.empty()) {
    Dependencies whole = graph;
    whole.edges.insert(whole.edges.end(), graph.guessed.begin(), graph.guessed.end());
    guessed = find_cycles(whole, scope_of(level), work);
    if (work.is_spent()) return decided;
  }
  for (const std::string_view one : kByCyclesOfAll) {
    if (!is_forbidden(one, guessed)) add(one);
  }
  // A lost update is a cycle of consistent view; by itself it is seen where reads show it.
  const bool shows_updates =
      graph.guessed.empty() && !is_forbidden("read-atomic", report.anomalies);
  if (shows_updates) add("cursor-stability");
  // What is wrong is told as what it is, though a stronger level has been refuted already.
  const bool is_told = report.anomalies.empty() && is_implied(decided.upheld, level);
  if (is_told || is_forbidden("read-atomic", report.anomalies)) return decided;
  std::vector<Edge> versions;
  for (const Edge& edge : graph.edges) {
    if (edge.kind == kWriteWrite) versions.push_back(edge);
  }
  Decided weak =
      decide_weak_levels(Observations(history, std::move(versions)), level, report, work);
  decided.upheld.insert(decided.upheld.end(), weak.upheld.begin(), weak.upheld.end());
  decided.reason = std::move(weak.reason);
  return decided;
}

// The levels that hold are those that an upheld one implies, when no single read speaks against it.
// One that was asked for is ok when it holds.
bool is_proven(const Counting& counting, const LevelReport& levels, DataType type) {
  if (!counting.is_changed()) {
    const auto& upheld = levels.upheld;
    return std::find(upheld.begin(), upheld.end(), counting.level) != upheld.end();
  }
  const auto is_absent = [&](std::string_view name) {
    const std::string anomaly(name);
    // Of lists the cycles themselves are told.
    const bool is_of_registers = type == DataType::list_append && name.starts_with("SER-cycle") &&
                                 !counting.is_asked_for(anomaly);
    return is_of_registers || !counting.counts(anomaly) ||
           std::any_of(levels.upheld.begin(), levels.upheld.end(),
                       [&](const std::string& level) { return forbids(level, anomaly); });
  };
  return std::all_of(anomaly_names().begin(), anomaly_names().end(), is_absent);
}

void conclude(Decided decided, const Counting& counting, DataType type, IsolationReport& report) {
  LevelReport& levels = report.levels;
  for (const std::string& other : levels.not_violated) {
    if (is_implied(decided.upheld, other)) levels.upheld.push_back(other);
  }
  const bool holds = is_proven(counting, levels, type);
  if (holds || report.verdict.decision != Decision::ok) return;
  report.verdict.decision = Decision::unknown;
  report.verdict.reason = std::move(decided.reason);
  if (!report.verdict.reason.empty()) return;
  report.verdict.reason =
      counting.is_changed()
          ? "nothing that counts was found, which is no proof: no level that rules out all of it "
            "is proven"
          : fmt::format(
                "nothing speaks against {}, which is no proof: it is proven where a stronger "
                "level is, and none is",
                counting.level);
}

// Did a transaction that succeeded read anything?
bool was_read(const TxnHistory& history) {
  const auto& all = history.transactions();
  return std::any_of(all.begin(), all.end(), [&history](const Transaction& one) {
    const auto accesses = history.accesses(one);
    return one.outcome == EventType::ok &&
           std::any_of(accesses.begin(), accesses.end(), [](const Access& access) {
             return !access.write && access.value != nullptr;
           });
  });
}

// A PC-cycle is told where it is what speaks against the level: what else counts and forbids it
// says more of others.
void drop_what_follows(const Counting& counting, std::vector<Anomaly>& anomalies) {
  const auto worse = [&counting](const Anomaly& one) {
    return one.name != "PC-cycle" && forbids("prefix", one.name) && counting.counts(one.name);
  };
  if (std::none_of(anomalies.begin(), anomalies.end(), worse)) return;
  std::erase_if(anomalies, [](const Anomaly& one) { return one.name == "PC-cycle"; });
}

// What dependencies show needs no orders to show it again.
void drop_what_is_shown(std::vector<Anomaly>& anomalies) {
  std::set<std::string> shown;
  for (const Anomaly& one : anomalies) {
    if (!one.of_orders) shown.insert(one.name);
  }
  std::erase_if(anomalies,
                [&shown](const Anomaly& one) { return one.of_orders && shown.contains(one.name); });
}

void finish(const TxnHistory& history, const Counting& counting, IsolationReport& report) {
  std::stable_sort(report.anomalies.begin(), report.anomalies.end(),
                   [](const Anomaly& a, const Anomaly& b) { return severity(a) < severity(b); });
  std::set<std::string> names;
  std::size_t worst = report.anomalies.size();
  for (std::size_t i = 0; i < report.anomalies.size(); ++i) {
    Anomaly& anomaly = report.anomalies[i];
    const bool is_read_off = !anomaly.cycle.empty() && !anomaly.of_orders;
    if (is_read_off) anomaly.explanation = explain_cycle(history, anomaly);
    if (!anomaly.transactions.empty()) anomaly.rechecked = recheck(history, anomaly);
    WT_ASSERT(!is_read_off || anomaly.rechecked, "a cycle is in the history");
    names.insert(anomaly.name);
    const bool counts = counting.counts(anomaly.name);
    if (counts) worst = std::min(worst, i);
    const bool is_permitted = !counts && forbids(counting.level, anomaly.name);
    report.texts.push_back(anomaly.name + (is_permitted ? " (permitted): " : ": ") +
                           anomaly.explanation + "\n" + list_transactions(history, anomaly));
    report.figures.push_back(anomaly.cycle.empty() ? "" : draw_cycle(history, anomaly));
    report.witnesses.push_back(witness_of(history, anomaly));
    report.cycles.push_back(drawn_cycle(history, anomaly));
  }
  report.levels = judge_levels(names, scope_of(counting.level));
  if (worst == report.anomalies.size()) return;
  report.worst = report.anomalies[worst].name;
  report.verdict.decision = Decision::violated;
  report.verdict.witness = report.witnesses[worst];
}

}  // namespace

void AnomalyList::add(std::string_view name, std::vector<std::uint32_t> transactions,
                      std::string why) {
  const auto same = [name](const Anomaly& other) { return other.name == name; };
  if (std::count_if(all_.begin(), all_.end(), same) >= std::ptrdiff_t{kMaxOfOneName}) return;
  all_.push_back({std::string(name), std::move(transactions), {}, std::move(why), false});
}

void AnomalyList::add(Anomaly anomaly) { all_.push_back(std::move(anomaly)); }

IsolationReport check_isolation(const History& history, DataType type, std::string_view level,
                                std::uint64_t max_work) {
  return check_isolation(history, type, Counting{level, {}, {}}, max_work);
}

IsolationReport check_isolation(const History& history, DataType type, const Counting& counting,
                                std::uint64_t max_work) {
  const std::string_view level = counting.level;
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
  const bool registers = type == DataType::rw_register;
  registers ? infer_registers(*txns, graph, anomalies) : infer_lists(*txns, graph, anomalies);
  const Scope scope = scope_of(level);
  if (scope != Scope::data) add_process_order(*txns, graph);
  if (scope == Scope::realtime) add_realtime_order(*txns, graph);
  Work work{max_work};
  for (Anomaly& cycle : find_cycles(graph, scope, work)) {
    anomalies.add(std::move(cycle));
  }
  report.anomalies = anomalies.take();
  Decided decided = registers ? decide_registers(*txns, level, report, work)
                              : decide_lists(*txns, graph, level, report, work);
  if (work.is_spent() && decided.reason.empty()) decided.reason = kOutOfWork;
  drop_what_follows(counting, report.anomalies);
  drop_what_is_shown(report.anomalies);
  finish(*txns, counting, report);
  conclude(std::move(decided), counting, type, report);
  report.verdict.work = work.done;
  report.verdict.put_to_the_test = was_read(*txns);
  if (!report.verdict.put_to_the_test) report.levels.upheld.clear();
  return report;
}

}  // namespace windtunnel::checkers
