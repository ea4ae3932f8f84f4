#include <windtunnel/checkers/objects/coverage.h>
#include <windtunnel/checkers/objects/lives.h>

#include <fmt/format.h>

#include <algorithm>
#include <queue>
#include <tuple>

namespace windtunnel::checkers {
namespace {

// A value that is surely inside for a while; `begin` and `end` are ranks among all such moments.
struct Inside {
  const Life* life = nullptr;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool gone = false;
};

using Ranked = std::pair<std::uint32_t, std::uint32_t>;  // a position, and a value
using ByPushCall = std::priority_queue<Ranked, std::vector<Ranked>, std::greater<>>;
using ByPopReturn = std::priority_queue<Ranked>;

// What takes place in one gap: values go out, then others in and out at once and some find nothing,
// then values go in that stay.
struct NestingMove {
  enum class When : std::uint8_t { out, at_once, in };
  Placed placed;
  When when = When::in;
  std::int64_t rank = 0;  // among those of its gap and time

  auto key() const { return std::tuple(placed.gap, when, rank); }
};

// A value at the bottom of a stretch is on the stack from the gap `begin` to the gap `end`.
struct Bottom {
  const Life* life = nullptr;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

// A stretch of values by the return of their pushes. Those of the first heap were pushed too late
// to lie at its bottom, those of the second may be popped too early; as the stretch shrinks, a
// value only moves on. Values that are gone or lie outside are skipped.
struct Stretch {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  ByPushCall late;
  ByPopReturn early;
};

class Nesting {
 public:
  explicit Nesting(Lives& lives) : lives_(lives) {
    std::vector<std::uint32_t> moments;
    for (const Life& life : lives.all()) {
      if (!life.surely_inside()) continue;  // pushed and popped at one moment, whatever is below
      values_.push_back({&life, life.put_by, life.taken_from, false});
      moments.push_back(life.put_by);
      moments.push_back(life.taken_from);
    }
    std::sort(values_.begin(), values_.end(),
              [](const Inside& a, const Inside& b) { return a.begin < b.begin; });
    std::sort(moments.begin(), moments.end());
    moments.erase(std::unique(moments.begin(), moments.end()), moments.end());
    const auto rank = [&moments](std::uint32_t position) {
      const auto at = std::lower_bound(moments.begin(), moments.end(), position);
      return static_cast<std::uint32_t>(at - moments.begin());
    };
    for (Inside& value : values_) {
      value.begin = rank(value.begin);
      value.end = rank(value.end);
    }
    moments_ = std::move(moments);
  }

  bool run() {
    if (values_.empty()) return true;
    Cover covered(static_cast<std::uint32_t>(moments_.size()));
    for (const Inside& value : values_) covered.add(value.begin, value.end, 1);
    std::vector<Stretch> open;
    open.push_back(fill(0, static_cast<std::uint32_t>(values_.size())));
    while (!open.empty()) {
      Stretch stretch = std::move(open.back());
      open.pop_back();
      while (stretch.from < stretch.to) {
        if (values_[stretch.from].gone) {
          ++stretch.from;
          continue;
        }
        const std::uint32_t end = covered.first_bare(values_[stretch.from].begin);
        const std::uint32_t cut = first_from(end, stretch);
        if (cut < stretch.to) {
          open.push_back(split(stretch, cut));
        } else if (!take_bottom(stretch, end, covered)) {
          return refuse(stretch, end);
        }
      }
    }
    return true;
  }

  // After run(): those found later lie within those found before, or beside them.
  std::vector<std::uint32_t> order() const {
    using When = NestingMove::When;
    std::vector<NestingMove> moves;
    for (std::size_t i = 0; i < bottoms_.size(); ++i) {
      const auto& [life, begin, end] = bottoms_[i];
      const auto rank = static_cast<std::int64_t>(i);
      moves.push_back({{life->put, begin}, When::in, rank});
      const bool taken = life->take != kNoStep;
      if (taken) moves.push_back({{life->take, end}, When::out, -rank});
    }
    std::int64_t rank = 0;
    for (const Life& life : lives_.all()) {
      if (life.surely_inside()) continue;
      const std::uint32_t gap = std::max(life.put_from, life.taken_from);
      moves.push_back({{life.put, gap}, When::at_once, rank++});
      moves.push_back({{life.take, gap}, When::at_once, rank++});
    }
    for (const Placed& empty : lives_.empties()) {
      moves.push_back({empty, When::at_once, rank++});
    }
    std::sort(moves.begin(), moves.end(),
              [](const NestingMove& a, const NestingMove& b) { return a.key() < b.key(); });
    std::vector<std::uint32_t> steps;
    for (const NestingMove& move : moves) steps.push_back(move.placed.step);
    return steps;
  }

