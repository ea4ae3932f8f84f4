#include <windtunnel/checkers/txn/region.h>

#include <windtunnel/checkers/txn/components.h>

#include <algorithm>
#include <map>
#include <numeric>

namespace windtunnel::checkers {
namespace {

// What a walk has seen. Its first edge counts.
constexpr std::uint8_t kLastWasAnti = 1;
constexpr std::uint8_t kManyAnti = 2;
constexpr std::uint8_t kSawOrder = 4;
constexpr std::uint8_t kLastWasRead = 8;
constexpr std::uint32_t kStates = 16;
constexpr std::uint8_t kRefused = 0xff;

std::uint8_t next_state(const Region::Query& query, std::uint8_t state, Dependency kind) {
  if (kind == kLink) return state;
  const bool after_anti = (state & kLastWasAnti) != 0;
  const bool after_read = (state & kLastWasRead) != 0;
  state = static_cast<std::uint8_t>(state & ~(kLastWasAnti | kLastWasRead));
  if ((kind & query.order) != 0) state |= kSawOrder;
  if (kind == kWriteRead && query.rule == AntiRule::after_read) state |= kLastWasRead;
  if (kind != kReadWrite) return state;
  switch (query.rule) {
    case AntiRule::none:
    case AntiRule::one: return kRefused;
    case AntiRule::nonadjacent:
      if (after_anti) return kRefused;
      break;
    case AntiRule::after_read:
      if (!after_read) return kRefused;
      break;
    case AntiRule::many: break;
  }
  return static_cast<std::uint8_t>(state | kLastWasAnti | kManyAnti);
}

bool accepts(const Region::Query& query, std::uint8_t state) {
  if (query.order != 0 && (state & kSawOrder) == 0) return false;
  switch (query.rule) {
    case AntiRule::none:
    case AntiRule::one: return true;
    case AntiRule::nonadjacent: return (state & kManyAnti) != 0 && (state & kLastWasAnti) == 0;
    case AntiRule::after_read: return (state & kLastWasRead) != 0;
    case AntiRule::many: return (state & kManyAnti) != 0;
  }
  return false;
}

// Is a cycle one of those that are looked for?
bool fits(const Region::Query& query, const std::vector<Edge>& cycle) {
  std::size_t anti = 0;
  std::size_t after_anti = 0;
  std::size_t after_read = 0;
  bool starts = false;
  bool ordered = query.order == 0;
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    const Edge& before = cycle[(i + cycle.size() - 1) % cycle.size()];
    starts = starts || (cycle[i].kind & query.start) != 0;
    ordered = ordered || (cycle[i].kind & query.order) != 0;
    if (cycle[i].kind != kReadWrite) continue;
    ++anti;
    if (before.kind == kReadWrite) ++after_anti;
    if (before.kind == kWriteRead) ++after_read;
  }
  if (!starts || !ordered) return false;
  switch (query.rule) {
    case AntiRule::none: return anti == 0;
    case AntiRule::one: return anti == 1;
    case AntiRule::nonadjacent: return anti > 1 && after_anti == 0;
    case AntiRule::after_read: return anti == after_read;
    case AntiRule::many: return anti > 1;
  }
  return false;
}

// A part of a closed walk in which no transaction is twice, of those that are looked for; empty
// when all parts are cycles of another kind. Where a walk comes by a transaction twice, it falls
// apart into two closed walks; one of them at least is as bad as it or worse.
std::vector<Edge> simple_part(const Region::Query& query, std::vector<Edge> walk) {
  std::map<std::uint32_t, std::size_t> place;
  for (std::size_t end = 0; end < walk.size(); ++end) {
    const auto [entry, fresh] = place.try_emplace(walk[end].from, end);
    if (fresh) continue;
    const auto begin = walk.begin() + static_cast<std::ptrdiff_t>(entry->second);
    const auto here = walk.begin() + static_cast<std::ptrdiff_t>(end);
    std::vector<Edge> part(begin, here);  // simple, since `here` is the first to come again
    if (fits(query, part)) return part;
    walk.erase(begin, here);
    return simple_part(query, std::move(walk));
  }
  return fits(query, walk) ? walk : std::vector<Edge>();
}

}  // namespace

