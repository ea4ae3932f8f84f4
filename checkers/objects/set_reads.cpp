#include <windtunnel/checkers/objects/positions.h>
#include <windtunnel/checkers/objects/set.h>

#include <fmt/format.h>

#include <algorithm>

namespace windtunnel::checkers {
namespace {

using SetOp = SetModel::Op;

class GrowingSet {
 public:
  GrowingSet(const Problem& problem, SetMachine& machine)
      : steps_(problem.steps), machine_(machine) {}

  std::optional<Ruling> run() {
    ruling_.configurations = steps_.size();
    if (!gather()) return std::nullopt;
    if (order_reads()) sweep();
    return ruling_;
  }

  // After run(): the steps by their levels, without adds that need not have happened.
  std::vector<std::uint32_t> order() const {
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < steps_.size(); ++i) {
      if (steps_[i].ret != kNever || level_[i] < last_level_) order.push_back(i);
    }
    std::stable_sort(order.begin(), order.end(),
                     [this](std::uint32_t a, std::uint32_t b) { return level_[a] < level_[b]; });
    return order;
  }

 private:
  const SetOp& op(std::uint32_t step) const { return machine_.op(steps_[step].kind); }

  bool gather() {
    const std::uint32_t count = machine_.model().values.size();
    add_of_.assign(count, kNoStep);
    from_start_.assign(count, false);
    for (const std::uint32_t element : machine_.model().first) from_start_[element] = true;
    for (std::uint32_t i = 0; i < steps_.size(); ++i) {
      if (op(i).type == SetOp::Type::read) {
        reads_.push_back(i);
        continue;
      }
      if (op(i).type != SetOp::Type::add || op(i).found != SetOp::Found::anything) return false;
      const std::uint32_t element = op(i).elements.front();
      if (add_of_[element] != kNoStep || from_start_[element]) return false;
      add_of_[element] = i;
    }
    return true;
  }

  // Reads by size; each has what the one before has. Levels: 2 for the smallest, then 4, 6, ...;
  // an add lies at the odd level before the first read that shows it.
  bool order_reads() {
    std::stable_sort(reads_.begin(), reads_.end(), [this](std::uint32_t a, std::uint32_t b) {
      return op(a).elements.size() < op(b).elements.size();
    });
    level_.assign(steps_.size(), 0);
    std::uint32_t level = 0;
    std::vector<std::uint32_t> shown = machine_.model().first;
    std::uint32_t before = kNoStep;
    for (const std::uint32_t read : reads_) {
      const std::vector<std::uint32_t>& now = op(read).elements;
      if (level == 0 || now.size() > op(before).elements.size()) level += 2;
      std::vector<std::uint32_t> missing;
      std::set_difference(shown.begin(), shown.end(), now.begin(), now.end(),
                          std::back_inserter(missing));
      if (!missing.empty()) return refuse_apart(before, read, missing.front());
      level_[read] = level;
      if (!show(read, level)) return false;
      shown = now;
      before = read;
    }
    last_level_ = level;
    for (const std::uint32_t add : add_of_) {
      if (add != kNoStep && level_[add] == 0) level_[add] = level + 1;
    }
    return true;
  }

  bool show(std::uint32_t read, std::uint32_t level) {
    for (const std::uint32_t element : op(read).elements) {
      if (from_start_[element]) continue;
      const std::uint32_t add = add_of_[element];
      const std::string name = machine_.model().values.name(element);
      if (add == kNoStep) {
        return ruling_.refuse(read, {read},
                              fmt::format("A read shows {}, which nobody added.", name));
      }
      if (level_[add] != 0) continue;
      level_[add] = level - 1;
      if (first_of_level_.size() <= level) first_of_level_.resize(level + 1, kNoStep);
      first_of_level_[level] = read;
    }
    return true;
  }

