#include <windtunnel/checkers/objects/models.h>
#include <windtunnel/checkers/objects/register.h>

namespace windtunnel::checkers {
namespace {

// What no history says: it takes the number of the values that nobody read.
const Value& other() {
  static const Value value(Value::Kind::tagged, "windtunnel/other");
  return value;
}

// Numbers the values that somebody is known to have read or needed, and calls the rest kOther.
struct Values {
  Numbering numbers;

  explicit Values(const Value& initial) {
    numbers.number(initial);
    numbers.number(other());
  }
  std::uint32_t written(const Value& value) const {
    const std::uint32_t number = numbers.find(value);
    return number == Numbering::kAbsent ? RegisterMachine::kOther : number;
  }
};

bool is_cas(const KeyedOperation& op) {
  return *op.f == "cas" && op.argument->is_sequence() && op.argument->items().size() == 2;
}

// A read with nothing to say: it never returned, or returned nil from a register that is never nil.
bool is_silent(const KeyedOperation& op, const Value& initial) {
  return !op.ok || (op.result->is_nil() && !initial.is_nil());
}

// The second pass over what the first one accepted: the values that matter are known.
RegisterOp decode(const KeyedOperation& op, const Values& values) {
  const char what = op.f->front();
  RegisterOp it;
  if (what == 'r') {
    it.from = values.written(*op.result);
  } else if (what == 'w') {
    it.type = RegisterOp::Type::write;
    it.to = values.written(*op.argument);
  } else {
    it.type = RegisterOp::Type::cas;
    it.from = values.written(op.argument->items()[0]);
    it.to = values.written(op.argument->items()[1]);
  }
  return it;
}

}  // namespace

bool build_register(const std::vector<KeyedOperation>& operations, const Value& initial,
                    Object& object, std::size_t& unknown) {
  Values values(initial);
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const KeyedOperation& op = operations[i];
    unknown = i;
    if (*op.f == "read") {
      if (!is_silent(op, initial)) values.numbers.number(*op.result);
    } else if (is_cas(op)) {
      values.numbers.number(op.argument->items()[0]);
    } else if (*op.f != "write") {
      return false;
    }
  }
  auto machine = std::make_unique<RegisterMachine>(values.numbers);
  object.problem.steps.reserve(operations.size());
  for (const KeyedOperation& op : operations) {
    if (op.f->front() == 'r' && is_silent(op, initial)) continue;
    const RegisterOp it = decode(op, values);
    // What need not have happened and would not be noticed did not happen.
    const bool write = it.type == RegisterOp::Type::write;
    const bool unseen = write ? it.to == RegisterMachine::kOther : it.from == it.to;
    if (!op.ok && unseen) continue;
    Step step = op.step;
    step.kind = machine->kind_of(it);
    object.problem.steps.push_back(step);
  }
  object.machine = std::move(machine);
  object.fast = check_zones;
  object.fast_name = "zones";
  object.order = order_by_zones;
  return true;
}

}  // namespace windtunnel::checkers