Region::Region(const Dependencies& graph, std::vector<Edge> edges,
               const std::vector<std::uint32_t>& members, std::vector<std::uint32_t>& local,
               Work& work)
    : graph_(graph), edges_(std::move(edges)), work_(work) {
  for (std::uint32_t i = 0; i < members.size(); ++i) local[members[i]] = i;
  for (std::uint32_t i = 0; i < edges_.size(); ++i) {
    arcs_.push_back({local[edges_[i].from], local[edges_[i].to], i});
  }
  std::stable_sort(arcs_.begin(), arcs_.end(),
                   [](const Arc& a, const Arc& b) { return a.from < b.from; });
  first_.assign(members.size() + 1, 0);
  for (const Arc& arc : arcs_) ++first_[arc.from + 1];
  std::partial_sum(first_.begin(), first_.end(), first_.begin());
}

std::vector<Edge> Region::find(const Query& query) {
  if (marks_.empty()) marks_.resize((first_.size() - 1) * kStates);
  std::vector<Edge> best;
  std::size_t found = 0;
  std::size_t tries = 0;
  std::vector<std::uint32_t> arcs;
  for (const std::uint32_t start : promising(query)) {
    if (tries++ == kMaxTries || found == kEnough || work_.is_spent()) break;
    if (!walk_back(query, start, arcs)) continue;
    std::vector<Edge> cycle = simple_part(query, between_transactions(arcs));
    if (cycle.empty()) continue;
    ++found;
    if (best.empty() || cycle.size() < best.size()) best = std::move(cycle);
  }
  return best;
}

// The arcs from which a closed walk leads back.
std::vector<std::uint32_t> Region::promising(const Query& query) const {
  switch (query.rule) {
    case AntiRule::none:
    case AntiRule::many: return inside_components(query);
    case AntiRule::one: return with_way_back(query);
    case AntiRule::nonadjacent: return alternating(query);
    case AntiRule::after_read: return following_reads(query);
  }
  return {};
}

std::vector<std::uint32_t> Region::inside_components(const Query& query) const {
  std::vector<VertexPair> pairs;
  for (const Arc& arc : arcs_) {
    if ((kind(arc) & query.allowed) != 0) pairs.emplace_back(arc.from, arc.to);
  }
  work_.done += pairs.size();
  const auto count = static_cast<std::uint32_t>(first_.size() - 1);
  const std::vector<std::uint32_t> component = components_of(count, std::move(pairs));
  // Where an order has to be in it, only a component that has it will do.
  std::vector<bool> has_order(count, query.order == 0);
  for (const Arc& arc : arcs_) {
    const bool inside = component[arc.from] == component[arc.to];
    if (inside && (kind(arc) & query.order) != 0) has_order[component[arc.from]] = true;
  }
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < arcs_.size(); ++i) {
    const bool starts = (kind(arcs_[i]) & query.start) != 0;
    const bool inside = component[arcs_[i].from] == component[arcs_[i].to];
    if (starts && inside && has_order[component[arcs_[i].from]]) found.push_back(i);
  }
  return found;
}

// Anti-dependencies x -> y with a way from y back to x on which there is none: for 64 at a time,
// the components of the graph without anti-dependencies are gone through in topological order.
std::vector<std::uint32_t> Region::with_way_back(const Query& query) const {
  const auto count = static_cast<std::uint32_t>(first_.size() - 1);
  std::vector<VertexPair> pairs;
  std::vector<std::uint32_t> starts;
  for (std::uint32_t i = 0; i < arcs_.size(); ++i) {
    const std::uint8_t one = kind(arcs_[i]);
    if (one == kReadWrite) starts.push_back(i);
    if (one != kReadWrite && (one & query.allowed) != 0) {
      pairs.emplace_back(arcs_[i].from, arcs_[i].to);
    }
  }
  std::vector<std::uint32_t> component = components_of(count, pairs);
  for (VertexPair& pair : pairs) pair = {component[pair.first], component[pair.second]};
  std::sort(pairs.begin(), pairs.end(), std::greater<>());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  std::vector<std::uint32_t> found;
  std::vector<std::uint64_t> reached(count);
  for (std::size_t at = 0; at < starts.size() && found.size() < kMaxTries; at += 64) {
    if (work_.is_spent()) break;
    const std::size_t end = std::min(at + 64, starts.size());
    std::fill(reached.begin(), reached.end(), 0);
    for (std::size_t i = at; i < end; ++i) {
      reached[component[arcs_[starts[i]].to]] |= 1ULL << (i - at);
    }
    for (const VertexPair& pair : pairs) reached[pair.second] |= reached[pair.first];
    work_.done += pairs.size();
    for (std::size_t i = at; i < end; ++i) {
      const std::uint64_t back = reached[component[arcs_[starts[i]].from]];
      if ((back >> (i - at) & 1) != 0) found.push_back(starts[i]);
    }
  }
  return found;
}

