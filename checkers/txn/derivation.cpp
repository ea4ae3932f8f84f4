#include <windtunnel/checkers/txn/derivation.h>

#include <windtunnel/protocols/base/assert.h>

#include <algorithm>

namespace windtunnel::checkers {

Derivation::Derivation(const OrderProblem& problem, const KnownOrder& known)
    : problem_(problem), all_(known.edges()) {
  index();
  find_circle(known.contradiction());
}

Derivation::Derivation(const OrderProblem& problem) : problem_(problem), all_(problem.edges()) {
  index();
  std::vector<bool> is_sorted(problem.vertices(), false);
  for (const std::uint32_t v : problem.sorted()) is_sorted[v] = true;
  // Of the rest some lie on a circle, the others behind one.
  for (std::uint32_t v = 0; v < problem.moments() && circle_.empty(); ++v) {
    if (!is_sorted[v]) find_circle(v);
  }
}

void Derivation::index() {
  first_.assign(std::size_t{problem_.vertices()} + 1, 0);
  for (const OrderEdge& edge : all_) ++first_[edge.from + 1];
  for (std::uint32_t v = 0; v < problem_.vertices(); ++v) first_[v + 1] += first_[v];
  std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
  out_.resize(all_.size());
  for (std::uint32_t e = 0; e < all_.size(); ++e) out_[next[all_[e].from]++] = e;
  led_here_.resize(problem_.vertices());
  seen_.assign(problem_.vertices(), 0);
  is_needed_.assign(all_.size(), false);
}

void Derivation::find_circle(std::uint32_t from) {
  circle_ = way(from, from, static_cast<std::uint32_t>(all_.size()));
  for (const std::uint32_t e : circle_) need(e);
}

// Breadth first, along edges with numbers below `known`; empty when there is no way.
std::vector<std::uint32_t> Derivation::way(std::uint32_t from, std::uint32_t to,
                                           std::uint32_t known) {
  ++search_;
  std::vector<std::uint32_t> queue{from};
  for (std::size_t i = 0; i < queue.size(); ++i) {
    for (std::uint32_t at = first_[queue[i]]; at < first_[queue[i] + 1]; ++at) {
      const std::uint32_t e = out_[at];
      if (e >= known || seen_[all_[e].to] == search_) continue;
      seen_[all_[e].to] = search_;
      led_here_[all_[e].to] = e;
      queue.push_back(all_[e].to);
      if (all_[e].to != to) continue;
      std::vector<std::uint32_t> back;
      for (std::uint32_t v = to; back.empty() || v != from; v = all_[back.back()].from) {
        back.push_back(led_here_[v]);
      }
      std::reverse(back.begin(), back.end());
      return back;
    }
  }
  return {};
}

std::vector<std::uint32_t> Derivation::premise(const OrderEdge& edge, std::uint32_t known) {
  std::vector<std::uint32_t> because;
  switch (edge.why) {
    case Before::missed: because = way(edge.from, problem_.begin(edge.reader), known); break;
    case Before::overwritten:
      because = way(problem_.commit(problem_.slot(edge.slot).member), edge.to, known);
      break;
    case Before::overlapping:
      because =
          way(problem_.begin(problem_.slot(edge.slot).member), problem_.commit(edge.reader), known);
      break;
    case Before::inside:
    case Before::read:
    case Before::process:
    case Before::called:
    case Before::unset:
    case Before::chosen: return {};
  }
  WT_ASSERT(!because.empty(), "what was concluded was concluded from something");
  return because;
}

void Derivation::need(std::uint32_t edge) {
  if (is_needed_[edge]) return;
  is_needed_[edge] = true;
  needed_.push_back(edge);
  std::vector<std::uint32_t> because = premise(all_[edge], edge);
  if (because.empty()) return;
  for (const std::uint32_t e : because) need(e);
  premises_.emplace(edge, std::move(because));
}

const std::vector<std::uint32_t>& Derivation::premise_of(std::uint32_t number) const {
  static const std::vector<std::uint32_t> none;
  const auto found = premises_.find(number);
  return found == premises_.end() ? none : found->second;
}

std::vector<std::uint32_t> Derivation::members() const {
  std::vector<std::uint32_t> all;
  const auto add = [&](std::uint32_t vertex) {
    if (vertex < problem_.moments()) all.push_back(problem_.member_of(vertex));
  };
  for (const std::uint32_t e : needed_) {
    const OrderEdge& edge = all_[e];
    add(edge.from);
    add(edge.to);
    if (edge.why == Before::missed) all.push_back(edge.reader);
    const bool of_slot = edge.why == Before::overwritten || edge.why == Before::overlapping;
    if (of_slot) all.push_back(problem_.slot(edge.slot).member);
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace windtunnel::checkers
