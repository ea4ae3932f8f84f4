#include <windtunnel/checkers/objects/brute_force.h>

#include <algorithm>

namespace windtunnel::checkers {
namespace {

struct BruteForce {
  const std::vector<Step>& steps;
  Machine& machine;
  std::uint64_t left;
  std::vector<bool> taken;

  Decision search(std::uint32_t state) {
    // No operation may take effect after the first return that still waits.
    std::uint32_t first_return = kNever;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (!taken[i]) first_return = std::min(first_return, steps[i].ret);
    }
    if (first_return == kNever) return Decision::ok;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (taken[i] || steps[i].call > first_return) continue;
      if (left-- == 0) return Decision::unknown;
      const std::uint32_t after = machine.step(state, steps[i].kind);
      if (after == kIllegal) continue;
      taken[i] = true;
      const Decision rest = search(after);
      taken[i] = false;
      if (rest != Decision::violated) return rest;
    }
    return Decision::violated;
  }
};

struct BruteForceOrders {
  const std::vector<std::vector<ProcessStep>>& processes;
  const std::vector<Machine*>& objects;
  std::uint64_t left;
  std::vector<std::size_t> at;
  std::vector<std::uint32_t> states;

  Decision search() {
    bool done = true;
    for (std::size_t p = 0; p < processes.size(); ++p) {
      if (at[p] == processes[p].size()) continue;
      const ProcessStep& step = processes[p][at[p]];
      done = done && step.optional;
      if (left-- == 0) return Decision::unknown;
      const std::uint32_t before = states[step.object];
      const std::uint32_t after = objects[step.object]->step(before, step.kind);
      if (after == kIllegal) continue;
      states[step.object] = after;
      ++at[p];
      const Decision rest = search();
      --at[p];
      states[step.object] = before;
      if (rest != Decision::violated) return rest;
    }
    return done ? Decision::ok : Decision::violated;
  }
};

}  // namespace

Decision check_brute_force_orders(const std::vector<std::vector<ProcessStep>>& processes,
                                  const std::vector<Machine*>& objects, std::uint64_t max_steps) {
  BruteForceOrders search{processes, objects, max_steps, {}, {}};
  search.at.assign(processes.size(), 0);
  for (Machine* const object : objects) search.states.push_back(object->initial());
  return search.search();
}

Decision check_brute_force(const Problem& problem, Machine& machine, std::uint64_t max_steps) {
  BruteForce search{problem.steps, machine, max_steps, std::vector<bool>(problem.steps.size())};
  return search.search(machine.initial());
}

}  // namespace windtunnel::checkers
