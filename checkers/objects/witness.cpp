#include <windtunnel/checkers/objects/witness.h>

#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/objects/brute_force.h>
#include <windtunnel/checkers/objects/jit.h>
#include <windtunnel/checkers/objects/wgl.h>
#include <windtunnel/protocols/base/assert.h>

#include <fmt/format.h>

#include <algorithm>

namespace windtunnel::checkers {
namespace {

std::optional<Ruling> decide_fast(const Object& object) {
  if (object.fast == nullptr) return std::nullopt;
  return object.fast(object.problem, *object.machine);
}

// One run of the algorithms on one object, without a limit but those.
Ruling decide(const Object& object, const Limits& limits) {
  std::optional<Ruling> fast = decide_fast(object);
  if (fast.has_value()) return *std::move(fast);
  Ruling jit = check_jit(object.problem, *object.machine, limits);
  if (jit.decision != Decision::unknown) return jit;
  Ruling wgl = check_wgl(object.problem, *object.machine, limits);
  wgl.configurations += jit.configurations;
  wgl.work += jit.work;
  return wgl;
}

constexpr std::size_t kMaxRecheckedSteps = 14;
constexpr std::uint64_t kRecheckBudget = 2'000'000;
// A smaller history is decided in far fewer configurations than the whole one, or the try is given
// up.
constexpr std::uint64_t kMinimiseConfigurations = 20'000;
constexpr std::uint64_t kMinimiseWork = kWorkPerSecond;
// What a first try may cost that has not to be as good as another algorithm's.
constexpr std::uint64_t kFirstWork = 100'000;

class Minimiser {
 public:
  Minimiser(Object& object, Ruling& finding, const Limits& limits)
      : object_(object), ruling_(finding), limits_(limits) {
    limits_.max_configurations = std::min(limits_.max_configurations, kMinimiseConfigurations);
    limits_.max_work = std::min(limits_.max_work, kMinimiseWork / 8);
  }

  // True when it ended by itself and not by its budget.
  bool run() {
    if (ruling_.steps.empty() || !keep_only_culprits()) cut_after_failure();
    std::size_t chunk = std::max<std::size_t>(steps().size() / 2, 1);
    while (true) {
      bool smaller = false;
      for (std::size_t at = 0; at < steps().size();) {
        if (runs_ >= limits_.max_minimise_runs || work_ > kMinimiseWork) return false;
        const bool dropped = try_without(at, chunk);
        smaller = smaller || dropped;
        if (!dropped) at += chunk;
      }
      if (chunk == 1 && !smaller) return true;
      if (chunk > 1) chunk /= 2;
    }
  }

 private:
  std::vector<Step>& steps() { return object_.problem.steps; }

  // The algorithm knows a few operations that cannot go together: believe it, and check.
  bool keep_only_culprits() {
    std::vector<std::uint32_t> sorted = ruling_.steps;
    std::sort(sorted.begin(), sorted.end());
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    std::vector<Step> few;
    for (const std::uint32_t index : sorted) few.push_back(steps()[index]);
    // What is said of them was found in the whole history: that nobody wrote what one read, say.
    std::string why = ruling_.explanation;
    if (!try_steps(std::move(few))) return false;
    if (!why.empty()) ruling_.explanation = std::move(why);
    return true;
  }

  // The past is illegal whatever follows: later calls go, and what returned later was still open.
  void cut_after_failure() {
    const std::uint32_t end = steps()[ruling_.failed_step].ret;
    std::vector<Step> kept;
    for (Step step : steps()) {
      if (step.call > end) continue;
      if (step.ret > end) step.ret = kNever;
      const bool silent = step.ret == kNever && object_.machine->traits(step.kind).observer;
      if (!silent) kept.push_back(step);
    }
    if (kept.size() < steps().size()) try_steps(std::move(kept));
  }

  bool try_without(std::size_t from, std::size_t count) {
    std::vector<bool> dropped(steps().size());
    for (std::size_t i = from; i < std::min(from + count, steps().size()); ++i) dropped[i] = true;
    keep_what_is_seen(dropped);
    std::vector<Step> rest;
    for (std::size_t i = 0; i < steps().size(); ++i) {
      if (!dropped[i]) rest.push_back(steps()[i]);
    }
    return rest.size() < steps().size() && try_steps(std::move(rest));
  }