  // No operation is called after the return of one that lies later.
  void sweep() {
    const auto count = static_cast<std::uint32_t>(steps_.size());
    const std::uint32_t end = position_end(steps_);
    const auto by_return =
        order_by_position(count, end, [this](std::uint32_t i) { return steps_[i].ret; });
    std::size_t next = 0;
    std::uint32_t latest = kNoStep;  // of those that have returned, the one that lies last
    for (std::uint32_t i = 0; i < steps_.size(); ++i) {
      for (; next < by_return.size() && steps_[by_return[next]].ret < steps_[i].call; ++next) {
        const std::uint32_t done = by_return[next];
        if (latest == kNoStep || level_[done] > level_[latest]) latest = done;
      }
      // An add that need not have happened and that nobody saw is at the end, or nowhere.
      if (latest != kNoStep && level_[i] < level_[latest]) {
        refuse_pair(latest, i);
        return;
      }
    }
  }

  void refuse_pair(std::uint32_t early, std::uint32_t late) {
    std::vector<std::uint32_t> culprits{early, late};
    const std::uint32_t level = level_[late] + 1;
    if (op(late).type == SetOp::Type::add && level < first_of_level_.size() &&
        first_of_level_[level] != kNoStep) {
      culprits.push_back(first_of_level_[level]);  // shows the later add, but not the earlier one
    }
    std::string why;
    if (op(late).type == SetOp::Type::read && op(early).type == SetOp::Type::add) {
      why = fmt::format("{} was added before a read began that does not show it.", name_of(early));
    } else if (op(late).type == SetOp::Type::read) {
      const std::uint32_t lost = missing_in(op(early).elements, op(late).elements);
      culprits.push_back(add_of_[lost]);
      why = fmt::format("A read shows {}, and a read that began after it does not.",
                        machine_.model().values.name(lost));
    } else {
      why = fmt::format("A read shows {} before it was added, or without what was added before.",
                        name_of(late));
    }
    ruling_.refuse(late, std::move(culprits), std::move(why));
  }

  static std::uint32_t missing_in(const std::vector<std::uint32_t>& all,
                                  const std::vector<std::uint32_t>& some) {
    std::vector<std::uint32_t> missing;
    std::set_difference(all.begin(), all.end(), some.begin(), some.end(),
                        std::back_inserter(missing));
    return missing.front();
  }

  std::string name_of(std::uint32_t add) const {
    return machine_.model().values.name(op(add).elements.front());
  }

  // Two reads of which neither shows all that the other shows, or a read that misses what was there
  // from the start.
  bool refuse_apart(std::uint32_t before, std::uint32_t read, std::uint32_t missing) {
    const std::string name = machine_.model().values.name(missing);
    if (before == kNoStep) {
      return ruling_.refuse(read, {read},
                            fmt::format("A read misses {}, which was there from the start.", name));
    }
    std::vector<std::uint32_t> culprits{before, read};
    if (add_of_[missing] != kNoStep) culprits.push_back(add_of_[missing]);
    const std::uint32_t other = missing_in(op(read).elements, op(before).elements);
    if (add_of_[other] != kNoStep) culprits.push_back(add_of_[other]);
    const std::uint32_t later = steps_[before].ret > steps_[read].ret ? before : read;
    return ruling_.refuse(
        later, std::move(culprits),
        fmt::format("Of two reads one shows {} and not {}, the other {} and not {}: the "
                    "set cannot have grown from either to the other.",
                    name, machine_.model().values.name(other), machine_.model().values.name(other),
                    name));
  }

  const std::vector<Step>& steps_;
  SetMachine& machine_;
  std::vector<std::uint32_t> reads_;           // steps, by size
  std::vector<std::uint32_t> add_of_;          // element -> step
  std::vector<bool> from_start_;               // by element
  std::vector<std::uint32_t> level_;           // by step
  std::vector<std::uint32_t> first_of_level_;  // a read that shows something new
  std::uint32_t last_level_ = 0;               // of a read
  Ruling ruling_;
};

}  // namespace

std::optional<Ruling> check_set_reads(const Problem& problem, Machine& machine) {
  return GrowingSet(problem, static_cast<SetMachine&>(machine)).run();
}

std::vector<std::uint32_t> order_by_reads(const Problem& problem, Machine& machine) {
  return order_of(GrowingSet(problem, static_cast<SetMachine&>(machine)));
}

}  // namespace windtunnel::checkers
