// What the committed transactions of a history saw and wrote, reduced to what the axioms of Biswas
// & Enea (OOPSLA 2019) speak of: which transaction each read saw, which keys each transaction
// wrote, and who came before whom in a session. Who reads a list saw the one that appended its last
// element.
//
// - A session is a process, in the order of its calls. A transaction that failed is no part of it:
//   its neighbours follow each other. An `:info` one is the last of its process.
// - An `:info` transaction is there when somebody read from it. Otherwise it is left out: nothing
//   comes after it, so that it could only add what has no consequence.
// - A read after a write of the same key in its transaction is none here; nor is one that has an
//   anomaly of its own (nobody wrote the value, or a transaction that failed, or the reader later).
#pragma once

#include <windtunnel/checkers/txn/dependencies.h>

#include <cstdint>
#include <span>
#include <vector>

namespace windtunnel::checkers {

struct Seen {
  static constexpr std::uint32_t kUnset = 0xfffffffeU;  // the state before all writes
  std::uint32_t key = 0;
  std::uint32_t writer = kUnset;  // a transaction
};

class Observations {
 public:
  static constexpr std::uint32_t kNone = 0xffffffffU;

  // The history must outlive it. `versions` are what is known of the order of writes, of lists:
  // each edge from a transaction to one that overwrote it.
  explicit Observations(const TxnHistory& history, std::vector<Edge> versions = {});

  DataType type() const { return history_.type(); }
  std::uint32_t count() const { return static_cast<std::uint32_t>(present_.size()); }
  std::uint32_t keys() const { return history_.keys().size(); }
  bool is_present(std::uint32_t t) const { return present_[t]; }
  // In the order in which the transaction did them.
  std::span<const Seen> reads(std::uint32_t t) const {
    return {reads_.data() + first_read_[t], first_read_[t + 1] - first_read_[t]};
  }
  // Each once, in order.
  std::span<const std::uint32_t> written(std::uint32_t t) const {
    return {written_.data() + first_written_[t], first_written_[t + 1] - first_written_[t]};
  }
  bool writes(std::uint32_t t, std::uint32_t key) const;
  const std::vector<Edge>& versions() const { return versions_; }
  // The one before it in its session; kNone for the first.
  std::uint32_t before(std::uint32_t t) const { return before_[t]; }

 private:
  void read_all();
  void add_reads(std::uint32_t t, std::vector<std::uint32_t>& own_write);
  void order_sessions();

  const TxnHistory& history_;
  std::vector<Edge> versions_;
  std::vector<bool> present_;
  std::vector<Seen> reads_;
  std::vector<std::uint32_t> first_read_;
  std::vector<std::uint32_t> written_;
  std::vector<std::uint32_t> first_written_;
  std::vector<std::uint32_t> before_;
};

}  // namespace windtunnel::checkers
