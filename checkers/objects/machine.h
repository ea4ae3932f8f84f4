// A sequential object as the search algorithms see it: states and operations are small numbers.
//
// `kind` is a class of operations with the same effect and the same result: two reads that returned
// 3, two enqueues of 7. `step(state, kind)` is the state after it, or kIllegal where it could not
// have had its result. Machines are deterministic; equal states have equal numbers.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include <concepts>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace windtunnel::checkers {

inline constexpr std::uint32_t kIllegal = 0xffffffffU;

// What the algorithms may assume of a kind. All false is always right, and slow.
struct Traits {
  bool observer = false;  // never changes the state
  bool total = false;     // legal in every state
  bool blind = false;     // total, and the state after it does not depend on the state before
};

class Machine {
 public:
  virtual ~Machine() = default;
  virtual std::uint32_t initial() = 0;
  virtual std::uint32_t step(std::uint32_t state, std::uint32_t kind) = 0;
  // Are operations of these kinds legal one after the other, from the start? It remembers no state
  // on the way, so that a long history costs what its operations cost.
  virtual bool accepts(const std::vector<std::uint32_t>& kinds);
  virtual Traits traits(std::uint32_t kind) const = 0;
  // The state for people: "3".
  virtual std::string describe(std::uint32_t state) const = 0;
  // May taking `mutator` out of a history change which results `kind` can have, so that a witness
  // must keep both? True is always right.
  virtual bool may_see(std::uint32_t kind, std::uint32_t mutator) const;
};

// A model that users can write: the sequential object, its operations with their results. For
// example
//
//   struct Counter {
//     using State = std::int64_t;
//     struct Op { bool add; std::int64_t amount; auto operator<=>(const Op&) const = default; };
//     State initial() const { return 0; }
//     bool apply(State& state, const Op& op) const {       // false: it cannot have had this result
//       if (op.add) state += op.amount;
//       return op.add || state == op.amount;
//     }
//     // Optional:
//     Traits traits(const Op& op) const { return {.observer = !op.add, .total = op.add}; }
//     std::string describe(const State& state) const { return std::to_string(state); }
//     std::uint64_t hash(const Op& op) const;  // different for different operations: faster
//   };
//
// An operation whose result is not known (`:info`) has its own Op, which must be legal wherever it
// could have taken place. State and Op are ordered. See check_model in linearizable.h.
template <class M>
concept SequentialModel = requires(const M& model, typename M::State& state,
                                   const typename M::Op& op) {
  { model.initial() } -> std::convertible_to<typename M::State>;
  { model.apply(state, op) } -> std::convertible_to<bool>;
  { state < state } -> std::convertible_to<bool>;
  { op < op } -> std::convertible_to<bool>;
};

// Makes a Machine of a model: numbers its states and operations, and remembers every transition.
template <SequentialModel M>
class ModelMachine final : public Machine {
 public:
  using State = typename M::State;
  using Op = typename M::Op;

  explicit ModelMachine(M model) : model_(std::move(model)) {}

  // The kind of an operation, numbered by first use.
  std::uint32_t kind_of(const Op& op) {
    const auto next = static_cast<std::uint32_t>(ops_.size());
    const std::uint32_t kind = place_of(op, next);
    if (kind == next) ops_.push_back(op);
    return kind;
  }

  const Op& op(std::uint32_t kind) const { return ops_[kind]; }
  const M& model() const { return model_; }

  std::uint32_t initial() override { return number_of(model_.initial()); }

  std::uint32_t step(std::uint32_t state, std::uint32_t kind) override {
    const std::uint64_t key = std::uint64_t{state} << 32 | kind;
    const auto known = transitions_.find(key);
    if (known != transitions_.end()) return known->second;
    State next = *states_[state];
    const bool legal = model_.apply(next, ops_[kind]);
    const std::uint32_t number = legal ? number_of(std::move(next)) : kIllegal;
    transitions_.emplace(key, number);
    return number;
  }

  bool accepts(const std::vector<std::uint32_t>& kinds) override {
    State state = model_.initial();
    for (const std::uint32_t kind : kinds) {
      if (!model_.apply(state, ops_[kind])) return false;
    }
    return true;
  }

  Traits traits(std::uint32_t kind) const override {
    if constexpr (requires { model_.traits(ops_[kind]); })
      return model_.traits(ops_[kind]);
    else
      return {};
  }

  std::string describe(std::uint32_t state) const override {
    if constexpr (requires { model_.describe(*states_[state]); }) {
      return model_.describe(*states_[state]);
    } else {
      return "state " + std::to_string(state);
    }
  }

  bool may_see(std::uint32_t kind, std::uint32_t mutator) const override {
    if constexpr (requires { model_.may_see(ops_[kind], ops_[mutator]); }) {
      return model_.may_see(ops_[kind], ops_[mutator]);
    } else {
      return true;
    }
  }

 private:
  static constexpr bool kHashed = requires(const M& model, const Op& op) {
    { model.hash(op) } -> std::convertible_to<std::uint64_t>;
  };
  // Where the kind is kept; `next` when the operation is new.
  std::uint32_t place_of(const Op& op, std::uint32_t next) {
    if constexpr (kHashed) {
      return hashed_kinds_.try_emplace(model_.hash(op), next).first->second;
    } else {
      return kinds_.try_emplace(op, next).first->second;
    }
  }

  std::uint32_t number_of(State state) {
    const auto next = static_cast<std::uint32_t>(states_.size());
    const auto [entry, added] = numbers_.try_emplace(std::move(state), next);
    if (added) states_.push_back(&entry->first);
    return entry->second;
  }

  M model_;
  std::map<Op, std::uint32_t> kinds_;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> hashed_kinds_;  // for lookup only
  std::vector<Op> ops_;
  std::map<State, std::uint32_t> numbers_;  // nodes are stable, so the vector points into them
  std::vector<const State*> states_;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> transitions_;  // for lookup only
};

}  // namespace windtunnel::checkers
