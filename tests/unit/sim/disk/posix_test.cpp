// The disk behaves as POSIX does while nothing goes wrong.
#include "tests/unit/sim/disk/disk_world.h"

#include <gtest/gtest.h>

namespace windtunnel {
namespace {

using testing::Completion;
using testing::DiskWorld;
using testing::ReadCompletion;
using Names = std::vector<std::string>;

TEST(SimDisk, ReadsBackWhatWasWritten) {
  DiskWorld world;
  const File file = world.open("a");
  EXPECT_EQ(world.write(file, 0, "hello"), Errc::ok);
  EXPECT_EQ(world.write(file, 3, "p!"), Errc::ok);
  EXPECT_EQ(world.read(file), "help!");
  EXPECT_EQ(world.read(file, 3, 1), "p");
  EXPECT_EQ(world.read(file, 5, 10), "");
  EXPECT_EQ(world.read(file, 99, 10), "");
}

TEST(SimDisk, AHoleReadsAsZeros) {
  DiskWorld world;
  const File file = world.open("a");
  world.write(file, 10'000, "x");
  const std::string content = world.read(file);
  std::string expected(10'000, '\0');
  expected.push_back('x');
  EXPECT_EQ(content, expected);
}

TEST(SimDisk, TruncatedBytesAreGoneForGood) {
  DiskWorld world;
  const File file = world.open("a");
  world.write(file, 0, std::string(9'000, 'x'));
  EXPECT_EQ(world.truncate(file, 5), Errc::ok);
  EXPECT_EQ(world.read(file), "xxxxx");
  EXPECT_EQ(world.truncate(file, 8), Errc::ok);
  EXPECT_EQ(world.read(file), std::string("xxxxx\0\0\0", 8));
  world.sync(file);
  EXPECT_EQ(world.disk().used_bytes(), 4096U);
}

TEST(SimDisk, AllocateExtendsAndReserves) {
  DiskWorld world;
  const File file = world.open("a");
  EXPECT_EQ(world.allocate(file, 10'000), Errc::ok);
  EXPECT_EQ(world.disk().used_bytes(), 3 * 4096U);
  EXPECT_EQ(world.read(file), std::string(10'000, '\0'));
  world.write(file, 0, "abc");
  EXPECT_EQ(world.disk().used_bytes(), 3 * 4096U);
}

TEST(SimDisk, OpenModesSayWhatMustExist) {
  DiskWorld world;
  EXPECT_EQ(world.open_error("a", OpenMode::read), Errc::not_found);
  EXPECT_EQ(world.open_error("a", OpenMode::read_write), Errc::not_found);
  EXPECT_EQ(world.open_error("a", OpenMode::create_new), Errc::ok);
  EXPECT_EQ(world.open_error("a", OpenMode::create_new), Errc::already_exists);
  EXPECT_EQ(world.open_error("a", OpenMode::create), Errc::ok);
  EXPECT_EQ(world.open_error("d/a", OpenMode::create), Errc::not_found);
  EXPECT_EQ(world.make_directory("d"), Errc::ok);
  EXPECT_EQ(world.make_directory("d"), Errc::already_exists);
  EXPECT_EQ(world.open_error("d", OpenMode::create), Errc::invalid_argument);
  for (const std::string_view path : {"", "/a", "a//b", "../a", "d/./a", "a/"}) {
    EXPECT_EQ(world.open_error(path, OpenMode::create), Errc::invalid_argument) << path;
  }
}

TEST(SimDisk, AFileOpenForReadingRefusesWrites) {
  DiskWorld world;
  world.open("a");
  const File file = world.open("a", OpenMode::read);
  EXPECT_EQ(world.write(file, 0, "x"), Errc::invalid_argument);
  EXPECT_EQ(world.truncate(file, 0), Errc::invalid_argument);
  EXPECT_EQ(world.sync(file), Errc::ok);
}

TEST(SimDisk, AClosedHandleIsRefused) {
  DiskWorld world;
  const File file = world.open("a");
  world.port().close(file);
  EXPECT_EQ(world.write(file, 0, "x"), Errc::closed);
  EXPECT_EQ(world.write(File{12345}, 0, "x"), Errc::closed);
}

TEST(SimDisk, ListsSortedNamesWithDirectoriesMarked) {
  DiskWorld world;
  world.open("b");
  world.make_directory("a");
  world.open("a/z");
  world.open("a/y");
  EXPECT_EQ(world.list(), (Names{"a/", "b"}));
  EXPECT_EQ(world.list("a"), (Names{"y", "z"}));
}

TEST(SimDisk, AnOpenFileOutlivesItsName) {
  DiskWorld world;
  const File file = world.open("a");
  world.write(file, 0, "old");
  EXPECT_EQ(world.remove("a"), Errc::ok);
  EXPECT_EQ(world.read(file), "old");
  const File other = world.open("a");
  EXPECT_EQ(world.read(other), "");
  EXPECT_FALSE(file == other);
  world.port().close(file);
  world.sync_directory();
  EXPECT_EQ(world.disk().used_bytes(), 0U);
}

TEST(SimDisk, RenameReplacesAndHandlesFollow) {
  DiskWorld world;
  const File old_file = world.open("meta");
  world.write(old_file, 0, "old");
  const File new_file = world.open("tmp");
  world.write(new_file, 0, "new");
  EXPECT_EQ(world.rename("tmp", "meta"), Errc::ok);
  EXPECT_EQ(world.list(), Names{"meta"});
  EXPECT_EQ(world.open("meta"), new_file);
  EXPECT_EQ(world.read(new_file), "new");
  EXPECT_EQ(world.read(old_file), "old");
}

TEST(SimDisk, RenameAndRemoveRefuseWhatPosixRefuses) {
  DiskWorld world;
  world.make_directory("d");
  world.make_directory("d/e");
  world.open("f");
  EXPECT_EQ(world.rename("x", "y"), Errc::not_found);
  EXPECT_EQ(world.rename("f", "d"), Errc::invalid_argument);
  EXPECT_EQ(world.rename("d", "f"), Errc::not_found);
  EXPECT_EQ(world.rename("d", "d/e/d"), Errc::invalid_argument);
  EXPECT_EQ(world.rename("f", "f"), Errc::ok);
  EXPECT_EQ(world.remove("d"), Errc::already_exists);
  EXPECT_EQ(world.remove("x"), Errc::not_found);
  EXPECT_EQ(world.rename("d", "g"), Errc::ok);
  EXPECT_EQ(world.list("g"), Names{"e/"});
  EXPECT_EQ(world.remove("g/e"), Errc::ok);
}

TEST(SimDisk, OperationsOnOneFileTakeEffectInTheOrderSubmitted) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    DiskWorld world(seed);
    const File file = world.open("a");
    Completion writes[8];
    ReadCompletion reads[8];
    for (std::size_t i = 0; i < 8; ++i) {
      const std::string text(1, static_cast<char>('0' + i));
      world.port().write(file, 0, as_bytes(text), writes[i]);
      world.port().read(file, 0, 1, reads[i]);
    }
    world.run();
    for (std::size_t i = 0; i < 8; ++i) {
      EXPECT_EQ(as_text(reads[i].data), std::string(1, static_cast<char>('0' + i)));
    }
  }
}

TEST(SimDisk, ThePortOwnsTheBytes) {
  DiskWorld world;
  const File file = world.open("a");
  Completion done;
  {
    std::string text = "kept";
    world.port().write(file, 0, as_bytes(text), done);
    text = "gone";
  }
  world.run();
  EXPECT_EQ(world.read(file), "kept");
}

TEST(SimDisk, ADestroyedWaiterCancelsTheCompletionAndNotTheEffect) {
  DiskWorld world;
  const File file = world.open("a");
  {
    Completion done;
    world.port().write(file, 0, as_bytes("x"), done);
  }
  EXPECT_EQ(world.read(file), "x");
}

TEST(SimDisk, ATransferTakesTheTimeOfTheBandwidth) {
  DiskWorld world;
  world.disk().profile().bytes_per_second = 1'000'000;
  world.disk().profile().write = Latency::constant(milliseconds(1));
  const File file = world.open("a");
  Completion done;
  world.port().write(file, 0, as_bytes(std::string(100'000, 'x')), done);
  world.run(milliseconds(100));
  EXPECT_EQ(done.runs, 0);
  world.run(milliseconds(1));
  EXPECT_EQ(done.runs, 1);
}

TEST(SimDisk, OperationsBeyondTheQueueDepthWait) {
  DiskWorld world;
  world.disk().profile().queue_depth = 2;
  world.disk().profile().sync = Latency::constant(milliseconds(10));
  File files[6];
  Completion done[6];
  for (int i = 0; i < 6; ++i) files[i] = world.open("f" + std::to_string(i));
  for (int i = 0; i < 6; ++i) world.port().sync(files[i], done[i]);
  for (int wave = 1; wave <= 3; ++wave) {
    world.run(milliseconds(10));
    int completed = 0;
    for (const Completion& one : done) completed += one.runs;
    EXPECT_EQ(completed, 2 * wave);
  }
}

TEST(SimDisk, WritingBeyondTheLargestFileFindsNoSpace) {
  DiskWorld world;
  const File file = world.open("a");
  EXPECT_EQ(world.write(file, kMaxFileBytes, "x"), Errc::no_space);
  EXPECT_EQ(world.write(file, UINT64_MAX, "x"), Errc::no_space);
  EXPECT_EQ(world.allocate(file, UINT64_MAX), Errc::no_space);
  EXPECT_EQ(world.truncate(file, UINT64_MAX), Errc::no_space);
}

}  // namespace
}  // namespace windtunnel
