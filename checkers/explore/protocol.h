// What a protocol gives so that a group of its machines can be explored (concept `Protocol`).
//
// A *node* is one member: a pure machine (`protocols/env/machine.h`) and what its host keeps for it
// between steps, as one regular value. Two things happen to nodes: a message arrives, or an `Event`
// of the protocol's own takes place (a timer fires, a client asks, a write completes, the process
// crashes and recovers). What a node does then is a function of the node and of what happened, so
// it is computed once and remembered.
//
// What must hold is said twice, as needed:
//   Ghost     follows the facts that nodes tell, along one history (`NoGhost`: there is none);
//   violation of all nodes at one moment, an optional member of the protocol.
#pragma once

#include <windtunnel/checkers/explore/renaming.h>
#include <windtunnel/protocols/base/hash.h>
#include <windtunnel/protocols/env/machine.h>

#include <array>
#include <concepts>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace windtunnel::explore {

// How often each kind of thing may happen in one history. The first two are the network's, the
// others the protocol's.
inline constexpr std::size_t kBudgets = 12;
inline constexpr std::uint8_t kDuplicates = 0;
inline constexpr std::uint8_t kDrops = 1;
inline constexpr std::uint8_t kFirstOwnBudget = 2;
inline constexpr std::uint8_t kFree = 0xff;  // as often as it likes
using Budgets = std::array<std::uint8_t, kBudgets>;

struct Event {
  std::uint8_t kind = 0;
  std::uint8_t budget = kFree;
  std::uint16_t argument = 0;
  // The argument is the ordinal, from 1, of the event within its budget: for commands that must
  // differ from each other.
  bool is_numbered = false;
};

template <class Message>
struct Envelope {
  NodeId from;
  NodeId to;
  Message message;
  friend bool operator==(const Envelope&, const Envelope&) = default;
};

// What a step does to the world outside the node.
template <class Message, class Fact>
struct Effects {
  std::vector<Envelope<Message>> sent;
  std::vector<Fact> facts;  // for the ghost, in order

  // The explorer knows who sends.
  void send(NodeId to, Message message) { sent.push_back({kNoNode, to, std::move(message)}); }
  void clear() {
    sent.clear();
    facts.clear();
  }
};

struct NoFact {
  friend bool operator==(const NoFact&, const NoFact&) = default;
};

// For protocols whose properties can be read off the nodes.
struct NoGhost {
  void take(std::uint64_t, NodeId, const NoFact&) {}
  std::optional<std::string> violation() const { return std::nullopt; }
  Digest fingerprint(std::span<const NodeId>) const { return {}; }
};

template <class G, class Fact>
concept Ghost = std::copyable<G> && requires(G& ghost, const G& seen, NodeId node, const Fact& fact,
                                             std::span<const NodeId> names) {
  // `record` numbers what is told; it only names things in the text of a violation.
  ghost.take(std::uint64_t{}, node, fact);
  { seen.violation() } -> std::same_as<std::optional<std::string>>;
  // All that later violations depend on, as if the nodes were called so; never record numbers. A
  // violation so far need not be in it.
  { seen.fingerprint(names) } -> std::same_as<Digest>;
};

template <class P>
using EffectsOf = Effects<typename P::Message, typename P::Fact>;

template <class P>
concept Protocol = Machine<typename P::Machine> && std::copyable<typename P::Node> &&
    std::equality_comparable<typename P::Node> && std::equality_comparable<typename P::Message> &&
    Ghost<typename P::Ghost, typename P::Fact> &&
    requires(const P& protocol, typename P::Node& node, const typename P::Node& seen,
             const typename P::Message& message, const typename P::Fact& fact, NodeId id,
             const Event& event, std::vector<Event>& events, EffectsOf<P>& effects,
             const Renaming& names) {
  { protocol.size() } -> std::convertible_to<std::size_t>;
  // Whether no node is special, so that renaming nodes changes nothing.
  { protocol.is_symmetric() } -> std::same_as<bool>;
  { protocol.budgets() } -> std::same_as<Budgets>;
  // The ghost that has seen nothing.
  { protocol.ghost() } -> std::same_as<typename P::Ghost>;
  { protocol.start(id, effects) } -> std::same_as<typename P::Node>;
  // Appends what may happen to the node besides deliveries.
  protocol.events(seen, events);
  protocol.deliver(node, id, message, effects);
  protocol.happen(node, event, effects);
  // Whether a node may get so far; what leads beyond is not looked at.
  { protocol.is_within_bounds(seen) } -> std::same_as<bool>;
  { protocol.hash(seen) } -> std::same_as<std::uint64_t>;
  { protocol.hash(message) } -> std::same_as<std::uint64_t>;
  { protocol.hash(fact) } -> std::same_as<std::uint64_t>;
  // The message as it would be if the nodes were called so. Sender and receiver are seen to.
  { protocol.renamed(message, names) } -> std::same_as<typename P::Message>;
  // In words; an empty text where a fact is not worth any.
  { protocol.describe(message) } -> std::same_as<std::string>;
  { protocol.describe(event) } -> std::same_as<std::string>;
  { protocol.describe(fact) } -> std::same_as<std::string>;
};

// "n1", as in scenarios.
inline std::string name_of(NodeId node) { return "n" + std::to_string(node.value + 1); }

}  // namespace windtunnel::explore
