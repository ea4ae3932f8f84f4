// What the plan destroyed is excused, exactly: the like on what it left alone is a violation.
#include <windtunnel/harness/raft/raft_invariants.h>
#include <windtunnel/protocols/raft/words.h>

#include <gtest/gtest.h>

#include <algorithm>

namespace windtunnel {
namespace {

using Kind = raft::Word;
using Is = RaftInvariant;

// Nodes that store, commit and lose entries of one log. h(index, term) stands for a prefix.
class LossyWorld {
 public:
  explicit LossyWorld(std::uint32_t nodes) {
    for (std::uint32_t n = 0; n < nodes; ++n) recover(n, 0, 0, 0, (1ULL << nodes) - 1);
  }
  static std::uint64_t h(std::uint64_t index, std::uint64_t term) {
    return index == 0 ? 0 : index * 1000 + term;
  }
  void see(std::uint32_t node, Kind kind, std::uint64_t a, std::uint64_t b = 0, std::uint64_t c = 0,
           std::uint64_t d = 0) {
    checks.observe(++record, NodeId{node}, Incarnation{},
                   Observation{observed(kind), GroupId{}, a, b, c, d});
  }
  // With a log of `last` entries of term 1.
  void recover(std::uint32_t node, std::uint64_t term, std::uint64_t voted, std::uint64_t last,
               std::uint64_t voters = 31) {
    see(node, Kind::recovered, term, voted, last, h(last, 1));
    see(node, Kind::config, 0, voters, 0, 0);
    see(node, Kind::log_start, 1);
    see(node, Kind::role, 0, term, 0, 0);
  }
  void lead(std::uint32_t node, std::uint64_t term) {
    see(node, Kind::role, static_cast<std::uint64_t>(Role::leader), term);
  }
  void store(std::uint32_t node, std::uint64_t index, std::uint64_t term) {
    see(node, Kind::append, index, term, h(index, term), 7);
    checks.entry_synced(++record, NodeId{node}, index, h(index, term));
  }
  void vote(std::uint32_t node, std::uint64_t term, std::uint32_t candidate) {
    checks.vote_synced(++record, NodeId{node}, term, candidate + 1);
    see(node, Kind::sent_claim, term, candidate + 1, 0, 0);
  }
  // Node 0 leads term 1 and commits entries 1 to `last` with nodes 1 and 2 of five.
  void serve(std::uint64_t last) {
    for (std::uint32_t n = 0; n < 3; ++n) checks.vote_synced(++record, NodeId{n}, 1, 1);
    lead(0, 1);
    for (std::uint64_t i = 1; i <= last; ++i) {
      for (std::uint32_t n = 0; n < 3; ++n) store(n, i, 1);
      see(0, Kind::commit, i, 1, h(i, 1), 1);
    }
  }
  void lose(std::uint32_t node, std::uint64_t index) {
    checks.entry_lost(++record, NodeId{node}, index, h(index, 1));
  }
  ::testing::AssertionResult holds() const {
    if (!checks.violation()) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << checks.violation()->text;
  }
  bool violates(Is which) const {
    return checks.violation() && checks.violation()->invariant == which;
  }
  bool excuses(Is which) const {
    return std::any_of(checks.excused().begin(), checks.excused().end(),
                       [which](const RaftViolation& one) { return one.invariant == which; });
  }

