// What is known of the order of the moments of a problem: the edges that it begins with, and what
// follows from them and from choices that are made. Of each choice of two, once one side cannot be,
// the other must (unit propagation); nothing else is ever concluded here.
//
// For every vertex a row says how many moments of each chain are before it. A chain is in order, so
// that this is all there is to know, and "is before" costs a look.
#pragma once

#include <windtunnel/checkers/txn/order_problem.h>

#include <cstdint>
#include <deque>
#include <limits>
#include <vector>

namespace windtunnel::checkers {

class KnownOrder {
 public:
  static constexpr std::uint32_t kNone = 0xffffffffU;
  static constexpr std::uint64_t kMaxEntries = 1ULL << 28U;  // 1 GiB
  static constexpr std::uint32_t kEntriesOfStep = 8;         // of a row, compared at about one cost

  // The problem must outlive it, and its vertices can be sorted.
  explicit KnownOrder(const OrderProblem& problem,
                      std::uint64_t max_steps = std::numeric_limits<std::uint64_t>::max());

  static bool fits(const OrderProblem& problem) {
    return std::uint64_t{problem.vertices()} * problem.chains() <= kMaxEntries;
  }

  // What it takes to begin with.
  static std::uint64_t first_steps(const OrderProblem& problem) {
    return std::uint64_t{problem.vertices()} * problem.chains() / kEntriesOfStep;
  }

  // Draws the conclusions; false when a moment would have to come before itself. Not all of them
  // where there are more steps than it may take.
  bool propagate();
  // With one edge more.
  bool assume(const OrderEdge& edge);
  // A moment that would come before itself, once that was found.
  std::uint32_t contradiction() const { return contradiction_; }

  bool is_before(std::uint32_t moment, std::uint32_t vertex) const {
    const std::uint32_t member = problem_.member_of(moment);
    return row(vertex)[problem_.chain(member)] > place_of(moment);
  }
  // In the order in which they were found: each follows from those before it.
  const std::vector<OrderEdge>& edges() const { return edges_; }
  // The edges from a vertex: the latest one, and the one before that; kNone at the end.
  std::uint32_t first_edge(std::uint32_t vertex) const { return head_[vertex]; }
  std::uint32_t next_edge(std::uint32_t edge) const { return next_[edge]; }
  std::uint64_t steps() const { return steps_; }

  // Back to what was known then.
  struct Mark {
    std::size_t edges = 0;
    std::size_t changes = 0;
  };
  Mark mark() const { return {edges_.size(), changes_.size()}; }
  void rewind(const Mark& mark);

 private:
  struct Change {
    std::size_t entry = 0;
    std::uint32_t before = 0;
  };

  const std::uint32_t* row(std::uint32_t vertex) const {
    return rows_.data() + std::size_t{vertex} * problem_.chains();
  }
  // Which of the moments of its chain it is.
  std::uint32_t place_of(std::uint32_t moment) const {
    const std::uint32_t member = problem_.member_of(moment);
    return problem_.place(member) * problem_.width() + (moment - problem_.begin(member));
  }
  bool add(const OrderEdge& edge);
  bool join(std::uint32_t from, std::uint32_t to);
  void raise(std::uint32_t vertex, std::uint32_t chain, std::uint32_t count);
  void look_again_at(std::uint32_t vertex);
  bool conclude(std::uint32_t vertex);
  bool look_at_read(std::uint32_t reader, std::uint32_t slot);
  bool look_at_overwritten(std::uint32_t slot);
  bool look_at_overlap(std::uint32_t slot);
  void link(std::uint32_t edge);

  const OrderProblem& problem_;
  std::vector<OrderEdge> edges_;
  std::vector<std::uint32_t> head_;  // by vertex: its latest edge
  std::vector<std::uint32_t> next_;  // by edge: the one before it from the same vertex
  std::vector<std::uint32_t> rows_;
  std::vector<Change> changes_;
  bool keeps_changes_ = false;
  std::deque<std::uint32_t> open_;
  std::vector<bool> is_open_;
  std::uint32_t contradiction_ = kNone;
  std::uint64_t max_steps_;
  std::uint64_t steps_ = 0;
};

}  // namespace windtunnel::checkers
