// What survives a crash of the process, and what survives a loss of power.
#include "tests/unit/sim/disk/disk_world.h"

#include <gtest/gtest.h>

#include <set>

namespace windtunnel {
namespace {

using testing::Completion;
using testing::DiskWorld;
using testing::RecordCounter;
using Names = std::vector<std::string>;

constexpr std::uint64_t kSeeds = 60;

TEST(PowerLoss, KeepsADrawnSubsetOfUnsyncedSectors) {
  std::set<std::string> outcomes;
  bool torn = false;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    DiskWorld world(seed);
    const File file = world.stored("a", std::string(8 * 512, 'o'));
    world.write(file, 0, std::string(8 * 512, 'n'));
    world.restart(CrashKind::power);
    const std::string content = world.read(world.open("a"));
    ASSERT_EQ(content.size(), 8 * 512U);
    std::string sectors;
    for (std::size_t i = 0; i < 8; ++i) {
      const std::string sector = content.substr(i * 512, 512);
      EXPECT_TRUE(sector == std::string(512, 'n') || sector == std::string(512, 'o'));
      sectors += sector[0];
    }
    outcomes.insert(sectors);
    const bool some_kept = sectors.find('n') != std::string::npos;
    const bool some_lost = sectors.find('o') != std::string::npos;
    torn = torn || (some_kept && some_lost);
    ASSERT_EQ(world.records.lost.size(), 1U);
    EXPECT_EQ(world.records.lost[0].a + world.records.lost[0].b, 8U);
  }
  EXPECT_TRUE(torn);
  EXPECT_TRUE(outcomes.contains("nnnnnnnn"));
  EXPECT_TRUE(outcomes.contains("oooooooo"));
  EXPECT_GT(outcomes.size(), 10U);
}

TEST(PowerLoss, TheSameSeedLosesTheSame) {
  const auto run = [](std::uint64_t seed) {
    DiskWorld world(seed);
    const File file = world.stored("a", std::string(64 * 512, 'o'));
    world.write(file, 0, std::string(64 * 512, 'n'));
    world.restart(CrashKind::power);
    return world.disk().content_hash(DiskImage::cached);
  };
  std::set<Digest> seen;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    EXPECT_EQ(run(seed), run(seed));
    seen.insert(run(seed));
  }
  EXPECT_GT(seen.size(), 5U);
}

TEST(PowerLoss, AProcessCrashKeepsTheCache) {
  DiskWorld world;
  const File file = world.open("a");
  world.write(file, 0, "unsynced");
  world.open("b");
  world.rename("b", "c");
  world.restart(CrashKind::process);
  EXPECT_EQ(world.list(), (Names{"a", "c"}));
  EXPECT_EQ(world.read(world.open("a")), "unsynced");
  EXPECT_TRUE(world.records.lost.empty());
}

TEST(PowerLoss, WhatWasUnderWayHappensAfterAProcessCrash) {
  DiskWorld world;
  const File file = world.open("a");
  {
    Completion done;
    world.port().write(file, 0, as_bytes("late"), done);
  }
  world.restart(CrashKind::process);
  EXPECT_EQ(world.disk().calls_under_way(), 1U);
  EXPECT_EQ(world.read(world.open("a")), "late");
}

TEST(PowerLoss, WhatWasUnderWayIsUnsynced) {
  std::set<std::string> outcomes;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    DiskWorld world(seed);
    const File file = world.stored("a", "old!");
    {
      Completion write, sync;
      world.port().write(file, 0, as_bytes("new!"), write);
      world.port().sync(file, sync);
    }
    world.restart(CrashKind::power);
    EXPECT_EQ(world.disk().calls_under_way(), 0U);
    outcomes.insert(world.read(world.open("a")));
  }
  EXPECT_EQ(outcomes, (std::set<std::string>{"new!", "old!"}));
}

TEST(PowerLoss, AnUnsyncedExtensionIsKeptOrNot) {
  std::set<std::size_t> sizes;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    DiskWorld world(seed);
    const File file = world.stored("a", "12345");
    world.write(file, 5, "6789");
    world.restart(CrashKind::power);
    const std::string content = world.read(world.open("a"));
    EXPECT_EQ(content.substr(0, 5), "12345");
    sizes.insert(content.size());
  }
  EXPECT_EQ(sizes, (std::set<std::size_t>{5, 9}));
}

TEST(PowerLoss, AnUnsyncedTruncationIsKeptOrNot) {
  std::set<std::string> outcomes;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    DiskWorld world(seed);
    const File file = world.stored("a", "123456789");
    world.truncate(file, 3);
    world.restart(CrashKind::power);
    outcomes.insert(world.read(world.open("a")));
  }
  EXPECT_EQ(outcomes, (std::set<std::string>{"123", "123456789"}));
}

TEST(PowerLoss, ARenameWithoutDirectorySyncIsLostOrKeptWhole) {
  std::set<Names> outcomes;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    DiskWorld world(seed);
    world.stored("meta", "old");
    world.stored("tmp", "new");
    world.rename("tmp", "meta");
    world.restart(CrashKind::power);
    const Names names = world.list();
    outcomes.insert(names);
    const std::string expected = names.size() == 2 ? "old" : "new";
    EXPECT_EQ(world.read(world.open("meta")), expected);
    if (names.size() == 2) {
      EXPECT_EQ(world.read(world.open("tmp")), "new");
    }
  }
  EXPECT_EQ(outcomes, (std::set<Names>{{"meta"}, {"meta", "tmp"}}));
}

