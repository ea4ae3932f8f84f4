// Sets with add, remove, contains and read, and their fast checks.
#pragma once

#include <windtunnel/checkers/history/numbering.h>
#include <windtunnel/checkers/objects/models.h>
#include <windtunnel/checkers/objects/problem.h>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::checkers {

struct SetModel {
  struct Op {
    enum class Type : std::uint8_t { add, remove, contains, read };
    // What the operation says about its element before it. An add that returned true found it
    // absent.
    enum class Found : std::uint8_t { anything, absent, present };
    Type type = Type::add;
    Found found = Found::anything;
    std::uint32_t number = 0;             // of the element, or of a read's result among all
    std::vector<std::uint32_t> elements;  // one, or what a read returned, sorted
    friend auto operator<=>(const Op&, const Op&) = default;
  };
  using State = std::vector<std::uint32_t>;  // sorted

  State first;
  Numbering values;

  State initial() const { return first; }
  bool apply(State& state, const Op& op) const;
  Traits traits(const Op& op) const;
  bool may_see(const Op& op, const Op& mutator) const;
  std::string describe(const State& state) const;
  std::uint64_t hash(const Op& op) const {
    return std::uint64_t{op.number} << 8 | static_cast<std::uint64_t>(op.type) << 4 |
           static_cast<std::uint64_t>(op.found);
  }
};

using SetMachine = ModelMachine<SetModel>;

// One or the other of the following.
std::optional<Ruling> check_set(const Problem& problem, Machine& machine);

// Without reads of the whole set each element is an object of its own (Horn & Kroening 2015), O(n)
// all together: an added element is there from a moment of its add to one of its remove; the first
// as late and the second as early as everybody who saw it allows suits best those who did not. An
// element that is added or removed more than once goes through the search. Null when there are
// reads, or the search gives up.
std::optional<Ruling> check_set_elements(const Problem& problem, Machine& machine);

// A set that only grows, with reads of all of it: reads are ordered by inclusion, each add lies
// before the first read that shows it, and no operation may be called after the return of one that
// lies later. Linear in the size of the reads. Null when something is removed or asked for, or an
// element is added twice.
std::optional<Ruling> check_set_reads(const Problem& problem, Machine& machine);

// For what check_set found ok: the steps in an order that explains it. Empty when it found anything
// else.
std::vector<std::uint32_t> order_by_set(const Problem& problem, Machine& machine);
std::vector<std::uint32_t> order_by_elements(const Problem& problem, Machine& machine);
std::vector<std::uint32_t> order_by_reads(const Problem& problem, Machine& machine);

// These steps alone, and of the reads only the elements that these steps add or that were there
// from the start: a set without the others is a set. Null when none of them is a read, or one shows
// what nobody added.
std::optional<Object> narrow_set(const Object& object, const std::vector<std::uint32_t>& steps);

}  // namespace windtunnel::checkers
