#include <windtunnel/faults/plan/selector.h>

#include <algorithm>

namespace windtunnel::faults {
namespace {

bool contains(const std::vector<NodeId>& nodes, NodeId node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

bool is_there(const ClusterView& view, NodeId node) {
  return !view.is_spare(node) || view.was_started(node);
}

// The servers, or those of one group.
std::vector<NodeId> servers_of(const ClusterView& view, std::string_view group) {
  std::vector<NodeId> servers;
  for (std::uint32_t i = 0; i < view.node_count(); ++i) {
    const NodeId node{i};
    if (is_there(view, node) && !view.is_client(node) &&
        (group.empty() || view.belongs(node, group))) {
      servers.push_back(node);
    }
  }
  return servers;
}

// `nodes` in an order that is drawn for each by its name, ties by id.
void shuffle(std::vector<NodeId>& nodes, const ClusterView& view, DrawKey draws) {
  const auto rank = [&](NodeId node) { return draws.of(hash_text(view.name(node))).at(0); };
  std::sort(nodes.begin(), nodes.end(), [&](NodeId a, NodeId b) {
    const std::uint64_t rank_a = rank(a);
    const std::uint64_t rank_b = rank(b);
    return rank_a != rank_b ? rank_a < rank_b : a < b;
  });
}

class Resolver {
 public:
  Resolver(const ClusterView& view, DrawKey draws, const std::vector<NodeId>& taken)
      : view_(view), draws_(draws), taken_(taken) {}

  void add(const Term& term);
  std::vector<NodeId> take() { return std::move(chosen_); }

 private:
  void choose(NodeId node) {
    if (!contains(chosen_, node)) chosen_.push_back(node);
  }
  bool free(NodeId node) const { return !contains(chosen_, node) && !contains(taken_, node); }
  void add_named(std::string_view name);
  void add_all(bool clients);
  void add_quorum(const Term& term);
  void add_leaders(const Term& term);
  // Up to `count` random free servers that are up, of the term's group.
  void add_random(const Term& term, std::size_t count);

  const ClusterView& view_;
  DrawKey draws_;
  const std::vector<NodeId>& taken_;
  std::vector<NodeId> chosen_;
};

void Resolver::add_named(std::string_view name) {
  for (std::uint32_t i = 0; i < view_.node_count(); ++i) {
    if (view_.name(NodeId{i}) != name) continue;
    choose(NodeId{i});
    return;
  }
  for (std::uint32_t i = 0; i < view_.node_count(); ++i) {
    if (view_.belongs(NodeId{i}, name)) choose(NodeId{i});
  }
}

void Resolver::add_all(bool clients) {
  for (std::uint32_t i = 0; i < view_.node_count(); ++i) {
    const NodeId node{i};
    if (view_.is_client(node) == clients && is_there(view_, node) && free(node)) choose(node);
  }
}

void Resolver::add_quorum(const Term& term) {
  std::vector<NodeId> servers =
      term.name.empty() ? servers_of(view_, {}) : view_.voters(term.name, term.group);
  if (term.name.empty()) {
    std::erase_if(servers, [&](NodeId node) { return view_.is_spare(node); });
  }
  if (servers.empty()) return;
  const std::size_t wanted =
      term.kind == Term::Kind::majority ? servers.size() / 2 + 1 : (servers.size() - 1) / 2;
  std::size_t held = 0;
  for (const NodeId node : servers) held += contains(chosen_, node) ? 1 : 0;
  shuffle(servers, view_, draws_);
  for (const NodeId node : servers) {
    if (held >= wanted) return;
    if (!free(node)) continue;
    choose(node);
    ++held;
  }
}

void Resolver::add_leaders(const Term& term) {
  for (const NodeId node : servers_of(view_, term.name)) {
    if (view_.leads(node, term.name, term.group)) choose(node);
  }
}

void Resolver::add_random(const Term& term, std::size_t count) {
  std::vector<NodeId> servers = servers_of(view_, term.name);
  shuffle(servers, view_, draws_);
  for (const NodeId node : servers) {
    if (count == 0) return;
    if (!free(node) || !view_.up(node)) continue;
    if (term.kind == Term::Kind::followers && view_.leads(node, term.name, term.group)) continue;
    choose(node);
    --count;
  }
}

void Resolver::add(const Term& term) {
  switch (term.kind) {
    case Term::Kind::named: return add_named(term.name);
    case Term::Kind::leader: return add_leaders(term);
    case Term::Kind::followers:
      return add_random(term, term.count == 0 ? view_.node_count() : term.count);
    case Term::Kind::majority:
    case Term::Kind::minority: return add_quorum(term);
    case Term::Kind::random: return add_random(term, term.count);
    case Term::Kind::rest:
    case Term::Kind::all: return add_all(false);
    case Term::Kind::clients: return add_all(true);
  }
}

void separate(const std::vector<NodeId>& side, const std::vector<NodeId>& other,
              std::vector<CutPair>& pairs) {
  for (const NodeId a : side) {
    for (const NodeId b : other) {
      if (a != b) pairs.push_back({std::min(a, b), std::max(a, b)});
    }
  }
}

std::vector<std::vector<NodeId>> listed_sides(const Sides& sides, const ClusterView& view,
                                              DrawKey draws) {
  std::vector<std::vector<NodeId>> resolved;
  std::vector<NodeId> taken;
  for (std::size_t i = 0; i < sides.sides.size(); ++i) {
    std::vector<NodeId> side = resolve(sides.sides[i], view, draws.of(i), taken);
    taken.insert(taken.end(), side.begin(), side.end());
    resolved.push_back(std::move(side));
  }
  return resolved;
}

// The first `size` of `order`, then the rest without the last `bridge` ones, which belong to no
// side.
std::vector<std::vector<NodeId>> split(const std::vector<NodeId>& order, std::size_t size,
                                       std::size_t bridge) {
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(size);
  const auto last = order.end() - static_cast<std::ptrdiff_t>(bridge);
  return {{order.begin(), middle}, {middle, last}};
}

std::vector<CutPair> all_but_neighbours(const std::vector<NodeId>& ring) {
  std::vector<CutPair> pairs;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    for (std::size_t j = i + 2; j < ring.size(); ++j) {
      const bool around = i == 0 && j + 1 == ring.size();
      if (!around) pairs.push_back({std::min(ring[i], ring[j]), std::max(ring[i], ring[j])});
    }
  }
  return pairs;
}

}  // namespace

std::vector<NodeId> resolve(const Selector& selector, const ClusterView& view, DrawKey draws,
                            const std::vector<NodeId>& taken) {
  Resolver resolver(view, draws, taken);
  for (const Term& term : selector.terms) resolver.add(term);
  return resolver.take();
}

std::vector<std::vector<NodeId>> resolve_sides(const Sides& sides, const ClusterView& view,
                                               DrawKey draws) {
  if (sides.shape == Sides::Shape::listed) return listed_sides(sides, view, draws);
  std::vector<NodeId> order = servers_of(view, {});
  shuffle(order, view, draws);
  if (sides.shape == Sides::Shape::halves && order.size() >= 2) {
    return split(order, order.size() / 2 + 1, 0);
  }
  if (sides.shape == Sides::Shape::bridge && order.size() >= 3) {
    return split(order, (order.size() - 1) / 2, 1);
  }
  return {};
}

std::vector<CutPair> resolve(const Sides& sides, const ClusterView& view, DrawKey draws) {
  std::vector<CutPair> pairs;
  if (sides.shape == Sides::Shape::ring) {
    std::vector<NodeId> order = servers_of(view, {});
    shuffle(order, view, draws);
    pairs = all_but_neighbours(order);
  }
  const std::vector<std::vector<NodeId>> parts = resolve_sides(sides, view, draws);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (std::size_t j = i + 1; j < parts.size(); ++j) separate(parts[i], parts[j], pairs);
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  return pairs;
}

}  // namespace windtunnel::faults
