#include <windtunnel/checkers/objects/container.h>

#include <algorithm>

namespace windtunnel::checkers {

bool ContainerModel::apply(State& state, const Op& op) const {
  switch (op.type) {
    case Op::Type::put: {
      auto at = state.end();
      if (discipline == Discipline::last_in_first_out) at = state.begin();
      if (discipline == Discipline::smallest_first) {
        at = std::find_if(state.begin(), state.end(), [&](std::uint32_t other) {
          return values.value(op.value) < values.value(other);
        });
      }
      state.insert(at, op.value);
      return true;
    }
    case Op::Type::take:
      if (state.empty() || state.front() != op.value) return false;
      state.pop_front();
      return true;
    case Op::Type::take_empty: return state.empty();
    case Op::Type::take_unknown:
      if (!state.empty()) state.pop_front();
      return true;
  }
  return false;
}

Traits ContainerModel::traits(const Op& op) const {
  const bool total = op.type == Op::Type::put || op.type == Op::Type::take_unknown;
  return {.observer = op.type == Op::Type::take_empty, .total = total, .blind = false};
}

std::string ContainerModel::describe(const State& state) const {
  constexpr std::size_t kMaxShown = 6;
  std::string out = "[";
  for (std::size_t i = 0; i < state.size() && i < kMaxShown; ++i) {
    out += (i == 0 ? "" : " ") + values.name(state[i]);
  }
  return out + (state.size() > kMaxShown ? " ...]" : "]");
}

}  // namespace windtunnel::checkers
