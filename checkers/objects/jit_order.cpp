// From what check_jit used to a whole order.
#include <windtunnel/checkers/objects/jit.h>

#include <algorithm>
#include <tuple>

namespace windtunnel::checkers {
namespace {

// Use i has place 2 * i + 1. Before it, at 2 * i, is where others go unnoticed:
// those that leave the state as it is, then those that use i hides.
struct Item {
  std::size_t place = 0;
  bool hidden = false;
  Placed placed;

  auto key() const { return std::tuple(place, hidden, placed.gap, placed.step); }
};

class Unnoticed {
 public:
  Unnoticed(const Problem& problem, Machine& machine, const std::vector<Placed>& used)
      : steps_(problem.steps), machine_(machine), used_(used) {}

  std::vector<Placed> run() {
    std::vector<bool> placed(steps_.size());
    states_.push_back(machine_.initial());
    for (std::size_t i = 0; i < used_.size(); ++i) {
      const Placed& use = used_[i];
      placed[use.step] = true;
      states_.push_back(machine_.step(states_.back(), steps_[use.step].kind));
      if (states_.back() == kIllegal) return {};
      items_.push_back({2 * i + 1, false, use});
    }
    for (std::uint32_t i = 0; i < steps_.size(); ++i) {
      if (!placed[i] && steps_[i].ret != kNever && !place(i)) return {};
    }
    std::sort(items_.begin(), items_.end(),
              [](const Item& a, const Item& b) { return a.key() < b.key(); });
    std::vector<Placed> order;
    for (const Item& item : items_) order.push_back(item.placed);
    return order;
  }

 private:
  // The first place in its window where nobody notices it.
  bool place(std::uint32_t index) {
    const Step& step = steps_[index];
    const std::uint32_t last = step.ret - 1;
    const bool total = machine_.traits(step.kind).total;
    const auto ended = [&step](const Placed& use) { return use.gap < step.call; };
    auto next = std::partition_point(used_.begin(), used_.end(), ended);
    for (auto i = static_cast<std::size_t>(next - used_.begin());; ++i) {
      const std::uint32_t begin = i == 0 ? 0 : used_[i - 1].gap;
      if (begin > last) return false;
      if (machine_.step(states_[i], step.kind) == states_[i]) {
        items_.push_back({2 * i, false, {index, std::max(begin, step.call)}});
        return true;
      }
      if (i == used_.size()) return false;
      const bool hides = machine_.traits(steps_[used_[i].step].kind).blind;
      if (total && hides && used_[i].gap <= last) {
        items_.push_back({2 * i, true, {index, used_[i].gap}});
        return true;
      }
    }
  }

  const std::vector<Step>& steps_;
  Machine& machine_;
  const std::vector<Placed>& used_;
  std::vector<std::uint32_t> states_;  // before use i, and at the end
  std::vector<Item> items_;
};

}  // namespace

std::vector<Placed> place_unnoticed(const Problem& problem, Machine& machine,
                                    const std::vector<Placed>& used) {
  return Unnoticed(problem, machine, used).run();
}

}  // namespace windtunnel::checkers
