// A register with read, write and compare-and-set, and the fast check of histories whose writes are
// unique.
#pragma once

#include "checkers/problem.h"

#include <compare>
#include <map>
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

  // `names` has the text of each value, for people.
  explicit RegisterMachine(std::vector<std::string> names) : names_(std::move(names)) {}

  std::uint32_t kind_of(const RegisterOp& op);
  const RegisterOp& op(std::uint32_t kind) const { return ops_[kind]; }

  std::uint32_t initial() override { return 0; }
  std::uint32_t step(std::uint32_t state, std::uint32_t kind) override;
  Traits traits(std::uint32_t kind) const override;
  std::string describe(std::uint32_t state) const override { return names_[state]; }
  bool may_see(std::uint32_t kind, std::uint32_t mutator) const override;

 private:
  std::vector<std::string> names_;
  std::vector<RegisterOp> ops_;
  std::map<RegisterOp, std::uint32_t> kinds_;
};

// Gibbons & Korach 1997, O(n log n). A cluster is a write and the reads of its value; it is current
// at least from its first return until its last call (a forward zone), or, when these are the other
// way round, at one moment between them (a backward zone). The history is linearizable unless a
// read ends before its write begins, two forward zones overlap, or a backward zone lies inside a
// forward one.
//
// Null when it does not apply: there is a cas, or two writes of one value that somebody read. The
// machine is a RegisterMachine.
std::optional<Finding> check_zones(const Problem& problem, Machine& machine);

}  // namespace windtunnel::checkers
