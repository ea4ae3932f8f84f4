#include <windtunnel/checkers/objects/set.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>

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

std::optional<Ruling> check_set(const Problem& problem, Machine& machine) {
  std::optional<Ruling> finding = check_set_elements(problem, machine);
  return finding.has_value() ? finding : check_set_reads(problem, machine);
}

std::vector<std::uint32_t> order_by_set(const Problem& problem, Machine& machine) {
  std::vector<std::uint32_t> order = order_by_elements(problem, machine);
  return order.empty() ? order_by_reads(problem, machine) : order;
}

namespace {

using Elements = std::vector<std::uint32_t>;  // sorted

// Those of `first` and those that the steps add.
Elements added_by(const std::vector<Step>& steps, const SetMachine& machine) {
  Elements added = machine.model().first;
  for (const Step& step : steps) {
    const SetModel::Op& op = machine.op(step.kind);
    if (op.type == SetModel::Op::Type::add) added.push_back(op.number);
  }
  std::sort(added.begin(), added.end());
  added.erase(std::unique(added.begin(), added.end()), added.end());
  return added;
}

Elements common(const Elements& a, const Elements& b) {
  Elements both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

}  // namespace

std::optional<Object> narrow_set(const Object& object, const std::vector<std::uint32_t>& steps) {
  auto& machine = static_cast<SetMachine&>(*object.machine);
  Elements sorted = steps;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::vector<Step> few;
  for (const std::uint32_t step : sorted) few.push_back(object.problem.steps[step]);
  const Elements all = added_by(object.problem.steps, machine);
  const Elements kept = added_by(few, machine);
  auto narrowed = std::make_unique<SetMachine>(machine.model());
  std::map<Elements, std::uint32_t> numbers;
  for (Step& step : few) {
    SetModel::Op op = machine.op(step.kind);
    if (op.type == SetModel::Op::Type::read) {
      if (common(op.elements, all).size() < op.elements.size()) return std::nullopt;
      op.elements = common(op.elements, kept);
      const auto next = static_cast<std::uint32_t>(numbers.size());
      op.number = numbers.try_emplace(op.elements, next).first->second;
    }
    step.kind = narrowed->kind_of(op);
  }
  if (numbers.empty()) return std::nullopt;
  return object.with(std::move(few), std::move(narrowed));
}

}  // namespace windtunnel::checkers
