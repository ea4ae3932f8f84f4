// Breadth-first search of every state that a world can reach, within bounds that are counted in
// steps, states and bytes. The first violation found is one that needs the fewest actions.
//
// A world says what a state is, what can happen in it and what must hold (concept `World`). States
// are rows of words, which only the world reads; the search keeps a fingerprint of 128 bits of each
// state ever seen, the action that led to it, and whole states only of the two levels it works on.
// Two states of one fingerprint are taken for one state; among 10^8 that happens with a probability
// below 10^-22.
#pragma once

#include <windtunnel/checkers/explore/frontier.h>
#include <windtunnel/checkers/objects/visited.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

namespace windtunnel::explore {

// Names an action to the world that made it.
using ActionCode = std::uint32_t;
// Actions from the initial state on.
using Path = std::vector<ActionCode>;

struct SearchBounds {
  std::uint32_t depth = 1'000;
  std::uint64_t states = 1'000'000'000;
  std::uint64_t bytes = std::uint64_t{6} << 30;  // what the search allocates for states, by count
};

enum class End : std::uint8_t {
  exhausted,  // every state within the world's own bounds was seen
  violated,   // `path` leads to a state that must not be
  depth,      // states beyond so many actions were not looked at
  states,
  bytes,
};

struct Outcome {
  End end = End::exhausted;
  std::uint64_t states = 0;       // different ones
  std::uint64_t transitions = 0;  // actions taken, also to states that were known
  std::uint32_t depth = 0;        // actions to the deepest state
  std::uint64_t bytes = 0;        // the most that was allocated at a time
  Path path;
};

// Where a world puts what follows from a state.
class Successors {
 public:
  // A step of protocol code, which may crash, comes next: it belongs to this action.
  virtual void about_to(ActionCode action) = 0;
  // The action leads to this state. False: it is known.
  virtual bool is_new(ActionCode action, const Digest& fingerprint) = 0;
  // The state that was new just now.
  virtual void keep(StateView state, bool is_violated) = 0;

 protected:
  ~Successors() = default;
};

template <class W>
concept World = requires(W& world, StateView state, Successors& successors, Frontier& frontier,
                         StateWords& words) {
  // The state in which everything begins, and its fingerprint.
  { world.start(words) } -> std::same_as<Digest>;
  // Tells `successors` of everything that can happen in the state, in an order that depends on the
  // state and the world's past only.
  world.expand(state, successors);
  // Only these states will be expanded from now on.
  world.level_done(frontier);
  { world.bytes() } -> std::convertible_to<std::uint64_t>;
};

// Told the path to each step of protocol code that was not taken before, so that one that crashes
// can be named by who watches the process.
using RiskWatcher = std::function<void(const Path&)>;
// Told the depth and the states so far after each level.
using LevelWatcher = std::function<void(std::uint32_t depth, std::uint64_t states)>;

struct Watchers {
  RiskWatcher risk;
  LevelWatcher level;
};

template <World W>
class Search final : private Successors {
 public:
  Search(W& world, const SearchBounds& limits, const Watchers& watchers = {})
      : world_(world), limits_(limits), watchers_(watchers) {}

  Outcome run() {
    StateWords first;
    visited_.insert(world_.start(first));
    next_.push(first);
    steps_.push_back(Step{});
    while (!next_.empty() && !is_over_) {
      std::swap(current_, next_);
      if (outcome_.depth == limits_.depth) {
        finish(End::depth);
        break;
      }
      expand_level();
      if (is_over_) break;
      world_.level_done(next_);
      outcome_.depth += next_.empty() ? 0 : 1;
      count_bytes();
      if (watchers_.level) watchers_.level(outcome_.depth, steps_.size());
    }
    count_bytes();
    outcome_.states = steps_.size();
    return outcome_;
  }

 private:
  struct Step {
    std::uint32_t parent = 0;
    ActionCode action = 0;
  };
  // How often the bytes are counted, in states expanded.
  static constexpr std::uint64_t kCountEvery = 4'096;

  void expand_level() {
    current_.consume([this](StateView state) {
      if (is_over_) return;
      world_.expand(state, *this);
      if (++parent_ % kCountEvery == 0) count_bytes();
    });
  }

  void about_to(ActionCode action) override {
    if (watchers_.risk) watchers_.risk(path_to(action));
  }

  bool is_new(ActionCode action, const Digest& fingerprint) override {
    if (is_over_) return false;
    ++outcome_.transitions;
    if (!visited_.insert(fingerprint)) return false;
    steps_.push_back(Step{parent_, action});
    return true;
  }

  void keep(StateView state, bool is_violated) override {
    if (is_violated) {
      outcome_.path = path_to(steps_.back().action);
      outcome_.depth += 1;
      return finish(End::violated);
    }
    next_.push(state);
    if (steps_.size() >= limits_.states) finish(End::states);
  }

  // The way to the state that is being expanded, and one action more.
  Path path_to(ActionCode last) const {
    Path path{last};
    for (std::uint32_t at = parent_; at != 0; at = steps_[at].parent) {
      path.push_back(steps_[at].action);
    }
    return Path(path.rbegin(), path.rend());
  }

  void count_bytes() {
    const std::uint64_t bytes = visited_.bytes() + steps_.size() * sizeof(Step) + current_.bytes() +
                                next_.bytes() + world_.bytes();
    outcome_.bytes = std::max(outcome_.bytes, bytes);
    if (bytes > limits_.bytes && !next_.empty()) finish(End::bytes);
  }

  void finish(End end) {
    if (is_over_) return;
    is_over_ = true;
    outcome_.end = end;
  }

  W& world_;
  SearchBounds limits_;
  Watchers watchers_;
  checkers::Visited visited_;
  // Of each state, in the order of discovery, which is the order of expansion too.
  std::deque<Step> steps_;
  std::uint32_t parent_ = 0;
  Frontier current_;
  Frontier next_;
  Outcome outcome_;
  bool is_over_ = false;
};

}  // namespace windtunnel::explore
