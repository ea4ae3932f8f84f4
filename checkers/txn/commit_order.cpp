#include <windtunnel/checkers/txn/commit_order.h>

#include <windtunnel/checkers/txn/components.h>
#include <windtunnel/checkers/txn/short_walks.h>
#include <windtunnel/protocols/base/assert.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace windtunnel::checkers {
namespace {

// The edges of a closed walk from the first vertex that it comes back to, until it does: no
// transaction is twice in that.
template <class From>
std::vector<std::uint32_t> without_detours(const std::vector<std::uint32_t>& walk, From from) {
  for (std::size_t end = 1; end <= walk.size(); ++end) {
    const std::uint32_t at = from(walk[end % walk.size()]);
    for (std::size_t begin = 0; begin < end; ++begin) {
      if (from(walk[begin]) != at) continue;
      return {walk.begin() + static_cast<std::ptrdiff_t>(begin),
              walk.begin() + static_cast<std::ptrdiff_t>(end)};
    }
  }
  return walk;
}

}  // namespace

CommitOrder::CommitOrder(const Observations& seen, bool sessions) : vertices_(seen.count()) {
  for (std::uint32_t t = 0; t < seen.count(); ++t) {
    for (const Seen& read : seen.reads(t)) {
      if (read.writer != Seen::kUnset) edges_.push_back({read.writer, t, read.key, kWriteRead});
    }
    const std::uint32_t before = seen.before(t);
    if (sessions && before != Observations::kNone)
      edges_.push_back({before, t, Edge::kNoKey, kProcess});
  }
  seen_ = static_cast<std::uint32_t>(edges_.size());
  edges_.insert(edges_.end(), seen.versions().begin(), seen.versions().end());
  known_ = static_cast<std::uint32_t>(edges_.size());
}

void CommitOrder::infer(const Inferred& edge) {
  WT_ASSERT(edge.from != edge.to, "a transaction does not come before itself by one read");
  if (edge.to == Seen::kUnset) {
    if (unset_.size() < kMaxUnset) unset_.push_back(edge);
    return;
  }
  edges_.push_back({edge.from, edge.to, edge.key, kCommit});
  inferred_.push_back(edge);
}

std::optional<Anomaly> CommitOrder::refute(const std::string& name, std::uint64_t& examined) const {
  std::vector<VertexPair> pairs;
  pairs.reserve(edges_.size());
  for (const Edge& edge : edges_) pairs.emplace_back(edge.from, edge.to);
  examined += pairs.size();
  Found best;
  search_cycles(components_of(vertices_, std::move(pairs)), examined, best);
  if (best.cycle.empty() && unset_.empty()) return std::nullopt;
  std::vector<std::uint32_t> all(seen_);
  std::iota(all.begin(), all.end(), 0U);
  const ShortWalks seen(vertices_, edges_, all);
  search_unset(seen, examined, best);
  Anomaly anomaly;
  anomaly.name = name;
  anomaly.of_commits = true;
  for (std::size_t i = 0; i < best.cycle.size(); ++i) {
    anomaly.transactions.push_back(best.cycle[i].from);
    if (best.inferred[i] == Observations::kNone) continue;
    const Inferred& edge = inferred_[best.inferred[i]];
    anomaly.reasons.push_back({edge.reader, path_of(edge, seen, examined)});
    anomaly.transactions.push_back(edge.reader);
    for (const Edge& step : anomaly.reasons.back().path) anomaly.transactions.push_back(step.from);
  }
  anomaly.cycle = std::move(best.cycle);
  return anomaly;
}

void CommitOrder::search_cycles(const std::vector<std::uint32_t>& component,
                                std::uint64_t& examined, Found& best) const {
  std::vector<std::uint32_t> inside;
  for (std::uint32_t e = 0; e < edges_.size(); ++e) {
    if (component[edges_[e].from] == component[edges_[e].to]) inside.push_back(e);
  }
  if (inside.empty()) return;
  const ShortWalks walks(vertices_, edges_, inside);
  std::uint64_t steps = 0;
  for (const std::uint32_t e : inside) {
    if (steps > kMaxSteps || best.cycle.size() == 2) break;
    // Every cycle has an edge of another kind: time does not run in a circle.
    if (edges_[e].kind == kProcess) continue;
    ShortWalks::Query query{edges_[e].to, edges_[e].from, false};
    if (!best.cycle.empty()) {
      query.shorter_than = static_cast<std::uint32_t>(best.cycle.size() - 1);
    }
    std::vector<std::uint32_t> walk = walks.find(query, steps);
    if (walk.empty()) continue;
    walk.insert(walk.begin(), e);
    improve(std::move(walk), best);
  }
  examined += steps;
}

// Keeps the closed walk when it is shorter than the best.
void CommitOrder::improve(std::vector<std::uint32_t> walk, Found& best) const {
  walk = without_detours(walk, [this](std::uint32_t e) { return edges_[e].from; });
  std::vector<Edge> cycle;
  for (const std::uint32_t e : walk) cycle.push_back(edges_[e]);
  cycle = merge_process_order(cycle);
  if (!best.cycle.empty() && cycle.size() >= best.cycle.size()) return;
  // Merging leaves the inferred edges, and their order.
  std::vector<std::uint32_t> inferred;
  std::size_t at = 0;
  for (const Edge& edge : cycle) {
    while (edge.kind == kCommit && walk[at] < known_) ++at;
    inferred.push_back(edge.kind == kCommit ? walk[at++] - known_ : Observations::kNone);
  }
  best = {std::move(cycle), std::move(inferred)};
}

void CommitOrder::search_unset(const ShortWalks& seen, std::uint64_t& examined, Found& best) const {
  std::uint64_t steps = 0;
  for (const Inferred& edge : unset_) {
    if (steps > kMaxSteps && !best.cycle.empty()) break;
    std::vector<Edge> cycle = path_of(edge, seen, steps);
    cycle.push_back({edge.reader, edge.from, edge.key, kReadWrite});
    if (!best.cycle.empty() && cycle.size() >= best.cycle.size()) continue;
    best.inferred.assign(cycle.size(), Observations::kNone);
    best.cycle = std::move(cycle);
  }
  examined += steps;
}

std::vector<Edge> CommitOrder::path_of(const Inferred& edge, const ShortWalks& seen,
                                       std::uint64_t& examined) const {
  if (edge.via == Inferred::kSession) {
    return {{edge.from, edge.reader, Edge::kNoKey, kProcess}};
  }
  if (edge.via != Inferred::kPath) return {{edge.from, edge.reader, edge.via, kWriteRead}};
  std::vector<Edge> path;
  for (const std::uint32_t e : seen.find({edge.from, edge.reader}, examined)) {
    path.push_back(edges_[e]);
  }
  WT_ASSERT(!path.empty(), "what is in the past of a transaction leads to it");
  return merge_process_order(path);
}

}  // namespace windtunnel::checkers
