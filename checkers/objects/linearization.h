// An order of the operations that explains a history: the proof of an `ok`.
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/checkers/objects/models.h>
#include <windtunnel/checkers/objects/problem.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::checkers {

// Does the order respect real time and the object, and has it every operation that returned? The
// definition, read off: what else made the order does not matter.
bool is_linearization(const Problem& problem, Machine& machine,
                      const std::vector<std::uint32_t>& steps);

// Of one object: its steps in such an order, from whatever decides it: the fast check of its model,
// else check_jit, else check_wgl. Nothing where all reach their limits, or when there is none. What
// is returned passed is_linearization.
std::optional<std::vector<std::uint32_t>> linearization_of(const Object& object,
                                                           const Limits& limits);

struct Linearization {
  std::string key;  // of the object, empty when there is one
  bool found = false;
  std::vector<std::uint32_t> operations;  // of the history; `:info` ones only where they took place
};
// Of each object of the history.
std::vector<Linearization> linearize(const History& history, const ModelSpec& spec,
                                     const Limits& limits = {});

}  // namespace windtunnel::checkers
