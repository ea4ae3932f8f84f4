// Each invariant refuses a planted violation under its own name, and accepts the like that is
// allowed.
#include "tests/unit/harness/raft/raft_world.h"

#include <gtest/gtest.h>

namespace windtunnel {
namespace {

using Kind = raft::Word;
using Is = RaftInvariant;

using testing::World;

TEST(RaftInvariants, NamesGoBothWays) {
  EXPECT_EQ(check_id(Is::election), "raft.election-safety");
  EXPECT_EQ(short_name(Is::leader_complete), "LDR-COMPL");
  for (std::size_t i = 0; i < kRaftInvariants; ++i) {
    const auto invariant = static_cast<RaftInvariant>(i);
    EXPECT_EQ(raft_invariant_of(check_id(invariant)), invariant);
    EXPECT_EQ(raft_invariant_of(short_name(invariant)), invariant);
  }
  EXPECT_FALSE(raft_invariant_of("raft.nothing").has_value());
}

TEST(RaftInvariants, ElectionRefusesASecondLeaderOfATerm) {
  World world;
  world.lead(0, 1);
  world.lead(1, 2);
  ASSERT_TRUE(world.is_fine());
  world.lead(2, 2);
  EXPECT_TRUE(world.refuses(Is::election));
  EXPECT_EQ(world.checks.violation()->records.size(), 2U);
}

TEST(RaftInvariants, VoteOnceRefusesASecondVoteOfATermAlsoAfterACrash) {
  World world;
  world.see(0, Kind::vote_granted, 3, 1);
  world.see(0, Kind::vote_granted, 3, 1);
  world.see(0, Kind::vote_granted, 4, 2);
  world.checks.crashed(++world.record, NodeId{0});
  ASSERT_TRUE(world.is_fine());
  world.see(0, Kind::vote_granted, 4, 1);
  EXPECT_TRUE(world.refuses(Is::vote_once));
}

TEST(RaftInvariants, VoteDurableRefusesAClaimThatIsNotOnDisk) {
  World world;
  world.checks.vote_synced(++world.record, NodeId{0}, 2, 3);
  world.see(0, Kind::sent_claim, 2, 3);
  world.see(0, Kind::sent_claim, 1, 2);
  world.see(0, Kind::sent_claim, 2, 0);
  ASSERT_TRUE(world.is_fine());
  world.see(0, Kind::sent_claim, 3, 3);
  EXPECT_TRUE(world.refuses(Is::vote_durable));
  World other;
  other.checks.vote_synced(++other.record, NodeId{0}, 2, 3);
  other.see(0, Kind::sent_claim, 2, 1);
  EXPECT_TRUE(other.refuses(Is::vote_durable));
}

TEST(RaftInvariants, AckDurableRefusesAnEntryThatIsNotOnDisk) {
  World world;
  world.checks.vote_synced(++world.record, NodeId{0}, 1, 0);
  world.store(0, 1, 1);
  world.see(0, Kind::sent_claim, 1, 0, 1, World::h(1, 1));
  ASSERT_TRUE(world.is_fine());
  world.append(0, 2, 1);
  world.see(0, Kind::sent_claim, 1, 0, 2, World::h(2, 1));
  EXPECT_TRUE(world.refuses(Is::ack_durable));
}

TEST(RaftInvariants, AckDurableRefusesARecoveryThatLostWhatWasOnDisk) {
  for (const std::uint64_t recovered : {2, 1}) {
    World world;
    world.store(0, 1, 1);
    world.store(0, 2, 1);
    world.checks.crashed(++world.record, NodeId{0});
    world.see(0, Kind::recovered, 1, 0, recovered, World::h(recovered, 1));
    EXPECT_TRUE(recovered == 2 ? world.is_fine() : world.refuses(Is::ack_durable));
  }
}

TEST(RaftInvariants, AnOldWriteOfAnOverwrittenEntryMakesTheNewOneNotDurable) {
  World world;
  world.checks.vote_synced(++world.record, NodeId{0}, 2, 0);
  world.append(0, 1, 1);
  world.see(0, Kind::truncate, 1);
  world.append(0, 1, 2);
  world.sync(0, 1, 1);
  world.see(0, Kind::term, 2);
  world.see(0, Kind::sent_claim, 2, 0, 1, World::h(1, 2));
  EXPECT_TRUE(world.refuses(Is::ack_durable));
}

TEST(RaftInvariants, LogMatchRefusesTwoEntriesOfATermAtAnIndex) {
  World world;
  world.append(0, 1, 1);
  world.append(1, 1, 1);
  world.append(2, 1, 2);
  ASSERT_TRUE(world.is_fine());
  world.see(1, Kind::append, 2, 1, 77, 7);
  world.see(0, Kind::append, 2, 1, 78, 7);
  EXPECT_TRUE(world.refuses(Is::log_match));
}

TEST(RaftInvariants, LogMatchRefusesAGap) {
  World world;
  world.append(0, 2, 1);
  EXPECT_TRUE(world.refuses(Is::log_match));
}

TEST(RaftInvariants, LeaderAppendOnlyRefusesALeaderThatTruncates) {
  World world;
  world.append(1, 1, 1);
  world.see(1, Kind::truncate, 1);
  world.lead(0, 2);
  world.append(0, 1, 2);
  ASSERT_TRUE(world.is_fine());
  world.see(0, Kind::truncate, 1);
  EXPECT_TRUE(world.refuses(Is::leader_append_only));
}

TEST(RaftInvariants, CommitStickyRefusesRemovingWhatIsCommitted) {
  World world;
  world.serve(1);
  world.append(1, 2, 1);
  world.commit(1, 1, 1, 1, false);
  world.see(1, Kind::truncate, 2, 1);
  ASSERT_TRUE(world.is_fine());
  world.see(1, Kind::truncate, 1, 1);
  EXPECT_TRUE(world.refuses(Is::commit_sticky));
}

TEST(RaftInvariants, CommitOnceRefusesAnotherEntryAtACommittedIndex) {
  World world;
  world.serve(1);
  world.append(2, 1, 2);
  ASSERT_TRUE(world.is_fine());
  world.commit(2, 1, 2, 2, false);
  EXPECT_TRUE(world.refuses(Is::commit_once));
}

TEST(RaftInvariants, CommitQuorumCountsDisksOnly) {
  World world;
  world.lead(0, 1);
  world.store(0, 1, 1);
  world.append(1, 1, 1);
  world.append(2, 1, 1);
  world.commit(0, 1, 1, 1, true);
  EXPECT_TRUE(world.refuses(Is::commit_quorum));
}

TEST(RaftInvariants, CommitQuorumCountsNodesThatAreDownAndSnapshots) {
  World world;
  world.lead(0, 1);
  world.append(0, 1, 1);
  world.store(1, 1, 1);
  world.store(2, 1, 1);
  world.checks.crashed(++world.record, NodeId{1});
  world.commit(0, 1, 1, 1, true);
  ASSERT_TRUE(world.is_fine());
  world.append(0, 2, 1);
  world.store(2, 2, 1);
  world.checks.snapshot_synced(++world.record, NodeId{1}, 2, World::h(2, 1));
  world.commit(0, 2, 1, 1, true);
  EXPECT_TRUE(world.is_fine());
}

TEST(RaftInvariants, CommitQuorumNeedsBothHalvesOfAJointConfiguration) {
  for (const bool both : {true, false}) {
    World world(5);
    world.see(0, Kind::config, 0, 0b00111, 0b11001, 0);
    world.lead(0, 1);
    world.store(0, 1, 1);
    world.store(1, 1, 1);
    if (both) world.store(3, 1, 1);
    world.commit(0, 1, 1, 1, true);
    EXPECT_TRUE(both ? world.is_fine() : world.refuses(Is::commit_quorum));
  }
}

TEST(RaftInvariants, OldTermCommitRefusesCountingForAnEarlierTerm) {
  World world;
  world.store(0, 1, 1);
  world.store(1, 1, 1);
  world.lead(0, 2);
  world.commit(0, 1, 1, 2, true);
  EXPECT_TRUE(world.refuses(Is::old_term_commit));
  World follower;
  follower.store(0, 1, 1);
  follower.store(1, 1, 1);
  follower.commit(0, 1, 1, 2, false);
  EXPECT_TRUE(follower.is_fine());
}

TEST(RaftInvariants, LeaderCompletenessRefusesALeaderWithoutACommittedEntry) {
  World world;
  world.serve(2);
  world.lead(1, 2);
  ASSERT_TRUE(world.is_fine());
  world.append(2, 1, 1);
  world.lead(2, 3);
  EXPECT_TRUE(world.refuses(Is::leader_complete));
}

TEST(RaftInvariants, LeaderCompletenessIgnoresWhatLaterTermsCommitted) {
  World world;
  world.lead(2, 1);
  world.lead(0, 2);
  world.store(0, 1, 2);
  world.store(1, 1, 2);
  world.commit(0, 1, 2, 2, true);
  world.see(2, Kind::role, static_cast<std::uint64_t>(Role::leader), 1);
  EXPECT_TRUE(world.is_fine());
}

TEST(RaftInvariants, StateMachineSafetyRefusesApplyingWhatIsNotCommitted) {
  World world;
  world.serve(1);
  world.apply(0, 1, 1, 5);
  world.apply(1, 1, 1, 5);
  ASSERT_TRUE(world.is_fine());
  world.append(0, 2, 1);
  world.apply(0, 2, 1, 6);
  EXPECT_TRUE(world.refuses(Is::state_machine_safety));
}

TEST(RaftInvariants, StateDigestRefusesStatesThatDiffer) {
  World world;
  world.serve(1);
  world.apply(0, 1, 1, 5);
  world.apply(1, 1, 1, 6);
  EXPECT_TRUE(world.refuses(Is::state_digest));
}

TEST(RaftInvariants, TermsDoNotGoBackAlsoNotOnDisk) {
  World world;
  world.see(0, Kind::term, 3);
  world.see(0, Kind::term, 2);
  EXPECT_TRUE(world.refuses(Is::mono_term));
  for (const bool durable : {true, false}) {
    World crash;
    crash.see(0, Kind::term, 3);
    if (durable) crash.checks.vote_synced(++crash.record, NodeId{0}, 3, 0);
    crash.checks.crashed(++crash.record, NodeId{0});
    crash.see(0, Kind::recovered, 2, 0, 0, 0);
    EXPECT_TRUE(durable ? crash.refuses(Is::mono_term) : crash.is_fine());
  }
}

TEST(RaftInvariants, ARecoveredVoteIsTheOneOnDisk) {
  World world;
  world.checks.vote_synced(++world.record, NodeId{0}, 3, 2);
  world.checks.crashed(++world.record, NodeId{0});
  world.see(0, Kind::recovered, 3, 0, 0, 0);
  EXPECT_TRUE(world.refuses(Is::mono_term));
}

TEST(RaftInvariants, CommitsDoNotGoBack) {
  World world;
  world.serve(2);
  world.commit(0, 1, 1, 1, true);
  EXPECT_TRUE(world.refuses(Is::mono_commit));
}

TEST(RaftInvariants, EntriesAreAppliedOneByOneFromTheSnapshotOn) {
  World world;
  world.serve(3);
  world.apply(0, 1, 1, 5);
  world.see(0, Kind::snapshot_taken, 1, 1, World::h(1, 1), 5);
  world.checks.snapshot_synced(++world.record, NodeId{0}, 1, World::h(1, 1));
  world.checks.crashed(++world.record, NodeId{0});
  world.see(0, Kind::recovered, 1, 0, 3, World::h(3, 1));
  world.see(0, Kind::config, 1, 7, 0, 0);
  world.see(0, Kind::role, 0, 1);
  world.apply(0, 2, 1, 6);
  ASSERT_TRUE(world.is_fine());
  world.apply(0, 2, 1, 6);
  EXPECT_TRUE(world.refuses(Is::mono_applied));
}

TEST(RaftInvariants, MatchDoesNotGoBackWithinAReign) {
  World world;
  world.serve(2);
  world.see(0, Kind::match, 1, 2, 3);
  world.lead(0, 2);
  world.see(0, Kind::match, 1, 1, 2);
  ASSERT_TRUE(world.is_fine());
  world.see(0, Kind::match, 1, 0, 2);
  EXPECT_TRUE(world.refuses(Is::mono_match));
  World beyond;
  beyond.serve(2);
  beyond.see(0, Kind::match, 1, 3, 4);
  EXPECT_TRUE(beyond.refuses(Is::mono_match));
}

TEST(RaftInvariants, ARequestTakesEffectOnce) {
  for (const std::uint64_t sequence : {1ULL, 1ULL << 40}) {
    World world;
    world.see(0, Kind::effect, 9, sequence, 4);
    world.see(1, Kind::effect, 9, sequence, 4);
    world.see(1, Kind::effect, 9, sequence + 1, 5);
    ASSERT_TRUE(world.is_fine());
    world.see(1, Kind::effect, 9, sequence, 6);
    EXPECT_TRUE(world.refuses(Is::exactly_once));
  }
}

TEST(RaftInvariants, AReadSeesWhatWasCommittedBeforeIt) {
  World world;
  world.serve(2);
  world.see(0, Kind::request, 1, 2);
  world.see(0, Kind::read_index, 1, 2);
  world.see(0, Kind::read_served, 1, 2, 2);
  world.see(2, Kind::request, 1, 0);
  ASSERT_TRUE(world.is_fine());
  world.see(2, Kind::read_served, 1, 1, 1);
  EXPECT_TRUE(world.refuses(Is::read_fresh));
}

TEST(RaftInvariants, ASnapshotIsOfTheCommittedPrefix) {
  World world;
  world.serve(2);
  world.apply(0, 1, 1, 5);
  world.see(0, Kind::snapshot_taken, 1, 1, World::h(1, 1), 5);
  world.see(2, Kind::log_start, 3);
  world.see(2, Kind::snapshot_installed, 2, 1, World::h(2, 1), 6);
  ASSERT_TRUE(world.is_fine());
  world.see(0, Kind::snapshot_taken, 1, 2, World::h(1, 1), 5);
  EXPECT_TRUE(world.refuses(Is::snapshot_valid));
  World gap;
  gap.serve(2);
  gap.see(2, Kind::log_start, 4);
  EXPECT_TRUE(gap.refuses(Is::snapshot_valid));
}

TEST(RaftInvariants, AnInstalledSnapshotDoesNotTakeTheStateBack) {
  World world;
  world.serve(2);
  world.apply(0, 1, 1, 5);
  world.apply(0, 2, 1, 6);
  world.see(0, Kind::snapshot_installed, 1, 1, World::h(1, 1), 5);
  EXPECT_TRUE(world.refuses(Is::mono_applied));
}

TEST(RaftInvariants, ALogThatReturnsFromDiskIsTracedByItsHashes) {
  World world;
  world.store(0, 1, 1);
  world.store(0, 2, 1);
  world.see(0, Kind::truncate, 2);
  world.append(0, 2, 2);
  world.checks.crashed(++world.record, NodeId{0});
  world.see(0, Kind::recovered, 2, 0, 2, World::h(2, 1));  // the truncation was lost
  world.see(0, Kind::config, 0, 7, 0, 0);
  world.store(1, 1, 1);
  world.store(1, 2, 1);
  world.lead(1, 3);
  world.store(1, 3, 3);
  world.store(0, 3, 3);
  world.commit(1, 3, 3, 3, true);
  EXPECT_TRUE(world.is_fine());
}

TEST(RaftInvariants, AreCopyableValues) {
  World world;
  world.serve(2);
  RaftInvariants copy = world.checks;
  world.lead(2, 1);
  EXPECT_TRUE(world.refuses(Is::election));
  EXPECT_EQ(copy.violation(), nullptr);
}

}  // namespace
}  // namespace windtunnel
