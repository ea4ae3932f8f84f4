// Lays the moments of a problem on a line, one after the other, by what is known of their order:
// nothing is committed over a version while somebody is still to read it, and under snapshot
// isolation nobody begins who writes a key while another writer of it is open, nor, as long as
// there is anything else to lay, who could not commit at once. Among those that may come next,
// those that bind nobody come first, then by when the clients were told. So every line that it
// completes is one that explains the history. Where nothing may come next, each wait in some circle
// of waits that is no known order stands for a choice that was made by laying one of two before the
// other: one of these at least was wrong.
#pragma once

#include <windtunnel/checkers/txn/known_order.h>

#include <cstdint>
#include <queue>
#include <tuple>
#include <vector>

namespace windtunnel::checkers {

// One side of a choice, and the other.
struct Alternative {
  OrderEdge edge;
  OrderEdge otherwise;
};

class MomentLine {
 public:
  MomentLine(const OrderProblem& problem, const KnownOrder& known);

  // True when all are on the line.
  bool run();
  const std::vector<std::uint32_t>& moments() const { return line_; }
  // When it was stuck: one at least of these edges holds in every line that explains the history.
  // None: what is known has a circle.
  std::vector<Alternative> alternatives() const;

 private:
  static constexpr std::uint32_t kNone = 0xffffffffU;
  using Candidate = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;

  // What a vertex waits for, and the choice by which.
  struct Wait {
    std::uint32_t vertex = kNone;
    bool chosen = false;
    Alternative alternative;
  };

  void offer(std::uint32_t vertex);
  bool may_begin(std::uint32_t member);
  bool can_commit_next(std::uint32_t member);
  bool hurry();
  bool may_commit(std::uint32_t member);
  std::uint32_t others_to_come(std::uint32_t slot, std::uint32_t member) const;
  void begin(std::uint32_t member);
  void commit(std::uint32_t member);
  void lay(std::uint32_t vertex);
  void wake(std::uint32_t key);
  Wait wait_of(std::uint32_t vertex, const std::vector<std::uint32_t>& earlier) const;
  Wait wait_to_begin(std::uint32_t member) const;
  Wait wait_to_commit(std::uint32_t member) const;

  const OrderProblem& problem_;
  const KnownOrder& known_;
  std::vector<std::uint32_t> left_;  // by vertex: what is known to come before it
  std::vector<bool> is_laid_;
  using Queue = std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>>;
  Queue next_;
  Queue late_;  // who may begin, but could not commit at once
  std::uint32_t hurried_ = kNone;
  std::vector<std::uint32_t> to_come_;              // by slot: readers that have not begun
  std::vector<std::uint32_t> current_;              // by key: the slot that is read now
  std::vector<std::uint32_t> writing_;              // by key: who has begun and will commit it
  std::vector<std::vector<std::uint32_t>> asleep_;  // by key: vertices that it keeps back
  std::vector<std::uint32_t> line_;
};

}  // namespace windtunnel::checkers
