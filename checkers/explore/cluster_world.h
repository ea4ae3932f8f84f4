// A group of nodes of one protocol and the network between them, as a world for `Search`: messages
// arrive in any order or never, and within budgets twice; the protocol's own events happen at any
// time, within their budgets.
//
//   RaftProtocol protocol(bounds);
//   ClusterWorld world(protocol, ClusterOptions{});
//   Outcome outcome = Search(world, limits).run();
//   Story story = tell(protocol, world.portable(outcome.path));
//
// Two reductions, both without loss, both of which can be switched off:
//   symmetry   states that differ only in the names of nodes count once (see local_steps.h);
//   skip_idle  what changes nothing but the network, or spends a budget for nothing, is not done:
//              all that can follow can follow without it, for a message may wait for ever. So a
//              loss is not done either. Never where the number of messages under way is bounded.
#pragma once

#include <windtunnel/checkers/explore/ghosts.h>

#include <algorithm>

namespace windtunnel::explore {

struct ClusterOptions {
  bool symmetry = true;
  bool skip_idle = true;
  bool audit = false;                // counts asymmetries of the protocol
  std::uint32_t most_in_flight = 0;  // messages on their way at a time; 0: no bound
};

template <Protocol P>
class ClusterWorld {
 public:
  ClusterWorld(const P& protocol, const ClusterOptions& options)
      : protocol_(protocol),
        options_(options),
        budgets_(protocol.budgets()),
        steps_(protocol, options.symmetry && protocol.is_symmetric(), options.audit),
        ghosts_(protocol.ghost(), all_renamings()),
        changed_(steps_.renaming_count()) {}

  Digest start(StateWords& words) {
    state_ = State{};
    state_.budgets = budgets_;
    for (std::uint32_t i = 0; i < protocol_.size(); ++i) {
      const LocalStep& step = steps_.start(i);
      state_.nodes.push_back(step.node);
      state_.ghost = ghosts_.after(state_.ghost, step.batch, steps_.batch(step.batch));
      for (const std::uint32_t message : steps_.sent(step)) state_.messages.push_back(message);
    }
    std::sort(state_.messages.begin(), state_.messages.end());
    write(state_, words);
    sum_up();
    return fingerprint_of(state_.ghost, state_.budgets);
  }

  void expand(StateView words, Successors& successors) {
    read(words);
    sum_up();
    for (std::size_t i = 0; i < state_.messages.size(); ++i) {
      const bool is_repeated = i > 0 && state_.messages[i] == state_.messages[i - 1];
      if (!is_repeated) expand_message(i, successors);
    }
    for (std::size_t i = 0; i < state_.nodes.size(); ++i) expand_events(i, successors);
  }

  void level_done(const Frontier& frontier) {
    frontier.for_each([this](StateView words) { ghosts_.mark(words[kGhostAt]); });
    ghosts_.sweep();
  }
  std::uint64_t bytes() const { return steps_.bytes() + ghosts_.bytes(); }
  const LocalSteps<P>& steps() const { return steps_; }
  // The numbers of a state's nodes, for steps().node().
  StateView nodes_of(StateView words) const {
    return words.subspan(kGhostAt + 1, protocol_.size());
  }
  PortablePath portable(const Path& path) { return steps_.portable(path); }

 private:
  static constexpr std::uint64_t kBudgetTag = 3;
  static constexpr std::size_t kBudgetWords = kBudgets / 4;
  static constexpr std::size_t kGhostAt = kBudgetWords;
  static constexpr std::size_t kNone = SIZE_MAX;

  struct State {
    Budgets budgets{};
    std::uint32_t ghost = 0;
    std::vector<std::uint32_t> nodes;
    std::vector<std::uint32_t> messages;  // sorted, with repetitions
  };
  // What an action does to the state that is being expanded.
  struct Change {
    std::size_t node = kNone;
    LocalStep step;
    std::size_t consumed = kNone;  // place in messages
    std::uint8_t budget = kFree;
  };

