// A protocol that is not Raft, explored whole: the planted bug is found with a shortest story, the
// mended protocol is exhausted.
#include "tests/unit/checkers/explore/vote_lock.h"

#include "tests/unit/checkers/explore/exact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace windtunnel::explore {
namespace {

using example::VoteLockProtocol;

static_assert(Protocol<VoteLockProtocol>);

TEST(VoteLock, CarelessNodesHoldTheLockTwice) {
  const VoteLockProtocol protocol(3, true);
  ClusterWorld world(protocol, ClusterOptions{});
  const Outcome outcome = Search(world, SearchBounds{}).run();
  ASSERT_EQ(outcome.end, End::violated);
  EXPECT_EQ(outcome.depth, 6U);
  const Story story = tell(protocol, world.portable(outcome.path));
  EXPECT_EQ(story.steps.size(), 6U);
  EXPECT_EQ(story.violation, "2 nodes hold the lock");
  EXPECT_EQ(story.steps.front().what, "n1: wants the lock");
  EXPECT_THAT(story.steps.front().effects,
              testing::ElementsAre("sends n2 request", "sends n3 request"));
  EXPECT_THAT(to_text(story), testing::HasSubstr("gets request from n1 (sent in step 1)\n"));
}

TEST(VoteLock, CarefulNodesAreExhaustedWithoutAViolation) {
  for (const std::uint32_t nodes : {2U, 3U, 5U}) {
    const VoteLockProtocol protocol(nodes, false);
    ClusterWorld world(protocol, ClusterOptions{});
    const Outcome outcome = Search(world, SearchBounds{}).run();
    EXPECT_EQ(outcome.end, End::exhausted) << nodes;
    EXPECT_GT(outcome.states, 2 * nodes);
  }
}

TEST(VoteLock, SymmetryCountsEachOrbitOnce) {
  for (const bool careless : {false, true}) {
    const VoteLockProtocol protocol(4, careless);
    ClusterWorld plain(protocol, ClusterOptions{false, false, false, 0});
    const ExactStates all = ExactSearch(plain).run();
    ClusterWorld symmetric(protocol, ClusterOptions{true, false, true, 0});
    const ExactStates orbits = ExactSearch(symmetric).run();
    EXPECT_EQ(orbits.states.size(), all.states.size());
    EXPECT_LT(orbits.classes.size(), all.states.size() / 6);
    for (const auto& [fingerprint, size] : orbits.classes) EXPECT_EQ(24 % size, 0U);
    EXPECT_EQ(symmetric.steps().asymmetries(), 0U);
    EXPECT_EQ(all.is_violated, careless);
  }
}

// The same protocol with a node that is special: the audit sees that it may not be reduced.
class Biased : public VoteLockProtocol {
 public:
  Biased() : VoteLockProtocol(3, false) {}
  void deliver(example::VoteLock& node, NodeId from, Message message, LockEffects& effects) const {
    VoteLockProtocol::deliver(node, from, message, effects);
    // n1 is asked at most once in effect: its requests are answered, others' are taken for grants.
    if (from == NodeId{0}) return;
    VoteLockProtocol::deliver(node, from, example::LockMessage::grant, effects);
  }
};

TEST(VoteLock, TheAuditSeesANodeThatIsSpecial) {
  const Biased protocol;
  ClusterWorld world(protocol, ClusterOptions{true, true, true, 0});
  (void)Search(world, SearchBounds{}).run();
  EXPECT_GT(world.steps().asymmetries(), 0U);
}

// Wants the lock in two ways that end in the same state; the second is told to the ghost as wrong.
struct Wrong {
  friend bool operator==(const Wrong&, const Wrong&) = default;
};
struct Witness {
  void take(std::uint64_t, NodeId, const Wrong&) { is_wrong = true; }
  std::optional<std::string> violation() const {
    return is_wrong ? std::optional<std::string>("it was wrong") : std::nullopt;
  }
  Digest fingerprint(std::span<const NodeId>) const { return {}; }
  bool is_wrong = false;
};
class TwoWays {
 public:
  using Machine = example::VoteLock;
  using Node = example::VoteLock;
  using Message = example::LockMessage;
  using Fact = Wrong;
  using Ghost = Witness;
  using LockEffects = Effects<Message, Wrong>;

  std::size_t size() const { return plain_.size(); }
  bool is_symmetric() const { return true; }
  Budgets budgets() const { return plain_.budgets(); }
  Witness ghost() const { return {}; }
  Node start(NodeId id, LockEffects&) const { return Node(id, 3, false); }
  void events(const Node& node, std::vector<Event>& events) const {
    if (!node.may_want()) return;
    events.push_back(Event{0, kFirstOwnBudget, 0, false});
    events.push_back(Event{1, kFirstOwnBudget, 0, false});
  }
  void deliver(Node&, NodeId, Message, LockEffects&) const {}
  void happen(Node& node, const Event& event, LockEffects& effects) const {
    Node::Ready ready;
    node.step({Node::Input::Kind::want, NodeId{}}, ready);
    if (event.kind == 1) effects.facts.push_back(Wrong{});
  }
  bool is_within_bounds(const Node&) const { return true; }
  std::uint64_t hash(const Node& node) const { return node.hash(); }
  std::uint64_t hash(Message) const { return 0; }
  std::uint64_t hash(const Wrong&) const { return 0; }
  Message renamed(Message message, const Renaming&) const { return message; }
  std::string describe(Message) const { return "message"; }
  std::string describe(const Event&) const { return "wants the lock"; }
  std::string describe(const Wrong&) const { return "is wrong"; }

 private:
  VoteLockProtocol plain_{3, false};
};

TEST(VoteLock, AViolationIsSeenAlsoWhereItLeavesNoTrace) {
  const TwoWays protocol;
  ClusterWorld world(protocol, ClusterOptions{});
  const Outcome outcome = Search(world, SearchBounds{}).run();
  ASSERT_EQ(outcome.end, End::violated);
  EXPECT_EQ(outcome.depth, 1U);
  EXPECT_EQ(tell(protocol, world.portable(outcome.path)).violation, "it was wrong");
}

TEST(VoteLock, ALossNeedsItsBudget) {
  class Lossy : public VoteLockProtocol {
   public:
    explicit Lossy(std::uint8_t drops) : VoteLockProtocol(3, false), drops_(drops) {}
    Budgets budgets() const {
      Budgets budgets = VoteLockProtocol::budgets();
      budgets[kDrops] = drops_;
      return budgets;
    }

   private:
    std::uint8_t drops_;
  };
  const auto states = [](std::uint8_t drops, bool skip_idle) {
    const Lossy protocol(drops);
    ClusterWorld world(protocol, ClusterOptions{true, skip_idle, false, 0});
    return Search(world, SearchBounds{}).run().states;
  };
  EXPECT_LT(states(0, false), states(1, false));
  EXPECT_EQ(states(0, true), states(1, true));  // a message that never arrives is lost enough
}

}  // namespace
}  // namespace windtunnel::explore
