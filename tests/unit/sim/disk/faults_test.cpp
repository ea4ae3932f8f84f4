// Each fault bites, is recorded and counted, and stops when it is switched off.
#include "tests/unit/sim/disk/disk_world.h"

#include <gtest/gtest.h>

#include <set>

namespace windtunnel {
namespace {

using testing::Completion;
using testing::DiskWorld;

constexpr std::uint64_t kId = 7;

TEST(DiskFault, AFailedSyncMarksTheDirtyPagesClean) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    DiskWorld world(seed);
    const File file = world.stored("a", "old");
    world.write(file, 0, "new");
    DiskFault fault = world.fault(DiskFaultKind::fail_sync);
    fault.limit = 1;
    world.disk().begin_fault(fault);
    EXPECT_EQ(world.sync(file), Errc::io_error);
    EXPECT_EQ(world.read(file), "new");
    // The second sync has nothing to write and answers ok.
    EXPECT_EQ(world.sync(file), Errc::ok);
    EXPECT_FALSE(world.disk().is_durable(SimDisk::file_of(file.handle), 0, 3));
    EXPECT_EQ(world.disk().faults().bites(kId), 1U);
    EXPECT_EQ(world.records.faults, 1);
    EXPECT_EQ(world.records.bites, 1);
    world.restart(CrashKind::power);
    EXPECT_EQ(world.read(world.open("a")), "old");
  }
}

TEST(DiskFault, BytesWrittenAgainAfterAFailedSyncCanBeSynced) {
  DiskWorld world;
  const File file = world.stored("a", "old");
  world.write(file, 0, "new");
  world.disk().begin_fault(world.fault(DiskFaultKind::fail_sync));
  EXPECT_EQ(world.sync(file), Errc::io_error);
  world.disk().end_fault(kId);
  world.write(file, 0, "new");
  EXPECT_EQ(world.sync(file), Errc::ok);
  EXPECT_TRUE(world.disk().is_durable(SimDisk::file_of(file.handle), 0, 3));
  world.restart(CrashKind::power);
  EXPECT_EQ(world.read(world.open("a")), "new");
}

TEST(DiskFault, AProcessCrashEvictsSomeOfThePagesOfAFailedSync) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    DiskWorld world(seed);
    const File file = world.stored("a", "old");
    world.write(file, 0, "new");
    world.disk().begin_fault(world.fault(DiskFaultKind::fail_sync));
    world.sync(file);
    world.disk().end_faults();
    world.restart(CrashKind::process);
    seen.insert(world.read(world.open("a")));
  }
  EXPECT_EQ(seen, (std::set<std::string>{"new", "old"}));
}

TEST(DiskFault, ALyingSyncMakesNothingDurableUntilAnHonestOne) {
  DiskWorld world;
  const File file = world.stored("a", "old");
  world.disk().begin_fault(world.fault(DiskFaultKind::lie_sync));
  world.write(file, 0, "new");
  EXPECT_EQ(world.sync(file), Errc::ok);
  EXPECT_FALSE(world.disk().is_durable(SimDisk::file_of(file.handle), 0, 3));
  EXPECT_EQ(world.disk().faults().bites(kId), 1U);
  world.disk().end_fault(kId);
  EXPECT_EQ(world.sync(file), Errc::ok);
  EXPECT_TRUE(world.disk().is_durable(SimDisk::file_of(file.handle), 0, 3));
  EXPECT_EQ(world.disk().faults().bites(kId), 1U);
}

// The sector was durable in part, so it survives; what was promised is the size.
TEST(DiskFault, ALostExtensionWithinASectorIsDamageWhereASyncPromisedIt) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    DiskWorld world(seed);
    const File file = world.stored("a", "old");
    world.disk().begin_fault(world.fault(DiskFaultKind::lie_sync));
    world.write(file, 3, "new");
    EXPECT_EQ(world.sync(file), Errc::ok);
    world.restart(CrashKind::power);
    const std::string text = world.read(world.open("a"));
    seen.insert(text);
    EXPECT_EQ(world.disk().damage() > 0, text != "oldnew") << seed << ' ' << text;
  }
  EXPECT_GT(seen.size(), 1U);
}

TEST(DiskFault, ALyingDirectorySyncLeavesNamesPending) {
  DiskWorld world;
  world.disk().begin_fault(world.fault(DiskFaultKind::lie_sync));
  const File file = world.open("a");
  EXPECT_EQ(world.sync_directory(), Errc::ok);
  EXPECT_FALSE(world.disk().is_name_durable(SimDisk::file_of(file.handle)));
  world.disk().end_fault(kId);
  EXPECT_EQ(world.sync_directory(), Errc::ok);
  EXPECT_TRUE(world.disk().is_name_durable(SimDisk::file_of(file.handle)));
}

