#include <windtunnel/checkers/objects/container.h>
#include <windtunnel/checkers/objects/models.h>

namespace windtunnel::checkers {
namespace {

using ContainerType = ContainerModel::Op::Type;

struct Words {
  const char* put;
  const char* take;
  decltype(Object::fast) fast;
  const char* fast_name;
  decltype(Object::order) order;
};

Words words_of(Discipline discipline) {
  switch (discipline) {
    case Discipline::first_in_first_out:
      return {"enqueue", "dequeue", check_queue_order, "queue-order", order_by_queue};
    case Discipline::last_in_first_out:
      return {"push", "pop", check_stack_nesting, "stack-nesting", order_by_nesting};
    case Discipline::smallest_first:
      return {"enqueue", "dequeue", check_priority_order, "priority-order", order_by_priority};
  }
  return {};
}

bool decode_container(const KeyedOperation& op, const Words& words, Numbering& values,
                      ContainerModel::Op& it) {
  if (*op.f == words.put) {
    it.value = values.number(*op.argument);
    return true;
  }
  if (*op.f != words.take) return false;
  it.type = !op.ok                ? ContainerType::take_unknown
            : op.result->is_nil() ? ContainerType::take_empty
                                  : ContainerType::take;
  if (it.type == ContainerType::take) it.value = values.number(*op.result);
  return true;
}

bool build(Discipline discipline, const std::vector<KeyedOperation>& operations,
           const Value& initial, Object& object, std::size_t& unknown) {
  const Words words = words_of(discipline);
  ContainerModel start;
  start.discipline = discipline;
  for (const Value& item : initial.items()) {
    start.apply(start.first, {ContainerType::put, start.values.number(item)});
  }
  Numbering values = start.values;
  std::vector<ContainerModel::Op> ops(operations.size());
  for (std::size_t i = 0; i < operations.size(); ++i) {
    unknown = i;
    if (!decode_container(operations[i], words, values, ops[i])) return false;
  }
  start.values = std::move(values);
  auto machine = std::make_unique<ContainerMachine>(std::move(start));
  object.problem.steps.reserve(operations.size());
  for (std::size_t i = 0; i < operations.size(); ++i) {
    Step step = operations[i].step;
    step.kind = machine->kind_of(ops[i]);
    object.problem.steps.push_back(step);
  }
  object.machine = std::move(machine);
  object.fast = words.fast;
  object.fast_name = words.fast_name;
  object.order = words.order;
  return true;
}

}  // namespace

bool build_queue(const std::vector<KeyedOperation>& operations, const Value& initial,
                 Object& object, std::size_t& unknown) {
  return build(Discipline::first_in_first_out, operations, initial, object, unknown);
}

bool build_stack(const std::vector<KeyedOperation>& operations, const Value& initial,
                 Object& object, std::size_t& unknown) {
  return build(Discipline::last_in_first_out, operations, initial, object, unknown);
}

bool build_priority_queue(const std::vector<KeyedOperation>& operations, const Value& initial,
                          Object& object, std::size_t& unknown) {
  return build(Discipline::smallest_first, operations, initial, object, unknown);
}

}  // namespace windtunnel::checkers
