#include <windtunnel/checkers/objects/models.h>

#include <fmt/format.h>

#include <optional>

namespace windtunnel::checkers {
namespace {

// Additions and subtractions that return nothing, reads that return the sum. Amounts have 64 bits,
// so no sum of 2^32 of them leaves these.
struct CounterModel {
  using Sum = __int128;
  struct Op {
    bool read = false;
    Sum amount = 0;
    friend auto operator<=>(const Op&, const Op&) = default;
  };
  using State = Sum;

  std::int64_t first = 0;

  State initial() const { return first; }
  bool apply(State& sum, const Op& op) const {
    if (!op.read) sum += op.amount;
    return !op.read || sum == op.amount;
  }
  Traits traits(const Op& op) const { return {.observer = op.read, .total = !op.read}; }
  std::string describe(const State& sum) const { return fmt::format("{}", sum); }
};

// What an operation adds; nothing for one that is none of a counter.
std::optional<CounterModel::Sum> amount_of(const KeyedOperation& op) {
  const bool down = *op.f == "decrement" || *op.f == "subtract";
  if (!down && *op.f != "add" && *op.f != "increment") return std::nullopt;
  if (op.argument->is_nil()) return down ? -1 : 1;
  if (!op.argument->is_integer()) return std::nullopt;
  const CounterModel::Sum amount = op.argument->integer();
  return down ? -amount : amount;
}

}  // namespace

bool build_counter(const std::vector<KeyedOperation>& operations, const Value& initial,
                   Object& object, std::size_t& unknown) {
  auto machine = std::make_unique<ModelMachine<CounterModel>>(CounterModel{initial.integer()});
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const KeyedOperation& op = operations[i];
    unknown = i;
    CounterModel::Op it;
    if (*op.f == "read") {
      if (!op.ok) continue;
      if (!op.result->is_integer()) return false;
      it = {true, op.result->integer()};
    } else {
      const std::optional<CounterModel::Sum> amount = amount_of(op);
      if (!amount.has_value()) return false;
      it.amount = *amount;
    }
    Step step = op.step;
    step.kind = machine->kind_of(it);
    object.problem.steps.push_back(step);
  }
  object.machine = std::move(machine);
  return true;
}

}  // namespace windtunnel::checkers
