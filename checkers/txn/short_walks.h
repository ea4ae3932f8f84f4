// Shortest walks along edges, where several steps of process order in a row count as one: "came
// later in the same process" needs no one in between.
#pragma once

#include <windtunnel/checkers/txn/dependencies.h>

#include <cstdint>
#include <vector>

namespace windtunnel::checkers {

class ShortWalks {
 public:
  // Along edges[i] for each i of `usable`. `edges` must outlive it.
  ShortWalks(std::uint32_t vertices, const std::vector<Edge>& edges,
             const std::vector<std::uint32_t>& usable);

  struct Query {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    bool after_process = false;                // the step before it was one of process order
    std::uint32_t shorter_than = 0xffffffffU;  // else it is of no interest
  };
  // The numbers of the edges; empty when there is no such walk. `steps` grows by the edges looked
  // at.
  std::vector<std::uint32_t> find(const Query& query, std::uint64_t& steps) const;

 private:
  struct Mark {
    std::uint32_t epoch = 0;
    std::uint32_t length = 0;
    std::uint32_t edge = 0;    // that led here
    std::uint32_t before = 0;  // the state that it led from
  };

  // A state: (vertex, was the last step one of process order).
  static std::uint32_t state(std::uint32_t vertex, bool process) {
    return 2 * vertex + (process ? 1 : 0);
  }
  std::vector<std::uint32_t> trace(std::uint32_t start, std::uint32_t end) const;

  const std::vector<Edge>& edges_;
  std::vector<std::uint32_t> out_;    // edges, by their `from`
  std::vector<std::uint32_t> first_;  // by vertex, into out_
  mutable std::vector<Mark> marks_;   // by state
  mutable std::uint32_t epoch_ = 0;
};

// Runs of process order become one edge. A closed walk stays closed.
std::vector<Edge> merge_process_order(const std::vector<Edge>& walk);

}  // namespace windtunnel::checkers