  std::vector<Renaming> all_renamings() const {
    std::vector<Renaming> all;
    for (std::size_t i = 0; i < steps_.renaming_count(); ++i) all.push_back(steps_.renaming(i));
    return all;
  }

  void expand_message(std::size_t at, Successors& successors) {
    const std::uint32_t message = state_.messages[at];
    const std::size_t to = steps_.message(message).to.value;
    Action action{ActionKind::deliver, message, {}, 0, 0};
    const LocalStep step = steps_.step(state_.nodes[to], action.code(), &successors);
    const bool is_idle = may_be_idle(to, step);
    if (!is_idle) offer(action, Change{to, step, at, kFree}, successors);
    action.kind = ActionKind::duplicate;
    if (!is_idle) offer(action, Change{to, step, kNone, kDuplicates}, successors);
    action.kind = ActionKind::drop;
    if (!skips_idle()) offer(action, Change{kNone, {}, at, kDrops}, successors);
  }

  void expand_events(std::size_t node, Successors& successors) {
    const std::span<const Event> events = steps_.events(state_.nodes[node]);
    for (std::size_t i = 0; i < events.size(); ++i) {
      Event event = steps_.events(state_.nodes[node])[i];
      if (!has_left(event.budget)) continue;
      if (event.is_numbered) {
        const std::uint8_t left = state_.budgets[event.budget];
        event.argument = static_cast<std::uint16_t>(budgets_[event.budget] - left + 1);
      }
      const Action action{ActionKind::event, 0, NodeId{static_cast<std::uint32_t>(node)},
                          event.kind, event.argument};
      const LocalStep step = steps_.step(state_.nodes[node], action.code(), &successors);
      if (may_be_idle(node, step)) continue;
      offer(action, Change{node, step, kNone, event.budget}, successors);
    }
  }

  bool has_left(std::uint8_t budget) const { return budget == kFree || state_.budgets[budget] > 0; }
  // Nothing comes of it, and what is not done for that reason is not missed.
  bool may_be_idle(std::size_t node, const LocalStep& step) const {
    const bool does_nothing = step.node == state_.nodes[node] && step.sent == 0 && step.batch == 0;
    return does_nothing && skips_idle();
  }
  bool skips_idle() const { return options_.skip_idle && options_.most_in_flight == 0; }

  void offer(const Action& action, const Change& change, Successors& successors) {
    if (!change.step.is_within_bounds || !has_left(change.budget)) return;
    const std::size_t in_flight =
        state_.messages.size() + change.step.sent - (change.consumed == kNone ? 0 : 1);
    if (options_.most_in_flight != 0 && in_flight > options_.most_in_flight) return;
    Budgets budgets = state_.budgets;
    if (change.budget != kFree) budgets[change.budget] -= 1;
    std::uint32_t ghost = state_.ghost;
    if (change.step.batch != 0) {
      ghost = ghosts_.after(ghost, change.step.batch, steps_.batch(change.step.batch));
    }
    const Digest fingerprint = changed_fingerprint(change, ghost, budgets);
    if (!successors.is_new(action.code(), fingerprint)) return;
    const bool is_violated = apply(change, ghost, budgets);
    successors.keep(next_words_, is_violated);
  }

  // Fills `next_words_`; true where the state must not be.
  bool apply(const Change& change, std::uint32_t ghost, const Budgets& budgets) {
    next_ = state_;
    next_.ghost = ghost;
    next_.budgets = budgets;
    if (change.consumed != kNone) {
      next_.messages.erase(next_.messages.begin() + static_cast<std::ptrdiff_t>(change.consumed));
    }
    if (change.node != kNone) {
      next_.nodes[change.node] = change.step.node;
      for (const std::uint32_t message : steps_.sent(change.step)) {
        const auto at = std::lower_bound(next_.messages.begin(), next_.messages.end(), message);
        next_.messages.insert(at, message);
      }
    }
    next_words_.clear();
    write(next_, next_words_);
    return ghosts_.is_violated(ghost) || violates(next_);
  }

