#include <windtunnel/checkers/txn/order_search.h>

#include <windtunnel/checkers/txn/derivation.h>
#include <windtunnel/checkers/txn/moment_line.h>
#include <windtunnel/protocols/base/assert.h>

#include <fmt/format.h>

namespace windtunnel::checkers {
namespace {

class OrderSearch {
 public:
  OrderSearch(const OrderProblem& problem, std::uint64_t max_steps)
      : problem_(problem),
        max_steps_(max_steps),
        known_(problem, max_steps),
        is_blamed_(problem.count(), false) {}

  OrderDecision run() {
    if (!known_.propagate()) {
      blame();
      decision_.decision = Decision::violated;
    } else {
      decision_.decision = search();
    }
    if (decision_.decision == Decision::unknown) {
      decision_.reason = kOutOfWork;
    }
    for (std::uint32_t member = 0; member < problem_.count(); ++member) {
      if (is_blamed_[member]) decision_.culprits.push_back(problem_.members()[member]);
    }
    decision_.steps += known_.steps();
    return std::move(decision_);
  }

 private:
  // Of what is known now.
  Decision search() {
    decision_.steps += known_.edges().size() + problem_.vertices();
    if (decision_.steps + known_.steps() > max_steps_) return Decision::unknown;
    std::vector<Alternative> alternatives;
    if (lay(alternatives)) return Decision::ok;
    WT_ASSERT(!alternatives.empty(), "what is known has no circle");
    for (const Alternative& one : alternatives) {
      const KnownOrder::Mark mark = known_.mark();
      if (known_.assume(one.edge)) {
        const Decision found = search();
        if (found != Decision::violated) return found;
      } else {
        blame();
      }
      known_.rewind(mark);
      if (!known_.assume(one.otherwise)) {
        blame();
        return Decision::violated;
      }
    }
    return Decision::violated;
  }

  // On a line of its own, which is gone before the search goes deeper.
  bool lay(std::vector<Alternative>& alternatives) {
    MomentLine line(problem_, known_);
    const bool laid = line.run();
    if (laid) {
      keep(line.moments());
    } else {
      alternatives = line.alternatives();
    }
    return laid;
  }

  void keep(const std::vector<std::uint32_t>& moments) {
    decision_.line.reserve(moments.size());
    for (const std::uint32_t moment : moments) {
      const std::uint32_t member = problem_.member_of(moment);
      decision_.line.push_back({problem_.members()[member], moment == problem_.commit(member)});
    }
  }

  void blame() {
    const Derivation derivation(problem_, known_);
    decision_.steps += known_.edges().size();
    for (const std::uint32_t member : derivation.members()) is_blamed_[member] = true;
  }

  const OrderProblem& problem_;
  std::uint64_t max_steps_;
  KnownOrder known_;
  std::vector<bool> is_blamed_;  // by member
  OrderDecision decision_;
};

}  // namespace

OrderDecision decide_order(const TxnHistory& history, const Observations& seen,
                           OrderQuestion question, std::vector<std::uint32_t> members,
                           std::uint64_t max_steps) {
  const OrderProblem problem(history, seen, question, std::move(members));
  OrderDecision decision;
  decision.steps = problem.vertices() + problem.edges().size();  // It has been built.
  if (problem.sorted().size() < problem.vertices()) {
    decision.decision = Decision::violated;
    for (const std::uint32_t member : Derivation(problem).members()) {
      decision.culprits.push_back(problem.members()[member]);
    }
    return decision;
  }
  if (!KnownOrder::fits(problem)) {
    decision.decision = Decision::unknown;
    decision.reason = fmt::format("what is before each of {} moments on {} chains takes too much",
                                  problem.vertices(), problem.chains());
    return decision;
  }
  if (KnownOrder::first_steps(problem) <= max_steps) {
    const std::uint64_t built = decision.steps;
    decision = OrderSearch(problem, max_steps).run();
    decision.steps += built;
    return decision;
  }
  decision.decision = Decision::unknown;
  decision.reason = kOutOfWork;
  return decision;
}

}  // namespace windtunnel::checkers
