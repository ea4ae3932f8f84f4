// What the invariants of Raft remember, as a fingerprint: histories that may end differently have
// different ones, and nothing else tells histories apart.
#include "tests/unit/harness/raft/raft_world.h"

#include <functional>
#include <vector>

namespace windtunnel {
namespace {

using testing::World;
using Kind = raft::Word;

const std::vector<NodeId> kSwapped{NodeId{1}, NodeId{0}, NodeId{2}};

TEST(RaftFingerprint, RecordNumbersDoNotMatter) {
  World early;
  early.serve(2);
  World late;
  late.record += 100;
  late.serve(2);
  EXPECT_EQ(early.checks.fingerprint(), late.checks.fingerprint());
}

TEST(RaftFingerprint, WhichEntryOfAnIndexCameFirstDoesNotMatter) {
  World one;
  World other;
  one.append(0, 1, 1);
  one.append(1, 1, 2);
  other.append(1, 1, 2);
  other.append(0, 1, 1);
  EXPECT_EQ(one.checks.fingerprint(), other.checks.fingerprint());
}

// Two nodes exchange their parts in a history; under exchanged names it is the same.
TEST(RaftFingerprint, FollowsTheNamesOfNodes) {
  const auto history = [](std::uint32_t leader, std::uint32_t follower) {
    World world;
    world.see(leader, Kind::term, 1, leader + 1);
    world.checks.vote_synced(9, NodeId{leader}, 1, leader + 1);
    world.see(follower, Kind::vote_granted, 1, leader);
    world.lead(leader, 1);
    world.store(leader, 1, 1);
    world.store(follower, 1, 1);
    world.see(leader, Kind::match, follower, 1, 2);
    world.commit(leader, 1, 1, 1, true);
    EXPECT_TRUE(world.is_fine());
    return world.checks;
  };
  const RaftInvariants one = history(0, 1);
  const RaftInvariants other = history(1, 0);
  EXPECT_NE(one.fingerprint(), other.fingerprint());
  EXPECT_EQ(one.fingerprint(kSwapped), other.fingerprint());
  EXPECT_EQ(one.fingerprint(), other.fingerprint(kSwapped));
}

TEST(RaftFingerprint, EverythingThatCanMatterLaterMatters) {
  using Step = std::function<void(World&)>;
  const std::vector<Step> steps = {
      [](World&) {},
      [](World& world) { world.see(1, Kind::term, 2, 0); },
      [](World& world) { world.see(1, Kind::vote_granted, 2, 0); },
      [](World& world) { world.see(1, Kind::vote_granted, 2, 2); },
      [](World& world) { world.lead(1, 2); },
      [](World& world) { world.append(1, 3, 1); },
      [](World& world) { world.store(1, 3, 1); },
      [](World& world) { world.see(1, Kind::truncate, 2, 0); },
      [](World& world) { world.commit(1, 2, 1, 1, false); },
      [](World& world) { world.apply(0, 1, 1, 5); },
      [](World& world) { world.apply(0, 1, 1, 6); },
      [](World& world) { world.see(0, Kind::match, 2, 1, 2); },
      [](World& world) { world.see(0, Kind::request, 7, 2); },
      [](World& world) { world.see(0, Kind::effect, 1, 1, 1); },
      [](World& world) { world.checks.vote_synced(99, NodeId{2}, 3, 1); },
      [](World& world) { world.checks.snapshot_synced(99, NodeId{2}, 1, World::h(1, 1)); },
      [](World& world) { world.checks.entry_lost(99, NodeId{0}, 1, World::h(1, 1)); },
      [](World& world) { world.see(2, Kind::config, 0, 3, 0, 0); },
  };
  std::vector<Digest> seen;
  for (const Step& step : steps) {
    World world;
    world.serve(2);
    step(world);
    const Digest fingerprint = world.checks.fingerprint();
    for (std::size_t i = 0; i < seen.size(); ++i) {
      EXPECT_NE(fingerprint, seen[i]) << "steps " << i << " and " << seen.size();
    }
    seen.push_back(fingerprint);
  }
}

}  // namespace
}  // namespace windtunnel
