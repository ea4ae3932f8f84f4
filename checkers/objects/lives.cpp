#include <windtunnel/checkers/objects/lives.h>

#include <windtunnel/checkers/objects/positions.h>

#include <fmt/format.h>

#include <algorithm>

namespace windtunnel::checkers {
namespace {

using ContainerType = ContainerModel::Op::Type;

}  // namespace

std::optional<Ruling> Lives::run(OrderCheck order) {
  ruling_.configurations = steps_.size();
  if (!machine_.model().first.empty() || !gather_puts()) return std::nullopt;
  if (!gather_takes()) return ruling_;
  // An `:info` put of a value that nobody saw may as well never have happened.
  std::erase_if(lives_,
                [](const Life& life) { return life.put_by == kNever && life.take == kNoStep; });
  if (order(*this) && check_empties()) return ruling_;
  if (first_unknown_ == kNever) return ruling_;
  ruling_ = {};
  ruling_.configurations = steps_.size() * 2;
  for (Life& life : lives_) {
    if (life.take == kNoStep) life.taken_from = first_unknown_;
  }
  if (order(*this) && check_empties()) return std::nullopt;
  return ruling_;
}

std::string Lives::name(const Life& life) const {
  return machine_.model().values.name(value(life));
}

bool Lives::refuse(std::uint32_t failed, std::vector<std::uint32_t> culprits, std::string why) {
  ruling_.decision = Decision::violated;
  ruling_.failed_step = failed;
  ruling_.steps = std::move(culprits);
  ruling_.explanation = std::move(why);
  return false;
}

bool Lives::gather_puts() {
  life_of_.assign(machine_.model().values.size(), kNoStep);
  lives_.reserve(steps_.size() / 2 + 1);
  for (std::uint32_t i = 0; i < steps_.size(); ++i) {
    // A take has a known result exactly when it returned, but in a history that was cut off.
    const bool unknown = op(i).type == ContainerType::take_unknown;
    if (unknown) first_unknown_ = std::min(first_unknown_, steps_[i].call);
    if (op(i).type != ContainerType::put && unknown != (steps_[i].ret == kNever)) return false;
    if (op(i).type != ContainerType::put) continue;
    std::uint32_t& which = life_of_[op(i).value];
    if (which != kNoStep) return false;
    which = static_cast<std::uint32_t>(lives_.size());
    lives_.push_back({i, kNoStep, steps_[i].call, steps_[i].ret, kNever, kNever});
  }
  return true;
}

bool Lives::gather_takes() {
  for (std::uint32_t i = 0; i < steps_.size(); ++i) {
    if (op(i).type != ContainerType::take) continue;
    const std::uint32_t which = life_of_[op(i).value];
    if (which == kNoStep) {
      const std::string value = machine_.model().values.name(op(i).value);
      return refuse(i, {i}, fmt::format("{} was taken, which nobody put there.", value));
    }
    Life& life = lives_[which];
    if (life.take != kNoStep) {
      return refuse(i, {life.put, life.take, i},
                    fmt::format("{} was put once and taken twice.", name(life)));
    }
    if (steps_[i].ret < life.put_from) {
      return refuse(
          i, {i, life.put},
          fmt::format("{} was taken before the operation that put it began.", name(life)));
    }
    life.take = i;
    life.taken_from = steps_[i].call;
    life.taken_by = steps_[i].ret;
  }
  return true;
}

bool Lives::has_empties() const {
  return std::any_of(steps_.begin(), steps_.end(), [this](const Step& step) {
    return machine_.op(step.kind).type == ContainerType::take_empty;
  });
}

std::vector<const Life*> Lives::sure() const {
  std::vector<const Life*> sure;
  const auto count = static_cast<std::uint32_t>(lives_.size());
  const auto begins = [this](std::uint32_t i) {
    return lives_[i].surely_inside() ? lives_[i].put_by : kNever;
  };
  for (const std::uint32_t i : order_by_position(count, position_end(steps_), begins)) {
    sure.push_back(&lives_[i]);
  }
  return sure;
}

// Is there an empty take during which some value was surely inside at every moment?
bool Lives::check_empties() {
  if (!has_empties()) return true;
  const std::vector<const Life*> sure = this->sure();
  // reach[i]: the one of sure[0..i] that stays longest.
  std::vector<const Life*> reach;
  for (const Life* life : sure) {
    const bool longer = reach.empty() || life->taken_from > reach.back()->taken_from;
    reach.push_back(longer ? life : reach.back());
  }
  for (std::uint32_t i = 0; i < steps_.size(); ++i) {
    if (op(i).type == ContainerType::take_empty && !check_empty(i, sure, reach)) return false;
  }
  return true;
}

bool Lives::hold(OrderCheck order) {
  const std::optional<Ruling> finding = run(order);
  return finding.has_value() && finding->decision == Decision::ok;
}

// Steps are in the order of their calls, so their moments are too.
std::vector<Placed> Lives::empties() const {
  std::vector<Placed> found;
  if (!has_empties()) return found;
  const std::vector<const Life*> sure = this->sure();
  std::size_t next = 0;
  std::uint32_t covered_to = 0;  // by those before `next`, without a hole from the last call on
  for (std::uint32_t i = 0; i < steps_.size(); ++i) {
    if (op(i).type != ContainerType::take_empty) continue;
    std::uint32_t gap = std::max(covered_to, steps_[i].call);
    for (; next < sure.size() && sure[next]->put_by <= gap; ++next) {
      gap = std::max(gap, sure[next]->taken_from);
    }
    covered_to = gap;
    found.push_back({i, gap});
  }
  return found;
}

// From the call on, hands over from value to value, each time to the one that stays longest.
bool Lives::check_empty(std::uint32_t index, const std::vector<const Life*>& sure,
                        const std::vector<const Life*>& reach) {
  std::vector<std::uint32_t> chain{index};
  std::uint32_t covered = steps_[index].call;
  while (covered < steps_[index].ret) {
    const auto present = std::partition_point(
        sure.begin(), sure.end(), [covered](const Life* l) { return l->put_by < covered; });
    if (present == sure.begin()) return true;
    const Life* const longest = reach[static_cast<std::size_t>(present - sure.begin()) - 1];
    if (longest->taken_from <= covered) return true;
    covered = longest->taken_from;
    chain.push_back(longest->put);
    if (longest->take != kNoStep) chain.push_back(longest->take);
  }
  return refuse(index, std::move(chain),
                "An operation found nothing there, but at every moment between its call and its "
                "return a value was inside.");
}

}  // namespace windtunnel::checkers
