// Queues, stacks and priority queues: objects that give back each thing that was put into them, and
// the fast checks of histories whose values are unique.
#pragma once

#include <windtunnel/checkers/history/numbering.h>
#include <windtunnel/checkers/objects/problem.h>

#include <compare>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::checkers {

enum class Discipline : std::uint8_t { first_in_first_out, last_in_first_out, smallest_first };

struct ContainerModel {
  // Values are numbers.
  struct Op {
    // take_empty found nothing; take_unknown is an `:info` one: it may have taken anything.
    enum class Type : std::uint8_t { put, take, take_empty, take_unknown };
    Type type = Type::put;
    std::uint32_t value = 0;
    friend auto operator<=>(const Op&, const Op&) = default;
  };
  using State = std::deque<std::uint32_t>;  // what goes first is in front

  Discipline discipline = Discipline::first_in_first_out;
  State first;
  Numbering values;

  State initial() const { return first; }
  bool apply(State& state, const Op& op) const;
  Traits traits(const Op& op) const;
  std::string describe(const State& state) const;
  std::uint64_t hash(const Op& op) const {
    return std::uint64_t{op.value} << 2 | static_cast<std::uint64_t>(op.type);
  }
};

using ContainerMachine = ModelMachine<ContainerModel>;

// The three checks share their beginning (lives.h). Null when they do not apply: values are not
// unique, the container does not start empty, or an `:info` take makes the difference. The machine
// is a ContainerMachine.
//
// Queues, O(n): three patterns which no legal history has and every illegal one has (Bouajjani,
// Emmi, Enea, Hamza, ICALP 2015): a value taken before it was put, never put, or taken twice; a put
// before b, but b taken before a; a take that found the queue empty while some value was in it at
// every moment.
std::optional<Ruling> check_queue_order(const Problem& problem, Machine& machine);

// Stacks, O(n log^2 n) at worst. A value is surely inside from the return of its push to the call
// of its pop. Where no value is surely inside, the stack can be empty, and the history falls apart
// there. A stretch without such a moment has a value at its bottom all the time: one whose push may
// come before the stretch and whose pop may come after it. Every such value can be that one, so all
// are taken away, and what is left falls apart again. A stretch without one is illegal. (The
// recursion of Abdulla, Atig, et al., PLDI 2025, with heaps and a segment tree.)
std::optional<Ruling> check_stack_nesting(const Problem& problem, Machine& machine);

// Priority queues, O(n log n). By rising value, each is taken at the earliest moment of its take at
// which no smaller value is surely inside: it stays there for as short as it can, which suits the
// rest best. (After Lee & Mathur, arXiv 2410.04581.)
std::optional<Ruling> check_priority_order(const Problem& problem, Machine& machine);

// For what the check of that name found ok: the steps in an order that explains it, without `:info`
// takes. Empty when it found anything else.
//
// In a queue, whoever found it empty did so when no value was surely inside, so that every value
// may go in and out wholly before that moment or wholly behind it. Between two such moments values
// go in and out in one order, each as early as it can.
std::vector<std::uint32_t> order_by_queue(const Problem& problem, Machine& machine);
// A value at the bottom of a stretch is pushed just before it and popped just behind it.
std::vector<std::uint32_t> order_by_nesting(const Problem& problem, Machine& machine);
// Each value is put as late as it can, and taken where the check takes it.
std::vector<std::uint32_t> order_by_priority(const Problem& problem, Machine& machine);

}  // namespace windtunnel::checkers
