// What an effect meant when it began, written so that it means the same without the run.
#include <windtunnel/faults/nemesis/nemesis.h>

#include <utility>

namespace windtunnel::faults {

// Resolves with the keys that `Apply` uses, so that it finds the same nodes.
struct Nemesis::Freeze {
  const Nemesis& nemesis;
  const Active& active;
  bool concerns_somebody = true;

  Selector named(const std::vector<NodeId>& nodes) {
    Selector selector;
    for (const NodeId node : nodes) {
      selector.terms.push_back({Term::Kind::named, std::string(nemesis.cluster_.name(node)), 0});
    }
    if (nodes.empty()) concerns_somebody = false;
    return selector;
  }
  void victims(Selector& selector) { selector = named(nemesis.select(selector, active)); }
  // Every node stays every node.
  void end(Selector& selector, std::string_view purpose) {
    if (selector.terms.empty()) return;
    selector = named(nemesis.ends(selector, active, purpose));
  }
  void ends(Selector& from, Selector& to) {
    end(from, "fault.victims");
    end(to, "fault.targets");
  }
  void sides(Sides& sides) {
    if (sides.shape == Sides::Shape::ring) return;
    const DrawKey key = nemesis.draws("fault.victims", active.fault, active.occurrence);
    Sides frozen;
    for (const std::vector<NodeId>& side : resolve_sides(sides, nemesis.cluster_, key)) {
      if (!side.empty()) frozen.sides.push_back(named(side));
    }
    concerns_somebody = frozen.sides.size() >= 2;
    sides = std::move(frozen);
  }

  template <class E>
  void operator()(E& effect) {
    if constexpr (requires { effect.sides; }) sides(effect.sides);
    if constexpr (requires { effect.from; }) ends(effect.from, effect.to);
    // A release names the hold that it ends by its filter as it was written.
    if constexpr (requires { effect.messages; } && !std::is_same_v<E, Release>) {
      ends(effect.messages.from, effect.messages.to);
    }
    if constexpr (requires { effect.nodes; }) victims(effect.nodes);
  }
};

std::optional<Effect> Nemesis::freeze(const Active& active) const {
  Effect effect = active.effect;
  Freeze freeze{*this, active};
  std::visit(freeze, effect);
  if (!freeze.concerns_somebody) return std::nullopt;
  return effect;
}

void Nemesis::freeze_amount(const Active& active, Effect& effect) {
  if (auto* drift = std::get_if<ClockDrift>(&effect)) {
    drift->ppm = {active.amount / 1'000, active.amount / 1'000};
  } else if (auto* jump = std::get_if<ClockJump>(&effect)) {
    jump->by = {Duration{active.amount}, Duration{active.amount}};
  }
}

}  // namespace windtunnel::faults
