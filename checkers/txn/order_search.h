// Is there an order of the transactions that explains a history? First all that follows is
// concluded; mostly that contradicts itself, or else a line is laid at once. Where the line is
// stuck, one of a few choices that it had made was wrong: each of them is tried, and refuted or
// found to fit. So the answer is exact, and the bound counts work.
#pragma once

#include <windtunnel/checkers/history/verdict.h>
#include <windtunnel/checkers/history/work.h>
#include <windtunnel/checkers/txn/order_problem.h>

#include <cstdint>
#include <vector>

namespace windtunnel::checkers {

struct Moment {
  std::uint32_t transaction = 0;
  bool commits = false;  // under `serializable` every moment is both
};

struct OrderDecision {
  Decision decision = Decision::ok;
  std::string reason;                   // for unknown
  std::vector<Moment> line;             // for ok: one that explains the history
  std::vector<std::uint32_t> culprits;  // for violated: transactions that no line explains
  std::uint64_t steps = 0;
};

// `members` as in OrderProblem.
OrderDecision decide_order(const TxnHistory& history, const Observations& seen,
                           OrderQuestion question, std::vector<std::uint32_t> members,
                           std::uint64_t max_steps = kStandardWork);

}  // namespace windtunnel::checkers
