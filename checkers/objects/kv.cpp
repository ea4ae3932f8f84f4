#include <windtunnel/checkers/objects/kv.h>

#include <windtunnel/checkers/history/edn.h>

#include <algorithm>

namespace windtunnel::checkers {

KvModel::State KvModel::known(State state) const {
  if (!state.set) return state;
  const auto at = std::lower_bound(observed.begin(), observed.end(), state.text);
  if (at != observed.end() && at->starts_with(state.text)) return state;
  return {true, true, {}};
}

bool KvModel::apply(State& state, const Op& op) const {
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

Traits KvModel::traits(const Op& op) const {
  const bool put = op.type == Op::Type::put;
  return {.observer = op.type == Op::Type::get,
          .total = put || op.type == Op::Type::append,
          .blind = put};
}

// A value that nobody is seen to have read lies in a stretch that nobody looked into.
bool KvModel::may_see(const Op& op, const Op& mutator) const {
  if (op.type != Op::Type::get && op.type != Op::Type::cas) return false;
  if (mutator.type == Op::Type::append) {
    return op.from.text.find(mutator.to.text) != std::string::npos;
  }
  return op.from.text.starts_with(mutator.to.text);
}

std::string KvModel::describe(const State& state) const {
  if (!state.set) return "nil";
  if (state.lost) return "something that nobody read";
  return to_edn(Value(state.text));
}

}  // namespace windtunnel::checkers
