// The definition of linearizability, spelled out: some order of the operations respects real time
// and the object. No memory, no dominance, no symmetry: slow, and simple enough to be believed. It
// checks the others, in tests and on every minimised witness.
#pragma once

#include <windtunnel/checkers/objects/problem.h>

namespace windtunnel::checkers {

// Unknown after `max_steps` tried operations.
Decision check_brute_force(const Problem& problem, Machine& machine, std::uint64_t max_steps);

// Sequential consistency in the same way: some interleaving of the processes is legal for all
// objects.
struct ProcessStep {
  std::uint32_t object = 0;
  std::uint32_t kind = 0;
  bool optional = false;  // it need not take place, and is the last of its process
};
Decision check_brute_force_orders(const std::vector<std::vector<ProcessStep>>& processes,
                                  const std::vector<Machine*>& objects, std::uint64_t max_steps);

}  // namespace windtunnel::checkers
