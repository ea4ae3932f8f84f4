// Values, selectors and patterns of generated plans.
#pragma once

#include <windtunnel/faults/plan/pattern.h>
#include <windtunnel/faults/plan/selector.h>
#include <windtunnel/faults/plan/values.h>
#include <windtunnel/scenarios/rapidcheck/draws.h>

#include <cstdint>
#include <string>
#include <vector>

namespace windtunnel::gen {

// A point, or now and then a range.
faults::DurationRange draw_range(Draws& draws, faults::DurationRange within);
// None of its draws leaves the range.
faults::Distribution draw_latency(Draws& draws, faults::DurationRange within);
// 1 to `most` in a million, few digits.
PerMillion draw_probability(Draws& draws, std::uint32_t most);

// Whom a plan can name.
struct Names {
  struct Group {
    std::string name;
    std::uint32_t count = 1;
  };
  std::vector<Group> groups;
  std::vector<std::string> servers;
  std::vector<std::string> clients;  // the names of their groups, too
};

faults::Selector draw_servers(Draws& draws, const Names& names);
faults::Selector draw_server(Draws& draws, const Names& names);
// Servers or clients.
faults::Selector draw_nodes(Draws& draws, const Names& names);
faults::Sides draw_sides(Draws& draws, const Names& names);
faults::Pattern draw_pattern(Draws& draws, const Names& names);

// Both ends of a link: never the same single node.
struct Ends {
  faults::Selector from;
  faults::Selector to;
};
Ends draw_ends(Draws& draws, const Names& names);

faults::Selector selector_of(faults::Term::Kind kind, std::uint32_t count = 0);

}  // namespace windtunnel::gen
