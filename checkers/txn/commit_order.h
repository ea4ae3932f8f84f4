// The order in which the transactions of a history were committed, as far as it is forced: by who
// read from whom, by the order of the sessions where that counts, by what is known of the order of
// writes, and by what an isolation level infers. There is a commit order iff these edges have no
// cycle, and none leads to the unset state, which is before all.
#pragma once

#include <windtunnel/checkers/txn/dependencies.h>
#include <windtunnel/checkers/txn/observations.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::checkers {

class ShortWalks;

// `from`, which wrote the key, was committed before `to`: the reader read the key from `to` (or
// unset) although it had seen `from`.
struct Inferred {
  static constexpr std::uint32_t kSession = 0xffffffffU;
  static constexpr std::uint32_t kPath = 0xfffffffeU;
  std::uint32_t from = 0;
  std::uint32_t to = 0;  // or Seen::kUnset
  std::uint32_t key = 0;
  std::uint32_t reader = 0;
  std::uint32_t via = kPath;  // the key that the reader had read from `from`, or one of the above
};

class CommitOrder {
 public:
  // With the order of the sessions, or without. The observations must outlive it.
  CommitOrder(const Observations& seen, bool sessions);

  void infer(const Inferred& edge);
  // What shows that there is no commit order, the shortest that was found: for a small history the
  // shortest that there is. Nothing when there is one. `examined` grows by the edges looked at.
  std::optional<Anomaly> refute(const std::string& name, std::uint64_t& examined) const;

 private:
  static constexpr std::uint64_t kMaxSteps = 1U << 24;  // of the search for a shorter cycle
  static constexpr std::size_t kMaxUnset = 256;         // contradictions with the unset state kept

  struct Found {
    std::vector<Edge> cycle;
    std::vector<std::uint32_t> inferred;  // by edge of the cycle; kNone for one that is known
  };

  void improve(std::vector<std::uint32_t> walk, Found& best) const;
  void search_cycles(const std::vector<std::uint32_t>& component, std::uint64_t& examined,
                     Found& best) const;
  void search_unset(const ShortWalks& seen, std::uint64_t& examined, Found& best) const;
  std::vector<Edge> path_of(const Inferred& edge, const ShortWalks& seen,
                            std::uint64_t& examined) const;

  std::vector<Edge> edges_;  // what was seen, the order of writes, and then the inferred ones
  std::uint32_t seen_ = 0;
  std::uint32_t known_ = 0;
  std::uint32_t vertices_ = 0;
  std::vector<Inferred> inferred_;
  std::vector<Inferred> unset_;
};

}  // namespace windtunnel::checkers
