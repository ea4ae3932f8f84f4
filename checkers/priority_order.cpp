#include "checkers/lives.h"
#include "checkers/positions.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace windtunnel::checkers {
namespace {

// Moments lie in the gaps between positions: gap g follows position g. Free gaps lead to
// themselves, others towards the next free one (union-find with path halving).
class Gaps {
 public:
  explicit Gaps(std::uint32_t count) : next_(count + 1), blocker_(count, 0) {
    std::iota(next_.begin(), next_.end(), 0U);
  }
  std::uint32_t first_free(std::uint32_t gap) {
    while (next_[gap] != gap) gap = next_[gap] = next_[next_[gap]];
    return gap;
  }
  void block(std::uint32_t from, std::uint32_t to, std::uint32_t by) {
    for (std::uint32_t gap = first_free(from); gap < to; gap = first_free(gap)) {
      next_[gap] = gap + 1;
      blocker_[gap] = by;
    }
  }
  std::uint32_t blocker(std::uint32_t gap) const { return blocker_[gap]; }

 private:
  std::vector<std::uint32_t> next_;
  std::vector<std::uint32_t> blocker_;  // which value
};

class PriorityOrder {
 public:
  explicit PriorityOrder(Lives& lives)
      : lives_(lives), end_(position_end(lives.steps()) + 1), gaps_(end_) {}

  bool run() {
    const std::vector<Life>& all = lives_.all();
    const Numbering& values = lives_.machine().model().values;
    std::vector<std::uint32_t> by_value(all.size());
    std::iota(by_value.begin(), by_value.end(), 0U);
    std::sort(by_value.begin(), by_value.end(), [&](std::uint32_t a, std::uint32_t b) {
      return values.value(lives_.value(all[a])) < values.value(lives_.value(all[b]));
    });
    for (const std::uint32_t which : by_value) {
      const Life& life = all[which];
      if (life.taken_from == kNever) {
        if (life.put_by != kNever) gaps_.block(life.put_by, end_, which);
        continue;
      }
      const std::uint32_t taken = gaps_.first_free(std::max(life.taken_from, life.put_from));
      const std::uint32_t by = std::min(life.taken_by, end_);
      if (taken >= by) {
        // A take that only may have happened did not.
        if (life.take != Life::kNoStep) return refuse(life);
        gaps_.block(life.put_by, end_, which);
      } else if (life.put_by != kNever) {
        gaps_.block(life.put_by, taken, which);
      }
    }
    return true;
  }

 private:
  // Names the smaller values that were there, from one to the next.
  bool refuse(const Life& life) {
    std::vector<std::uint32_t> culprits{life.put, life.take};
    std::string names;
    for (std::uint32_t gap = std::max(life.taken_from, life.put_from); gap < life.taken_by;) {
      const std::uint32_t which = gaps_.blocker(gap);
      const Life& smaller = lives_.all()[which];
      culprits.push_back(smaller.put);
      if (smaller.take != Life::kNoStep) culprits.push_back(smaller.take);
      names += (names.empty() ? "" : ", ") + lives_.name(smaller);
      while (gap < life.taken_by && gaps_.blocker(gap) == which) ++gap;
    }
    return lives_.refuse(
        life.take, std::move(culprits),
        fmt::format("{} was taken while, at every moment of that, a smaller value was there: {}.",
                    lives_.name(life), names));
  }

  Lives& lives_;
  std::uint32_t end_;
  Gaps gaps_;
};

bool check_order(Lives& lives) { return PriorityOrder(lives).run(); }

}  // namespace

std::optional<Finding> check_priority_order(const Problem& problem, Machine& machine) {
  return Lives(problem, static_cast<ContainerMachine&>(machine)).run(check_order);
}

}  // namespace windtunnel::checkers
