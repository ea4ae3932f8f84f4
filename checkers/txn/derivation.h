// How a contradiction in a known order follows from the history: a circle of edges, and for each
// edge that was concluded the way that it was concluded from, of edges that were known before it.
#pragma once

#include <windtunnel/checkers/txn/known_order.h>

#include <cstdint>
#include <map>
#include <vector>

namespace windtunnel::checkers {

class Derivation {
 public:
  // Of the contradiction that was found. Both must outlive it.
  Derivation(const OrderProblem& problem, const KnownOrder& known);
  // Of a circle among what the problem begins with.
  explicit Derivation(const OrderProblem& problem);

  // The numbers of the edges of the circle.
  const std::vector<std::uint32_t>& circle() const { return circle_; }
  const OrderEdge& edge(std::uint32_t number) const { return all_[number]; }
  // The members that it speaks of, in ascending order.
  std::vector<std::uint32_t> members() const;
  // What a concluded edge was concluded from; empty for the others.
  const std::vector<std::uint32_t>& premise_of(std::uint32_t number) const;

 private:
  static constexpr std::uint32_t kNone = 0xffffffffU;

  void index();
  void find_circle(std::uint32_t from);
  void need(std::uint32_t edge);
  std::vector<std::uint32_t> premise(const OrderEdge& edge, std::uint32_t known);
  std::vector<std::uint32_t> way(std::uint32_t from, std::uint32_t to, std::uint32_t known);

  const OrderProblem& problem_;
  const std::vector<OrderEdge>& all_;
  std::vector<std::uint32_t> out_;    // edges, by their `from`
  std::vector<std::uint32_t> first_;  // by vertex, into out_
  std::vector<std::uint32_t> led_here_;
  std::vector<std::uint32_t> seen_;  // by vertex: the search that came here last
  std::uint32_t search_ = 0;
  std::vector<bool> is_needed_;
  std::vector<std::uint32_t> needed_;
  std::map<std::uint32_t, std::vector<std::uint32_t>> premises_;  // by edge that was concluded
  std::vector<std::uint32_t> circle_;
};

}  // namespace windtunnel::checkers
