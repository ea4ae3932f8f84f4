// A lock by votes: who wants it asks all others, who give their one vote to the first that asks;
// whoever has a majority holds the lock. Small enough to be explored whole. `careless` nodes forget
// that by asking they have voted for themselves.
#pragma once

#include <windtunnel/checkers/explore/protocol.h>

namespace windtunnel::explore::example {

enum class LockMessage : std::uint8_t { request, grant };

// The machine: inputs in, messages out.
class VoteLock {
 public:
  struct Input {
    enum class Kind : std::uint8_t { want, request, grant };
    Kind kind = Kind::want;
    NodeId from;
  };
  struct Ready {
    std::vector<std::pair<NodeId, LockMessage>> send;
    void clear() { send.clear(); }
  };

  VoteLock(NodeId self, std::uint32_t nodes, bool careless)
      : self_(self), nodes_(nodes), careless_(careless) {}

  void step(const Input& input, Ready& ready) {
    switch (input.kind) {
      case Input::Kind::want:
        wants_ = true;
        votes_ = 1;
        if (!careless_) has_voted_ = true;
        for (std::uint32_t i = 0; i < nodes_; ++i) {
          if (NodeId{i} != self_) ready.send.emplace_back(NodeId{i}, LockMessage::request);
        }
        break;
      case Input::Kind::request:
        if (!has_voted_) ready.send.emplace_back(input.from, LockMessage::grant);
        has_voted_ = true;
        break;
      case Input::Kind::grant: ++votes_; break;
    }
  }

  bool may_want() const { return !wants_ && !has_voted_; }
  bool holds() const { return wants_ && votes_ > nodes_ / 2; }
  std::uint64_t hash() const {
    return hash_combine(votes_, (wants_ ? 1U : 0U) | (has_voted_ ? 2U : 0U));
  }
  friend bool operator==(const VoteLock&, const VoteLock&) = default;

 private:
  NodeId self_;
  std::uint32_t nodes_ = 0;
  bool careless_ = false;
  bool wants_ = false;
  bool has_voted_ = false;
  std::uint32_t votes_ = 0;
};

// What the explorer asks of it: what can happen, what must hold, and how it is called.
class VoteLockProtocol {
 public:
  using Machine = VoteLock;
  using Node = VoteLock;
  using Message = LockMessage;
  using Fact = NoFact;
  using Ghost = NoGhost;
  using LockEffects = Effects<LockMessage, NoFact>;

  VoteLockProtocol(std::uint32_t nodes, bool careless) : nodes_(nodes), careless_(careless) {}

  std::size_t size() const { return nodes_; }
  bool is_symmetric() const { return true; }
  Budgets budgets() const {
    Budgets budgets{};
    budgets[kFirstOwnBudget] = 2;  // so many nodes want the lock
    return budgets;
  }
  NoGhost ghost() const { return {}; }
  VoteLock start(NodeId id, LockEffects&) const { return VoteLock(id, nodes_, careless_); }
  void events(const VoteLock& node, std::vector<Event>& events) const {
    if (node.may_want()) events.push_back(Event{0, kFirstOwnBudget, 0, false});
  }
  void deliver(VoteLock& node, NodeId from, LockMessage message, LockEffects& effects) const {
    using Kind = VoteLock::Input::Kind;
    const bool is_request = message == LockMessage::request;
    take(node, {is_request ? Kind::request : Kind::grant, from}, effects);
  }
  void happen(VoteLock& node, const Event&, LockEffects& effects) const {
    take(node, {VoteLock::Input::Kind::want, NodeId{}}, effects);
  }
  bool is_within_bounds(const VoteLock&) const { return true; }

  // What must hold: read off the nodes at every moment.
  std::optional<std::string> violation(const std::vector<const VoteLock*>& nodes) const {
    std::size_t holders = 0;
    for (const VoteLock* node : nodes) holders += node->holds() ? 1 : 0;
    if (holders < 2) return std::nullopt;
    return std::to_string(holders) + " nodes hold the lock";
  }

  std::uint64_t hash(const VoteLock& node) const { return node.hash(); }
  std::uint64_t hash(LockMessage message) const { return static_cast<std::uint64_t>(message); }
  std::uint64_t hash(const NoFact&) const { return 0; }
  LockMessage renamed(LockMessage message, const Renaming&) const { return message; }
  std::string describe(LockMessage message) const {
    return message == LockMessage::request ? "request" : "grant";
  }
  std::string describe(const Event&) const { return "wants the lock"; }
  std::string describe(const NoFact&) const { return {}; }

 private:
  void take(VoteLock& node, const VoteLock::Input& input, LockEffects& effects) const {
    VoteLock::Ready ready;
    node.step(input, ready);
    for (const auto& [to, message] : ready.send) effects.send(to, message);
  }

  std::uint32_t nodes_ = 0;
  bool careless_ = false;
};

}  // namespace windtunnel::explore::example
