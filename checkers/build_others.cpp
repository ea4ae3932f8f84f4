#include "checkers/edn.h"
#include "checkers/models.h"
#include "checkers/queue.h"

#include <algorithm>
#include <map>

namespace windtunnel::checkers {
namespace {

struct MutexModel {
  struct Op {
    bool acquire = false;
    friend auto operator<=>(const Op&, const Op&) = default;
  };
  using State = bool;  // held?

  bool first = false;

  State initial() const { return first; }
  bool apply(State& held, const Op& op) const {
    if (held == op.acquire) return false;
    held = op.acquire;
    return true;
  }
  std::string describe(const State& held) const { return held ? "held" : "free"; }
};

// A set with the usual rules: adding what is there and removing what is not are legal.
struct SetModel {
  struct Op {
    enum class Type : std::uint8_t { add, remove, read };
    Type type = Type::add;
    std::vector<std::uint32_t> elements;  // one, or what a read returned, sorted
    friend auto operator<=>(const Op&, const Op&) = default;
  };
  using State = std::vector<std::uint32_t>;  // sorted

  State first;
  std::vector<std::string> names;

  State initial() const { return first; }
  bool apply(State& state, const Op& op) const {
    if (op.type == Op::Type::read) return state == op.elements;
    const std::uint32_t element = op.elements.front();
    const auto at = std::lower_bound(state.begin(), state.end(), element);
    const bool present = at != state.end() && *at == element;
    if (op.type == Op::Type::add && !present) state.insert(at, element);
    if (op.type == Op::Type::remove && present) state.erase(at);
    return true;
  }
  Traits traits(const Op& op) const {
    const bool read = op.type == Op::Type::read;
    return {.observer = read, .total = !read, .blind = false};
  }
  // An element that no read shows can go with all its adds; what was removed may be missed.
  bool may_see(const Op& op, const Op& mutator) const {
    if (op.type != Op::Type::read) return op.elements == mutator.elements;
    if (mutator.type == Op::Type::remove) return true;
    return std::binary_search(op.elements.begin(), op.elements.end(), mutator.elements.front());
  }
  std::string describe(const State& state) const {
    std::string out = "#{";
    for (const std::uint32_t element : state) out += (out.size() > 2 ? " " : "") + names[element];
    return out + "}";
  }
};

struct Numbers {
  std::map<Value, std::uint32_t> numbers;
  std::vector<std::string> names;

  std::uint32_t of(const Value& value) {
    const auto next = static_cast<std::uint32_t>(names.size());
    const auto [entry, added] = numbers.try_emplace(value, next);
    if (added) names.push_back(to_edn(value));
    return entry->second;
  }
  std::vector<std::uint32_t> sorted(const Value& collection) {
    std::vector<std::uint32_t> out;
    for (const Value& item : collection.items()) out.push_back(of(item));
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }
};

bool is_collection(const Value& value) {
  return value.is_sequence() || value.kind() == Value::Kind::set;
}

using QueueType = QueueModel::Op::Type;

}  // namespace

bool build_mutex(const std::vector<KeyedOperation>& operations, const Value& initial,
                 Object& object, std::size_t& unknown) {
  const bool held = initial.is_name() ? initial.text() == "held" : initial.truth();
  auto machine = std::make_unique<ModelMachine<MutexModel>>(MutexModel{held});
  for (std::size_t i = 0; i < operations.size(); ++i) {
    unknown = i;
    const std::string& f = *operations[i].f;
    if (f != "acquire" && f != "release") return false;
    Step step = operations[i].step;
    step.kind = machine->kind_of({f == "acquire"});
    object.problem.steps.push_back(step);
  }
  object.machine = std::move(machine);
  return true;
}

bool build_queue(const std::vector<KeyedOperation>& operations, const Value& initial,
                 Object& object, std::size_t& unknown) {
  Numbers numbers;
  QueueModel model;
  for (const Value& item : initial.items()) model.first.push_back(numbers.of(item));
  std::vector<QueueModel::Op> ops;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const KeyedOperation& op = operations[i];
    unknown = i;
    QueueModel::Op it;
    if (*op.f == "enqueue") {
      it.value = numbers.of(*op.argument);
    } else if (*op.f == "dequeue") {
      it.type = !op.ok                ? QueueType::dequeue_unknown
                : op.result->is_nil() ? QueueType::dequeue_empty
                                      : QueueType::dequeue;
      if (it.type == QueueType::dequeue) it.value = numbers.of(*op.result);
    } else {
      return false;
    }
    ops.push_back(it);
  }
  model.names = numbers.names;
  auto machine = std::make_unique<QueueMachine>(std::move(model));
  for (std::size_t i = 0; i < operations.size(); ++i) {
    Step step = operations[i].step;
    step.kind = machine->kind_of(ops[i]);
    object.problem.steps.push_back(step);
  }
  object.machine = std::move(machine);
  object.fast = check_queue_order;
  object.fast_name = "queue-order";
  return true;
}

bool build_set(const std::vector<KeyedOperation>& operations, const Value& initial, Object& object,
               std::size_t& unknown) {
  Numbers numbers;
  SetModel model;
  model.first = numbers.sorted(initial);
  std::vector<SetModel::Op> ops;
  std::vector<Step> steps;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const KeyedOperation& op = operations[i];
    unknown = i;
    if (*op.f == "read") {
      if (!op.ok) continue;
      if (!is_collection(*op.result)) return false;
      ops.push_back({SetModel::Op::Type::read, numbers.sorted(*op.result)});
    } else if (*op.f == "add") {
      ops.push_back({SetModel::Op::Type::add, {numbers.of(*op.argument)}});
    } else if (*op.f == "remove") {
      ops.push_back({SetModel::Op::Type::remove, {numbers.of(*op.argument)}});
    } else {
      return false;
    }
    steps.push_back(op.step);
  }
  model.names = numbers.names;
  auto machine = std::make_unique<ModelMachine<SetModel>>(std::move(model));
  for (std::size_t i = 0; i < steps.size(); ++i) steps[i].kind = machine->kind_of(ops[i]);
  object.problem.steps = std::move(steps);
  object.machine = std::move(machine);
  return true;
}

}  // namespace windtunnel::checkers
