#include <windtunnel/scenarios/fuzzing/mutate.h>

#include <windtunnel/scenarios/engine/draw.h>
#include <windtunnel/scenarios/fuzzing/plan_edit.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace windtunnel::scenarios {
namespace {

using faults::Fault;

class Mutation {
 public:
  Mutation(ScenarioSpec spec, const ScenarioSpec& other, const ScenarioSpec& space, DrawKey draws)
      : spec_(std::move(spec)), other_(other), space_(*space.fuzz), draws_(draws) {}

  ScenarioSpec run() {
    const std::uint64_t steps = 1 + pick(4);
    for (std::uint64_t i = 0; i < steps; ++i) step(pick(8));
    std::stable_sort(faults().begin(), faults().end(),
                     [](const Fault& a, const Fault& b) { return order_of(a) < order_of(b); });
    faults::assign_ids(spec_.plan);
    return std::move(spec_);
  }

 private:
  std::vector<Fault>& faults() { return spec_.plan.faults; }
  std::uint64_t word() { return draws_.at(next_++); }
  std::uint64_t pick(std::uint64_t bound) { return scale(word(), bound); }
  Fault* any() { return faults().empty() ? nullptr : &faults()[pick(faults().size())]; }

  // Faults with a time come in its order, the others after them.
  static Duration order_of(const Fault& fault) {
    const Duration* at = time_of(fault);
    return at != nullptr ? *at : Duration{std::numeric_limits<std::int64_t>::max()};
  }
  Duration some_time() {
    const std::uint64_t ms = pick(static_cast<std::uint64_t>(
        (space_.between.max.ns - space_.between.min.ns) / 1'000'000 + 1));
    return space_.between.min + milliseconds(static_cast<std::int64_t>(ms));
  }
  void add(Fault fault) {
    if (faults().size() >= static_cast<std::size_t>(2 * space_.faults.max + 2)) return;
    fault.id.clear();
    faults().push_back(std::move(fault));
  }

  void step(std::uint64_t what) {
    Fault* const fault = any();
    if (what == 0 && !space_.kinds.empty()) {
      const faults::Choice& kind = space_.kinds[pick(space_.kinds.size())];
      const Duration at = some_time();
      return add(draw_fault(kind, at, draws_.of(word())));
    }
    if (what == 1) return take_over();
    if (what == 2) {
      spec_.seeds.ranges.front().first = word();
      spec_.seeds.ranges.front().last = spec_.seeds.ranges.front().first;
      return;
    }
    if (fault == nullptr) return;
    switch (what) {
      case 3: faults().erase(faults().begin() + (fault - faults().data())); break;
      case 4: move(*fault); break;
      case 5: nudge(*fault); break;
      case 6: stretch(*fault); break;
      default: {
        Fault copy = *fault;
        move(copy);
        add(std::move(copy));
      }
    }
  }
  void move(Fault& fault) {
    const Duration at = some_time();
    if (time_of(fault) != nullptr) set_time(fault, at);
  }

  // What the other does after some moment, in the place of what this one does then.
  void take_over() {
    const Duration from = some_time();
    const auto is_later = [&](const Fault& fault) {
      const Duration* at = time_of(fault);
      return at != nullptr && *at >= from;
    };
    std::erase_if(faults(), is_later);
    for (const Fault& fault : other_.plan.faults) {
      if (is_later(fault)) add(fault);
    }
  }

  // A little earlier or later, by up to a quarter of a second.
  void nudge(Fault& fault) {
    const Duration* at = time_of(fault);
    if (at == nullptr) return;
    const std::int64_t by = static_cast<std::int64_t>(pick(501)) - 250;
    const Duration moved = *at + milliseconds(by);
    set_time(fault, std::clamp(moved, space_.between.min, space_.between.max));
  }

  void stretch(Fault& fault) {
    const Duration* length = length_of(fault);
    if (length == nullptr) return;
    const Duration changed = pick(2) == 0 ? *length / 2 : *length * 2;
    set_length(fault, std::clamp(changed, milliseconds(1), space_.between.max));
  }

  ScenarioSpec spec_;
  const ScenarioSpec& other_;
  const FuzzSpec& space_;
  DrawKey draws_;
  std::uint64_t next_ = 0;
};

}  // namespace

ScenarioSpec mutate(const ScenarioSpec& spec, const ScenarioSpec& other, const ScenarioSpec& space,
                    DrawKey draws) {
  ScenarioSpec mutated = Mutation(spec, other, space, draws).run();
  // Faults that name nodes of a larger cluster concern nobody here.
  for (std::uint32_t i = mutated.cluster.groups.front().count + 1;
       i <= space.cluster.groups.front().count; ++i) {
    forget_node(mutated.plan, mutated.cluster.groups.front().name + std::to_string(i));
  }
  return mutated;
}

void Pool::add(ScenarioSpec spec) {
  if (entries_.size() < kMost) {
    entries_.push_back(std::move(spec));
    return;
  }
  entries_[next_] = std::move(spec);
  next_ = (next_ + 1) % kMost;
}

const ScenarioSpec& Pool::choose(DrawKey draws) const {
  const std::uint64_t count = entries_.size();
  const std::uint64_t among =
      scale(draws.at(0), 2) == 0 ? std::max<std::uint64_t>(1, count / 8) : count;
  return entries_[(next_ + count - 1 - scale(draws.at(1), among)) % count];
}

}  // namespace windtunnel::scenarios
