// A register with read, write and compare-and-set, and the fast check of histories whose writes are
// unique.
#pragma once

#include <windtunnel/checkers/history/numbering.h>
#include <windtunnel/checkers/objects/problem.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <compare>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::checkers {

// Values are numbers: 0 is the initial one; kOther stands for all values that nobody can be seen to
// have read, which no operation of the history can tell apart.
struct RegisterOp {
  enum class Type : std::uint8_t { read, write, cas };
  Type type = Type::read;
  std::uint32_t from = 0;  // what a read returned, what a cas expects
  std::uint32_t to = 0;    // what a write or cas leaves
  friend auto operator<=>(const RegisterOp&, const RegisterOp&) = default;
};

class RegisterMachine final : public Machine {
 public:
  static constexpr std::uint32_t kOther = 1;

  // The numbers of the values that were read or expected. The one under kOther is any value that is
  // none of the others.
  explicit RegisterMachine(Numbering values);

  std::uint32_t kind_of(const RegisterOp& op);
  const RegisterOp& op(std::uint32_t kind) const { return ops_[kind]; }
  std::uint32_t values() const { return values_.size(); }

  std::uint32_t initial() override { return 0; }
  std::uint32_t step(std::uint32_t state, std::uint32_t kind) override;
  Traits traits(std::uint32_t kind) const override;
  std::string describe(std::uint32_t state) const override;
  bool may_see(std::uint32_t kind, std::uint32_t mutator) const override;

 private:
  Numbering values_;
  std::vector<RegisterOp> ops_;
  std::vector<std::uint32_t> reads_;                               // by value: its kind
  std::vector<std::uint32_t> writes_;                              // by value
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> swaps_;  // for lookup only
};

// Gibbons & Korach 1997, O(n). A cluster is a write and the reads of its value; it is current
// at least from its first return until its last call (a forward zone), or, when these are the other
// way round, at one moment between them (a backward zone). The history is linearizable unless a
// read ends before its write begins, two forward zones overlap, or a backward zone lies inside a
// forward one. The order of zones comes from an array by position instead of sorting.
//
// Null when it does not apply: there is a cas, or two writes of one value that somebody read. The
// machine is a RegisterMachine.
std::optional<Ruling> check_zones(const Problem& problem, Machine& machine);

// For what check_zones found ok: the steps in an order that explains it. A cluster takes place
// where its forward zone begins; one with a backward zone at its last call, or, where a forward
// zone lies around that, at the end of it. Empty when it found anything else.
std::vector<std::uint32_t> order_by_zones(const Problem& problem, Machine& machine);

}  // namespace windtunnel::checkers
