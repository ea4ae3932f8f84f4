#include <windtunnel/checkers/objects/jit.h>
#include <windtunnel/checkers/objects/set.h>

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace windtunnel::checkers {
namespace {

using SetOp = SetModel::Op;

// A stretch of positions in which something takes place.
struct Window {
  std::uint32_t from = 0;
  std::uint32_t to = kNever;
  bool is_empty() const { return from >= to; }
};

// One element: its steps, in the order of their calls.
class Element {
 public:
  Element(const std::vector<Step>& steps, const SetMachine& machine, const std::uint32_t* begin,
          const std::uint32_t* end)
      : steps_(steps), machine_(machine), begin_(begin), end_(end) {}

  // False when it needs the search: it was there from the start, or added or removed twice, or its
  // adds and removes say what they found.
  bool gather() {
    const std::vector<std::uint32_t>& first = machine_.model().first;
    const std::uint32_t element = op(*begin_).elements.front();
    if (std::binary_search(first.begin(), first.end(), element)) return false;
    for (const std::uint32_t* at = begin_; at != end_; ++at) {
      if (op(*at).type == SetOp::Type::contains) continue;
      std::uint32_t& only = op(*at).type == SetOp::Type::add ? add_ : remove_;
      if (only != kNoStep || op(*at).found != SetOp::Found::anything) return false;
      only = *at;
    }
    return true;
  }

  // The step that fits nowhere; kNoStep when all fit.
  std::uint32_t misfit() {
    if (add_ == kNoStep) return first_that_saw_it();
    Window added{steps_[add_].call, steps_[add_].ret};
    Window removed{kNever, kNever};
    if (remove_ != kNoStep) removed = {steps_[remove_].call, steps_[remove_].ret};
    std::uint32_t last_seen = 0;
    for (const std::uint32_t* at = begin_; at != end_; ++at) {
      if (!saw_it(*at)) continue;
      added.to = std::min(added.to, steps_[*at].ret);
      last_seen = std::max(last_seen, steps_[*at].call);
      if (added.is_empty()) return *at;
    }
    // An add that may have happened and that nobody saw did not.
    if (steps_[add_].ret == kNever && added.to == kNever) return kNoStep;
    if (remove_ == kNoStep) return missed_between(added.to - 1, kNever);
    // A remove before the add found nothing.
    const bool may_precede = removed.from < added.to || removed.to == kNever;
    if (may_precede && missed_between(added.to - 1, kNever) == kNoStep) return kNoStep;
    removed.from = std::max(removed.from, last_seen);
    if (removed.is_empty()) return last_who_saw_it();
    if (added.from >= removed.to) return missed_between(added.to - 1, kNever);
    if (added.to - 1 > removed.from) return kNoStep;
    return missed_between(added.to - 1, removed.from);
  }

  // After misfit() found none.
  std::vector<Placed> order() const;

 private:
  // Where things lie in one gap.
  enum class When : std::uint8_t { absent, add, present, remove, absent_again };
  struct Move {
    Placed placed;
    When when = When::absent;
    auto key() const { return std::tuple(placed.gap, when, placed.step); }
  };
  // From the gap when it was added to the one when it was removed, or kNever; `removed_early` says
  // that the remove came before the add.
  struct Stay {
    std::uint32_t from = kNever;
    std::uint32_t to = kNever;
    bool removed_early = false;
  };
  Stay stay() const;
  Move move_of(std::uint32_t step, const Stay& stay) const;

  const SetOp& op(std::uint32_t step) const { return machine_.op(steps_[step].kind); }
  bool saw_it(std::uint32_t step) const {
    return op(step).type == SetOp::Type::contains && op(step).found == SetOp::Found::present;
  }
  std::uint32_t first_that_saw_it() const {
    for (const std::uint32_t* at = begin_; at != end_; ++at) {
      if (saw_it(*at)) return *at;
    }
    return kNoStep;
  }
  std::uint32_t last_who_saw_it() const {
    std::uint32_t last = kNoStep;
    for (const std::uint32_t* at = begin_; at != end_; ++at) {
      if (saw_it(*at)) last = *at;
    }
    return last;
  }
  // Who found it absent although called after the gap `from`, and returned before the gap `to`?
  std::uint32_t missed_between(std::uint32_t from, std::uint32_t to) const {
    for (const std::uint32_t* at = begin_; at != end_; ++at) {
      if (op(*at).type != SetOp::Type::contains || saw_it(*at)) continue;
      if (steps_[*at].call > from && steps_[*at].ret - 1 < to) return *at;
    }
    return kNoStep;
  }

  const std::vector<Step>& steps_;
  const SetMachine& machine_;
  const std::uint32_t* begin_;
  const std::uint32_t* end_;
  std::uint32_t add_ = kNoStep;
  std::uint32_t remove_ = kNoStep;
};

// As misfit() goes about it.
Element::Stay Element::stay() const {
  if (add_ == kNoStep) return {kNever, kNever, true};
  Window added{steps_[add_].call, steps_[add_].ret};
  std::uint32_t last_seen = 0;
  for (const std::uint32_t* at = begin_; at != end_; ++at) {
    if (!saw_it(*at)) continue;
    added.to = std::min(added.to, steps_[*at].ret);
    last_seen = std::max(last_seen, steps_[*at].call);
  }
  if (added.to == kNever) return {kNever, kNever, true};
  const std::uint32_t latest = added.to - 1;
  if (remove_ == kNoStep) return {latest, kNever, false};
  const Step& remove = steps_[remove_];
  const bool may_precede = remove.call < added.to || remove.ret == kNever;
  if (may_precede && missed_between(latest, kNever) == kNoStep) return {latest, kNever, true};
  const std::uint32_t earliest = std::max(remove.call, last_seen);
  if (latest <= earliest) return {latest, earliest, false};
  const std::uint32_t at_once = std::max(earliest, added.from);
  return {at_once, at_once, false};
}

Element::Move Element::move_of(std::uint32_t step, const Stay& stay) const {
  const std::uint32_t call = steps_[step].call;
  if (step == add_) return {{step, stay.from}, When::add};
  if (step == remove_) {
    if (stay.removed_early) return {{step, call}, When::absent};
    return {{step, stay.to}, When::remove};
  }
  if (saw_it(step)) return {{step, std::max(call, stay.from)}, When::present};
  if (call <= stay.from) return {{step, call}, When::absent};
  return {{step, std::max(call, stay.to)}, When::absent_again};
}

std::vector<Placed> Element::order() const {
  const Stay stay = this->stay();
  std::vector<Move> moves;
  for (const std::uint32_t* at = begin_; at != end_; ++at) {
    const bool optional = steps_[*at].ret == kNever;
    const bool never_added = *at == add_ && stay.from == kNever;
    const bool never_removed = *at == remove_ && optional && stay.to == kNever;
    if (!never_added && !never_removed) moves.push_back(move_of(*at, stay));
  }
  std::sort(moves.begin(), moves.end(),
            [](const Move& a, const Move& b) { return a.key() < b.key(); });
  std::vector<Placed> order;
  for (const Move& move : moves) order.push_back(move.placed);
  return order;
}

// The steps grouped by element: those of e are order[first[e]..first[e + 1]).
struct Grouped {
  std::vector<std::uint32_t> first;
  std::vector<std::uint32_t> order;
};

Grouped group(const std::vector<Step>& steps, const SetMachine& machine) {
  const auto element = [&](const Step& step) { return machine.op(step.kind).elements.front(); };
  Grouped groups;
  groups.first.assign(machine.model().values.size() + 2, 0);
  for (const Step& step : steps) ++groups.first[element(step) + 2];
  for (std::size_t i = 2; i < groups.first.size(); ++i) groups.first[i] += groups.first[i - 1];
  groups.order.resize(steps.size());
  for (std::uint32_t i = 0; i < steps.size(); ++i) {
    groups.order[groups.first[element(steps[i]) + 1]++] = i;
  }
  return groups;
}

// The search, on the steps of one element.
Ruling search(const Problem& problem, SetMachine& machine, const std::uint32_t* begin,
              const std::uint32_t* end, std::vector<Placed>* order = nullptr) {
  Problem one;
  for (const std::uint32_t* at = begin; at != end; ++at) one.steps.push_back(problem.steps[*at]);
  Ruling finding = check_jit(one, machine, Limits(), order);
  if (finding.decision == Decision::violated) {
    const std::uint32_t failed = begin[finding.failed_step];
    finding.failed_step = failed;
  }
  return finding;
}

Ruling refuse(const Problem& problem, SetMachine& machine, std::uint32_t failed,
              const std::uint32_t* begin, const std::uint32_t* end) {
  Ruling finding;
  finding.decision = Decision::violated;
  finding.failed_step = failed;
  // The one that asked last may be open still; the past is illegal without what was called later.
  for (const std::uint32_t* at = begin; at != end; ++at) finding.steps.push_back(*at);
  const SetOp& op = machine.op(problem.steps[failed].kind);
  const std::string name = machine.model().values.name(op.elements.front());
  finding.explanation =
      op.found == SetOp::Found::present
          ? fmt::format(
                "{} was found in the set, but nobody can have added it before that, or it "
                "was removed and not added again.",
                name)
          : fmt::format(
                "{} was not found in the set, but it was there at every moment between the "
                "call and the return of that.",
                name);
  return finding;
}

}  // namespace

std::optional<Ruling> check_set_elements(const Problem& problem, Machine& machine) {
  SetMachine& set = static_cast<SetMachine&>(machine);
  for (const Step& step : problem.steps) {
    if (set.op(step.kind).type == SetOp::Type::read) return std::nullopt;
  }
  const Grouped groups = group(problem.steps, set);
  Ruling finding;
  finding.configurations = problem.steps.size();
  for (std::uint32_t e = 0; e + 2 < groups.first.size(); ++e) {
    const std::uint32_t* const begin = groups.order.data() + groups.first[e];
    const std::uint32_t* const end = groups.order.data() + groups.first[e + 1];
    if (begin == end) continue;
    Element element(problem.steps, set, begin, end);
    if (element.gather()) {
      const std::uint32_t failed = element.misfit();
      if (failed != kNoStep) return refuse(problem, set, failed, begin, end);
      continue;
    }
    Ruling one = search(problem, set, begin, end);
    finding.configurations += one.configurations;
    if (one.decision == Decision::unknown) return std::nullopt;
    if (one.decision == Decision::violated) {
      one.configurations = finding.configurations;
      one.steps.assign(begin, end);
      return one;
    }
  }
  return finding;
}

// Elements have nothing to do with each other: their orders go together by gap.
std::vector<std::uint32_t> order_by_elements(const Problem& problem, Machine& machine) {
  SetMachine& set = static_cast<SetMachine&>(machine);
  const std::optional<Ruling> finding = check_set_elements(problem, machine);
  if (!finding.has_value() || finding->decision != Decision::ok) return {};
  const Grouped groups = group(problem.steps, set);
  std::vector<Placed> all;
  for (std::uint32_t e = 0; e + 2 < groups.first.size(); ++e) {
    const std::uint32_t* const begin = groups.order.data() + groups.first[e];
    const std::uint32_t* const end = groups.order.data() + groups.first[e + 1];
    if (begin == end) continue;
    Element element(problem.steps, set, begin, end);
    std::vector<Placed> one;
    if (element.gather()) {
      one = element.order();
    } else {
      search(problem, set, begin, end, &one);
      for (Placed& placed : one) placed.step = begin[placed.step];
    }
    all.insert(all.end(), one.begin(), one.end());
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Placed& a, const Placed& b) { return a.gap < b.gap; });
  return steps_of(all);
}

}  // namespace windtunnel::checkers