// Anti-dependencies inside a component of (vertex, a bit), with the bits that they join.
std::vector<std::uint32_t> Region::closed_by(std::vector<VertexPair> pairs, std::uint32_t from_bit,
                                             std::uint32_t to_bit) const {
  work_.done += pairs.size();
  const auto count = static_cast<std::uint32_t>(2 * (first_.size() - 1));
  const std::vector<std::uint32_t> component = components_of(count, std::move(pairs));
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < arcs_.size(); ++i) {
    if (kind(arcs_[i]) != kReadWrite) continue;
    const bool is_inside =
        component[2 * arcs_[i].from + from_bit] == component[2 * arcs_[i].to + to_bit];
    if (is_inside) found.push_back(i);
  }
  return found;
}

// The bit: was the last edge one?
std::vector<std::uint32_t> Region::alternating(const Query& query) const {
  std::vector<VertexPair> pairs;
  for (const Arc& arc : arcs_) {
    const std::uint8_t one = kind(arc);
    if ((one & query.allowed) == 0) continue;
    if (one == kReadWrite) {
      pairs.emplace_back(2 * arc.from, 2 * arc.to + 1);
      continue;
    }
    pairs.emplace_back(2 * arc.from, 2 * arc.to);
    pairs.emplace_back(2 * arc.from + 1, one == kLink ? 2 * arc.to + 1 : 2 * arc.to);
  }
  return closed_by(std::move(pairs), 0, 1);
}

// The bit: was the last edge a read of a write?
std::vector<std::uint32_t> Region::following_reads(const Query& query) const {
  std::vector<VertexPair> pairs;
  for (const Arc& arc : arcs_) {
    const std::uint8_t one = kind(arc);
    if ((one & query.allowed) == 0) continue;
    const std::uint32_t read = one == kWriteRead ? 1 : 0;
    if (one != kReadWrite) pairs.emplace_back(2 * arc.from, 2 * arc.to + read);
    pairs.emplace_back(2 * arc.from + 1, 2 * arc.to + (one == kLink ? 1 : read));
  }
  return closed_by(std::move(pairs), 1, 0);
}

// Breadth first over (vertex, what the walk has seen), from the end of the start to its beginning.
bool Region::walk_back(const Query& query, std::uint32_t start, std::vector<std::uint32_t>& arcs) {
  ++epoch_;
  const Arc& first = arcs_[start];
  std::uint8_t state = kind(first) == kReadWrite ? kLastWasAnti : 0;
  if ((kind(first) & query.order) != 0) state |= kSawOrder;
  std::vector<std::uint32_t> queue{first.to * kStates + state};
  marks_[queue.front()] = {epoch_, start, kRefused};
  for (std::size_t at = 0; at < queue.size(); ++at) {
    const std::uint32_t vertex = queue[at] / kStates;
    const auto here = static_cast<std::uint8_t>(queue[at] % kStates);
    if (vertex == first.from && accepts(query, here)) {
      arcs = trace(vertex, here);
      return true;
    }
    for (std::uint32_t i = first_[vertex]; i < first_[vertex + 1]; ++i) {
      ++work_.done;
      if ((kind(arcs_[i]) & query.allowed) == 0) continue;
      const std::uint8_t next = next_state(query, here, kind(arcs_[i]));
      if (next == kRefused) continue;
      const std::uint32_t place = arcs_[i].to * kStates + next;
      if (marks_[place].epoch == epoch_) continue;
      marks_[place] = {epoch_, i, here};
      queue.push_back(place);
    }
  }
  return false;
}

// The arcs of the walk from the start on, in order.
std::vector<std::uint32_t> Region::trace(std::uint32_t vertex, std::uint8_t state) {
  std::vector<std::uint32_t> arcs;
  while (true) {
    const Mark& mark = marks_[vertex * kStates + state];
    arcs.push_back(mark.arc);
    if (mark.before == kRefused) break;
    vertex = arcs_[mark.arc].from;
    state = mark.before;
  }
  std::reverse(arcs.begin(), arcs.end());
  return arcs;
}

// Takes the relays out.
std::vector<Edge> Region::between_transactions(const std::vector<std::uint32_t>& arcs) const {
  std::vector<Edge> cycle;
  std::size_t first = 0;  // an arc that begins at a transaction
  while (edges_[arcs_[arcs[first]].edge].from >= graph_.transactions) ++first;
  for (std::size_t i = 0; i < arcs.size(); ++i) {
    const Edge& edge = edges_[arcs_[arcs[(first + i) % arcs.size()]].edge];
    if (edge.from < graph_.transactions) {
      cycle.push_back(edge);
    } else {
      cycle.back().to = edge.to;
    }
  }
  return cycle;
}

}  // namespace windtunnel::checkers
