#include "checkers/set.h"

#include <algorithm>

namespace windtunnel::checkers {

bool SetModel::apply(State& state, const Op& op) const {
  if (op.type == Op::Type::read) return state == op.elements;
  const std::uint32_t element = op.elements.front();
  const auto at = std::lower_bound(state.begin(), state.end(), element);
  const bool present = at != state.end() && *at == element;
  if (op.found == Op::Found::absent && present) return false;
  if (op.found == Op::Found::present && !present) return false;
  if (op.type == Op::Type::add && !present) state.insert(at, element);
  if (op.type == Op::Type::remove && present) state.erase(at);
  return true;
}

Traits SetModel::traits(const Op& op) const {
  const bool changes = op.type == Op::Type::add || op.type == Op::Type::remove;
  const bool nothing = (op.type == Op::Type::add && op.found == Op::Found::present) ||
                       (op.type == Op::Type::remove && op.found == Op::Found::absent);
  return {.observer = !changes || nothing,
          .total = changes && op.found == Op::Found::anything,
          .blind = false};
}

// An element that nobody shows can go with all its adds; what was removed may be missed.
bool SetModel::may_see(const Op& op, const Op& mutator) const {
  if (op.type != Op::Type::read) return op.elements == mutator.elements;
  if (mutator.type == Op::Type::remove) return true;
  return std::binary_search(op.elements.begin(), op.elements.end(), mutator.elements.front());
}

std::string SetModel::describe(const State& state) const {
  std::string out = "#{";
  for (const std::uint32_t element : state)
    out += (out.size() > 2 ? " " : "") + values.name(element);
  return out + "}";
}

std::optional<Finding> check_set(const Problem& problem, Machine& machine) {
  std::optional<Finding> finding = check_set_elements(problem, machine);
  return finding.has_value() ? finding : check_set_reads(problem, machine);
}

}  // namespace windtunnel::checkers
