#include <windtunnel/checkers/txn/cycles.h>

#include <windtunnel/checkers/txn/components.h>
#include <windtunnel/checkers/txn/region.h>

#include <map>
#include <string>

namespace windtunnel::checkers {
namespace {

struct Class {
  const char* name;
  std::uint8_t data;
  std::uint8_t start;
  AntiRule rule;
  Scope widest = Scope::realtime;  // no level asks for it beyond
};

constexpr std::uint8_t kAll = kWriteWrite | kWriteRead | kReadWrite;
constexpr Class kClasses[] = {
    {"G0", kWriteWrite, kWriteWrite, AntiRule::none},
    {"G1c", kWriteWrite | kWriteRead, kWriteRead, AntiRule::none},
    {"G-single", kAll, kReadWrite, AntiRule::one},
    {"G-nonadjacent", kAll, kReadWrite, AntiRule::nonadjacent},
    {"PC-cycle", kAll, kReadWrite, AntiRule::after_read, Scope::data},
    {"G2-item", kAll, kReadWrite, AntiRule::many},
};

struct ScopeName {
  Scope scope;
  const char* suffix;
  std::uint8_t order;
};
constexpr ScopeName kScopes[] = {{Scope::data, "", 0},
                                 {Scope::process, "-process", kProcess},
                                 {Scope::realtime, "-realtime", kRealtime}};

std::uint8_t allowed_by(Scope widest) {
  std::uint8_t mask = kAll | kLink;
  if (widest != Scope::data) mask |= kProcess;
  if (widest == Scope::realtime) mask |= kRealtime;
  return mask;
}

// Two anti-dependencies in a row, or with the end next to the beginning?
bool has_adjacent(const std::vector<Edge>& cycle) {
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    const Edge& next = cycle[(i + 1) % cycle.size()];
    if (cycle[i].kind == kReadWrite && next.kind == kReadWrite) return true;
  }
  return false;
}

class Search {
 public:
  explicit Search(Scope widest) : widest_(widest) {}

  void look_in(Region& region) {
    for (const ScopeName& scope : kScopes) {
      if (scope.scope > widest_) continue;
      for (const Class& one : kClasses) {
        if (scope.scope > one.widest) continue;
        const auto allowed = static_cast<std::uint8_t>(one.data | scope.order | kLink);
        std::vector<Edge> cycle = region.find({allowed, one.start, scope.order, one.rule});
        if (cycle.empty()) continue;
        // Write skew is what is left: several, some of them neighbours.
        const bool nonadjacent = one.rule == AntiRule::many && !has_adjacent(cycle);
        keep((nonadjacent ? "G-nonadjacent" : one.name) + std::string(scope.suffix),
             std::move(cycle));
      }
    }
  }

  std::vector<Anomaly> take() {
    std::vector<Anomaly> anomalies;
    for (auto& [name, cycle] : shortest_) {
      Anomaly anomaly;
      anomaly.name = name;
      for (const Edge& edge : cycle) anomaly.transactions.push_back(edge.from);
      anomaly.cycle = std::move(cycle);
      anomalies.push_back(std::move(anomaly));
    }
    return anomalies;
  }

 private:
  void keep(const std::string& name, std::vector<Edge> cycle) {
    std::vector<Edge>& best = shortest_[name];
    if (best.empty() || cycle.size() < best.size()) best = std::move(cycle);
  }

  Scope widest_;
  std::map<std::string, std::vector<Edge>> shortest_;
};

}  // namespace

std::vector<Anomaly> find_cycles(const Dependencies& graph, Scope widest, Work& work) {
  const std::uint8_t allowed = allowed_by(widest);
  std::vector<VertexPair> pairs;
  pairs.reserve(graph.edges.size());
  for (const Edge& edge : graph.edges) {
    if ((edge.kind & allowed) != 0) pairs.emplace_back(edge.from, edge.to);
  }
  work.done += pairs.size();
  const std::vector<std::uint32_t> component = components_of(graph.vertices, std::move(pairs));
  std::vector<std::uint32_t> size(graph.vertices);
  for (const std::uint32_t which : component) ++size[which];
  std::map<std::uint32_t, std::vector<std::uint32_t>> members;
  for (std::uint32_t v = 0; v < graph.vertices; ++v) {
    if (size[component[v]] > 1) members[component[v]].push_back(v);
  }
  if (members.empty()) return {};
  std::map<std::uint32_t, std::vector<Edge>> inside;
  for (const Edge& edge : graph.edges) {
    const bool counts = (edge.kind & allowed) != 0 && component[edge.from] == component[edge.to];
    if (counts) inside[component[edge.from]].push_back(edge);
  }
  Search search(widest);
  std::vector<std::uint32_t> local(graph.vertices);
  for (auto& [which, edges] : inside) {
    if (work.is_spent()) break;
    Region region(graph, std::move(edges), members[which], local, work);
    search.look_in(region);
  }
  return search.take();
}

}  // namespace windtunnel::checkers
