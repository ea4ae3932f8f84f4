#include <windtunnel/checkers/objects/lives.h>
#include <windtunnel/checkers/objects/positions.h>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <tuple>

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

// What takes place in one gap: values are taken by their size, some right after they were put, then
// nothing is found, then the value is put whose put ends there.
struct PriorityMove {
  enum class When : std::uint8_t { taken, empty, put };
  Placed placed;
  When when = When::taken;
  std::size_t rank = 0;

  auto key() const { return std::tuple(placed.gap, when, rank); }
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
        moves_.push_back({{life.put, life.put_by - 1}, PriorityMove::When::put, moves_.size()});
        continue;
      }
      const std::uint32_t taken = gaps_.first_free(std::max(life.taken_from, life.put_from));
      const std::uint32_t by = std::min(life.taken_by, end_);
      if (taken >= by) {
        // A take that only may have happened did not.
        if (life.take != kNoStep) return refuse(life);
        gaps_.block(life.put_by, end_, which);
      } else {
        note(life, taken);
        if (life.put_by != kNever) gaps_.block(life.put_by, taken, which);
      }
    }
    return true;
  }

  // After run().
  std::vector<std::uint32_t> order() {
    std::size_t rank = 0;
    for (const Placed& empty : lives_.empties()) {
      moves_.push_back({empty, PriorityMove::When::empty, rank++});
    }
    std::sort(moves_.begin(), moves_.end(),
              [](const PriorityMove& a, const PriorityMove& b) { return a.key() < b.key(); });
    std::vector<std::uint32_t> steps;
    for (const PriorityMove& move : moves_) steps.push_back(move.placed.step);
    return steps;
  }

 private:
  void note(const Life& life, std::uint32_t taken) {
    const bool at_once = life.put_by > taken;
    const Placed put{life.put, at_once ? taken : life.put_by - 1};
    moves_.push_back(
        {put, at_once ? PriorityMove::When::taken : PriorityMove::When::put, moves_.size()});
    if (life.take == kNoStep) return;  // an `:info` take, and not for an order
    moves_.push_back({{life.take, taken}, PriorityMove::When::taken, moves_.size()});
  }

  // Names the smaller values that were there, from one to the next.
  bool refuse(const Life& life) {
    std::vector<std::uint32_t> culprits{life.put, life.take};
    std::string names;
    for (std::uint32_t gap = std::max(life.taken_from, life.put_from); gap < life.taken_by;) {
      const std::uint32_t which = gaps_.blocker(gap);
      const Life& smaller = lives_.all()[which];
      culprits.push_back(smaller.put);
      if (smaller.take != kNoStep) culprits.push_back(smaller.take);
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
  std::vector<PriorityMove> moves_;
};

bool is_priority_order(Lives& lives) { return PriorityOrder(lives).run(); }

}  // namespace

std::vector<std::uint32_t> order_by_priority(const Problem& problem, Machine& machine) {
  Lives lives(problem, static_cast<ContainerMachine&>(machine));
  if (!lives.hold(is_priority_order)) return {};
  PriorityOrder priority(lives);
  priority.run();
  return priority.order();
}

std::optional<Ruling> check_priority_order(const Problem& problem, Machine& machine) {
  return Lives(problem, static_cast<ContainerMachine&>(machine)).run(is_priority_order);
}

}  // namespace windtunnel::checkers
