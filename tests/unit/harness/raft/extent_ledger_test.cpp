// What the plan destroyed is found by content, to the extent; what the node did itself is not it.
#include <windtunnel/harness/raft/extent_ledger.h>

#include "tests/unit/sim/disk/disk_world.h"

#include <gtest/gtest.h>

namespace windtunnel::scenarios {
namespace {

using testing::DiskWorld;

// A log of frames of 512 bytes, each with one entry.
class Log : private DurabilityListener {
 public:
  explicit Log(std::uint64_t seed = 1) : world(seed), ledger(world.disk(), true) {
    world.disk().set_durability_listener(this);
    file = world.open("log");
    world.sync_directory();
  }
  ~Log() { world.disk().set_durability_listener(nullptr); }

  void append(std::uint64_t index) {
    Extent extent;
    extent.kind = ObservationKind::wal_extent;
    extent.a = index;
    extent.b = index * 100;
    extent.file = SimDisk::file_of(file.handle);
    extent.offset = (index - 1) * 512;
    extent.length = 512;
    ledger.wrote(extent);
    EXPECT_EQ(world.write(file, extent.offset, std::string(512, 'a' + static_cast<char>(index))),
              Errc::ok);
    EXPECT_EQ(world.sync(file), Errc::ok);
  }
  void begin(DiskFaultKind kind, PerMillion probability = {1'000'000}) {
    DiskFault fault = world.fault(kind);
    fault.probability = probability;
    world.disk().begin_fault(fault);
  }

  DiskWorld world;
  ExtentLedger ledger;
  File file;
  std::vector<std::uint64_t> durable;
  std::vector<std::uint64_t> lost;

 private:
  void settle() {
    const ExtentLedger::Settled& settled = ledger.settle();
    for (const Extent& extent : settled.durable) durable.push_back(extent.a);
    for (const Extent& extent : settled.lost) lost.push_back(extent.a);
  }
  void on_synced(NodeId, std::uint32_t, std::uint64_t) override { settle(); }
  void on_names_synced(NodeId) override { settle(); }
  void on_lied(NodeId, std::uint32_t) override { settle(); }
  void before_damage(NodeId) override { ledger.before_damage(); }
  void on_damaged(NodeId, const DiskDamage& damage) override {
    for (const Extent& extent : ledger.after_damage(damage)) lost.push_back(extent.a);
  }
};

using Indexes = std::vector<std::uint64_t>;

TEST(ExtentLedger, WhatIsSyncedIsDurableAndAHonestPowerLossDestroysNothing) {
  Log log;
  for (std::uint64_t i = 1; i <= 3; ++i) log.append(i);
  EXPECT_EQ(log.durable, (Indexes{1, 2, 3}));
  log.world.restart(CrashKind::power);
  EXPECT_TRUE(log.lost.empty());
  EXPECT_EQ(log.world.disk().damage(), 0U);
  EXPECT_EQ(log.ledger.remaining().size(), 3U);
}

TEST(ExtentLedger, RotDestroysWhatItHitsAndWhatLiesBehindIt) {
  bool some = false;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Log log(seed);
    for (std::uint64_t i = 1; i <= 4; ++i) log.append(i);
    log.begin(DiskFaultKind::bit_rot, {300'000});
    std::sort(log.lost.begin(), log.lost.end());
    const std::size_t left = log.ledger.remaining().size();
    EXPECT_EQ(left + log.lost.size(), 4U);
    for (std::size_t i = 0; i < log.lost.size(); ++i) EXPECT_EQ(log.lost[i], left + 1 + i);
    some |= left > 0 && left < 4;
  }
  EXPECT_TRUE(some);
}

TEST(ExtentLedger, ALieCountsAsDurableUntilThePowerFails) {
  std::size_t broken = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Log log(seed);
    log.append(1);
    log.begin(DiskFaultKind::lie_sync);
    log.append(2);
    EXPECT_EQ(log.durable, (Indexes{1, 2}));
    EXPECT_EQ(log.world.disk().damage(), 0U);
    log.world.restart(CrashKind::power);
    const bool lost = log.lost == Indexes{2};
    EXPECT_TRUE(lost || log.lost.empty());
    EXPECT_EQ(log.world.disk().damage(), lost ? 1U : 0U);
    broken += lost ? 1 : 0;
  }
  EXPECT_GT(broken, 3U);
  EXPECT_LT(broken, 20U);
}

TEST(ExtentLedger, AnHonestSyncMakesALieTrue) {
  Log log;
  log.begin(DiskFaultKind::lie_sync);
  log.append(1);
  log.world.disk().end_faults();
  log.append(2);
  log.world.restart(CrashKind::power);
  EXPECT_TRUE(log.lost.empty());
  EXPECT_EQ(log.world.disk().damage(), 0U);
}

TEST(ExtentLedger, AMisdirectedWriteNeverArrivesAndMayHitAnother) {
  Log log;
  for (std::uint64_t i = 1; i <= 3; ++i) log.append(i);
  log.begin(DiskFaultKind::misdirected_write);
  log.append(4);
  log.world.disk().end_faults();
  EXPECT_EQ(log.durable, (Indexes{1, 2, 3, 4})) << "the disk said so";
  ASSERT_FALSE(log.lost.empty());
  EXPECT_NE(std::find(log.lost.begin(), log.lost.end(), 4U), log.lost.end());
  EXPECT_GT(log.lost.size(), 1U) << "the bytes lie on another entry";
}

TEST(ExtentLedger, WhatTheNodeOverwroteOrRemovedWasNotDestroyed) {
  Log log;
  for (std::uint64_t i = 1; i <= 2; ++i) log.append(i);
  EXPECT_EQ(log.world.write(log.file, 512, std::string(512, 'z')), Errc::ok);
  EXPECT_EQ(log.world.sync(log.file), Errc::ok);
  log.begin(DiskFaultKind::bit_rot);
  EXPECT_EQ(log.lost, Indexes{1});

  Log removed;
  removed.append(1);
  EXPECT_EQ(removed.world.remove("log"), Errc::ok);
  removed.world.sync_directory();
  removed.begin(DiskFaultKind::wipe);
  EXPECT_TRUE(removed.lost.empty());
}

TEST(ExtentLedger, WithoutKeepingALieIsNoSync) {
  DiskWorld world;
  ExtentLedger ledger(world.disk(), false);
  const File file = world.stored("log", "before");
  Extent extent;
  extent.kind = ObservationKind::wal_extent;
  extent.file = SimDisk::file_of(file.handle);
  extent.length = 5;
  ledger.wrote(extent);
  world.disk().begin_fault(world.fault(DiskFaultKind::lie_sync));
  EXPECT_EQ(world.write(file, 0, "after"), Errc::ok);
  EXPECT_EQ(world.sync(file), Errc::ok);
  EXPECT_TRUE(ledger.settle().durable.empty());
}

}  // namespace
}  // namespace windtunnel::scenarios