  RaftInvariants checks;
  std::uint64_t record = 0;
};

TEST(RaftLoss, RecoveryMayLackWhatWasDestroyedAndWhatStandsOnIt) {
  LossyWorld world(5);
  world.serve(4);
  world.lose(1, 3);
  world.recover(1, 1, 1, 2);
  EXPECT_TRUE(world.holds());
}

TEST(RaftLoss, RecoveryMayNotLackWhatLiesBeforeIt) {
  LossyWorld world(5);
  world.serve(4);
  world.lose(1, 3);
  world.recover(1, 1, 1, 1);
  EXPECT_TRUE(world.violates(Is::ack_durable));
}

TEST(RaftLoss, ARecoveryOfAnotherNodeIsNotExcused) {
  LossyWorld world(5);
  world.serve(4);
  world.lose(1, 3);
  world.recover(2, 1, 1, 2);
  EXPECT_TRUE(world.violates(Is::ack_durable));
}

TEST(RaftLoss, ANodeMayAcknowledgeWhatItCannotKnowToBeGone) {
  LossyWorld world(5);
  world.serve(4);
  world.lose(1, 3);
  world.see(1, Kind::sent_claim, 1, 0, 4, LossyWorld::h(4, 1));
  EXPECT_TRUE(world.holds());
  // But what it writes now has to be written.
  world.see(1, Kind::append, 5, 1, LossyWorld::h(5, 1), 7);
  world.see(1, Kind::sent_claim, 1, 0, 5, LossyWorld::h(5, 1));
  EXPECT_TRUE(world.violates(Is::ack_durable));
}

// Recovery reads, then mends the end of its log; the mending goes astray and takes entry 3.
TEST(RaftLoss, RecoveryMayNotKnowWhatItsOwnMendingDestroyed) {
  LossyWorld world(5);
  world.serve(4);
  world.checks.crashed(++world.record, NodeId{1});
  world.lose(1, 3);
  world.checks.lost_unnoticed(NodeId{1});
  world.recover(1, 1, 1, 4);
  world.see(1, Kind::sent_claim, 1, 0, 4, LossyWorld::h(4, 1));
  EXPECT_TRUE(world.holds());
  world.recover(1, 1, 1, 2);
  world.see(1, Kind::append, 3, 1, LossyWorld::h(3, 1), 7);
  world.see(1, Kind::sent_claim, 1, 0, 3, LossyWorld::h(3, 1));
  EXPECT_TRUE(world.violates(Is::ack_durable)) << "the next recovery knows";
}

TEST(RaftLoss, AVoteThatWasDestroyedMayBeForgotten) {
  LossyWorld world(5);
  world.vote(0, 3, 1);
  world.checks.vote_lost(++world.record, NodeId{0}, 2, 0);
  world.recover(0, 2, 0, 0);
  EXPECT_TRUE(world.holds());
  EXPECT_FALSE(world.checks.is_undone());
}

TEST(RaftLoss, AnEarlierVoteThatCanStillBeReadMayNot) {
  LossyWorld world(5);
  world.vote(0, 2, 1);
  world.vote(0, 3, 1);
  world.checks.vote_lost(++world.record, NodeId{0}, 2, 2);
  world.recover(0, 1, 0, 0);
  EXPECT_TRUE(world.violates(Is::mono_term));
}

TEST(RaftLoss, ASecondVoteAndASecondLeaderAreExcusedInAForgottenTerm) {
  LossyWorld world(5);
  world.vote(0, 3, 1);
  world.lead(1, 3);
  world.checks.vote_lost(++world.record, NodeId{0}, 0, 0);
  world.recover(0, 0, 0, 0);
  world.vote(0, 3, 2);
  world.lead(2, 3);
  EXPECT_TRUE(world.holds());
  EXPECT_TRUE(world.excuses(Is::vote_once));
  EXPECT_TRUE(world.excuses(Is::election));
  EXPECT_TRUE(world.checks.is_undone());
}

TEST(RaftLoss, ASecondVoteInALaterTermIsNot) {
  LossyWorld world(5);
  world.vote(0, 3, 1);
  world.checks.vote_lost(++world.record, NodeId{0}, 0, 0);
  world.recover(0, 0, 0, 0);
  world.vote(0, 4, 1);
  world.vote(0, 4, 2);
  EXPECT_TRUE(world.violates(Is::vote_once));
}

TEST(RaftLoss, ASecondLeaderWithoutAForgottenVoteIsNot) {
  LossyWorld world(5);
  world.vote(0, 3, 1);
  world.checks.wiped(++world.record, NodeId{0});
  world.recover(0, 0, 0, 0);
  world.lead(1, 4);
  world.lead(2, 4);
  EXPECT_TRUE(world.violates(Is::election));
}

// Node 0 has voted twice in term 3, as it had forgotten its first vote.
class RaftLossOfAVote : public ::testing::Test {
 protected:
  RaftLossOfAVote() {
    world.vote(0, 3, 1);
    world.lead(1, 3);
    world.checks.vote_lost(++world.record, NodeId{0}, 0, 0);
    world.recover(0, 0, 0, 0);
    world.vote(0, 3, 2);
    world.lead(2, 3);
  }
  LossyWorld world{5};
};

TEST_F(RaftLossOfAVote, ExcusesNoSecondLeaderOfALaterTerm) {
  world.lead(1, 9);
  world.lead(2, 9);
  EXPECT_TRUE(world.violates(Is::election));
}

TEST_F(RaftLossOfAVote, ExcusesTwoEntriesOfItsTermAndWhatFollowsThem) {
  world.store(1, 1, 3);
  world.see(2, Kind::append, 1, 3, 4711, 7);
  world.store(1, 2, 4);
  world.see(2, Kind::append, 2, 4, 4712, 7);
  EXPECT_TRUE(world.holds());
  EXPECT_TRUE(world.excuses(Is::log_match));
}

TEST_F(RaftLossOfAVote, ExcusesNoTwoEntriesOfALaterTermAfterTheSameOnes) {
  world.store(1, 1, 9);
  world.see(2, Kind::append, 1, 9, 4711, 7);
  EXPECT_TRUE(world.violates(Is::log_match));
}

TEST_F(RaftLossOfAVote, ExcusesNoOtherEntryWhereALaterTermCommitted) {
  for (std::uint32_t n = 1; n < 4; ++n) world.store(n, 1, 9);
  world.lead(1, 9);
  world.see(1, Kind::commit, 1, 9, LossyWorld::h(1, 9), 1);
  ASSERT_TRUE(world.holds());
  world.see(2, Kind::apply, 1, 9, 77, 5);
  EXPECT_TRUE(world.violates(Is::state_machine_safety));
}

TEST(RaftLoss, ARefusalInAForgottenTermPromisesNothing) {
  LossyWorld world(5);
  world.vote(0, 3, 1);
  world.checks.vote_lost(++world.record, NodeId{0}, 0, 0);
  world.recover(0, 0, 0, 0);
  world.checks.vote_synced(++world.record, NodeId{0}, 2, 0);
  world.see(0, Kind::sent_claim, 2, 0, 0, 0);
  EXPECT_FALSE(world.checks.is_undone());
}

// Node 2 has the entry again, and node 1 drops it on its own: no plan made that a majority lacks
// it.
TEST(RaftLoss, ANodeThatHasASnapshotOfTheLostEntryIsNoLoser) {
  LossyWorld world(5);
  world.serve(2);
  world.lose(2, 2);
  world.recover(2, 1, 1, 1);
  world.checks.snapshot_synced(++world.record, NodeId{2}, 2, LossyWorld::h(2, 1));
  world.see(1, Kind::truncate, 2, 1);
  world.store(3, 1, 1);
  world.lead(3, 2);
  EXPECT_TRUE(world.violates(Is::leader_complete));
}

TEST(RaftLoss, ACommittedEntryMayBeGoneWhenAMajorityIsWithoutIt) {
  LossyWorld world(5);
  world.serve(2);
  world.lose(2, 2);
  world.recover(2, 1, 1, 1);
  world.store(3, 1, 1);
  world.lead(3, 2);  // Elected by itself, node 2 and node 4.
  EXPECT_TRUE(world.holds());
  EXPECT_TRUE(world.excuses(Is::leader_complete));
  EXPECT_TRUE(world.checks.is_undone());
}

TEST(RaftLoss, ACommittedEntryMayNotBeGoneWhenAMajorityHoldsIt) {
  LossyWorld world(5);
  world.serve(2);
  world.store(3, 1, 1);
  world.store(3, 2, 1);
  world.lose(2, 2);
  world.recover(2, 1, 1, 1);
  world.store(4, 1, 1);
  world.lead(4, 2);
  EXPECT_TRUE(world.violates(Is::leader_complete));
}

TEST(RaftLoss, TheDamageOfOneEntryExcusesNoOther) {
  LossyWorld world(5);
  world.serve(2);
  world.lose(2, 2);
  world.recover(2, 1, 1, 1);
  world.store(3, 1, 1);
  world.lead(4, 2);  // It lacks entry 1 as well, which four nodes hold.
  EXPECT_TRUE(world.violates(Is::leader_complete));
}

TEST(RaftLoss, TheSameLeaderOfAForgottenTermMayBeWithoutWhatItCommitted) {
  LossyWorld world(5);
  world.serve(2);
  for (std::uint32_t n = 0; n < 5; ++n) {
    world.checks.wiped(++world.record, NodeId{n});
    world.recover(n, 0, 0, 0);
  }
  world.lead(0, 1);
  world.see(0, Kind::append, 1, 1, 4711, 7);  // Another entry 1 of term 1.
  EXPECT_TRUE(world.holds());
  EXPECT_TRUE(world.excuses(Is::log_match));
}

TEST(RaftLoss, ACommitMayCountCopiesThatWereDestroyed) {
  LossyWorld world(5);
  world.serve(1);
  for (std::uint32_t n = 0; n < 3; ++n) world.store(n, 2, 1);
  world.lose(2, 2);
  world.see(0, Kind::commit, 2, 1, LossyWorld::h(2, 1), 1);
  EXPECT_TRUE(world.holds());
}

TEST(RaftLoss, ACommitWithoutEnoughCopiesEverIsNot) {
  LossyWorld world(5);
  world.serve(1);
  for (std::uint32_t n = 0; n < 2; ++n) world.store(n, 2, 1);
  world.lose(1, 1);
  world.see(0, Kind::commit, 2, 1, LossyWorld::h(2, 1), 1);
  EXPECT_TRUE(world.violates(Is::commit_quorum));
}

TEST(RaftLoss, WhatWasAgreedOnBelowTheLossStillHolds) {
  LossyWorld world(5);
  world.serve(3);
  world.lose(2, 3);
  world.recover(2, 1, 1, 2);
  for (std::uint64_t i = 1; i <= 2; ++i) world.store(3, i, 1);
  world.lead(3, 2);
  ASSERT_TRUE(world.excuses(Is::leader_complete));
  world.see(1, Kind::apply, 1, 1, 77, 5);
  EXPECT_TRUE(world.violates(Is::state_machine_safety));
}

TEST(RaftLoss, AWipedNodeThatCatchesUpHoldsAgain) {
  LossyWorld world(5);
  world.serve(2);
  world.checks.wiped(++world.record, NodeId{2});
  world.recover(2, 0, 0, 0);
  world.store(2, 1, 1);
  world.store(2, 2, 1);
  world.lead(3, 2);
  EXPECT_TRUE(world.violates(Is::leader_complete));
}

}  // namespace
}  // namespace windtunnel