  bool violates(const State& state) const {
    if constexpr (requires { protocol_.violation(std::vector<const typename P::Node*>{}); }) {
      std::vector<const typename P::Node*> nodes;
      for (const std::uint32_t node : state.nodes) nodes.push_back(&steps_.node(node));
      return protocol_.violation(nodes).has_value();
    }
    return false;
  }

  // --- Fingerprints: for each renaming a sum over the parts; the least of them counts. ---

  void sum_up() {
    std::fill(changed_.begin(), changed_.end(), Digest{});
    for (const std::uint32_t node : state_.nodes) add(steps_.node_digests(node));
    for (const std::uint32_t message : state_.messages) add(steps_.message_digests(message));
    sums_ = changed_;
  }
  void add(const Digest* digests) {
    for (std::size_t i = 0; i < changed_.size(); ++i) changed_[i] = changed_[i] + digests[i];
  }
  void subtract(const Digest* digests) {
    for (std::size_t i = 0; i < changed_.size(); ++i) changed_[i] = changed_[i] - digests[i];
  }

  Digest changed_fingerprint(const Change& change, std::uint32_t ghost, const Budgets& budgets) {
    changed_ = sums_;
    if (change.consumed != kNone) {
      subtract(steps_.message_digests(state_.messages[change.consumed]));
    }
    if (change.node != kNone) {
      subtract(steps_.node_digests(state_.nodes[change.node]));
      add(steps_.node_digests(change.step.node));
      for (std::size_t i = 0; i < change.step.sent; ++i) {
        add(steps_.message_digests(steps_.sent(change.step)[i]));
      }
    }
    return fingerprint_of(ghost, budgets);
  }

  Digest fingerprint_of(std::uint32_t ghost, const Budgets& budgets) const {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    for (std::size_t i = 0; i < kBudgets; ++i) {
      (i < 8 ? low : high) |= std::uint64_t{budgets[i]} << (8 * (i % 8));
    }
    const Digest rest = digest_of(hash_combine(kBudgetTag, high), low);
    const Digest* ghosts = ghosts_.digests(ghost);
    Digest least = changed_[0] + ghosts[0];
    for (std::size_t i = 1; i < changed_.size(); ++i) {
      least = std::min(least, changed_[i] + ghosts[i]);
    }
    return least + rest;
  }

  // --- States as words: budgets, ghost, nodes, messages. ---

  void write(const State& state, StateWords& words) const {
    for (std::size_t i = 0; i < kBudgetWords; ++i) {
      std::uint32_t word = 0;
      for (std::size_t n = 0; n < 4; ++n) {
        word |= std::uint32_t{state.budgets[4 * i + n]} << (8 * n);
      }
      words.push_back(word);
    }
    words.push_back(state.ghost);
    words.insert(words.end(), state.nodes.begin(), state.nodes.end());
    words.insert(words.end(), state.messages.begin(), state.messages.end());
  }
  void read(StateView words) {
    for (std::size_t i = 0; i < kBudgets; ++i) {
      state_.budgets[i] = static_cast<std::uint8_t>(words[i / 4] >> (8 * (i % 4)));
    }
    state_.ghost = words[kGhostAt];
    const StateView nodes = nodes_of(words);
    const StateView messages = words.subspan(kGhostAt + 1 + protocol_.size());
    state_.nodes.assign(nodes.begin(), nodes.end());
    state_.messages.assign(messages.begin(), messages.end());
  }

  const P& protocol_;
  ClusterOptions options_;
  Budgets budgets_;
  LocalSteps<P> steps_;
  Ghosts<P> ghosts_;
  std::vector<Digest> sums_;     // of the state that is being expanded, by renaming
  std::vector<Digest> changed_;  // of what an action makes of it
  State state_;
  State next_;
  StateWords next_words_;
};

}  // namespace windtunnel::explore
