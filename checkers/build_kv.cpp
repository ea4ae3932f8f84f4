#include "checkers/edn.h"
#include "checkers/models.h"

#include <algorithm>
#include <optional>

namespace windtunnel::checkers {
namespace {

// One key of a store of strings. A string that is no prefix of anything that was read later cannot
// be told from any other such string until the next put: all of them are one state, kLost. That
// keeps the states as few as the reads, whatever the order of concurrent appends.
struct KvModel {
  struct State {
    bool set = false;   // else nil
    bool lost = false;  // else `text` is known
    std::string text;
    friend auto operator<=>(const State&, const State&) = default;
  };
  struct Op {
    enum class Type : std::uint8_t { get, put, append, cas };
    Type type = Type::get;
    State from;  // what get returned, what cas expects
    State to;    // what put and cas leave; what append adds
    friend auto operator<=>(const Op&, const Op&) = default;
  };

  State first;
  std::vector<std::string> observed;  // sorted

  State known(State state) const {
    if (!state.set) return state;
    const auto at = std::lower_bound(observed.begin(), observed.end(), state.text);
    if (at != observed.end() && at->starts_with(state.text)) return state;
    return {true, true, {}};
  }
  State initial() const { return known(first); }

  bool apply(State& state, const Op& op) const {
    switch (op.type) {
      case Op::Type::get: return state == op.from;
      case Op::Type::put: state = known(op.to); return true;
      case Op::Type::append:
        if (!state.lost) state = known({true, false, state.text + op.to.text});
        return true;
      case Op::Type::cas:
        if (state != op.from) return false;
        state = known(op.to);
        return true;
    }
    return false;
  }
  Traits traits(const Op& op) const {
    const bool put = op.type == Op::Type::put;
    return {.observer = op.type == Op::Type::get,
            .total = put || op.type == Op::Type::append,
            .blind = put};
  }
  // A value that nobody is seen to have read lies in a stretch that nobody looked into.
  bool may_see(const Op& op, const Op& mutator) const {
    if (op.type != Op::Type::get && op.type != Op::Type::cas) return false;
    if (mutator.type == Op::Type::append) {
      return op.from.text.find(mutator.to.text) != std::string::npos;
    }
    return op.from.text.starts_with(mutator.to.text);
  }
  std::string describe(const State& state) const {
    if (!state.set) return "nil";
    if (state.lost) return "something that nobody read";
    return to_edn(Value(state.text));
  }
};

using Type = KvModel::Op::Type;

KvModel::State state_of(const Value& value) {
  if (value.is_nil()) return {};
  const bool text = value.kind() == Value::Kind::string;
  return {true, false, text ? std::string(value.text()) : to_edn(value)};
}

std::optional<Type> type_of(const KeyedOperation& op) {
  if (*op.f == "get" || *op.f == "read") return Type::get;
  if (*op.f == "put" || *op.f == "write") return Type::put;
  if (*op.f == "append") return Type::append;
  const bool pair = op.argument->is_sequence() && op.argument->items().size() == 2;
  if (*op.f == "cas" && pair) return Type::cas;
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
    if (*type == Type::get)
      it.from = state_of(*op.result);
    else if (*type == Type::cas)
      it.from = state_of(op.argument->items()[0]);
    if (*type == Type::cas)
      it.to = state_of(op.argument->items()[1]);
    else if (*type != Type::get)
      it.to = state_of(*op.argument);
    const bool observes = (*type == Type::get && op.ok) || *type == Type::cas;
    if (observes && it.from.set) model.observed.push_back(it.from.text);
    ops.push_back(std::move(it));
  }
  std::sort(model.observed.begin(), model.observed.end());
  auto machine = std::make_unique<ModelMachine<KvModel>>(std::move(model));
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const KeyedOperation& op = operations[i];
    const bool nil_unknown = op.result->is_nil() && !initial.is_nil();
    if (ops[i].type == Type::get && (!op.ok || nil_unknown)) continue;
    Step step = op.step;
    step.kind = machine->kind_of(ops[i]);
    object.problem.steps.push_back(step);
  }
  object.machine = std::move(machine);
  return true;
}

}  // namespace windtunnel::checkers
