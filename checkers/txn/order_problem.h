// What an order of the transactions of a register history has to keep, so that it explains what
// was read. One line of moments: a transaction begins and commits, and between the two lie its
// reads. There is such a line iff the history is
//
//   serializable         where both are one moment
//   snapshot isolation   where of two that write one key one commits before the other begins
//   prefix               where that need not be
//
// and always: who reads a key from W begins after the commit of W, and no other writer of the key
// commits between the commit of W and that beginning; who reads it unset begins before all commits
// of writers. So a read and another writer O of its key are a choice of two: O commits before W, or
// the reader begins before O commits (a polygraph, Papadimitriou 1979; with beginnings, Viper,
// EuroSys 2023). With sessions, or real time, a transaction begins after the commit of those that
// came before it.
#pragma once

#include <windtunnel/checkers/txn/cycles.h>
#include <windtunnel/checkers/txn/observations.h>

#include <cstdint>
#include <span>
#include <vector>

namespace windtunnel::checkers {

enum class OrderLevel : std::uint8_t { prefix, snapshot_isolation, serializable };

struct OrderQuestion {
  OrderLevel level = OrderLevel::serializable;
  Scope scope = Scope::data;
};

// Why one moment is before another.
enum class Before : std::uint8_t {
  inside,   // a transaction begins before it commits
  read,     // the second read what the first wrote
  process,  // it came later in the same process
  called,   // into or out of a relay: the first had returned when the second was called
  unset,    // the first read the key unset, the second wrote it
  missed,   // `reader` came after the first, which wrote the key, and yet read it from the second
  overwritten,  // the first read the key from the writer of `slot`, the second came after that
                // writer and wrote the key
  overlapping,  // both wrote the key, and the first had begun before the second committed
  chosen,       // of a choice of two
};

struct OrderEdge {
  std::uint32_t from = 0;  // moments, or relays
  std::uint32_t to = 0;
  Before why = Before::inside;
  std::uint32_t slot = 0;    // whose write it is about
  std::uint32_t reader = 0;  // of what was missed
};

class OrderProblem {
 public:
  static constexpr std::uint32_t kNone = 0xffffffffU;

  // Of the transactions with these numbers, in ascending order, all of them present; what others
  // wrote or read is as if it were not known. The observations must outlive it.
  OrderProblem(const TxnHistory& history, const Observations& seen, OrderQuestion question,
               std::vector<std::uint32_t> members);

  const OrderQuestion& question() const { return question_; }
  const std::vector<std::uint32_t>& members() const { return members_; }
  std::uint32_t count() const { return static_cast<std::uint32_t>(members_.size()); }

  // Moments are numbered by member; behind them come the relays of real time.
  std::uint32_t moments() const { return count() * width_; }
  std::uint32_t vertices() const { return vertices_; }
  std::uint32_t width() const { return width_; }  // moments of a transaction: 1 or 2
  std::uint32_t begin(std::uint32_t member) const { return member * width_; }
  std::uint32_t commit(std::uint32_t member) const { return member * width_ + width_ - 1; }
  std::uint32_t member_of(std::uint32_t moment) const { return moment / width_; }

  // A slot is one member's write of one key.
  struct Slot {
    std::uint32_t member = 0;
    std::uint32_t key = 0;  // numbered from 0 within the problem
  };
  const Slot& slot(std::uint32_t number) const { return slots_[number]; }
  std::uint32_t slots() const { return static_cast<std::uint32_t>(slots_.size()); }
  std::uint32_t keys() const { return static_cast<std::uint32_t>(keys_.size()); }
  std::uint32_t key_in_history(std::uint32_t key) const { return keys_[key]; }
  // The slots of the member are those from the first to the second.
  std::pair<std::uint32_t, std::uint32_t> writes(std::uint32_t member) const {
    return {first_slot_[member], first_slot_[member + 1]};
  }
  std::span<const std::uint32_t> readers(std::uint32_t slot) const {
    return {readers_.data() + first_reader_[slot], first_reader_[slot + 1] - first_reader_[slot]};
  }
  // The slots that it read from.
  std::span<const std::uint32_t> reads(std::uint32_t member) const {
    return {reads_.data() + first_read_[member], first_read_[member + 1] - first_read_[member]};
  }

  // Chains: in each, every transaction commits before the next one begins.
  std::uint32_t chains() const { return chains_; }
  std::uint32_t chain(std::uint32_t member) const { return chain_[member]; }
  std::uint32_t place(std::uint32_t member) const { return place_[member]; }
  // The writers of one key on one chain: slots from the first on, by place.
  struct Run {
    std::uint32_t chain = 0;
    std::uint32_t first = 0;
    std::uint32_t last = 0;  // behind the last
  };
  std::span<const Run> runs(std::uint32_t key) const {
    return {runs_.data() + first_run_[key], first_run_[key + 1] - first_run_[key]};
  }
  // The last in the run among the first `count` transactions of its chain; kNone for none.
  std::uint32_t last_among(const Run& run, std::uint32_t count) const;

  // What is known before any choice is looked at.
  const std::vector<OrderEdge>& edges() const { return edges_; }
  // The vertices, so that edges lead forward; shorter than all of them where there is a cycle.
  const std::vector<std::uint32_t>& sorted() const { return sorted_; }
  // For the order in which things are tried: when the client was told.
  std::uint32_t told_at(std::uint32_t member) const { return told_[member]; }

 private:
  void gather_writes(const Observations& seen);
  void gather_reads(const Observations& seen);
  void order_sessions(const TxnHistory& history);
  void order_realtime(const TxnHistory& history);
  void sort();
  void lay_chains(const TxnHistory& history);
  void lay_runs();
  void order_unset();
  std::uint32_t local_key(std::uint32_t key) const;
  std::uint32_t slot_of(std::uint32_t member, std::uint32_t key) const;
  std::uint32_t member_of_transaction(std::uint32_t t) const;

  struct Unset {
    std::uint32_t member = 0;
    std::uint32_t key = 0;
  };

  OrderQuestion question_;
  std::vector<std::uint32_t> members_;
  std::uint32_t width_ = 1;
  std::uint32_t vertices_ = 0;
  std::vector<std::uint32_t> keys_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> first_slot_;
  std::vector<std::uint32_t> reads_;
  std::vector<std::uint32_t> first_read_;
  std::vector<std::uint32_t> readers_;
  std::vector<std::uint32_t> first_reader_;
  std::vector<Unset> unset_;
  std::vector<std::uint32_t> before_;  // by member: the one before it in its process
  std::vector<std::uint32_t> told_;
  std::vector<OrderEdge> edges_;
  std::vector<std::uint32_t> sorted_;
  std::uint32_t chains_ = 0;
  std::vector<std::uint32_t> chain_;
  std::vector<std::uint32_t> place_;
  std::vector<std::uint32_t> by_chain_;  // slots
  std::vector<Run> runs_;
  std::vector<std::uint32_t> first_run_;
};

}  // namespace windtunnel::checkers
