// What the invariants of Raft do after a violation: keep the first of each, and go on.
#include "tests/unit/harness/raft/raft_world.h"

namespace windtunnel {
namespace {

using testing::World;
using Kind = raft::Word;
using Is = RaftInvariant;

// What an expected violation of one must not hide is the next of another.
TEST(RaftViolations, GoOnAfterAViolationOfAnother) {
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

TEST(RaftViolations, AnExcusedViolationHidesNoneThatFollows) {
  World world;
  world.serve(2);
  world.apply(0, 1, 1, 77);
  world.checks.wiped(++world.record, NodeId{2});
  world.lead(2, 1);
  ASSERT_NE(world.checks.violation_of(Is::election), nullptr);
  world.apply(0, 1, 1, 77);
  EXPECT_NE(world.checks.violation_of(Is::mono_applied), nullptr);
}

TEST(RaftViolations, AWipedDiskOfAStrangerExcusesNothing) {
  World world;
  world.checks.wiped(++world.record, NodeId{7});
  world.lead(1, 4);
  world.lead(2, 4);
  EXPECT_TRUE(world.refuses(Is::election));
  EXPECT_TRUE(world.checks.excused().empty());
}

// Each is violated, the observation is taken over, and what follows is right again.
TEST(RaftViolations, FollowWhatWasObservedAfterAViolation) {
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
TEST(RaftViolations, SurviveObservationsThatMakeNoSense) {
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

}  // namespace
}  // namespace windtunnel
