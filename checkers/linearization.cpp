#include "checkers/linearization.h"

#include "checkers/register.h"
#include "checkers/wgl.h"

#include <algorithm>

namespace windtunnel::checkers {

bool is_linearization(const Problem& problem, Machine& machine,
                      const std::vector<std::uint32_t>& steps) {
  std::vector<bool> taken(problem.steps.size());
  std::uint32_t state = machine.initial();
  std::uint32_t last_call = 0;  // of those so far: nobody after them may have returned before it
  for (const std::uint32_t index : steps) {
    const Step& step = problem.steps[index];
    if (taken[index] || step.ret < last_call) return false;
    taken[index] = true;
    last_call = std::max(last_call, step.call);
    state = machine.step(state, step.kind);
    if (state == kIllegal) return false;
  }
  for (std::size_t i = 0; i < taken.size(); ++i) {
    if (!taken[i] && problem.steps[i].ret != kNever) return false;
  }
  return true;
}

std::optional<std::vector<std::uint32_t>> linearization_of(const Object& object,
                                                           const Limits& limits) {
  std::vector<std::uint32_t> steps;
  if (object.fast == check_zones) steps = order_by_zones(object.problem, *object.machine);
  if (!steps.empty() && is_linearization(object.problem, *object.machine, steps)) return steps;
  steps.clear();
  const Finding finding = check_wgl(object.problem, *object.machine, limits, &steps);
  if (finding.decision != Decision::ok) return std::nullopt;
  if (!is_linearization(object.problem, *object.machine, steps)) return std::nullopt;
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
