#include "checkers/edn.h"
#include "checkers/models.h"
#include "checkers/register.h"

#include <map>

namespace windtunnel::checkers {
namespace {

struct Less {
  bool operator()(const Value* a, const Value* b) const { return *a < *b; }
};

// Numbers the values that somebody is known to have read or needed, and calls the rest kOther.
struct Values {
  std::map<const Value*, std::uint32_t, Less> numbers;
  std::vector<std::string> names;

  explicit Values(const Value& initial) : names{to_edn(initial), "a value that nobody read"} {
    numbers.emplace(&initial, 0);
  }
  std::uint32_t observe(const Value& value) {
    const auto next = static_cast<std::uint32_t>(names.size());
    const auto [entry, added] = numbers.try_emplace(&value, next);
    if (added) names.push_back(to_edn(value));
    return entry->second;
  }
  std::uint32_t written(const Value& value) const {
    const auto found = numbers.find(&value);
    return found == numbers.end() ? RegisterMachine::kOther : found->second;
  }
};

bool is_cas(const KeyedOperation& op) {
  return *op.f == "cas" && op.argument->is_sequence() && op.argument->items().size() == 2;
}

// A read with nothing to say: it never returned, or returned nil from a register that is never nil.
bool is_silent(const KeyedOperation& op, const Value& initial) {
  return !op.ok || (op.result->is_nil() && !initial.is_nil());
}

}  // namespace

bool build_register(const std::vector<KeyedOperation>& operations, const Value& initial,
                    Object& object, std::size_t& unknown) {
  Values values(initial);
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const KeyedOperation& op = operations[i];
    unknown = i;
    if (*op.f == "read") {
      if (!is_silent(op, initial)) values.observe(*op.result);
    } else if (is_cas(op)) {
      values.observe(op.argument->items()[0]);
    } else if (*op.f != "write") {
      return false;
    }
  }
  auto machine = std::make_unique<RegisterMachine>(values.names);
  for (const KeyedOperation& op : operations) {
    RegisterOp it;
    if (*op.f == "read") {
      if (is_silent(op, initial)) continue;
      it.from = values.observe(*op.result);
    } else if (*op.f == "write") {
      it.type = RegisterOp::Type::write;
      it.to = values.written(*op.argument);
    } else {
      it.type = RegisterOp::Type::cas;
      it.from = values.observe(op.argument->items()[0]);
      it.to = values.written(op.argument->items()[1]);
    }
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
  return true;
}

}  // namespace windtunnel::checkers
