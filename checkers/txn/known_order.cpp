#include <windtunnel/checkers/txn/known_order.h>

#include <windtunnel/protocols/base/assert.h>

#include <algorithm>

namespace windtunnel::checkers {

KnownOrder::KnownOrder(const OrderProblem& problem, std::uint64_t max_steps)
    : problem_(problem),
      edges_(problem.edges()),
      head_(problem.vertices(), kNone),
      next_(problem.edges().size()),
      rows_(std::size_t{problem.vertices()} * problem.chains()),
      is_open_(problem.vertices(), false),
      max_steps_(max_steps),
      steps_(first_steps(problem)) {
  WT_ASSERT(fits(problem), "what is asked of it fits into memory");
  for (std::uint32_t e = 0; e < edges_.size(); ++e) link(e);
  for (const std::uint32_t v : problem.sorted()) look_again_at(v);
}

void KnownOrder::link(std::uint32_t edge) {
  std::uint32_t& head = head_[edges_[edge].from];
  next_[edge] = head;
  head = edge;
}

void KnownOrder::look_again_at(std::uint32_t vertex) {
  if (is_open_[vertex]) return;
  is_open_[vertex] = true;
  open_.push_back(vertex);
}

bool KnownOrder::propagate() {
  while (!open_.empty() && contradiction_ == kNone && steps_ <= max_steps_) {
    const std::uint32_t v = open_.front();
    open_.pop_front();
    is_open_[v] = false;
    if (!conclude(v)) break;
    for (std::uint32_t e = head_[v]; e != kNone; e = next_[e]) {
      ++steps_;
      if (!join(v, edges_[e].to)) break;
    }
  }
  keeps_changes_ = true;
  return contradiction_ == kNone;
}

bool KnownOrder::assume(const OrderEdge& edge) { return add(edge) && propagate(); }

void KnownOrder::rewind(const Mark& mark) {
  for (const std::uint32_t v : open_) is_open_[v] = false;
  open_.clear();
  contradiction_ = kNone;
  while (edges_.size() > mark.edges) {
    head_[edges_.back().from] = next_.back();
    edges_.pop_back();
    next_.pop_back();
  }
  while (changes_.size() > mark.changes) {
    rows_[changes_.back().entry] = changes_.back().before;
    changes_.pop_back();
  }
}

// What is known already is not written down once more. False when it contradicts.
bool KnownOrder::add(const OrderEdge& edge) {
  if (is_before(edge.from, edge.to)) return true;
  edges_.push_back(edge);
  next_.push_back(kNone);
  link(static_cast<std::uint32_t>(edges_.size() - 1));
  return join(edge.from, edge.to);
}

// What is before `from`, and itself, is before `to`.
bool KnownOrder::join(std::uint32_t from, std::uint32_t to) {
  const std::uint32_t chains = problem_.chains();
  const std::uint32_t* const source = row(from);
  const std::uint32_t* const target = row(to);
  steps_ += chains / kEntriesOfStep + 1;
  std::uint32_t more = 0;
  for (std::uint32_t c = 0; c < chains; ++c) more |= source[c] > target[c] ? 1U : 0U;
  for (std::uint32_t c = 0; more != 0 && c < chains; ++c) {
    if (source[c] > target[c]) raise(to, c, source[c]);
  }
  if (from < problem_.moments()) {
    const std::uint32_t chain = problem_.chain(problem_.member_of(from));
    const std::uint32_t count = place_of(from) + 1;
    if (count > target[chain]) {
      raise(to, chain, count);
      more = 1;
    }
  }
  if (more == 0) return true;
  look_again_at(to);
  if (to < problem_.moments() && is_before(to, to)) contradiction_ = to;
  return contradiction_ == kNone;
}

void KnownOrder::raise(std::uint32_t vertex, std::uint32_t chain, std::uint32_t count) {
  const std::size_t entry = std::size_t{vertex} * problem_.chains() + chain;
  if (keeps_changes_) changes_.push_back({entry, rows_[entry]});
  rows_[entry] = count;
}

// What follows from what is before this vertex.
bool KnownOrder::conclude(std::uint32_t vertex) {
  if (vertex >= problem_.moments()) return true;
  const std::uint32_t member = problem_.member_of(vertex);
  if (vertex == problem_.begin(member)) {
    for (const std::uint32_t slot : problem_.reads(member)) {
      if (!look_at_read(member, slot)) return false;
    }
  }
  if (vertex != problem_.commit(member)) return true;
  const auto [first, last] = problem_.writes(member);
  for (std::uint32_t slot = first; slot < last; ++slot) {
    if (!look_at_overwritten(slot)) return false;
    const bool apart = problem_.question().level == OrderLevel::snapshot_isolation;
    if (apart && !look_at_overlap(slot)) return false;
  }
  return true;
}

// The reader begins after another writer's commit, and so that is before the one that it read from.
// The last of a chain stands for those before it.
bool KnownOrder::look_at_read(std::uint32_t reader, std::uint32_t slot) {
  const std::uint32_t source = problem_.slot(slot).member;
  const std::uint32_t* const before = row(problem_.begin(reader));
  for (const OrderProblem::Run& run : problem_.runs(problem_.slot(slot).key)) {
    ++steps_;
    const std::uint32_t last = problem_.last_among(run, before[run.chain] / problem_.width());
    if (last == kNone || last == slot) continue;
    const std::uint32_t other = problem_.slot(last).member;
    if (!add({problem_.commit(other), problem_.commit(source), Before::missed, last, reader})) {
      return false;
    }
  }
  return true;
}

// This write came after another of its key, and so after those who read the other.
bool KnownOrder::look_at_overwritten(std::uint32_t slot) {
  const std::uint32_t writer = problem_.slot(slot).member;
  const std::uint32_t here = problem_.commit(writer);
  const std::uint32_t* const before = row(here);
  for (const OrderProblem::Run& run : problem_.runs(problem_.slot(slot).key)) {
    ++steps_;
    const std::uint32_t last = problem_.last_among(run, before[run.chain] / problem_.width());
    if (last == kNone) continue;
    for (const std::uint32_t reader : problem_.readers(last)) {
      ++steps_;
      if (reader == writer) continue;
      if (!add({problem_.begin(reader), here, Before::overwritten, last, reader})) return false;
    }
  }
  return true;
}

// Another writer of the key had begun before this commit, and so it committed before this one
// began.
bool KnownOrder::look_at_overlap(std::uint32_t slot) {
  const std::uint32_t writer = problem_.slot(slot).member;
  const std::uint32_t* const before = row(problem_.commit(writer));
  for (const OrderProblem::Run& run : problem_.runs(problem_.slot(slot).key)) {
    ++steps_;
    const std::uint32_t last = problem_.last_among(run, (before[run.chain] + 1) / problem_.width());
    if (last == kNone || last == slot) continue;
    const std::uint32_t other = problem_.slot(last).member;
    if (!add({problem_.commit(other), problem_.begin(writer), Before::overlapping, last, writer})) {
      return false;
    }
  }
  return true;
}

}  // namespace windtunnel::checkers
