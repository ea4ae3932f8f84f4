#include <windtunnel/scenarios/rapidcheck/simpler.h>

#include <windtunnel/faults/plan/simpler.h>

#include <optional>
#include <type_traits>
#include <utility>

namespace windtunnel::gen {

using namespace faults;

namespace {

using Kind = Term::Kind;

Selector one(Kind kind, std::uint32_t count = 0) {
  Term term;
  term.kind = kind;
  term.count = count;
  return Selector{{term}};
}

// How far a term is from one node that is known: named and `leader` are simplest.
int rank_of(const Term& term) {
  switch (term.kind) {
    case Kind::named:
    case Kind::leader:
    case Kind::rest:
    case Kind::clients: return 0;
    case Kind::random: return term.count <= 1 ? 1 : 2;
    case Kind::followers:
    case Kind::minority: return 2;
    case Kind::majority:
    case Kind::all: break;
  }
  return 3;
}

// One term of several; one node instead of many.
std::vector<Selector> simpler_selectors(const Selector& selector) {
  std::vector<Selector> out;
  if (selector.terms.size() > 1) {
    for (const Term& term : selector.terms) out.push_back(Selector{{term}});
    return out;
  }
  if (selector.terms.empty()) return out;
  const int rank = rank_of(selector.terms.front());
  if (rank > 0) out.push_back(one(Kind::leader));
  if (rank > 1) out.push_back(one(Kind::random, 1));
  if (rank > 2) out.push_back(one(Kind::minority));
  return out;
}

bool is_simplest(const Sides& sides) {
  return sides.shape == Sides::Shape::listed && sides.sides.size() == 2 &&
         sides.sides[0].terms.size() == 1 && rank_of(sides.sides[0].terms[0]) == 0;
}

std::vector<Sides> simpler_sides(const Sides& sides) {
  std::vector<Sides> out;
  if (is_simplest(sides)) return out;
  out.push_back({Sides::Shape::listed, {one(Kind::leader), one(Kind::rest)}});
  if (sides.shape != Sides::Shape::listed) return out;
  for (std::size_t i = 0; i < sides.sides.size(); ++i) {
    for (Selector& simpler : simpler_selectors(sides.sides[i])) {
      out.push_back(sides);
      out.back().sides[i] = std::move(simpler);
    }
  }
  return out;
}

// Collects versions of an effect, each with one member changed.
template <class E>
class Versions {
 public:
  Versions(const E& effect, std::vector<Effect>& out) : effect_(effect), out_(out) {}

  template <class Of, class M>
  void with(M Of::*member, const M& value) {
    E changed = effect_;
    changed.*member = value;
    if (!(changed == effect_)) out_.push_back(std::move(changed));
  }
  void selector(Selector E::*member) {
    for (const Selector& simpler : simpler_selectors(effect_.*member)) with(member, simpler);
  }
  // What is absent means every node: a filter that says less.
  void filter() {
    const MessageFilter& filter = effect_.messages;
    for (Selector MessageFilter::*end : {&MessageFilter::from, &MessageFilter::to}) {
      MessageFilter simpler = filter;
      simpler.*end = Selector{};
      if (!std::is_same_v<E, MessageRule>) with(&E::messages, simpler);
      for (const Selector& selector : simpler_selectors(filter.*end)) {
        simpler = filter;
        simpler.*end = selector;
        with(&E::messages, simpler);
      }
    }
  }

 private:
  const E& effect_;
  std::vector<Effect>& out_;
};

struct Simplify {
  std::vector<Effect>& out;

  void operator()(const std::monostate&) const {}
  template <class E>
  void operator()(const E& effect) const {
    Versions<E> versions(effect, out);
    if constexpr (requires { effect.nodes; }) versions.selector(&E::nodes);
    if constexpr (requires { effect.node; }) versions.selector(&E::node);
    if constexpr (requires { effect.from; }) {
      versions.selector(&E::from);
      versions.selector(&E::to);
    }
    if constexpr (requires { effect.messages; }) versions.filter();
    if constexpr (requires { effect.sides; }) {
      for (const Sides& sides : simpler_sides(effect.sides)) versions.with(&E::sides, sides);
    }
  }
};

}  // namespace

std::vector<Effect> simpler_effects(const Effect& effect) {
  std::vector<Effect> out;
  std::visit(Simplify{out}, effect);
  for (Effect& simpler : simpler_amounts(effect)) out.push_back(std::move(simpler));
  return out;
}

}  // namespace windtunnel::gen
