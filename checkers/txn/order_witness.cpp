#include <windtunnel/checkers/txn/order_witness.h>

#include <windtunnel/checkers/txn/derivation.h>
#include <windtunnel/checkers/txn/explain.h>
#include <windtunnel/checkers/txn/order_search.h>

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace windtunnel::checkers {
namespace {

constexpr std::uint64_t kMaxWork = 4 * kWorkPerSecond;  // of all searches on fewer transactions
constexpr std::uint64_t kMaxSteps = 1ULL << 20U;        // of each

// From weak to strong.
constexpr OrderQuestion kQuestions[] = {
    {OrderLevel::prefix, Scope::data},           {OrderLevel::snapshot_isolation, Scope::data},
    {OrderLevel::serializable, Scope::data},     {OrderLevel::snapshot_isolation, Scope::process},
    {OrderLevel::serializable, Scope::process},  {OrderLevel::snapshot_isolation, Scope::realtime},
    {OrderLevel::serializable, Scope::realtime},
};

class Minimiser {
 public:
  Minimiser(const TxnHistory& history, const Observations& seen, std::uint64_t max_work)
      : history_(history), seen_(seen), work_{std::min(max_work, kMaxWork)} {}

  bool is_refuted(OrderQuestion question, const std::vector<std::uint32_t>& members) {
    const std::uint64_t bound = std::min(kMaxSteps, work_.left());
    const OrderDecision found = decide_order(history_, seen_, question, members, bound);
    work_.done += found.steps;
    if (found.decision == Decision::unknown) is_exact_ = false;
    return found.decision == Decision::violated;
  }

  // Leaves out what can be left out, in stretches that become shorter (Zeller & Hildebrandt 2002);
  // not all of it when the work is spent.
  std::vector<std::uint32_t> smallest(OrderQuestion question, std::vector<std::uint32_t> members) {
    for (std::size_t stretch = std::max<std::size_t>(members.size() / 2, 1);; stretch /= 2) {
      for (std::size_t at = 0; at < members.size() && !work_.is_spent();) {
        std::vector<std::uint32_t> fewer(members.begin(),
                                         members.begin() + static_cast<std::ptrdiff_t>(at));
        const std::size_t end = std::min(at + stretch, members.size());
        fewer.insert(fewer.end(), members.begin() + static_cast<std::ptrdiff_t>(end),
                     members.end());
        if (is_refuted(question, fewer)) {
          members = std::move(fewer);
        } else {
          at += stretch;
        }
      }
      if (stretch == 1) return members;
    }
  }

  std::uint64_t work_done() const { return work_.done; }
  // Has each question been answered?
  bool is_exact() const { return is_exact_ && !work_.is_spent(); }

 private:
  const TxnHistory& history_;
  const Observations& seen_;
  Work work_;
  bool is_exact_ = true;
};

// Tells a derivation: what each edge rests on before the edge, nothing twice.
class Story {
 public:
  Story(const TxnHistory& history, const OrderProblem& problem, const Derivation& derivation)
      : history_(history), problem_(problem), derivation_(derivation) {}

  void tell(Anomaly& anomaly) {
    std::vector<std::uint32_t> circle = derivation_.circle();
    // It begins at a transaction, and not at a relay.
    while (derivation_.edge(circle.front()).from >= problem_.moments()) {
      std::rotate(circle.begin(), circle.begin() + 1, circle.end());
    }
    tell(circle);
    const std::uint32_t first = derivation_.edge(circle.front()).from;
    const bool begins = problem_.width() == 2 && first == problem_.begin(problem_.member_of(first));
    const char* const what = problem_.width() == 1 ? ""
                             : begins              ? "the beginning of "
                                                   : "the commit of ";
    anomaly.explanation =
        text_ + fmt::format("So {}T{} would have to come before itself.", what, transaction(first));
    anomaly.cycle = drawn(circle);
  }

 private:
  std::uint32_t transaction(std::uint32_t moment) const {
    return problem_.members()[problem_.member_of(moment)];
  }
  std::uint32_t writer(const OrderEdge& edge) const {
    return problem_.members()[problem_.slot(edge.slot).member];
  }
  std::uint32_t key(const OrderEdge& edge) const {
    return problem_.key_in_history(problem_.slot(edge.slot).key);
  }

  void say(const std::string& sentence) {
    if (told_.insert(sentence).second) text_ += sentence + " ";
  }

  void tell(const std::vector<std::uint32_t>& way) {
    std::uint32_t returned = 0;  // before a relay
    for (const std::uint32_t number : way) {
      const OrderEdge& edge = derivation_.edge(number);
      if (edge.why == Before::called) {
        if (edge.from < problem_.moments()) returned = transaction(edge.from);
        if (edge.to >= problem_.moments()) continue;
        say(explain_edge(history_, {returned, transaction(edge.to), Edge::kNoKey, kRealtime}));
        continue;
      }
      if (!derivation_.premise_of(number).empty() && !concluded_.insert(number).second) continue;
      tell(derivation_.premise_of(number));
      tell(edge);
    }
  }

  void tell(const OrderEdge& edge) {
    const std::uint32_t from = transaction(edge.from);
    const std::uint32_t to = transaction(edge.to);
    const bool one_moment = problem_.width() == 1;
    switch (edge.why) {
      case Before::read: say(explain_edge(history_, {from, to, key(edge), kWriteRead})); break;
      case Before::process: say(explain_edge(history_, {from, to, Edge::kNoKey, kProcess})); break;
      case Before::unset: say(explain_edge(history_, {from, to, key(edge), kReadWrite})); break;
      case Before::missed:
        say(explain_missed(history_, {from, to, key(edge), kCommit},
                           problem_.members()[edge.reader]));
        break;
      case Before::overwritten:
        say(explain_edge(history_, {writer(edge), from, key(edge), kWriteRead}));
        say(
            fmt::format("So T{} overwrote what T{} had written as key {}, which T{} read: T{} {} "
                        "before T{}{}.",
                        to, writer(edge), history_.keys().name(key(edge)), from, from,
                        one_moment ? "came" : "began", to, one_moment ? "" : " was committed"));
        break;
      case Before::overlapping:
        say(
            fmt::format("So T{0} had begun before T{1} was committed, and both wrote key {2}: T{0} "
                        "was committed before T{1} began.",
                        from, to, history_.keys().name(key(edge))));
        break;
      case Before::inside:
      case Before::called:
      case Before::chosen: break;
    }
  }

  // The circle between transactions.
  std::vector<Edge> drawn(const std::vector<std::uint32_t>& circle) const {
    std::vector<Edge> edges;
    for (const std::uint32_t number : circle) {
      const OrderEdge& edge = derivation_.edge(number);
      if (edge.why == Before::inside) continue;
      if (edge.why == Before::called && edge.from >= problem_.moments()) {
        if (edge.to < problem_.moments()) edges.back().to = transaction(edge.to);
        continue;
      }
      const bool relayed = edge.to >= problem_.moments();
      const bool keyed = edge.why != Before::process && edge.why != Before::called;
      edges.push_back({transaction(edge.from), relayed ? 0 : transaction(edge.to),
                       keyed ? key(edge) : Edge::kNoKey, kind_of(edge.why)});
    }
    return edges;
  }

  static Dependency kind_of(Before why) {
    switch (why) {
      case Before::read: return kWriteRead;
      case Before::process: return kProcess;
      case Before::called: return kRealtime;
      case Before::unset:
      case Before::overwritten: return kReadWrite;
      case Before::missed:
      case Before::overlapping:
      case Before::inside:
      case Before::chosen: break;
    }
    return kCommit;
  }

  const TxnHistory& history_;
  const OrderProblem& problem_;
  const Derivation& derivation_;
  std::string text_;
  std::set<std::string> told_;
  std::set<std::uint32_t> concluded_;
};

// Where it takes no choice to see it.
bool tell_circle(const TxnHistory& history, const OrderProblem& problem, Anomaly& anomaly) {
  if (problem.sorted().size() < problem.vertices()) {
    const Derivation derivation(problem);
    Story(history, problem, derivation).tell(anomaly);
    return true;
  }
  if (!KnownOrder::fits(problem)) return false;
  KnownOrder known(problem);
  if (known.propagate()) return false;
  const Derivation derivation(problem, known);
  Story(history, problem, derivation).tell(anomaly);
  return true;
}

}  // namespace

std::string name_of(OrderQuestion question) {
  const auto level = [&] {
    switch (question.level) {
      case OrderLevel::prefix: return "PC-cycle";
      case OrderLevel::snapshot_isolation: return "SI-cycle";
      case OrderLevel::serializable: break;
    }
    return "SER-cycle";
  };
  const char* const scope = question.scope == Scope::data      ? ""
                            : question.scope == Scope::process ? "-process"
                                                               : "-realtime";
  return std::string(level()) + scope;
}

Anomaly witness_of_orders(const TxnHistory& history, const Observations& seen,
                          OrderQuestion question, std::vector<std::uint32_t> culprits, Work& work) {
  Minimiser minimiser(history, seen, work.left());
  culprits = minimiser.smallest(question, std::move(culprits));
  for (const OrderQuestion& weaker : kQuestions) {
    if (weaker.level == question.level && weaker.scope == question.scope) break;
    const bool is_weaker = weaker.level <= question.level && weaker.scope <= question.scope;
    if (!is_weaker || !minimiser.is_refuted(weaker, culprits)) continue;
    question = weaker;
    culprits = minimiser.smallest(question, std::move(culprits));
    break;
  }
  work.done += minimiser.work_done();
  Anomaly anomaly;
  anomaly.name = name_of(question);
  anomaly.of_orders = true;
  anomaly.minimised = minimiser.is_exact();
  anomaly.transactions = culprits;
  const OrderProblem problem(history, seen, question, culprits);
  if (!tell_circle(history, problem, anomaly)) {
    anomaly.explanation = fmt::format(
        "No order of these {} transactions lets each read what it read: whichever of two writes of "
        "a key comes first, the rest contradicts it.",
        culprits.size());
  }
  return anomaly;
}

}  // namespace windtunnel::checkers
