#include "checkers/brute_force.h"

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

}  // namespace

Decision check_brute_force(const Problem& problem, Machine& machine, std::uint64_t max_steps) {
  BruteForce search{problem.steps, machine, max_steps, std::vector<bool>(problem.steps.size())};
  return search.search(machine.initial());
}

}  // namespace windtunnel::checkers