  // An operation that changes the state may only go when nobody who stays can see the change.
  void keep_what_is_seen(std::vector<bool>& dropped) {
    bool changed = true;
    while (changed) {
      changed = false;
      for (std::size_t i = 0; i < dropped.size(); ++i) {
        if (!dropped[i] || object_.machine->traits(steps()[i].kind).observer) continue;
        for (std::size_t seer = 0; seer < dropped.size() && dropped[i]; ++seer) {
          if (dropped[seer]) continue;
          if (!object_.machine->may_see(steps()[seer].kind, steps()[i].kind)) continue;
          dropped[i] = false;
          changed = true;
        }
      }
    }
  }

  bool try_steps(std::vector<Step> candidate) {
    ++runs_;
    std::swap(steps(), candidate);
    Ruling found = decide(object_, limits_);
    work_ += found.work;
    if (found.decision == Decision::violated) {
      ruling_ = std::move(found);
      return true;
    }
    std::swap(steps(), candidate);
    return false;
  }

  Object& object_;
  Ruling& ruling_;
  Limits limits_;
  std::uint32_t runs_ = 0;
  std::uint64_t work_ = 0;
};

// Lets the culprits be alone, where their reads can do without what others wrote.
void narrow(Object& object, Ruling& finding, const Limits& limits) {
  if (object.narrow == nullptr || finding.steps.empty()) return;
  std::optional<Object> narrowed = object.narrow(object, finding.steps);
  if (!narrowed.has_value()) return;
  Ruling alone = decide(*narrowed, limits);
  if (alone.decision != Decision::violated) {
    finding.steps.clear();  // they need what the others wrote
    return;
  }
  object = *std::move(narrowed);
  finding = std::move(alone);
}

// "at 5.312 s", or "(index 12)" in a history without times.
std::string moment(const Event& event) {
  if (event.time_ns == kNoTime) return fmt::format("(index {})", event.index);
  return "at " + seconds_text(event.time_ns);
}

// A witness is to be read. Of a long one: what was open when the failed operation was called or
// came later, then the latest before it.
std::vector<std::size_t> excerpt(const std::vector<Step>& steps, std::size_t failed) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < steps.size(); ++i) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (a == failed || b == failed) return a == failed && b != failed;
    return steps[a].ret != steps[b].ret ? steps[a].ret > steps[b].ret : a < b;
  });
  order.resize(std::min(order.size(), Witness::kMaxOperations));
  std::sort(order.begin(), order.end());
  return order;
}

std::string explain(const History& history, const Object& object, const Ruling& finding) {
  const Operation& op = history.operations()[object.problem.steps[finding.failed_step].operation];
  const Event& call = history.invocation(op);
  const Event* const done = history.completion(op);
  std::string text = call.f;
  if (!call.value.is_nil()) text += " " + to_edn(call.value);
  text += fmt::format(" by {}, called {}", history.client(op), moment(call));
  const bool looks =
      object.machine->traits(object.problem.steps[finding.failed_step].kind).observer;
  if (looks || !(history.result(op) == call.value)) {
    text += ", returned " + to_edn(history.result(op));
  } else {
    text += ", was acknowledged";
  }
  if (done != nullptr) text += " " + moment(*done);
  text += ", but it fits nowhere: just before it returned, ";
  text += object.problem.key.empty() ? std::string("the object")
                                     : fmt::format("key {}", object.problem.key);
  text += finding.states.size() == 1 ? " was " : " could only have been ";
  text += fmt::format("{}", fmt::join(finding.states, " or "));
  return text + ", and no order of the operations that were open then makes it legal.";
}

// The algorithm may have refused the history at an operation that is legal anywhere: then it is the
// last one to return that is not.
const Step& culprit_of(const Object& object, const Step& failed) {
  const auto is_total = [&](const Step& step) { return object.machine->traits(step.kind).total; };
  if (!is_total(failed)) return failed;
  const Step* last = &failed;
  for (const Step& step : object.problem.steps) {
    if (is_total(step) || step.ret == kNever) continue;
    if (last == &failed || step.ret > last->ret) last = &step;
  }
  return *last;
}

// An invented result has no operation that it could come from; every other one is misplaced. Which
// of them an order of returns gives is chance, so there are no finer kinds: values, keys and what
// else the object could have been differ from one run to the next.
std::string kind_of(const Object& object, std::uint32_t failed) {
  const Step& culprit = culprit_of(object, object.problem.steps[failed]);
  Machine& machine = *object.machine;
  bool has_origin = machine.step(machine.initial(), culprit.kind) != kIllegal;
  for (const Step& step : object.problem.steps) {
    if (&step == &culprit || step.call > culprit.ret) continue;
    has_origin = has_origin || machine.may_see(culprit.kind, step.kind);
  }
  const bool looks = machine.traits(culprit.kind).observer;
  return std::string(has_origin ? "misplaced" : "invented") + (looks ? " read" : " update");
}

}  // namespace

