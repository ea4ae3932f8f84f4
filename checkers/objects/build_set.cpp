#include <windtunnel/checkers/objects/models.h>
#include <windtunnel/checkers/objects/set.h>

#include <algorithm>
#include <map>

namespace windtunnel::checkers {
namespace {

using SetOp = SetModel::Op;

bool is_collection(const Value& value) {
  return value.is_sequence() || value.kind() == Value::Kind::set;
}

std::vector<std::uint32_t> sorted(const Value& collection, Numbering& values) {
  std::vector<std::uint32_t> out;
  for (const Value& item : collection.items()) out.push_back(values.number(item));
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// What an answer of true or false says; anything else says nothing.
SetOp::Found found(const KeyedOperation& op, bool when_true_present) {
  if (!op.ok || op.result->kind() != Value::Kind::boolean) return SetOp::Found::anything;
  return op.result->truth() == when_true_present ? SetOp::Found::present : SetOp::Found::absent;
}

struct SetBuilder {
  Numbering values;
  std::map<std::vector<std::uint32_t>, std::uint32_t> results;

  // False when it is no operation of a set. `keep` is false where it says nothing.
  bool decode(const KeyedOperation& op, SetOp& it, bool& keep) {
    keep = true;
    if (*op.f == "read") {
      it.type = SetOp::Type::read;
      keep = op.ok;
      if (!op.ok) return true;
      if (!is_collection(*op.result)) return false;
      it.elements = sorted(*op.result, values);
      const auto next = static_cast<std::uint32_t>(results.size());
      it.number = results.try_emplace(it.elements, next).first->second;
      return true;
    }
    it.number = values.number(*op.argument);
    it.elements = {it.number};
    if (*op.f == "add") {
      it.found = found(op, false);
    } else if (*op.f == "remove") {
      it.type = SetOp::Type::remove;
      it.found = found(op, true);
    } else if (*op.f == "contains") {
      it.type = SetOp::Type::contains;
      it.found = found(op, true);
      keep = op.ok;
      if (op.ok && it.found == SetOp::Found::anything) return false;
    } else {
      return false;
    }
    return true;
  }
};

}  // namespace

bool build_set(const std::vector<KeyedOperation>& operations, const Value& initial, Object& object,
               std::size_t& unknown) {
  SetBuilder builder;
  SetModel model;
  model.first = sorted(initial, builder.values);
  std::vector<SetOp> ops;
  ops.reserve(operations.size());
  object.problem.steps.reserve(operations.size());
  for (std::size_t i = 0; i < operations.size(); ++i) {
    unknown = i;
    SetOp it;
    bool keep = true;
    if (!builder.decode(operations[i], it, keep)) return false;
    if (!keep) continue;
    ops.push_back(std::move(it));
    object.problem.steps.push_back(operations[i].step);
  }
  model.values = std::move(builder.values);
  auto machine = std::make_unique<SetMachine>(std::move(model));
  for (std::size_t i = 0; i < ops.size(); ++i) {
    object.problem.steps[i].kind = machine->kind_of(ops[i]);
  }
  object.machine = std::move(machine);
  object.fast = check_set;
  object.fast_name = "set-order";
  object.order = order_by_set;
  object.narrow = narrow_set;
  return true;
}

}  // namespace windtunnel::checkers