TEST(DiskFault, AFullDiskRefusesNewSpaceAndSparesAllocatedSpace) {
  DiskWorld world;
  const File file = world.open("a");
  EXPECT_EQ(world.allocate(file, 8192), Errc::ok);
  world.disk().begin_fault(world.fault(DiskFaultKind::full));
  EXPECT_EQ(world.write(file, 0, std::string(8192, 'x')), Errc::ok);
  EXPECT_EQ(world.write(file, 8192, "x"), Errc::no_space);
  EXPECT_EQ(world.allocate(file, 16384), Errc::no_space);
  EXPECT_EQ(world.open_error("b", OpenMode::create), Errc::no_space);
  EXPECT_EQ(world.make_directory("d"), Errc::no_space);
  EXPECT_EQ(world.open_error("a", OpenMode::create), Errc::ok);
  EXPECT_EQ(world.disk().faults().bites(kId), 4U);
  world.disk().end_fault(kId);
  EXPECT_EQ(world.write(file, 8192, "x"), Errc::ok);
}

TEST(DiskFault, CapacityIsALimitOfPages) {
  DiskWorld world;
  world.disk().profile().capacity_bytes = 3 * 4096;
  const File file = world.open("a");
  EXPECT_EQ(world.write(file, 0, std::string(3 * 4096, 'x')), Errc::ok);
  EXPECT_EQ(world.write(file, 3 * 4096, "x"), Errc::no_space);
  EXPECT_EQ(world.write(file, 0, "again"), Errc::ok);
  EXPECT_EQ(world.truncate(file, 4096), Errc::ok);
  EXPECT_EQ(world.sync(file), Errc::ok);
  EXPECT_EQ(world.write(file, 4096, "x"), Errc::ok);
}

TEST(DiskFault, ReadsAndWritesFailWithIoErrors) {
  DiskWorld world;
  const File file = world.stored("a", "old");
  world.disk().begin_fault(world.fault(DiskFaultKind::read_error, 1));
  EXPECT_EQ(world.read_error(file), Errc::io_error);
  world.disk().end_fault(1);
  EXPECT_EQ(world.read_error(file), Errc::ok);
  world.disk().begin_fault(world.fault(DiskFaultKind::write_error, 2));
  EXPECT_EQ(world.write(file, 0, "new"), Errc::io_error);
  world.disk().end_fault(2);
  EXPECT_EQ(world.read(file), "old");
  EXPECT_EQ(world.write(file, 0, "new"), Errc::ok);
  EXPECT_EQ(world.disk().faults().bites(1), 1U);
  EXPECT_EQ(world.disk().faults().bites(2), 1U);
}

TEST(DiskFault, BitRotFlipsOneBitOfEachStoredSectorItHits) {
  DiskWorld world;
  const std::string text(4 * 512, 'x');
  const File file = world.stored("a", text);
  world.write(file, 512, "y");
  world.disk().begin_fault(world.fault(DiskFaultKind::bit_rot));
  const std::string rotten = world.read(file);
  for (std::size_t sector = 0; sector < 4; ++sector) {
    int bits = 0;
    for (std::size_t i = 0; i < 512; ++i) {
      const std::size_t at = sector * 512 + i;
      const char expected = at == 512 ? 'y' : 'x';
      bits += __builtin_popcount(static_cast<unsigned char>(rotten[at] ^ expected));
    }
    EXPECT_EQ(bits, sector == 1 ? 0 : 1) << "the unsynced sector is spared";
  }
  EXPECT_EQ(world.disk().faults().bites(kId), 3U);
  EXPECT_EQ(world.disk().damage(), 1U);
  EXPECT_EQ(world.read(file), rotten) << "it acts once";
}

