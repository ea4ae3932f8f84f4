// Each invariant refuses a planted violation under its own name, and accepts the like that is
// allowed.
#include "checkers/raft_invariants.h"

#include <gtest/gtest.h>

namespace windtunnel {
namespace {

using Kind = ObservationKind;
using Is = RaftInvariant;

// Three voters, told what to observe. Entry hashes are chosen by the test: h(index, term) stands
// for a prefix.
class World {
 public:
  explicit World(std::uint32_t nodes = 3) {
    for (std::uint32_t n = 0; n < nodes; ++n) {
      see(n, Kind::recovered, 0, 0, 0, 0);
      see(n, Kind::config, 0, (1ULL << nodes) - 1, 0, 0);
      see(n, Kind::log_start, 1);
      see(n, Kind::role, 0, 0, 0, 0);
    }
  }
  void see(std::uint32_t node, Kind kind, std::uint64_t a, std::uint64_t b = 0, std::uint64_t c = 0,
           std::uint64_t d = 0) {
    checks.observe(++record, NodeId{node}, Incarnation{}, Observation{kind, GroupId{}, a, b, c, d});
  }
  static std::uint64_t h(std::uint64_t index, std::uint64_t term) { return index * 1000 + term; }
  void lead(std::uint32_t node, std::uint64_t term) {
    see(node, Kind::role, static_cast<std::uint64_t>(Role::leader), term);
  }
  void append(std::uint32_t node, std::uint64_t index, std::uint64_t term) {
    see(node, Kind::append, index, term, h(index, term), 7);
  }
  void sync(std::uint32_t node, std::uint64_t index, std::uint64_t term) {
    checks.entry_synced(++record, NodeId{node}, index, h(index, term));
  }
  void store(std::uint32_t node, std::uint64_t index, std::uint64_t term) {
    append(node, index, term);
    sync(node, index, term);
  }
  void commit(std::uint32_t node, std::uint64_t index, std::uint64_t entry_term, std::uint64_t term,
              bool leads) {
    see(node, Kind::commit, index, term, h(index, entry_term), leads ? 1 : 0);
  }
  // Node 0 leads term 1 and commits entries 1..last with node 1.
  void serve(std::uint64_t last) {
    lead(0, 1);
    for (std::uint64_t i = 1; i <= last; ++i) {
      store(0, i, 1);
      store(1, i, 1);
      commit(0, i, 1, 1, true);
    }
  }
  void apply(std::uint32_t node, std::uint64_t index, std::uint64_t term, std::uint64_t digest) {
    see(node, Kind::apply, index, term, h(index, term), digest);
  }
  ::testing::AssertionResult is_fine() const {
    const RaftViolation* violation = checks.violation();
    if (violation == nullptr) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure()
           << short_name(violation->invariant) << ": " << violation->text;
  }
  ::testing::AssertionResult refuses(RaftInvariant expected) const {
    const RaftViolation* violation = checks.violation();
    if (violation == nullptr) return ::testing::AssertionFailure() << "nothing was refused";
    if (violation->invariant == expected && violation->records.front() == record &&
        !violation->text.empty()) {
      return ::testing::AssertionSuccess();
    }
    return ::testing::AssertionFailure() << short_name(violation->invariant) << " at "
                                         << violation->records.front() << ": " << violation->text;
  }

  RaftInvariants checks;
  std::uint64_t record = 0;
};

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

// What an expected violation of one must not hide is the next of another.
TEST(RaftInvariants, GoOnAfterAViolationOfAnother) {
  World world;
  world.serve(2);
  world.lead(2, 1);
  EXPECT_TRUE(world.refuses(Is::election));
  world.see(1, Kind::vote_granted, 5, 0);
  world.see(1, Kind::vote_granted, 5, 2);
  world.lead(1, 1);
  ASSERT_EQ(world.checks.violations().size(), 2U);
  EXPECT_EQ(world.checks.violations().back().invariant, Is::vote_once);
  const RaftViolation* first = world.checks.violation_of(Is::election);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->node, NodeId{2});  // the first one is kept
  EXPECT_EQ(world.checks.violation_of(Is::commit_once), nullptr);
}

TEST(RaftInvariants, AnExcusedViolationHidesNoneThatFollows) {
  World world;
  world.serve(2);
  world.apply(0, 1, 1, 77);
  world.checks.wiped(++world.record, NodeId{2});
  world.lead(2, 1);
  ASSERT_NE(world.checks.violation_of(Is::election), nullptr);
  world.apply(0, 1, 1, 77);
  EXPECT_NE(world.checks.violation_of(Is::mono_applied), nullptr);
}

TEST(RaftInvariants, AWipedDiskOfAStrangerExcusesNothing) {
  World world;
  world.checks.wiped(++world.record, NodeId{7});
  world.lead(1, 4);
  world.lead(2, 4);
  EXPECT_TRUE(world.refuses(Is::election));
  EXPECT_TRUE(world.checks.excused().empty());
}

// Each is violated, the observation is taken over, and what follows is right again.
TEST(RaftInvariants, FollowWhatWasObservedAfterAViolation) {
  World world;
  world.serve(3);
  world.commit(1, 3, 1, 1, false);
  world.append(2, 3, 1);  // a gap
  ASSERT_TRUE(world.refuses(Is::log_match));
  world.append(2, 4, 1);
  world.see(1, Kind::truncate, 2);  // what is committed
  world.append(1, 2, 1);
  world.append(1, 3, 1);
  world.see(1, Kind::commit, 3, 1, World::h(3, 1), 0);
  world.apply(0, 2, 1, 5);  // leaves out the first
  world.apply(0, 3, 1, 6);
  const auto& violations = world.checks.violations();
  ASSERT_EQ(violations.size(), 3U);
  EXPECT_EQ(violations[1].invariant, Is::commit_sticky);
  EXPECT_EQ(violations[2].invariant, Is::mono_applied);
}

// No claim of a node makes the model run out of its arrays or of memory.
TEST(RaftInvariants, SurviveObservationsThatMakeNoSense) {
  const std::uint64_t huge = std::uint64_t{1} << 60;
  for (const std::uint64_t index : {std::uint64_t{0}, std::uint64_t{9}, huge}) {
    World world;
    world.serve(2);
    world.see(0, Kind::append, index, 1, 5);
    world.see(1, Kind::log_start, index);
    world.see(2, Kind::truncate, index);
    world.see(0, Kind::commit, index, 1, 5, 1);
    world.see(1, Kind::apply, index, 1, 5, 5);
    world.see(2, Kind::snapshot_installed, index, 1, 5, 5);
    world.see(2, Kind::snapshot_taken, index, 1, 5, 5);
    world.see(0, Kind::truncate, 1);
    world.see(0, Kind::commit, 1, 1, 5, 1);
    EXPECT_NE(world.checks.violation(), nullptr);
  }
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
