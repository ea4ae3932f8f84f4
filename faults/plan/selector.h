// Which nodes a fault concerns, as it is written: `n1`, `n`, `leader`, `followers`, `minority`,
// `random(2)`, `leader(n/1)`, `[leader, minority]`. A selector is data; it is resolved when its
// fault fires, against the cluster as it is then.
#pragma once

#include <windtunnel/protocols/base/ids.h>
#include <windtunnel/protocols/base/keyed_random.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::faults {

// One word of a selector.
struct Term {
  enum class Kind : std::uint8_t {
    named,      // a node, or all nodes of a group
    leader,     // the node that leads its group now; of each group where none is named
    followers,  // servers that are up and do not lead; with a count, that many of them
    majority,   // random servers, until the selection holds a majority of them
    minority,   // random servers, until the selection holds the largest minority
    random,     // random servers that are up
    rest,       // servers that no earlier term or side selected
    all,        // every server
    clients,    // every client
  };
  Kind kind = Kind::named;
  // named: which; leader, followers, majority, minority, random: the group, empty for all servers.
  std::string name;
  std::uint32_t count = 0;  // random: how many; followers: how many, 0 for all
  // Those before: which of the groups that the nodes of `name` form, from 0; none: any of them.
  std::optional<std::uint32_t> group = {};
  friend bool operator==(const Term&, const Term&) = default;
};

struct Selector {
  std::vector<Term> terms;
  friend bool operator==(const Selector&, const Selector&) = default;
};

// How a partition divides the servers. Nodes in no side, such as clients, keep all their links.
struct Sides {
  enum class Shape : std::uint8_t {
    listed,  // the sides of `sides`
    halves,  // a random majority and the rest
    bridge,  // two random halves and one node that both can reach
    ring,    // every node reaches the next one and the one before only
  };
  Shape shape = Shape::listed;
  std::vector<Selector> sides;
  friend bool operator==(const Sides&, const Sides&) = default;
};

// The words that are no names, as they are written.
std::vector<std::string_view> selector_words();

// `n/1`: group 1 of those that the nodes of `n` form. nullopt when malformed.
struct GroupName {
  std::string_view name;
  std::uint32_t group = 0;
};
std::optional<GroupName> parse_group(std::string_view text);

// `leader`, `n-leader`, `leader(n/1)`, `n-minority`, `random(2)`. nullopt when malformed; any other
// word is a name.
std::optional<Term> parse_term(std::string_view text);
std::string to_string(const Term& term);
// "leader" or "[leader, minority]".
std::string to_string(const Selector& selector);

// What a selector is resolved against. Nodes are named by their ids, dense from 0.
class ClusterView {
 public:
  virtual std::uint32_t node_count() const = 0;
  virtual std::string_view name(NodeId node) const = 0;
  // Whether it is one of the nodes of that name.
  virtual bool belongs(NodeId node, std::string_view group) const = 0;
  virtual bool is_client(NodeId node) const = 0;
  virtual bool up(NodeId node) const = 0;
  // Not a member of its group at first: it takes part in no majority.
  virtual bool is_spare(NodeId) const { return false; }
  // A spare node that never was is there for those alone who name it.
  virtual bool was_started(NodeId) const { return true; }
  // Whether the node leads that one of the groups that it forms with the others of that name, or
  // any of them; of any name where it is empty. It has the newest term of those that are up and say
  // so.
  virtual bool leads(NodeId node, std::string_view name,
                     std::optional<std::uint32_t> group) const = 0;
  // The nodes of this name whose votes count in that group, by the configuration in force; all
  // members where nobody said which, or no group is meant.
  virtual std::vector<NodeId> voters(std::string_view name,
                                     std::optional<std::uint32_t> group) const = 0;

 protected:
  ~ClusterView() = default;
};

// The nodes that `selector` means now, each once, in the order of the terms. Empty when it means
// nobody, for example `leader` while there is none. `taken` are the nodes that earlier sides hold:
// the relative terms (followers, majority, minority, random, rest, all) leave them out. Random
// choices are keyed by node name, so that a node that is not in the cluster any more changes none
// of the others'.
std::vector<NodeId> resolve(const Selector& selector, const ClusterView& view, DrawKey draws,
                            const std::vector<NodeId>& taken = {});

// The pairs of nodes that a partition separates, lower id first, ordered.
struct CutPair {
  NodeId a;
  NodeId b;
  friend auto operator<=>(const CutPair&, const CutPair&) = default;
};
std::vector<CutPair> resolve(const Sides& sides, const ClusterView& view, DrawKey draws);
// The sides themselves; none for a ring.
std::vector<std::vector<NodeId>> resolve_sides(const Sides& sides, const ClusterView& view,
                                               DrawKey draws);

}  // namespace windtunnel::faults
