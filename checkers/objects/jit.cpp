#include <windtunnel/checkers/objects/jit.h>

#include <windtunnel/checkers/objects/jit_frontier.h>
#include <windtunnel/protocols/base/assert.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace windtunnel::checkers {
namespace {

// A use of an operation, and the one before it.
struct Trail {
  std::uint32_t before;
  Placed use;
};

struct Boundary {
  std::uint32_t position;
  std::uint32_t step;
  bool is_return;
};

std::vector<Boundary> boundaries_of(const Problem& problem) {
  std::vector<Boundary> all;
  all.reserve(problem.steps.size() * 2);
  for (std::uint32_t i = 0; i < problem.steps.size(); ++i) {
    all.push_back({problem.steps[i].call, i, false});
    if (problem.steps[i].ret != kNever) all.push_back({problem.steps[i].ret, i, true});
  }
  std::sort(all.begin(), all.end(),
            [](const Boundary& a, const Boundary& b) { return a.position < b.position; });
  return all;
}

std::uint32_t max_open(const std::vector<Boundary>& boundaries) {
  std::uint32_t open = 0;
  std::uint32_t most = 0;
  for (const Boundary& b : boundaries) {
    open = b.is_return ? open - 1 : open + 1;
    most = std::max(most, open);
  }
  return most;
}

template <std::size_t W>
class Sweep {
 public:
  Sweep(const Problem& problem, Machine& machine, const Limits& limits, const JitSearch& how,
        bool remembers)
      : steps_(problem.steps),
        machine_(machine),
        limits_(limits),
        width_(how.width),
        lavish_(how.lavish),
        remembers_(remembers) {
    slot_of_.resize(steps_.size());
    Config<W> start;
    start.state = machine_.initial();
    frontier_.insert(start);
  }

  Ruling run(const std::vector<Boundary>& boundaries) {
    for (const Boundary& b : boundaries) {
      if (!b.is_return) {
        call(b.step);
        continue;
      }
      if (!allow_return(b.step)) return ruling_;
      close(b.step);
      ++ruling_.explained;
    }
    ruling_.decision = lavish_ ? Decision::unknown : Decision::ok;
    return ruling_;
  }

  // After ok: what was used on the way to some configuration that is left.
  std::vector<Placed> used() const {
    const auto& all = frontier_.all;
    const auto left =
        std::find_if(all.begin(), all.end(), [](const auto& config) { return !config.dead; });
    std::vector<Placed> uses;
    for (std::uint32_t at = left->trail; at != kIllegal; at = trails_[at].before) {
      uses.push_back(trails_[at].use);
    }
    std::reverse(uses.begin(), uses.end());
    return uses;
  }

 private:
  // An open operation, or all of a kind that never return; kept sorted by kind, then by return.
  struct Open {
    std::uint32_t kind;
    std::uint32_t ret;
    std::uint32_t slot;  // of a kind: the number of its group
    std::uint32_t step;
    Traits traits;
  };
  // Those of a kind that never return, in the order of their calls. They are alike, so that a
  // configuration has used the first ones.
  struct Group {
    std::uint32_t kind;
    Mask<W> slots;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> members;  // slot and step
  };

  static bool before(const Open& a, const Open& b) {
    if (a.kind != b.kind) return a.kind < b.kind;
    if (a.ret != b.ret) return a.ret < b.ret;
    return a.step < b.step;
  }

  void call(std::uint32_t index) {
    const Step& step = steps_[index];
    const std::uint32_t slot = free_slot();
    slot_of_[index] = slot;
    Open open{step.kind, step.ret, slot, index, machine_.traits(step.kind)};
    (open.traits.total ? total_ : partial_).add(slot);
    if (step.ret != kNever || join_group(open)) {
      open_.insert(std::upper_bound(open_.begin(), open_.end(), open, before), open);
    }
    for (Config<W>& config : frontier_.all) {
      config.can_use.add(slot);
      const bool stays = machine_.step(config.state, step.kind) == config.state;
      if (stays || step.ret == kNever) config.may_return.add(slot);
    }
  }

  // True when it is the first of its kind: then it stands for the group.
  bool join_group(Open& open) {
    endless_.add(open.slot);
    const auto is = [&open](const Group& group) { return group.kind == open.kind; };
    auto group = std::find_if(groups_.begin(), groups_.end(), is);
    const bool is_first = group == groups_.end();
    if (is_first) {
      groups_.push_back({open.kind, {}, {}});
      group = std::prev(groups_.end());
    }
    group->slots.add(open.slot);
    group->members.emplace_back(open.slot, open.step);
    open.slot = static_cast<std::uint32_t>(group - groups_.begin());
    return is_first;
  }

