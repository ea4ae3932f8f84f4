#include <windtunnel/checkers/txn/strong_levels.h>

#include <windtunnel/checkers/txn/levels.h>
#include <windtunnel/checkers/txn/order_witness.h>
#include <windtunnel/checkers/txn/recheck.h>
#include <windtunnel/protocols/base/assert.h>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace windtunnel::checkers {
namespace {

struct NamedQuestion {
  std::string_view name;
  OrderQuestion question;
};
// Of one kind from strong to weak: what holds with more promised of time is mostly found sooner.
constexpr NamedQuestion kNamed[] = {
    {"strict-serializable", {OrderLevel::serializable, Scope::realtime}},
    {"strong-session-serializable", {OrderLevel::serializable, Scope::process}},
    {"serializable", {OrderLevel::serializable, Scope::data}},
    {"strong-snapshot-isolation", {OrderLevel::snapshot_isolation, Scope::realtime}},
    {"strong-session-snapshot-isolation", {OrderLevel::snapshot_isolation, Scope::process}},
    {"snapshot-isolation", {OrderLevel::snapshot_isolation, Scope::data}},
    {"prefix", {OrderLevel::prefix, Scope::data}},
};

class StrongLevels {
 public:
  StrongLevels(const TxnHistory& history, const Observations& seen, Work& work)
      : history_(history), seen_(seen), work_(work) {
    for (std::uint32_t t = 0; t < seen.count(); ++t) {
      if (seen.is_present(t)) present_.push_back(t);
    }
  }

  // Upholds the level, by itself or by one with more promised of time, or refutes it, or neither.
  // What refutes one with more promised mostly does not rest on that. Each gets its share of the
  // work that is left.
  Decision decide(const NamedQuestion& asked) {
    const auto implies = [&asked](const NamedQuestion& one) {
      return one.question.level == asked.question.level &&
             one.question.scope >= asked.question.scope;
    };
    std::ptrdiff_t to_ask = std::count_if(std::begin(kNamed), std::end(kNamed), implies);
    for (const NamedQuestion& one : kNamed) {
      if (!implies(one)) continue;
      const std::uint64_t share = work_.left() / static_cast<std::uint64_t>(to_ask--);
      OrderDecision found = ask(one.question, present_, share);
      if (found.decision == Decision::ok) {
        WT_ASSERT(explains(history_, one.question, found.line),
                  "an order that explains a history is one");
        report_.upheld.push_back(one.name);
        report_.reason.clear();
        return Decision::ok;
      }
      if (found.decision == Decision::unknown) {
        report_.reason = fmt::format("{}: {}", one.name, found.reason);
      } else if (one.name == asked.name ||
                 ask(asked.question, found.culprits, work_.left()).decision == Decision::violated) {
        keep(witness_of_orders(history_, seen_, asked.question, std::move(found.culprits), work_));
        report_.reason.clear();
        return Decision::violated;
      }
    }
    return Decision::unknown;
  }

  StrongReport take() { return std::move(report_); }

 private:
  // Two levels may be refuted by one anomaly, that of a weaker one.
  void keep(Anomaly anomaly) {
    const bool known = std::any_of(report_.anomalies.begin(), report_.anomalies.end(),
                                   [&](const Anomaly& one) { return one.name == anomaly.name; });
    if (!known) report_.anomalies.push_back(std::move(anomaly));
  }
  OrderDecision ask(OrderQuestion question, std::vector<std::uint32_t> members,
                    std::uint64_t max_steps) {
    OrderDecision found = decide_order(history_, seen_, question, std::move(members), max_steps);
    work_.done += found.steps;
    return found;
  }

  const TxnHistory& history_;
  const Observations& seen_;
  Work& work_;
  std::vector<std::uint32_t> present_;
  StrongReport report_;
};

}  // namespace

StrongReport check_strong_levels(const TxnHistory& history, const Observations& seen,
                                 std::string_view level, Work& work) {
  StrongLevels levels(history, seen, work);
  const auto* const asked = std::find_if(std::begin(kNamed), std::end(kNamed),
                                         [&](const auto& one) { return one.name == level; });
  if (asked != std::end(kNamed)) {
    levels.decide(*asked);
    return levels.take();
  }
  for (const NamedQuestion& one : kNamed) {
    const bool implies = is_at_least(one.name, level) && one.question.scope == scope_of(level);
    if (implies && levels.decide(one) == Decision::ok) break;
  }
  return levels.take();
}

}  // namespace windtunnel::checkers
