// Raft, explored: the machine holds its invariants within small bounds, the reductions lose
// nothing, and what must not be is found.
#include <windtunnel/harness/raft/raft_protocol.h>
#include "tests/unit/checkers/explore/exact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace windtunnel::explore {
namespace {

using ::testing::HasSubstr;

template <Protocol P>
Outcome explore(const P& protocol, const ClusterOptions& options = {},
                const SearchBounds& limits = {}) {
  ClusterWorld world(protocol, options);
  Outcome outcome = Search(world, limits).run();
  EXPECT_EQ(world.steps().asymmetries(), 0U);
  const std::string story = to_text(tell(protocol, world.portable(outcome.path)));
  EXPECT_TRUE(outcome.end != End::violated || !story.empty());
  return outcome;
}

RaftBounds one_reign() {
  RaftBounds bounds;
  bounds.terms = 1;
  bounds.timeouts = 1;
  return bounds;
}

TEST(RaftExploration, ExhaustsSmallBounds) {
  struct Case {
    const char* name;
    RaftBounds bounds;
    std::uint64_t states;  // at least
  };
  std::vector<Case> cases;
  RaftBounds bounds = one_reign();
  bounds.heartbeats = bounds.duplicates = 1;
  bounds.proposals = 0;
  cases.push_back({"heartbeats and repetitions", bounds, 1'000});
  bounds = one_reign();
  bounds.atomic_disk = false;
  bounds.crashes = 1;
  cases.push_back({"writes under way at a crash", bounds, 1'000});
  bounds = one_reign();
  bounds.snapshots = bounds.heartbeats = 1;
  bounds.proposals = 0;
  cases.push_back({"snapshots", bounds, 1'000});
  bounds = one_reign();
  bounds.reads = 1;
  cases.push_back({"reads", bounds, 500});
  bounds = one_reign();
  bounds.pre_vote = bounds.check_quorum = true;
  bounds.quorum_checks = bounds.silences = bounds.timeouts = 1;
  cases.push_back({"pre-vote and check-quorum", bounds, 100});
  bounds = RaftBounds{};
  bounds.proposals = 0;
  cases.push_back({"two terms", bounds, 5'000});
  for (const Case& one : cases) {
    const Outcome outcome = explore(RaftProtocol(one.bounds));
    EXPECT_EQ(outcome.end, End::exhausted) << one.name;
    EXPECT_GE(outcome.states, one.states) << one.name;
  }
}

// Words of states are compared exactly; the fingerprint of a state must tell it from all others but
// those that are the same under other names of nodes.
TEST(RaftExploration, SymmetryCountsEachOrbitOnce) {
  RaftBounds asynchronous = one_reign();
  asynchronous.atomic_disk = false;
  asynchronous.proposals = 0;
  RaftBounds two_timeouts = one_reign();
  two_timeouts.timeouts = 2;
  two_timeouts.crashes = 1;
  for (const RaftBounds& bounds : {one_reign(), asynchronous, two_timeouts}) {
    const RaftProtocol protocol(bounds);
    ClusterWorld plain(protocol, ClusterOptions{false, false, false, 0});
    const ExactStates all = ExactSearch(plain).run();
    EXPECT_EQ(all.classes.size(), all.states.size());
    ClusterWorld symmetric(protocol, ClusterOptions{true, false, true, 0});
    const ExactStates orbits = ExactSearch(symmetric).run();
    EXPECT_EQ(orbits.states.size(), all.states.size());
    for (const auto& [fingerprint, size] : orbits.classes) EXPECT_EQ(6 % size, 0U);
    EXPECT_EQ(symmetric.steps().asymmetries(), 0U);
    // The searches themselves count the same.
    const Outcome unreduced = explore(protocol, ClusterOptions{false, false, false, 0});
    EXPECT_EQ(unreduced.states, all.states.size());
    const Outcome reduced = explore(protocol, ClusterOptions{true, false, false, 0});
    EXPECT_EQ(reduced.states, orbits.classes.size());
    EXPECT_LT(reduced.states, unreduced.states / 3);
  }
}

// What the nodes may become together, whatever is on its way between them.
std::set<std::vector<std::uint64_t>> situations(const RaftProtocol& protocol, bool skip_idle) {
  ClusterWorld world(protocol, ClusterOptions{false, skip_idle, false, 0});
  std::set<std::vector<std::uint64_t>> found;
  for (const StateWords& words : ExactSearch(world).run().states) {
    std::vector<std::uint64_t> hashes;
    for (const std::uint32_t node : world.nodes_of(words)) {
      hashes.push_back(protocol.hash(world.steps().node(node)));
    }
    found.insert(hashes);
  }
  return found;
}

TEST(RaftExploration, WhatIsIdleIsNotMissed) {
  RaftBounds bounds = one_reign();
  bounds.timeouts = 2;
  bounds.drops = 1;
  const RaftProtocol protocol(bounds);
  const auto all = situations(protocol, false);
  EXPECT_GT(all.size(), 300U);
  EXPECT_EQ(situations(protocol, true), all);
  const Outcome unreduced = explore(protocol, ClusterOptions{true, false, false, 0});
  const Outcome reduced = explore(protocol, ClusterOptions{});
  EXPECT_EQ(unreduced.end, reduced.end);
  EXPECT_LT(reduced.states, unreduced.states);
}

TEST(RaftExploration, IsTheSameEachTime) {
  const Outcome once = explore(RaftProtocol(one_reign()));
  const Outcome again = explore(RaftProtocol(one_reign()));
  EXPECT_EQ(once.states, again.states);
  EXPECT_EQ(once.transitions, again.transitions);
  EXPECT_EQ(once.bytes, again.bytes);
}

TEST(RaftExploration, FewMessagesAtATimeAreABound) {
  const RaftProtocol protocol(one_reign());
  const Outcome free = explore(protocol);
  ClusterOptions narrow;
  narrow.most_in_flight = 2;
  const Outcome bounded = explore(protocol, narrow);
  EXPECT_EQ(bounded.end, End::exhausted);
  EXPECT_LT(bounded.states, free.states);
}

// A host that breaks its word: after a crash the disk is empty.
class Forgetful : public RaftProtocol {
 public:
  using RaftProtocol::RaftProtocol;
  void happen(RaftNode& node, const Event& event, RaftEffects& effects) const {
    RaftEffects wanted;
    RaftNode after = node;
    RaftProtocol::happen(after, event, wanted);
    const bool crashed = !wanted.facts.empty() && wanted.facts[0].kind == RaftFact::Kind::crashed;
    if (!crashed) return RaftProtocol::happen(node, event, effects);
    effects.facts.push_back(wanted.facts[0]);
    node = start(node.raft().config().self, effects);
  }
};

TEST(RaftExploration, FindsThatADiskForgets) {
  RaftBounds bounds = one_reign();
  bounds.crashes = 1;
  const Forgetful protocol(bounds);
  ClusterWorld world(protocol, ClusterOptions{});
  const Outcome outcome = Search(world, SearchBounds{}).run();
  ASSERT_EQ(outcome.end, End::violated);
  EXPECT_EQ(outcome.depth, 2U);
  const std::string story = to_text(tell(protocol, world.portable(outcome.path)));
  EXPECT_THAT(story, HasSubstr("  1. n1: election timeout\n"));
  EXPECT_THAT(story, HasSubstr("  2. n1: crashes, keeps 0 of the writes under way"));
  EXPECT_THAT(story, HasSubstr("raft.term-monotonic"));
  EXPECT_EQ(explore(RaftProtocol(bounds)).end, End::exhausted);
}

TEST(RaftExploration, PassesOverWhatIsIgnored) {
  RaftBounds bounds = one_reign();
  bounds.crashes = 1;
  bounds.ignored = {RaftInvariant::mono_term};
  const Forgetful protocol(bounds);
  ClusterWorld world(protocol, ClusterOptions{});
  const Outcome outcome = Search(world, SearchBounds{}).run();
  ASSERT_EQ(outcome.end, End::violated);
  EXPECT_GT(outcome.depth, 2U);  // what comes of the vote that was forgotten
  const std::string story = to_text(tell(protocol, world.portable(outcome.path)));
  EXPECT_THAT(story, ::testing::Not(HasSubstr("raft.term-monotonic")));
}

// A host that answers before its writes are done is found out by the disk.
class Hasty : public RaftProtocol {
 public:
  using RaftProtocol::RaftProtocol;
  void deliver(RaftNode& node, NodeId from, const Message& message, RaftEffects& effects) const {
    RaftProtocol::deliver(node, from, message, effects);
    if (message.kind != raft::MessageKind::request_vote || !effects.sent.empty()) return;
    RaftNode later = node;
    RaftEffects early;
    while (later.disk().in_flight() > 0) later.persist(0, early);
    effects.sent = early.sent;
    for (const RaftFact& fact : early.facts) {
      if (fact.kind == RaftFact::Kind::observed) effects.facts.push_back(fact);
    }
  }
};

TEST(RaftExploration, FindsAVoteThatIsNotOnDisk) {
  RaftBounds bounds = one_reign();
  bounds.atomic_disk = false;
  const Hasty protocol(bounds);
  ClusterWorld world(protocol, ClusterOptions{});
  const Outcome outcome = Search(world, SearchBounds{}).run();
  ASSERT_EQ(outcome.end, End::violated);
  const std::string story = to_text(tell(protocol, world.portable(outcome.path)));
  EXPECT_THAT(story, HasSubstr("raft.vote-durable"));
}

}  // namespace
}  // namespace windtunnel::explore
