// One strongly connected component of the dependencies, where cycles are looked for. Vertices have
// numbers of their own here, from 0.
#pragma once

#include <windtunnel/checkers/history/work.h>
#include <windtunnel/checkers/txn/components.h>
#include <windtunnel/checkers/txn/dependencies.h>

#include <cstdint>
#include <vector>

namespace windtunnel::checkers {

// How many anti-dependencies a cycle may have: several of which no two are neighbours, any number
// each of which has a read of a write before it, or any number.
enum class AntiRule : std::uint8_t { none, one, nonadjacent, after_read, many };

class Region {
 public:
  // `edges` lie inside the component, whose vertices are `members`. `local` (by vertex) is scratch.
  // The graph and the work must outlive it.
  Region(const Dependencies& graph, std::vector<Edge> edges,
         const std::vector<std::uint32_t>& members, std::vector<std::uint32_t>& local, Work& work);

  struct Query {
    std::uint8_t allowed = 0;  // mask of Dependency
    std::uint8_t start = 0;    // the cycle has an edge of one of these kinds
    std::uint8_t order = 0;    // and, unless 0, one of this kind
    AntiRule rule = AntiRule::none;
  };
  // A short cycle between transactions, none of which is in it twice; empty when there is none,
  // kMaxTries promising edges led to worse ones only, or the work is spent.
  std::vector<Edge> find(const Query& query);

 private:
  static constexpr std::size_t kMaxTries = 64;
  static constexpr std::size_t kEnough = 6;  // cycles to choose the shortest from

  struct Arc {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    std::uint32_t edge = 0;
  };
  struct Mark {
    std::uint32_t epoch = 0;
    std::uint32_t arc = 0;    // that led here
    std::uint8_t before = 0;  // the state that it led from
  };

  Dependency kind(const Arc& arc) const { return edges_[arc.edge].kind; }
  std::vector<std::uint32_t> promising(const Query& query) const;
  std::vector<std::uint32_t> inside_components(const Query& query) const;
  std::vector<std::uint32_t> with_way_back(const Query& query) const;
  std::vector<std::uint32_t> alternating(const Query& query) const;
  std::vector<std::uint32_t> following_reads(const Query& query) const;
  std::vector<std::uint32_t> closed_by(std::vector<VertexPair> pairs, std::uint32_t from_bit,
                                       std::uint32_t to_bit) const;
  bool walk_back(const Query& query, std::uint32_t start, std::vector<std::uint32_t>& arcs);
  std::vector<std::uint32_t> trace(std::uint32_t vertex, std::uint8_t state);
  std::vector<Edge> between_transactions(const std::vector<std::uint32_t>& arcs) const;

  const Dependencies& graph_;
  std::vector<Edge> edges_;
  std::vector<Arc> arcs_;             // sorted by `from`
  std::vector<std::uint32_t> first_;  // by vertex, into arcs_
  std::vector<Mark> marks_;           // by (vertex, state)
  std::uint32_t epoch_ = 0;
  Work& work_;
};

}  // namespace windtunnel::checkers