Witness::Item item_of(const History& history, std::uint32_t operation) {
  const Operation& op = history.operations()[operation];
  const Event& call = history.invocation(op);
  return {operation, call.index, call.line, history.describe(op)};
}

std::vector<Witness::Item> items_of(const History& history, std::vector<std::uint32_t> operations) {
  std::sort(operations.begin(), operations.end());
  operations.erase(std::unique(operations.begin(), operations.end()), operations.end());
  std::vector<Witness::Item> items;
  for (const std::uint32_t i : operations) items.push_back(item_of(history, i));
  return items;
}

Ruling try_to_decide(const Object& object, const Limits& limits, std::uint32_t attempt,
                     std::string* algorithm) {
  if (attempt == 0) {
    std::optional<Ruling> fast = decide_fast(object);
    *algorithm = object.fast_name;
    if (fast.has_value()) return *std::move(fast);
  }
  *algorithm = "jit";
  Ruling all;
  all.decision = Decision::unknown;
  const bool repeats = attempt > 0 && width_of(attempt - 1) == kAnyWidth;
  if (!repeats) {
    all = check_jit(object.problem, *object.machine, limits, nullptr, {width_of(attempt)});
  }
  if (all.decision != Decision::unknown) return all;
  const auto spend = [&all](Ruling one) {
    one.configurations += all.configurations;
    one.work += all.work;
    one.explained = std::max(one.explained, all.explained);
    one.out_of_memory = one.out_of_memory && (all.out_of_memory || all.work == 0);
    return one;
  };
  Limits left = limits;
  const auto lessen = [&left, &limits, &all] {
    left.max_work = limits.max_work - std::min(limits.max_work, all.work);
    left.max_configurations =
        limits.max_configurations - std::min(limits.max_configurations, all.configurations);
  };
  lessen();
  if (attempt == 0 && all.narrowed) {
    // A queue that is filled again and again has no end of states: no more than was done so far.
    const JitSearch lavish{kAnyWidth, true};
    Limits once = left;
    once.max_work = std::min(left.max_work, std::max(all.work, kFirstWork));
    Ruling refused = check_jit(object.problem, *object.machine, once, nullptr, lavish);
    const bool violated = refused.decision == Decision::violated;
    refused.explained = 0;  // by what cannot all have taken place
    Ruling both = spend(std::move(refused));
    if (violated) return both;
    all.configurations = both.configurations;
    all.work = both.work;
    lessen();
  }
  const std::uint64_t share = std::max(all.work, kFirstWork << (2 * std::min(attempt, 16U)));
  left.max_work = std::min(left.max_work, share);
  Ruling wgl = check_wgl(object.problem, *object.machine, left);
  if (wgl.decision != Decision::unknown) *algorithm = "wgl";
  return spend(std::move(wgl));
}

Witness make_witness(const History& history, Object& object, Ruling finding, const Limits& limits) {
  WT_ASSERT(finding.decision == Decision::violated, "only a violation has a witness");
  Witness witness;
  witness.key = object.problem.key;
  if (limits.max_minimise_runs > 0) narrow(object, finding, limits);
  if (limits.max_minimise_runs > 0) witness.minimised = Minimiser(object, finding, limits).run();
  const bool few = object.problem.steps.size() <= kMaxRecheckedSteps;
  if (few) {
    const Decision plain = check_brute_force(object.problem, *object.machine, kRecheckBudget);
    WT_ASSERT(plain != Decision::ok, "the plain search agrees that the witness is illegal");
    witness.rechecked = plain == Decision::violated;
  }
  witness.kind = kind_of(object, finding.failed_step);
  witness.explanation =
      finding.explanation.empty() ? explain(history, object, finding) : finding.explanation;
  const std::vector<Step>& steps = object.problem.steps;
  for (const std::size_t shown : excerpt(steps, finding.failed_step)) {
    witness.operations.push_back(item_of(history, steps[shown].operation));
  }
  witness.omitted = static_cast<std::uint32_t>(steps.size() - witness.operations.size());
  return witness;
}

}  // namespace windtunnel::checkers
