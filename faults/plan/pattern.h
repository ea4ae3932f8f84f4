// What a `when:` trigger waits for: an observation of a node, by the words of its protocol.
//
//   leader elected            some node takes a role that leads
//   leader(n1)                n1 does; leader(n): one of the nodes n; leader(n/1): in their group 1
//   commit(n1) >= 10          the counter reaches 10 on n1; without (n1), on any node
//   commit(n1/1) >= 10        in the second of the groups that n1 is in
//   event kind=prepared node=n2 txn=7 round>=2 count=3
//                             the third observation of that word on n2 whose fields are so
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::faults {

// What a field of the observation must be.
struct FieldCondition {
  std::string field;      // a space is written '-': "last-index"; empty: the first field
  bool at_least = false;  // else equal
  std::string value;  // a number; of a field that means a node, role, name or truth also its text
  friend bool operator==(const FieldCondition&, const FieldCondition&) = default;
};

struct Pattern {
  enum class Kind : std::uint8_t {
    leader,   // a role that leads
    counter,  // the counter `word` reaches the value of the only condition
    word,     // the word `word`
  };
  Kind kind = Kind::leader;
  std::string word;
  std::string node;                    // a node, or nodes of a common name; empty: any node
  std::optional<std::uint32_t> group;  // of those that the nodes form, from 0; none: any
  std::vector<FieldCondition> conditions;
  std::uint32_t count = 1;  // the how manieth match fires
  friend bool operator==(const Pattern&, const Pattern&) = default;
};

// By its form alone: whether its words exist is seen where they are known (watch.h).
std::optional<Pattern> parse_pattern(std::string_view text);
std::string to_string(const Pattern& pattern);

}  // namespace windtunnel::faults
