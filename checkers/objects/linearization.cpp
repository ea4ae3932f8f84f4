#include <windtunnel/checkers/objects/linearization.h>

#include <windtunnel/checkers/objects/jit.h>
#include <windtunnel/checkers/objects/wgl.h>

#include <algorithm>

namespace windtunnel::checkers {

bool is_linearization(const Problem& problem, Machine& machine,
                      const std::vector<std::uint32_t>& steps) {
  std::vector<bool> taken(problem.steps.size());
  std::vector<std::uint32_t> kinds;
  std::uint32_t last_call = 0;  // of those so far: nobody after them may have returned before it
  for (const std::uint32_t index : steps) {
    const Step& step = problem.steps[index];
    if (taken[index] || step.ret < last_call) return false;
    taken[index] = true;
    last_call = std::max(last_call, step.call);
    kinds.push_back(step.kind);
  }
  for (std::size_t i = 0; i < taken.size(); ++i) {
    if (!taken[i] && problem.steps[i].ret != kNever) return false;
  }
  return machine.accepts(kinds);
}

std::optional<std::vector<std::uint32_t>> linearization_of(const Object& object,
                                                           const Limits& limits) {
  const auto holds = [&object](const std::vector<std::uint32_t>& steps) {
    return is_linearization(object.problem, *object.machine, steps);
  };
  std::vector<std::uint32_t> steps;
  if (object.order != nullptr) steps = object.order(object.problem, *object.machine);
  if (holds(steps)) return steps;
  Ruling jit;
  jit.narrowed = true;
  for (std::uint32_t attempt = 0; jit.narrowed; ++attempt) {
    std::vector<Placed> swept;
    jit = check_jit(object.problem, *object.machine, limits, &swept, {width_of(attempt)});
    if (jit.decision == Decision::violated) return std::nullopt;
    steps = steps_of(swept);
    if (jit.decision == Decision::ok && holds(steps)) return steps;
    const bool is_spent = jit.configurations > limits.max_configurations ||
                          jit.work > limits.max_work || jit.out_of_memory;
    if (is_spent) break;
  }
  steps.clear();
  const Ruling wgl = check_wgl(object.problem, *object.machine, limits, &steps);
  if (wgl.decision != Decision::ok || !holds(steps)) return std::nullopt;
  return steps;
}

std::vector<Linearization> linearize(const History& history, const ModelSpec& spec,
                                     const Limits& limits) {
  std::vector<Linearization> all;
  const auto objects = objects_of(history, spec);
  if (objects.has_error()) return all;
  for (const Object& object : *objects) {
    Linearization one;
    one.key = object.problem.key;
    const auto steps = linearization_of(object, limits);
    one.found = steps.has_value();
    for (std::size_t i = 0; one.found && i < steps->size(); ++i) {
      one.operations.push_back(object.problem.steps[(*steps)[i]].operation);
    }
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace windtunnel::checkers
