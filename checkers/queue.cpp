#include "checkers/queue.h"

#include <fmt/format.h>

#include <algorithm>

namespace windtunnel::checkers {
namespace {

using Type = QueueModel::Op::Type;
constexpr std::uint32_t kNone = 0xffffffffU;

// The life of a value. Without a dequeue, `taken_from` and `taken_by` are kNever.
struct Life {
  std::uint32_t enqueue = kNone;  // steps
  std::uint32_t dequeue = kNone;
  std::uint32_t put_from = 0;  // positions
  std::uint32_t put_by = kNever;
  std::uint32_t taken_from = kNever;
  std::uint32_t taken_by = kNever;
};

class QueueOrder {
 public:
  QueueOrder(const Problem& problem, QueueMachine& machine)
      : steps_(problem.steps), machine_(machine) {}

  std::optional<Finding> run() {
    finding_.configurations = steps_.size();
    if (!machine_.model().first.empty() || !gather_enqueues()) return std::nullopt;
    if (!gather_dequeues()) return finding_;
    drop_unborn();
    if (check_order() && check_empties()) return finding_;
    if (first_unknown_ == kNever) return finding_;
    // Let every value that stayed be taken by an `:info` dequeue. What is illegal even then is
    // illegal.
    finding_ = {};
    finding_.configurations = steps_.size() * 2;
    for (Life& life : lives_) {
      if (life.dequeue == kNone) life.taken_from = first_unknown_;
    }
    if (check_order() && check_empties()) return std::nullopt;
    return finding_;
  }

 private:
  const QueueModel::Op& op(std::uint32_t step) const { return machine_.op(steps_[step].kind); }
  std::string name(std::uint32_t step) const { return machine_.model().names[op(step).value]; }

  bool gather_enqueues() {
    life_of_.assign(machine_.model().names.size(), kNone);
    for (std::uint32_t i = 0; i < steps_.size(); ++i) {
      if (op(i).type == Type::dequeue_unknown) {
        first_unknown_ = std::min(first_unknown_, steps_[i].call);
      }
      // A dequeue has a known result exactly when it returned, but in a history that was cut off.
      const bool unknown = op(i).type == Type::dequeue_unknown;
      if (op(i).type != Type::enqueue && unknown != (steps_[i].ret == kNever)) return false;
      if (op(i).type != Type::enqueue) continue;
      std::uint32_t& which = life_of_[op(i).value];
      if (which != kNone) return false;
      which = static_cast<std::uint32_t>(lives_.size());
      lives_.push_back({i, kNone, steps_[i].call, steps_[i].ret, kNever, kNever});
    }
    return true;
  }

  bool gather_dequeues() {
    for (std::uint32_t i = 0; i < steps_.size(); ++i) {
      if (op(i).type != Type::dequeue) continue;
      const std::uint32_t which = life_of_[op(i).value];
      if (which == kNone) {
        return refuse(i, {i},
                      fmt::format("A dequeue returned {}, which nobody enqueued.", name(i)));
      }
      Life& life = lives_[which];
      if (life.dequeue != kNone) {
        return refuse(i, {life.enqueue, life.dequeue, i},
                      fmt::format("{} was enqueued once and dequeued twice.", name(i)));
      }
      if (steps_[i].ret < life.put_from) {
        return refuse(i, {i, life.enqueue},
                      fmt::format("{} was dequeued before its enqueue began.", name(i)));
      }
      life.dequeue = i;
      life.taken_from = steps_[i].call;
      life.taken_by = steps_[i].ret;
    }
    return true;
  }

  // An `:info` enqueue of a value that nobody saw may as well never have happened.
  void drop_unborn() {
    std::erase_if(lives_,
                  [](const Life& life) { return life.put_by == kNever && life.dequeue == kNone; });
  }

  // Is there a, enqueued before b, while b was dequeued before a?
  bool check_order() {
    std::vector<const Life*> by_start;
    std::vector<const Life*> by_end;
    for (const Life& life : lives_) {
      by_start.push_back(&life);
      if (life.put_by != kNever) by_end.push_back(&life);
    }
    std::sort(by_start.begin(), by_start.end(),
              [](const Life* a, const Life* b) { return a->put_from < b->put_from; });
    std::sort(by_end.begin(), by_end.end(),
              [](const Life* a, const Life* b) { return a->put_by < b->put_by; });
    const Life* latest = nullptr;  // of those enqueued before b, the one whose dequeue begins last
    std::size_t next = 0;
    for (const Life* b : by_start) {
      for (; next < by_end.size() && by_end[next]->put_by < b->put_from; ++next) {
        if (latest == nullptr || by_end[next]->taken_from > latest->taken_from)
          latest = by_end[next];
      }
      if (latest != nullptr && b->taken_by < latest->taken_from) return refuse_order(*latest, *b);
    }
    return true;
  }

