#include <windtunnel/checkers/levels/sequential.h>

#include <windtunnel/checkers/objects/brute_force.h>
#include <windtunnel/checkers/objects/visited.h>
#include <windtunnel/checkers/objects/witness.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace windtunnel::checkers {
namespace {

struct Turn {
  std::uint32_t object = 0;
  Step step;
  bool optional = false;  // `:info`: it need not take place, and is the last of its process
};

// What the history says up to a position, as turns of each process.
using Processes = std::vector<std::vector<Turn>>;

Processes processes_of(const History& history, const std::vector<Object>& objects,
                       std::uint32_t last_call) {
  std::map<std::int64_t, std::vector<Turn>> by_process;
  for (std::uint32_t o = 0; o < objects.size(); ++o) {
    for (const Step& step : objects[o].problem.steps) {
      if (step.call > last_call) continue;
      const bool open = step.ret == kNever || step.ret > last_call;
      if (open && objects[o].machine->traits(step.kind).observer) continue;  // it has said nothing
      const Operation& op = history.operations()[step.operation];
      by_process[history.process(op)].push_back({o, step, open});
    }
  }
  Processes processes;
  for (auto& [process, turns] : by_process) {
    std::sort(turns.begin(), turns.end(),
              [](const Turn& a, const Turn& b) { return a.step.call < b.step.call; });
    processes.push_back(std::move(turns));
  }
  return processes;
}

// Of a process or an object, whenever an operation is tried.
constexpr std::size_t kWorkPerPart = 2;

class Interleaving {
 public:
  Interleaving(const Processes& processes, std::vector<Object>& objects, const Limits& limits)
      : processes_(processes), objects_(objects), limits_(limits), at_(processes.size(), 0) {
    for (Object& object : objects_) states_.push_back(object.machine->initial());
    for (const std::vector<Turn>& turns : processes_) {
      for (const Turn& turn : turns) left_ += turn.optional ? 0U : 1U;
    }
  }

  Ruling run() {
    std::uint32_t next = 0;  // the process to try
    while (left_ > 0) {
      if (next == 0) take_observers();
      if (left_ == 0) break;
      next = take_one(next);
      if (next == 0) {
        ++ruling_.configurations;
        ruling_.work += kWorkPerPart * (processes_.size() + objects_.size());
        if (!ruling_.is_within(limits_, visited_.bytes())) return ruling_;
        continue;
      }
      if (!retreat(next)) {
        ruling_.decision = Decision::violated;
        return ruling_;
      }
    }
    return ruling_;
  }

 private:
  struct Taken {
    std::uint32_t process;
    std::uint32_t state_before;
    bool guess;
  };

  const Turn* turn_of(std::uint32_t process) const {
    const std::vector<Turn>& turns = processes_[process];
    return at_[process] < turns.size() ? &turns[at_[process]] : nullptr;
  }
  bool looks(const Turn& turn) const {
    return objects_[turn.object].machine->traits(turn.step.kind).observer;
  }
  std::uint32_t after(const Turn& turn) const {
    return objects_[turn.object].machine->step(states_[turn.object], turn.step.kind);
  }

  void take(std::uint32_t process, const Turn& turn, std::uint32_t state, bool guess) {
    taken_.push_back({process, states_[turn.object], guess});
    states_[turn.object] = state;
    ++at_[process];
    left_ -= turn.optional ? 0 : 1;
  }

  void take_observers() {
    for (std::uint32_t p = 0; p < processes_.size(); ++p) {
      for (const Turn* turn = turn_of(p); turn != nullptr && looks(*turn); turn = turn_of(p)) {
        const std::uint32_t state = after(*turn);
        if (state == kIllegal) break;
        take(p, *turn, state, false);
      }
    }
  }

  // Lets the next process from `from` on whose operation fits, and leads to something new, go on:
  // 0. Otherwise the number of processes, which is no process.
  std::uint32_t take_one(std::uint32_t from) {
    const auto count = static_cast<std::uint32_t>(processes_.size());
    for (std::uint32_t p = from; p < count; ++p) {
      const Turn* const turn = turn_of(p);
      if (turn == nullptr) continue;
      const std::uint32_t state = after(*turn);
      if (state == kIllegal) continue;
      take(p, *turn, state, true);
      if (visited_.insert(digest())) return 0;
      undo();
    }
    return count == 0 ? 1 : count;
  }

  void undo() {
    const Taken last = taken_.back();
    taken_.pop_back();
    --at_[last.process];
    const Turn& turn = processes_[last.process][at_[last.process]];
    states_[turn.object] = last.state_before;
    left_ += turn.optional ? 0 : 1;
  }

