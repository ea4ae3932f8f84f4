// The causal past of each transaction: what it read from, what came before it in its session, and
// what is in the past of those.
//
// Those transactions that some other session has in its past, and that wrote something, are laid on
// chains, each member of which is in the past of the next; what of a chain is in somebody's past is
// then one number. A session keeps to its chain, so that there are no more chains than sessions;
// where one has ended, as with an `:info` operation, another goes on with its chain when it has all
// of it in its past.
#pragma once

#include <windtunnel/checkers/txn/commit_order.h>
#include <windtunnel/checkers/txn/observations.h>

#include <cstdint>
#include <vector>

namespace windtunnel::checkers {

class CausalOrder {
 public:
  static constexpr std::uint64_t kMaxClockEntries = 1ULL << 28U;  // 1 GiB
  static constexpr std::uint32_t kEntriesOfStep = 8;              // joined at about one cost

  // The observations must outlive it.
  CausalOrder(const Observations& seen, bool sessions, std::uint64_t max_entries);

  // Causal consistency: if the past of a reader has a write of the key that it read, this was
  // committed before the one that was read. Infers the last such write of each chain, which stands
  // for those before it; that of the reader's own session is left to the caller. O(n k log n) for k
  // chains, where the logarithm is that of the writes of one key by one chain. Nothing is inferred
  // when the past is cyclic. False when the numbers would have been more than max_entries, or the
  // steps that `examined` grows by more than max_steps.
  bool infer(CommitOrder& order, std::uint64_t max_steps, std::uint64_t& examined);

 private:
  struct WritesOfChain {
    std::uint32_t chain = 0;
    std::vector<std::uint32_t> places;
  };

  std::vector<std::uint32_t> topological_order() const;
  void mark_known();
  void join(std::uint32_t before);
  void read_clock(std::uint32_t t);
  void lay_on_chain(std::uint32_t t);
  void look_at_reads(std::uint32_t t, CommitOrder& order);
  bool is_before(std::uint32_t t, std::uint32_t other) const;
  // How many members of the chain are in the past of the transaction.
  std::uint32_t seen_of(std::uint32_t chain, std::uint32_t t) const {
    return chain < width_[t] ? clocks_[first_[t] + chain] : 0;
  }

  const Observations& seen_;
  bool sessions_;
  std::uint64_t max_entries_;
  std::vector<bool> known_;  // to other sessions, by what they read
  std::vector<std::vector<std::uint32_t>> chains_;
  std::vector<std::uint32_t> chain_of_;
  std::vector<std::uint32_t> place_of_;
  std::vector<std::uint32_t> last_of_session_;  // on a chain, up to this one
  std::vector<std::uint32_t> clocks_;           // rows, by transaction
  std::vector<std::uint64_t> first_;
  std::vector<std::uint32_t> width_;
  std::uint64_t steps_ = 0;
  std::vector<std::uint32_t> now_;                  // the row of the one that is looked at
  std::vector<std::vector<WritesOfChain>> writes_;  // by key, of those that were looked at
};

}  // namespace windtunnel::checkers