  bool refuse_order(const Life& a, const Life& b) {
    std::vector<std::uint32_t> culprits{a.enqueue, b.enqueue, b.dequeue};
    std::string why = fmt::format("{} was in the queue before the enqueue of {} began, but {} was ",
                                  name(a.enqueue), name(b.enqueue), name(b.enqueue));
    if (a.dequeue == kNone) {
      why += fmt::format("dequeued and {} never was: it was lost or overtaken.", name(a.enqueue));
    } else {
      culprits.push_back(a.dequeue);
      why += fmt::format("dequeued before the dequeue of {} began.", name(a.enqueue));
    }
    return refuse(b.dequeue, std::move(culprits), std::move(why));
  }

  // Is there an empty dequeue during which some value was surely in the queue at every moment?
  bool check_empties() {
    std::vector<const Life*> sure;  // in the queue from put_by until taken_from
    for (const Life& life : lives_) {
      if (life.put_by < life.taken_from) sure.push_back(&life);
    }
    std::sort(sure.begin(), sure.end(),
              [](const Life* a, const Life* b) { return a->put_by < b->put_by; });
    // reach[i]: the one of sure[0..i] that stays longest.
    std::vector<const Life*> reach;
    for (const Life* life : sure) {
      const bool longer = reach.empty() || life->taken_from > reach.back()->taken_from;
      reach.push_back(longer ? life : reach.back());
    }
    for (std::uint32_t i = 0; i < steps_.size(); ++i) {
      if (op(i).type == Type::dequeue_empty && !check_empty(i, sure, reach)) return false;
    }
    return true;
  }

  // From the call on, hands over from value to value, each time to the one that stays longest.
  bool check_empty(std::uint32_t index, const std::vector<const Life*>& sure,
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
      chain.push_back(longest->enqueue);
      if (longest->dequeue != kNone) chain.push_back(longest->dequeue);
    }
    return refuse(index, std::move(chain),
                  "A dequeue found the queue empty, but at every moment between its call and its "
                  "return a value was in the queue.");
  }

  bool refuse(std::uint32_t failed, std::vector<std::uint32_t> culprits, std::string why) {
    finding_.decision = Decision::violated;
    finding_.failed_step = failed;
    finding_.steps = std::move(culprits);
    finding_.explanation = std::move(why);
    return false;
  }

  const std::vector<Step>& steps_;
  QueueMachine& machine_;
  std::vector<Life> lives_;
  std::vector<std::uint32_t> life_of_;    // value -> life
  std::uint32_t first_unknown_ = kNever;  // the first call of an `:info` dequeue
  Finding finding_;
};

}  // namespace

bool QueueModel::apply(State& state, const Op& op) const {
  switch (op.type) {
    case Op::Type::enqueue: state.push_back(op.value); return true;
    case Op::Type::dequeue:
      if (state.empty() || state.front() != op.value) return false;
      state.pop_front();
      return true;
    case Op::Type::dequeue_empty: return state.empty();
    case Op::Type::dequeue_unknown:
      if (!state.empty()) state.pop_front();
      return true;
  }
  return false;
}

Traits QueueModel::traits(const Op& op) const {
  const bool total = op.type == Op::Type::enqueue || op.type == Op::Type::dequeue_unknown;
  return {.observer = op.type == Op::Type::dequeue_empty, .total = total, .blind = false};
}

std::string QueueModel::describe(const State& state) const {
  constexpr std::size_t kMaxShown = 6;
  std::string out = "[";
  for (std::size_t i = 0; i < state.size() && i < kMaxShown; ++i) {
    out += (i == 0 ? "" : " ") + names[state[i]];
  }
  return out + (state.size() > kMaxShown ? " ...]" : "]");
}

std::optional<Finding> check_queue_order(const Problem& problem, Machine& machine) {
  return QueueOrder(problem, static_cast<QueueMachine&>(machine)).run();
}

}  // namespace windtunnel::checkers
