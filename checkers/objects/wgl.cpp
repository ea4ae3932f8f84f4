#include <windtunnel/checkers/objects/wgl.h>

#include <windtunnel/checkers/objects/visited.h>

#include <algorithm>

namespace windtunnel::checkers {
namespace {

constexpr std::uint32_t kHead = 0;
constexpr std::uint64_t kWorkPerVisit = 8;

// The calls and returns in order, as a doubly linked list: entry 0 is its head, then 1 + 2 * step
// for a call and 2 + 2 * step for a return.
class Search {
 public:
  Search(const Problem& problem, Machine& machine, const Limits& limits)
      : steps_(problem.steps), machine_(machine), limits_(limits), state_(machine.initial()) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> order;
    for (std::uint32_t i = 0; i < steps_.size(); ++i) {
      order.emplace_back(steps_[i].call, 1 + 2 * i);
      if (steps_[i].ret == kNever) continue;
      order.emplace_back(steps_[i].ret, 2 + 2 * i);
      ++to_return_;
    }
    std::sort(order.begin(), order.end());
    next_.assign(1 + 2 * steps_.size(), kHead);
    previous_ = next_;
    for (const auto& entry : order) insert_before(kHead, entry.second);
  }

  Ruling run() {
    std::uint32_t at = next_[kHead];
    while (to_return_ > 0) {
      // A return whose operation has not taken effect ends this branch, and so does the end of the
      // list.
      const bool dead_end = at == kHead || at % 2 == 0;
      if (!dead_end) {
        at = try_step((at - 1) / 2) ? next_[kHead] : next_[at];
        if (!ruling_.is_within(limits_, visited_.bytes())) return ruling_;
        continue;
      }
      if (taken_.size() >= deepest_ && at != kHead) {
        deepest_ = taken_.size();
        ruling_.failed_step = (at - 2) / 2;
        failed_state_ = state_;
      }
      if (!retreat(at)) return refuse();
    }
    ruling_.decision = Decision::ok;
    return ruling_;
  }

  std::vector<std::uint32_t> order() const {
    std::vector<std::uint32_t> steps;
    for (const Taken& taken : taken_) steps.push_back(taken.step);
    return steps;
  }

 private:
  struct Taken {
    std::uint32_t step;
    std::uint32_t state_before;
    bool observer;
  };

  bool try_step(std::uint32_t index) {
    ++ruling_.work;
    const Step& step = steps_[index];
    const std::uint32_t state = machine_.step(state_, step.kind);
    if (state == kIllegal) return false;
    // An operation that need not take effect gains nothing by leaving the state as it is.
    if (step.ret == kNever && state == state_) return false;
    const Digest done = combine(done_, fingerprint(1, index));
    ++ruling_.configurations;
    ruling_.work += kWorkPerVisit;
    if (!visited_.insert(combine(done, fingerprint(2, state)))) return false;
    taken_.push_back({index, state_, machine_.traits(step.kind).observer});
    done_ = done;
    state_ = state;
    unlink(1 + 2 * index);
    if (step.ret != kNever) {
      unlink(2 + 2 * index);
      --to_return_;
    }
    return true;
  }

  // Takes back the last guess and moves on behind it. An observer that fits was no guess: what is
  // impossible after it is impossible without it.
  bool retreat(std::uint32_t& at) {
    while (!taken_.empty()) {
      const Taken last = taken_.back();
      taken_.pop_back();
      state_ = last.state_before;
      done_ = combine(done_, fingerprint(1, last.step));
      if (steps_[last.step].ret != kNever) {
        relink(2 + 2 * last.step);
        ++to_return_;
      }
      relink(1 + 2 * last.step);
      at = next_[1 + 2 * last.step];
      if (!last.observer) return true;
    }
    return false;
  }

  void insert_before(std::uint32_t where, std::uint32_t entry) {
    previous_[entry] = previous_[where];
    next_[entry] = where;
    next_[previous_[where]] = entry;
    previous_[where] = entry;
  }
  void unlink(std::uint32_t entry) {
    next_[previous_[entry]] = next_[entry];
    previous_[next_[entry]] = previous_[entry];
  }
  void relink(std::uint32_t entry) {
    next_[previous_[entry]] = entry;
    previous_[next_[entry]] = entry;
  }

  Ruling refuse() {
    ruling_.decision = Decision::violated;
    ruling_.states.push_back(machine_.describe(failed_state_));
    return ruling_;
  }

  const std::vector<Step>& steps_;
  Machine& machine_;
  const Limits& limits_;
  std::vector<std::uint32_t> next_;
  std::vector<std::uint32_t> previous_;
  std::size_t to_return_ = 0;
  std::uint32_t state_;
  Digest done_;
  Visited visited_;
  std::vector<Taken> taken_;
  std::size_t deepest_ = 0;
  std::uint32_t failed_state_ = 0;
  Ruling ruling_;
};

}  // namespace

Ruling check_wgl(const Problem& problem, Machine& machine, const Limits& limits,
                 std::vector<std::uint32_t>* order) {
  Search search(problem, machine, limits);
  Ruling finding = search.run();
  if (order != nullptr && finding.decision == Decision::ok) *order = search.order();
  return finding;
}

}  // namespace windtunnel::checkers