  // Puts the next one that the configuration can use in the place of a group. False when none is
  // left.
  bool resolve(const Config<W>& config, Open& open) const {
    if (open.ret != kNever) return config.can_use.has(open.slot);
    const Group& group = groups_[open.slot];
    Mask<W> used = group.slots;
    used.subtract(config.can_use);
    const std::uint32_t next = used.count();
    if (next == group.members.size()) return false;
    std::tie(open.slot, open.step) = group.members[next];
    return true;
  }

  std::uint32_t free_slot() {
    std::uint32_t slot = 0;
    while (used_.has(slot)) ++slot;
    used_.add(slot);
    return slot;
  }

  // Makes the frontier of those configurations in which the operation may return. It loses its use
  // when it does: so where it may return unnoticed, having used it is explored as well. False when
  // the frontier is empty, or at a limit.
  bool allow_return(std::uint32_t index) {
    target_ = slot_of_[index];
    gap_ = steps_[index].ret - 1;
    target_traits_ = machine_.traits(steps_[index].kind);
    const auto is_done = [this](const Config<W>& config) { return config.dead || done(config); };
    if (std::all_of(frontier_.all.begin(), frontier_.all.end(), is_done)) return true;
    last_states_.clear();
    seen_.clear();
    for (const Config<W>& config : frontier_.all) {
      if (config.dead) continue;
      last_states_.insert(config.state);
      seen_.insert(config);
    }
    frontier_.clear();
    for (const Config<W>& config : seen_.all) {
      if (config.may_return.has(target_)) frontier_.insert(config);
    }
    // Breadth first: those that used fewer operations come first, and dominate.
    std::uint64_t expanded = 0;
    for (std::size_t at = 0; at < seen_.all.size(); ++at) {
      if (seen_.all[at].dead || done(seen_.all[at])) continue;
      if (width_ != kAnyWidth && expanded++ >= std::uint64_t{width_} * kTriesPerWidth) {
        ruling_.narrowed = true;
        break;
      }
      expand(seen_.all[at]);
      if (!within_limits()) return false;
    }
    if (width_ != kAnyWidth) narrow();
    if (!frontier_.all.empty()) return true;
    refuse(index);
    return false;
  }

  // Leaves no more configurations of a state than the width, those that have most left to use, and
  // has these first.
  void narrow() {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> order;  // how much is spent, which
    for (std::uint32_t i = 0; i < frontier_.all.size(); ++i) {
      if (frontier_.all[i].dead) continue;
      Mask<W> left = frontier_.all[i].can_use;
      left.intersect(endless_);
      order.emplace_back(kMaxOpen - left.count(), i);
    }
    std::sort(order.begin(), order.end());
    std::map<std::uint32_t, std::uint32_t> of_state;
    std::vector<Config<W>> kept;
    for (const auto& [spent, i] : order) {
      const Config<W>& config = frontier_.all[i];
      if (of_state[config.state]++ < width_)
        kept.push_back(config);
      else
        ruling_.narrowed = true;
    }
    frontier_.clear();
    for (const Config<W>& config : kept) frontier_.insert(config);
  }

  // Nothing is left to find out about the returning operation.
  bool done(const Config<W>& config) const {
    if (!config.may_return.has(target_)) return false;
    return target_traits_.observer || !config.can_use.has(target_);
  }

  // By value: the set grows while its members are expanded.
  void expand(const Config<W> config) {
    ++ruling_.configurations;
    ruling_.work += open_.size();
    const bool unnoticed = config.may_return.has(target_);
    // Before a blind write, others are of use only to somebody who looks.
    const bool only_target =
        unnoticed && target_traits_.blind && config.may_return.covers(partial_);
    std::array<std::uint32_t, 2> tried{kIllegal, kIllegal};  // kinds, by whether it may return
    for (Open open : open_) {
      if (open.traits.observer || !resolve(config, open)) continue;
      if (only_target && open.slot != target_) continue;
      std::uint32_t& last = tried[config.may_return.has(open.slot) ? 1 : 0];
      if (last == open.kind) continue;
      last = open.kind;
      const std::uint32_t state = machine_.step(config.state, open.kind);
      if (state == kIllegal) continue;
      // Staying where we are is of use only to a write that hides others.
      if (state == config.state && !open.traits.blind) continue;
      Config<W> after = config;
      after.state = state;
      if (!lavish_ || !endless_.has(open.slot)) after.can_use.remove(open.slot);
      after.may_return.add(open.slot);
      if (open.traits.blind) after.may_return.unite(total_);
      settle(after);
      const bool now_returns = !unnoticed && after.may_return.has(target_);
      remember(after, open.step);
      if (open.slot == target_ || now_returns) frontier_.insert(after);
      if (open.slot != target_) seen_.insert(after);
    }
  }

