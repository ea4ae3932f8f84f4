#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/objects/kv.h>
#include <windtunnel/checkers/objects/models.h>

#include <algorithm>
#include <optional>

namespace windtunnel::checkers {
namespace {

using KvType = KvModel::Op::Type;

KvModel::State state_of(const Value& value) {
  if (value.is_nil()) return {};
  const bool text = value.kind() == Value::Kind::string;
  return {true, false, text ? std::string(value.text()) : to_edn(value)};
}

std::optional<KvType> type_of(const KeyedOperation& op) {
  if (*op.f == "get" || *op.f == "read") return KvType::get;
  if (*op.f == "put" || *op.f == "write") return KvType::put;
  if (*op.f == "append") return KvType::append;
  const bool pair = op.argument->is_sequence() && op.argument->items().size() == 2;
  if (*op.f == "cas" && pair) return KvType::cas;
  return std::nullopt;
}

}  // namespace

bool build_kv(const std::vector<KeyedOperation>& operations, const Value& initial, Object& object,
              std::size_t& unknown) {
  std::vector<KvModel::Op> ops;
  KvModel model{state_of(initial), {}};
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const KeyedOperation& op = operations[i];
    unknown = i;
    const auto type = type_of(op);
    if (!type.has_value()) return false;
    KvModel::Op it{*type, {}, {}};
    if (*type == KvType::get)
      it.from = state_of(*op.result);
    else if (*type == KvType::cas)
      it.from = state_of(op.argument->items()[0]);
    if (*type == KvType::cas)
      it.to = state_of(op.argument->items()[1]);
    else if (*type != KvType::get)
      it.to = state_of(*op.argument);
    const bool observes = (*type == KvType::get && op.ok) || *type == KvType::cas;
    if (observes && it.from.set) model.observed.push_back(it.from.text);
    ops.push_back(std::move(it));
  }
  std::sort(model.observed.begin(), model.observed.end());
  auto machine = std::make_unique<KvMachine>(std::move(model));
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const KeyedOperation& op = operations[i];
    const bool nil_unknown = op.result->is_nil() && !initial.is_nil();
    if (ops[i].type == KvType::get && (!op.ok || nil_unknown)) continue;
    Step step = op.step;
    step.kind = machine->kind_of(ops[i]);
    object.problem.steps.push_back(step);
  }
  object.machine = std::move(machine);
  object.fast = check_append_order;
  object.fast_name = "append-order";
  object.order = order_by_appends;
  object.narrow = narrow_appends;
  return true;
}

}  // namespace windtunnel::checkers