 private:
  Stretch fill(std::uint32_t from, std::uint32_t to) const {
    std::vector<Ranked> calls;
    for (std::uint32_t i = from; i < to; ++i) {
      if (!values_[i].gone) calls.emplace_back(values_[i].life->put_from, i);
    }
    return {from, to, ByPushCall(std::greater<>(), std::move(calls)), {}};
  }

  // The first value of the stretch whose push returns at `end` or later.
  std::uint32_t first_from(std::uint32_t end, const Stretch& stretch) const {
    const auto begin = values_.begin();
    const auto at = std::partition_point(begin + stretch.from, begin + stretch.to,
                                         [end](const Inside& value) { return value.begin < end; });
    return static_cast<std::uint32_t>(at - begin);
  }

  // The larger part keeps the heaps, so each value is put into a heap O(log n) times.
  Stretch split(Stretch& stretch, std::uint32_t cut) const {
    if (cut - stretch.from < stretch.to - cut) {
      Stretch left = fill(stretch.from, cut);
      stretch.from = cut;
      return left;
    }
    Stretch right = fill(cut, stretch.to);
    stretch.to = cut;
    return right;
  }

  bool is_outside(const Stretch& stretch, std::uint32_t value) const {
    return value < stretch.from || value >= stretch.to || values_[value].gone;
  }

  bool take_bottom(Stretch& stretch, std::uint32_t end, Cover& covered) {
    const std::uint32_t first_moment = moments_[values_[stretch.from].begin];
    const std::uint32_t last_moment = moments_[end];
    while (!stretch.late.empty() && stretch.late.top().first < first_moment) {
      const std::uint32_t value = stretch.late.top().second;
      stretch.late.pop();
      if (is_outside(stretch, value)) continue;
      stretch.early.emplace(values_[value].life->taken_by, value);
    }
    bool found = false;
    while (!stretch.early.empty()) {
      const auto [pop_return, value] = stretch.early.top();
      const bool stays = pop_return > last_moment || pop_return == kNever;
      if (!stays && !is_outside(stretch, value)) break;
      stretch.early.pop();
      if (is_outside(stretch, value)) continue;
      values_[value].gone = found = true;
      bottoms_.push_back({values_[value].life, first_moment - 1, last_moment});
      covered.add(values_[value].begin, values_[value].end, -1);
    }
    return found;
  }

  // The fewest values of the stretch that hand over to each other until its end.
  bool refuse(const Stretch& stretch, std::uint32_t end) {
    std::vector<const Inside*> chain;
    const Inside* best = nullptr;
    std::uint32_t reached = values_[stretch.from].begin;
    for (std::uint32_t i = stretch.from; i < stretch.to && reached < end; ++i) {
      if (values_[i].gone) continue;
      if (values_[i].begin > reached) {
        chain.push_back(best);
        reached = best->end;
      }
      if (best == nullptr || values_[i].end > best->end) best = &values_[i];
    }
    if (reached < end) chain.push_back(best);
    std::vector<std::uint32_t> culprits;
    std::string names;
    for (const Inside* inside : chain) {
      culprits.push_back(inside->life->put);
      if (inside->life->take != kNoStep) culprits.push_back(inside->life->take);
      names += (names.empty() ? "" : ", ") + lives_.name(*inside->life);
    }
    const Life& last = *chain.back()->life;
    return lives_.refuse(
        last.take != kNoStep ? last.take : chain.front()->life->take, std::move(culprits),
        fmt::format("The stack cannot have been empty while {} were on it, one after the other, so "
                    "one value lay at the bottom all that time; but each of them was pushed after "
                    "the first was there, or popped before the last pop began.",
                    names));
  }

  Lives& lives_;
  std::vector<Inside> values_;
  std::vector<std::uint32_t> moments_;
  std::vector<Bottom> bottoms_;
};

bool check_nesting(Lives& lives) { return Nesting(lives).run(); }

}  // namespace

std::vector<std::uint32_t> order_by_nesting(const Problem& problem, Machine& machine) {
  Lives lives(problem, static_cast<ContainerMachine&>(machine));
  if (!lives.hold(check_nesting)) return {};
  Nesting nesting(lives);
  nesting.run();
  return nesting.order();
}

std::optional<Ruling> check_stack_nesting(const Problem& problem, Machine& machine) {
  return Lives(problem, static_cast<ContainerMachine&>(machine)).run(check_nesting);
}

}  // namespace windtunnel::checkers
