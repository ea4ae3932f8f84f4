#include <windtunnel/scenarios/rapidcheck/draw_values.h>

#include <windtunnel/protocols/base/assert.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace windtunnel::gen {

using faults::Distribution;
using faults::DurationRange;
using faults::Selector;
using faults::Sides;
using faults::Term;

namespace {

Selector named(const std::string& name) {
  Term term;
  term.name = name;
  return Selector{{term}};
}

bool all_named(const Selector& selector) {
  return std::all_of(selector.terms.begin(), selector.terms.end(),
                     [](const Term& term) { return term.kind == Term::Kind::named; });
}

// "n1" alone, or two of them.
Selector draw_named(Draws& draws, const std::vector<std::string>& all) {
  Selector selector = named(draws.pick(all));
  if (all.size() < 3 || !draws.percent(25)) return selector;
  const Selector second = named(draws.pick(all));
  if (!(second == selector)) selector.terms.push_back(second.terms.front());
  return selector;
}

// Each server on one of two sides, none of which is empty.
Sides draw_split(Draws& draws, const Names& names) {
  Sides sides;
  sides.sides.resize(2);
  const std::uint64_t first = draws.below(names.servers.size());
  for (std::size_t i = 0; i < names.servers.size(); ++i) {
    const bool other = draws.percent(50) && i != first;
    sides.sides[other ? 1 : 0].terms.push_back(named(names.servers[i]).terms.front());
  }
  if (sides.sides[1].terms.empty()) sides.sides[1] = selector_of(Term::Kind::rest);
  return sides;
}

Distribution draw_shape(Draws& draws, Distribution made, DurationRange within) {
  using Shape = Distribution::Shape;
  const Duration low{std::max<std::int64_t>(within.min.ns, 1'000)};
  const Duration center = draws.between(low, within.max);
  switch (made.shape) {
    case Shape::uniform:
    case Shape::constant: break;
    case Shape::normal:
      made.mean = center;
      made.stddev = Duration{std::max<std::int64_t>(center.ns / draws.between(2, 10), 1'000)};
      break;
    case Shape::lognormal:
      made.median = center;
      made.sigma.millionths = draws.between(1, 15) * 100'000;
      break;
    case Shape::exponential: made.mean = center; break;
    case Shape::pareto:
      made.scale = center;
      made.tail.millionths = draws.between(11, 40) * 100'000;
      break;
  }
  made.min = within.min;
  made.max = within.max;
  return made;
}

}  // namespace

Selector selector_of(Term::Kind kind, std::uint32_t count) {
  Term term;
  term.kind = kind;
  term.count = count;
  return Selector{{term}};
}

DurationRange draw_range(Draws& draws, DurationRange within) {
  const Duration low = draws.between(within.min, within.max);
  if (!draws.percent(20)) return {low, low};
  const Duration high = draws.between(low, within.max);
  return {low, high};
}

Distribution draw_latency(Draws& draws, DurationRange within) {
  using Shape = Distribution::Shape;
  const auto shape = static_cast<Shape>(draws.below(6));
  const bool narrow = within.max.ns < 1'000 || within.max <= within.min;
  if (!narrow && shape != Shape::uniform && shape != Shape::constant) {
    Distribution made;
    made.shape = shape;
    return draw_shape(draws, made, within);
  }
  const Duration low = draws.between(within.min, within.max);
  if (shape == Shape::constant) {
    Distribution made;
    made.shape = Shape::constant;
    made.value = {low, low};
    return made;
  }
  const Duration high = draws.between(low, within.max);
  return Distribution::uniform(low, high);
}

PerMillion draw_probability(Draws& draws, std::uint32_t most) {
  constexpr std::uint32_t kStep = 10'000;
  return {kStep * draws.count(1, std::max<std::uint32_t>(1, most / kStep))};
}

Selector draw_server(Draws& draws, const Names& names) {
  const std::uint64_t what = draws.below(3);
  if (what == 0) return selector_of(Term::Kind::leader);
  if (what == 1) return selector_of(Term::Kind::random, 1);
  return named(draws.pick(names.servers));
}

Selector draw_servers(Draws& draws, const Names& names) {
  static const std::vector<Term::Kind> kKinds = {
      Term::Kind::named,    Term::Kind::named,    Term::Kind::named,     Term::Kind::leader,
      Term::Kind::leader,   Term::Kind::leader,   Term::Kind::random,    Term::Kind::random,
      Term::Kind::minority, Term::Kind::minority, Term::Kind::followers, Term::Kind::majority,
      Term::Kind::all};
  const Term::Kind kind = draws.pick(kKinds);
  if (kind == Term::Kind::named) return draw_named(draws, names.servers);
  Selector selector = selector_of(kind);
  Term& term = selector.terms.front();
  const auto servers = static_cast<std::uint32_t>(names.servers.size());
  if (kind == Term::Kind::random) term.count = draws.count(1, servers);
  if (kind == Term::Kind::followers) term.count = draws.count(0, servers - 1);
  if (kind != Term::Kind::all && names.groups.size() > 1 && draws.percent(50)) {
    term.name = draws.pick(names.groups).name;
  }
  return selector;
}

Selector draw_nodes(Draws& draws, const Names& names) {
  if (names.clients.empty() || !draws.percent(20)) return draw_servers(draws, names);
  if (draws.percent(30)) return selector_of(Term::Kind::clients);
  return named(draws.pick(names.clients));
}

Ends draw_ends(Draws& draws, const Names& names) {
  Ends ends;
  ends.from = draw_nodes(draws, names);
  ends.to = draw_nodes(draws, names);
  if (all_named(ends.from) && all_named(ends.to)) ends.to = selector_of(Term::Kind::all);
  return ends;
}

Sides draw_sides(Draws& draws, const Names& names) {
  Sides sides;
  switch (draws.below(7)) {
    case 0: sides.shape = Sides::Shape::halves; return sides;
    case 1: sides.shape = Sides::Shape::bridge; return sides;
    case 2: sides.shape = Sides::Shape::ring; return sides;
    case 3: return draw_split(draws, names);
    case 4: sides.sides.push_back(draw_server(draws, names)); break;
    case 5: sides.sides.push_back(selector_of(Term::Kind::minority)); break;
    default:
      sides.sides.push_back(selector_of(Term::Kind::leader));
      if (draws.percent(50)) {
        sides.sides[0].terms.push_back(selector_of(Term::Kind::minority).terms.front());
      }
  }
  sides.sides.push_back(selector_of(Term::Kind::rest));
  return sides;
}

faults::Pattern draw_pattern(Draws& draws, const Names& names) {
  std::string text = "leader elected";
  const std::string of = draws.percent(50) ? "(" + draws.pick(names.servers) + ")" : std::string();
  const std::string amount = std::to_string(draws.between(1, 60));
  switch (draws.below(6)) {
    case 0: break;
    case 1:
      if (!of.empty()) text = "leader" + of;
      break;
    case 2: text = "commit" + of + " >= " + amount; break;
    case 3: text = "applied" + of + " >= " + amount; break;
    case 4: text = "term" + of + " >= " + std::to_string(draws.between(2, 6)); break;
    default: text = "event kind=truncate count=" + std::to_string(draws.between(1, 2)); break;
  }
  const std::optional<faults::Pattern> pattern = faults::parse_pattern(text);
  WT_ASSERT(pattern.has_value(), "a generated pattern is one of the format");
  return *pattern;
}

}  // namespace windtunnel::gen
