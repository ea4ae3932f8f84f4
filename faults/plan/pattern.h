// What a `when:` trigger waits for: an observation of a node.
//
//   leader elected            some node becomes leader
//   leader(n1)                n1 does
//   commit(n1) >= 10          n1's commit index reaches 10; without (n1), any node's
//   applied >= 4, term >= 3, snapshot >= 1
//   event kind=truncate node=n2 count=3     the third observation of that kind on n2
#pragma once

#include <windtunnel/protocols/env/observation.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace windtunnel::faults {

struct Pattern {
  ObservationKind kind = ObservationKind::none;
  std::string node;            // empty: any node
  std::uint64_t at_least = 0;  // the observation's word `a` must reach this
  bool leads = false;          // a role observation that says leader
  std::uint32_t count = 1;     // the how manieth match fires
  friend bool operator==(const Pattern&, const Pattern&) = default;
};

std::optional<Pattern> parse_pattern(std::string_view text);
std::string to_string(const Pattern& pattern);

// True when the observation is one that the pattern counts.
bool matches(const Pattern& pattern, std::string_view node, const Observation& observation);

}  // namespace windtunnel::faults
