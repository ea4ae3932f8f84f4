// The selectors of an effect, whatever it is.
#pragma once

#include <windtunnel/faults/plan/fault.h>

#include <variant>

namespace windtunnel::faults {

// Calls `visit` for each selector of the effect; those of a partition's sides one by one.
template <class EffectRef, class Visit>
void each_selector(EffectRef& effect, const Visit& visit) {
  std::visit(
      [&](auto& e) {
        if constexpr (requires { e.nodes; }) visit(e.nodes);
        if constexpr (requires { e.from; }) {
          visit(e.from);
          visit(e.to);
        }
        if constexpr (requires { e.messages; }) {
          visit(e.messages.from);
          visit(e.messages.to);
        }
        if constexpr (requires { e.sides; }) {
          for (auto& side : e.sides.sides) visit(side);
        }
      },
      effect);
}

}  // namespace windtunnel::faults