TEST(DiskFault, BitRotSparesWhatItsProbabilitySpares) {
  DiskWorld world;
  const File file = world.stored("a", std::string(100 * 512, 'x'));
  DiskFault fault = world.fault(DiskFaultKind::bit_rot);
  fault.probability = {100'000};
  world.disk().begin_fault(fault);
  EXPECT_GT(world.disk().faults().bites(kId), 0U);
  EXPECT_LT(world.disk().faults().bites(kId), 40U);
  fault.id = 8;
  fault.probability = {0};
  const std::string before = world.read(file);
  world.disk().begin_fault(fault);
  EXPECT_EQ(world.read(file), before);
}

TEST(DiskFault, AMisdirectedWriteLandsElsewhere) {
  DiskWorld world;
  const File file = world.stored("a", std::string(8 * 512, 'x'));
  world.disk().begin_fault(world.fault(DiskFaultKind::misdirected_write));
  EXPECT_EQ(world.write(file, 0, "strayed"), Errc::ok);
  world.disk().end_fault(kId);
  const std::string content = world.read(file);
  EXPECT_EQ(content.size(), 8 * 512U);
  EXPECT_EQ(content.substr(0, 7), "xxxxxxx");
  const std::size_t landed = content.find("strayed");
  ASSERT_NE(landed, std::string::npos);
  EXPECT_EQ(landed % 512, 0U);
  EXPECT_EQ(world.disk().faults().bites(kId), 1U);
}

TEST(DiskFault, ASlowDeviceTakesLonger) {
  DiskWorld world;
  world.disk().profile().sync = Latency::constant(milliseconds(1));
  const File file = world.open("a");
  DiskFault fault = world.fault(DiskFaultKind::slow);
  fault.factor = 10;
  fault.delay = Latency::constant(milliseconds(5));
  world.disk().begin_fault(fault);
  Completion slow, fast;
  world.port().sync(file, slow);
  world.run(milliseconds(14));
  EXPECT_EQ(slow.runs, 0);
  world.run(milliseconds(1));
  EXPECT_EQ(slow.runs, 1);
  world.disk().end_fault(kId);
  world.port().sync(file, fast);
  world.run(milliseconds(1));
  EXPECT_EQ(fast.runs, 1);
  EXPECT_EQ(world.disk().faults().bites(kId), 1U);
}

TEST(DiskFault, ATornTailEndsAtAnyByte) {
  bool inside_a_sector = false;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    DiskWorld world(seed);
    const File file = world.stored("a", "durable");
    world.write(file, 7, std::string(3'000, 'n'));
    world.disk().begin_fault(world.fault(DiskFaultKind::torn_tail));
    world.restart(CrashKind::power);
    const std::string content = world.read(world.open("a"));
    EXPECT_GE(content.size(), 7U);
    EXPECT_LT(content.size(), 3'007U);
    EXPECT_EQ(content.substr(0, 7), "durable");
    if (content.size() % 512 != 0) inside_a_sector = true;
    const std::size_t from = std::min<std::size_t>(content.size(), 512);
    EXPECT_EQ(content.find_first_not_of('n', from), std::string::npos);
    EXPECT_EQ(world.disk().faults().bites(kId), 1U);
  }
  EXPECT_TRUE(inside_a_sector);
}

TEST(DiskFault, AWipedDiskIsEmptyAndItsOperationsFail) {
  DiskWorld world;
  const File file = world.stored("a", "x");
  Completion under_way;
  world.port().write(file, 0, as_bytes("y"), under_way);
  world.disk().wipe(kId);
  EXPECT_EQ(world.finish(under_way), Errc::io_error);
  EXPECT_EQ(world.read_error(file), Errc::io_error);
  EXPECT_TRUE(world.list().empty());
  EXPECT_EQ(world.disk().used_bytes(), 0U);
  EXPECT_EQ(world.disk().damage(), 1U);
  EXPECT_EQ(world.disk().faults().bites(kId), 1U);
  EXPECT_EQ(world.records.faults, 1);
  world.restart(CrashKind::power);
  world.stored("a", "fresh");
  EXPECT_EQ(world.read(world.open("a")), "fresh");
}

TEST(DiskFault, ProbabilityAndLimitBoundTheBites) {
  DiskWorld world;
  const File file = world.open("a");
  DiskFault fault = world.fault(DiskFaultKind::write_error);
  fault.probability = {300'000};
  world.disk().begin_fault(fault);
  int failed = 0;
  for (int i = 0; i < 200; ++i) failed += world.write(file, 0, "x") == Errc::io_error ? 1 : 0;
  EXPECT_GT(failed, 30);
  EXPECT_LT(failed, 90);
  EXPECT_EQ(world.records.bites, 1) << "the fault says once that it bit";
  EXPECT_EQ(world.records.faults, failed);
  world.disk().end_faults();
  fault.limit = 3;
  fault.probability = {1'000'000};
  fault.id = 8;
  world.disk().begin_fault(fault);
  failed = 0;
  for (int i = 0; i < 20; ++i) failed += world.write(file, 0, "x") == Errc::io_error ? 1 : 0;
  EXPECT_EQ(failed, 3);
}

TEST(DiskFault, SwitchingOneOffMovesNoOtherDraw) {
  const auto failures = [](bool with_other) {
    DiskWorld world;
    const File file = world.open("a");
    DiskFault fault = world.fault(DiskFaultKind::write_error, 1);
    fault.probability = {500'000};
    world.disk().begin_fault(fault);
    DiskFault other = world.fault(DiskFaultKind::fail_sync, 2);
    if (with_other) world.disk().begin_fault(other);
    std::string pattern;
    for (int i = 0; i < 30; ++i) {
      pattern += world.write(file, 0, "x") == Errc::ok ? '.' : '!';
      world.sync(file);
    }
    return pattern;
  };
  EXPECT_EQ(failures(true), failures(false));
}

}  // namespace
}  // namespace windtunnel