TEST(PowerLoss, ARenameWithDirectorySyncIsNeverLost) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    DiskWorld world(seed);
    world.stored("meta", "old");
    world.stored("tmp", "new");
    world.rename("tmp", "meta");
    world.sync_directory();
    world.restart(CrashKind::power);
    EXPECT_EQ(world.list(), Names{"meta"});
    EXPECT_EQ(world.read(world.open("meta")), "new");
  }
}

TEST(PowerLoss, AFilesSyncDoesNotMakeItsNameDurable) {
  std::set<Names> outcomes;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    DiskWorld world(seed);
    const File file = world.open("a");
    world.write(file, 0, "x");
    world.sync(file);
    EXPECT_FALSE(world.disk().is_name_durable(SimDisk::file_of(file.handle)));
    world.restart(CrashKind::power);
    outcomes.insert(world.list());
  }
  EXPECT_EQ(outcomes, (std::set<Names>{{}, {"a"}}));
}

TEST(PowerLoss, ARotatedFileIsFoundUnderOneOfItsNames) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    DiskWorld world(seed);
    world.stored("log", "first");
    world.rename("log", "log.1");
    world.open("log");
    world.restart(CrashKind::power);
    std::set<std::string> contents;
    for (const auto& [path, bytes] : world.disk().dump(DiskImage::cached)) {
      contents.insert(std::string(as_text(bytes)));
    }
    EXPECT_TRUE(contents.contains("first")) << seed;
  }
}

TEST(PowerLoss, ADirectoryThatIsLostTakesItsFilesWithIt) {
  std::set<Names> outcomes;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    DiskWorld world(seed);
    world.make_directory("d");
    world.open("d/a");
    world.sync_directory("d");
    world.restart(CrashKind::power);
    Names names = world.list();
    if (!names.empty()) {
      names = world.list("d");
      EXPECT_EQ(names, Names{"a"});
    }
    outcomes.insert(names);
  }
  EXPECT_EQ(outcomes.size(), 2U);
}

TEST(PowerLoss, ASyncedFileMovedToASyncedDirectoryStaysThere) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    DiskWorld world(seed);
    world.make_directory("d");
    world.sync_directory();
    world.open("a");
    world.rename("a", "d/a");
    world.sync_directory("d");
    world.restart(CrashKind::power);
    EXPECT_EQ(world.list("d"), Names{"a"});
    EXPECT_EQ(world.list(), Names{"d/"});
  }
}

TEST(PowerLoss, ASyncedReplacementIsNotUndoneByAnEarlierOne) {
  DiskWorld world;
  world.make_directory("d");
  world.stored("x", "x");
  world.stored("d/y", "y");
  world.sync_directory("d");
  world.rename("x", "z");
  world.rename("d/y", "z");
  world.sync_directory("d");
  world.sync_directory();
  world.restart(CrashKind::power);
  EXPECT_EQ(world.list(), (Names{"d/", "z"}));
  EXPECT_EQ(world.read(world.open("z")), "y");
}

TEST(PowerLoss, AnOpenThatNobodyWaitsForLeavesNoHandle) {
  DiskWorld world;
  const File file = world.open("a");
  world.port().close(file);
  {
    Completion forgotten;
    world.port().open("a", OpenMode::create, forgotten);
  }
  world.run();
  EXPECT_EQ(world.write(file, 0, "x"), Errc::closed);
}

// The page cache outlives the process, and not the power.
TEST(PowerLoss, TakesWhatAProcessThatEndedBeforeHadNotSynced) {
  for (const bool gives_up : {false, true}) {
    std::set<std::string> seen;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      DiskWorld world(seed);
      world.write(world.stored("a", "old"), 0, "new");
      gives_up ? world.node.exit("a test") : world.node.crash(CrashKind::process);
      world.run();
      world.node.crash(CrashKind::power);
      EXPECT_FALSE(world.node.powered());
      world.node.crash(CrashKind::power);  // There is nothing left to lose.
      EXPECT_EQ(world.records.lost.size(), 1U);
      world.node.start();
      seen.insert(world.read(world.open("a")));
    }
    EXPECT_EQ(seen, (std::set<std::string>{"new", "old"})) << gives_up;
  }
}

TEST(Sever, LaterCallsAreIgnoredAndEarlierEffectsStay) {
  DiskWorld world;
  const File file = world.open("a");
  Completion before, after;
  world.port().write(file, 0, as_bytes("one"), before);
  auto& port = static_cast<NodeDisk&>(world.port());
  EXPECT_EQ(port.armed_waiters(), 1U);
  port.sever();
  const std::uint64_t records = world.sim.trace().size();
  port.write(file, 0, as_bytes("two"), after);
  port.remove("a", after);
  port.close(file);
  EXPECT_FALSE(after.armed());
  EXPECT_EQ(world.sim.trace().size(), records);
  before.disarm();
  EXPECT_EQ(port.armed_waiters(), 0U);
  world.node.crash(CrashKind::process);
  world.node.start();
  EXPECT_EQ(world.read(world.open("a")), "one");
  EXPECT_EQ(before.runs + after.runs, 0);
}

}  // namespace
}  // namespace windtunnel