  void remember(Config<W>& after, std::uint32_t step) {
    if (!remembers_) return;
    trails_.push_back({after.trail, {step, gap_}});
    after.trail = static_cast<std::uint32_t>(trails_.size() - 1);
  }

  // Lets every operation return that would leave the state as it is.
  void settle(Config<W>& config) {
    ruling_.work += open_.size();
    for (const Open& open : open_) {
      if (open.ret == kNever || config.may_return.has(open.slot)) continue;
      if (machine_.step(config.state, open.kind) == config.state) config.may_return.add(open.slot);
    }
  }

  void close(std::uint32_t index) {
    const std::uint32_t slot = slot_of_[index];
    used_.remove(slot);
    total_.remove(slot);
    partial_.remove(slot);
    std::erase_if(open_, [index](const Open& open) { return open.step == index; });
    seen_.clear();
    for (Config<W> config : frontier_.all) {
      if (config.dead) continue;
      config.can_use.remove(slot);
      config.may_return.remove(slot);
      seen_.insert(config);
    }
    std::swap(seen_, frontier_);
  }

  bool within_limits() {
    ruling_.work += seen_.compared + frontier_.compared;
    seen_.compared = frontier_.compared = 0;
    const std::uint64_t bytes = (seen_.all.size() + frontier_.all.size()) * sizeof(Config<W>) +
                                trails_.size() * sizeof(Trail);
    return ruling_.is_within(limits_, bytes);
  }

  void refuse(std::uint32_t index) {
    constexpr std::size_t kMaxStates = 8;
    if (ruling_.narrowed) {
      ruling_.decision = Decision::unknown;
      ruling_.reason = fmt::format("a width of {} was too little", width_);
      return;
    }
    ruling_.decision = Decision::violated;
    ruling_.failed_step = index;
    for (const std::uint32_t state : last_states_) {
      if (ruling_.states.size() == kMaxStates) break;
      ruling_.states.push_back(machine_.describe(state));
    }
  }

  const std::vector<Step>& steps_;
  Machine& machine_;
  const Limits& limits_;
  const std::uint32_t width_;
  const bool lavish_;
  const bool remembers_;
  std::vector<Trail> trails_;
  std::uint32_t gap_ = 0;               // just before the return that is looked at
  std::vector<std::uint32_t> slot_of_;  // by step
  std::vector<Open> open_;
  std::vector<Group> groups_;
  Mask<W> used_;
  Mask<W> total_;             // open slots of total operations
  Mask<W> partial_;           // and of the others
  Mask<W> endless_;           // and of those that never return
  std::uint32_t target_ = 0;  // the slot of the returning operation
  Traits target_traits_;
  Antichain<W> frontier_;
  Antichain<W> seen_;
  std::set<std::uint32_t> last_states_;
  Ruling ruling_;
};

struct Task {
  const Problem& problem;
  Machine& machine;
  const Limits& limits;
  const JitSearch& how;
  std::vector<Boundary> boundaries;
  std::vector<Placed>* order;
};

template <std::size_t W>
Ruling sweep(const Task& task) {
  Sweep<W> sweep(task.problem, task.machine, task.limits, task.how, task.order != nullptr);
  Ruling finding = sweep.run(task.boundaries);
  if (task.order != nullptr && finding.decision == Decision::ok) {
    *task.order = place_unnoticed(task.problem, task.machine, sweep.used());
  }
  return finding;
}

}  // namespace

std::uint32_t width_of(std::uint32_t attempt) {
  constexpr std::uint32_t kFirst = 16;
  constexpr std::uint32_t kMost = 8;  // beyond, there is no memory for so many
  return attempt > kMost ? kAnyWidth : kFirst << (2 * attempt);
}

Ruling check_jit(const Problem& problem, Machine& machine, const Limits& limits,
                 std::vector<Placed>* order, const JitSearch& how) {
  const Task task{problem, machine, limits, how, boundaries_of(problem), order};
  const std::uint32_t open = max_open(task.boundaries);
  if (open <= 64) return sweep<1>(task);
  if (open <= 128) return sweep<2>(task);
  if (open <= 256) return sweep<4>(task);
  if (open <= 512) return sweep<8>(task);
  if (open <= kMaxOpen) return sweep<kMaxOpen / 64>(task);
  Ruling finding;
  finding.decision = Decision::unknown;
  finding.reason = fmt::format("{} operations are open at a time, more than {}", open, kMaxOpen);
  return finding;
}

}  // namespace windtunnel::checkers