  // Back to the last guess; `next` is the process to try instead. False when none is left.
  bool retreat(std::uint32_t& next) {
    while (!taken_.empty()) {
      const Taken last = taken_.back();
      undo();
      next = last.process + 1;
      if (last.guess) return true;
    }
    return false;
  }

  Digest digest() const {
    Digest sum{};
    for (std::uint32_t p = 0; p < at_.size(); ++p) sum = combine(sum, fingerprint(p, at_[p]));
    for (std::uint32_t o = 0; o < states_.size(); ++o) {
      sum = combine(sum, fingerprint(0x100000000ULL + o, states_[o]));
    }
    return sum;
  }

  const Processes& processes_;
  std::vector<Object>& objects_;
  const Limits& limits_;
  std::vector<std::uint32_t> at_;
  std::vector<std::uint32_t> states_;
  std::uint64_t left_ = 0;
  std::vector<Taken> taken_;
  Visited visited_;
  Ruling ruling_;
};

class SequentialCheck {
 public:
  SequentialCheck(const History& history, std::vector<Object> objects, const Limits& limits)
      : history_(history), objects_(std::move(objects)), limits_(limits) {}

  Verdict run() {
    verdict_.algorithm = "interleaving";
    for (const Object& object : objects_) {
      verdict_.operations += static_cast<std::uint32_t>(object.problem.steps.size());
    }
    const auto end = static_cast<std::uint32_t>(history_.events().size());
    Ruling whole = decide(end);
    verdict_.decision = whole.decision;
    verdict_.reason = std::move(whole.reason);
    if (verdict_.decision == Decision::violated) blame(end);
    verdict_.put_to_the_test = is_put_to_the_test(history_, objects_);
    return verdict_;
  }

 private:
  Ruling decide(std::uint32_t last) {
    const Processes processes = processes_of(history_, objects_, last);
    Limits left = limits_;
    left.max_configurations -= std::min(left.max_configurations, verdict_.configurations);
    left.max_work -= std::min(left.max_work, verdict_.work);
    Ruling ruling = Interleaving(processes, objects_, left).run();
    verdict_.configurations += ruling.configurations;
    verdict_.work += ruling.work;
    return ruling;
  }

  // The shortest beginning of the history that no order explains: its last return is the operation
  // that cannot be placed. What begins a sequentially consistent history is one.
  void blame(std::uint32_t end) {
    std::uint32_t good = 0;
    std::uint32_t bad = end;
    verdict_.witness.minimised = true;
    while (bad - good > 1) {
      const std::uint32_t middle = good + (bad - good) / 2;
      const Decision here = decide(middle).decision;
      if (here == Decision::unknown) verdict_.witness.minimised = false;
      (here == Decision::violated ? bad : good) = middle;
    }
    const Processes processes = processes_of(history_, objects_, bad);
    verdict_.witness.rechecked = is_refused(processes);
    std::vector<std::uint32_t> operations;
    for (const std::vector<Turn>& turns : processes) {
      for (const Turn& turn : turns) operations.push_back(turn.step.operation);
    }
    std::sort(operations.begin(), operations.end());
    const Event& event = history_.events()[std::min<std::size_t>(bad, end - 1)];
    verdict_.witness.explanation = fmt::format(
        "No order of the operations that keeps the order of each process is legal once {} "
        "completed its {} {}.",
        text_of_process(event.process), event.f, place_of(event));
    verdict_.witness.kind = "no order";
    const std::size_t first =
        operations.size() - std::min(operations.size(), Witness::kMaxOperations);
    verdict_.witness.omitted = static_cast<std::uint32_t>(first);
    for (std::size_t i = first; i < operations.size(); ++i) {
      verdict_.witness.operations.push_back(item_of(history_, operations[i]));
    }
  }

  // The search over all interleavings, without a memory, says so too.
  bool is_refused(const Processes& processes) {
    constexpr std::uint64_t kBudget = 2'000'000;
    std::vector<std::vector<ProcessStep>> plain;
    for (const std::vector<Turn>& turns : processes) {
      plain.emplace_back();
      for (const Turn& turn : turns) {
        plain.back().push_back({turn.object, turn.step.kind, turn.optional});
      }
    }
    std::vector<Machine*> machines;
    for (const Object& object : objects_) machines.push_back(object.machine.get());
    return check_brute_force_orders(plain, machines, kBudget) == Decision::violated;
  }

  const History& history_;
  std::vector<Object> objects_;
  Limits limits_;
  Verdict verdict_;
};

}  // namespace

Verdict check_sequential(const History& history, const ModelSpec& spec, const Limits& limits) {
  auto objects = objects_of(history, spec);
  if (objects.has_error()) return undecided(to_string(objects.error()));
  return SequentialCheck(history, std::move(*objects), limits).run();
}

}  // namespace windtunnel::checkers
