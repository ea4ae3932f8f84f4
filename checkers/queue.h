// A first-in first-out queue, and the fast check of histories whose values are unique.
#pragma once

#include "checkers/problem.h"

#include <compare>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::checkers {

struct QueueModel {
  // Values are numbers.
  struct Op {
    // dequeue_empty found nothing; dequeue_unknown is an `:info` one: it may have taken anything.
    enum class Type : std::uint8_t { enqueue, dequeue, dequeue_empty, dequeue_unknown };
    Type type = Type::enqueue;
    std::uint32_t value = 0;
    friend auto operator<=>(const Op&, const Op&) = default;
  };
  using State = std::deque<std::uint32_t>;

  State first;
  std::vector<std::string> names;  // of the values, for people

  State initial() const { return first; }
  bool apply(State& state, const Op& op) const;
  Traits traits(const Op& op) const;
  std::string describe(const State& state) const;
};

using QueueMachine = ModelMachine<QueueModel>;

// Three patterns, O(n log n), which no legal history has and every illegal one has (Bouajjani,
// Emmi, Enea, Hamza, ICALP 2015): a value dequeued before it was enqueued, never, or twice; a
// enqueued before b, but b dequeued before a; a dequeue that found the queue empty while some value
// was in it at every moment.
//
// Null when it does not apply: values are not unique, the queue does not start empty, or an `:info`
// dequeue makes the difference. The machine is a QueueMachine.
std::optional<Finding> check_queue_order(const Problem& problem, Machine& machine);

}  // namespace windtunnel::checkers
