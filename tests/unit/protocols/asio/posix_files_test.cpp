#include <windtunnel/protocols/asio/posix_files.h>

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace windtunnel {
namespace {

class PosixFilesOn : public ::testing::Test {
 protected:
  PosixFilesOn() {
    std::string name = (std::filesystem::temp_directory_path() / "windtunnel-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    root = name;
  }
  ~PosixFilesOn() override { std::filesystem::remove_all(root); }
  Errc open(PosixFiles& files, const std::string& path, OpenMode mode) {
    DiskRequest request;
    request.operation = DiskOperation::open;
    request.path = path;
    request.mode = mode;
    request.handle = 1;
    files.perform(request);
    return request.error;
  }
  std::filesystem::path root;
};

TEST(ContainedPath, AcceptsPlainRelativePathsOnly) {
  for (const char* path : {"a", "a/b", "..a", "a..", "a/.b", "..."}) {
    EXPECT_TRUE(is_contained_path(path)) << path;
  }
  for (const char* path : {"", "/", "/a", "a/", "..", "../a", "a/..", "a/../b", ".", "a//b"}) {
    EXPECT_FALSE(is_contained_path(path)) << path;
  }
  EXPECT_FALSE(is_contained_path(std::string_view("a\0b", 3)));
}

TEST_F(PosixFilesOn, DataDirectoryIsMadeWhenMissing) {
  PosixFiles files;
  ASSERT_TRUE(files.open(root / "a" / "b").has_value());
  EXPECT_EQ(open(files, "file", OpenMode::create), Errc::ok);
  EXPECT_TRUE(std::filesystem::exists(root / "a" / "b" / "file"));
}

TEST_F(PosixFilesOn, DataDirectoryHasOneOwnerAtATime) {
  PosixFiles second;
  {
    PosixFiles first;
    ASSERT_TRUE(first.open(root).has_value());
    EXPECT_FALSE(second.open(root).has_value());
  }
  EXPECT_TRUE(second.open(root).has_value());
}

TEST_F(PosixFilesOn, DataDirectoryThatIsAFileIsAnError) {
  std::ofstream(root / "file") << "x";
  PosixFiles files;
  EXPECT_FALSE(files.open(root / "file").has_value());
}

TEST_F(PosixFilesOn, LinkOutOfTheDataDirectoryIsNotFollowed) {
  PosixFiles files;
  ASSERT_TRUE(files.open(root / "data").has_value());
  std::ofstream(root / "secret") << "x";
  std::filesystem::create_symlink(root / "secret", root / "data" / "link");
  EXPECT_EQ(open(files, "link", OpenMode::read), Errc::invalid_argument);
}

TEST_F(PosixFilesOn, DirectoryIsNotOpenedAsAFile) {
  PosixFiles files;
  ASSERT_TRUE(files.open(root).has_value());
  std::filesystem::create_directory(root / "inner");
  for (const OpenMode mode : {OpenMode::read, OpenMode::read_write, OpenMode::create}) {
    EXPECT_EQ(open(files, "inner", mode), Errc::invalid_argument);
  }
}

TEST_F(PosixFilesOn, WithoutADataDirectoryEveryOperationFails) {
  PosixFiles files;
  ASSERT_TRUE(files.open({}).has_value());
  EXPECT_EQ(open(files, "file", OpenMode::create), Errc::io_error);
}

TEST_F(PosixFilesOn, ImpossibleOffsetsHaveNoSpace) {
  PosixFiles files;
  ASSERT_TRUE(files.open(root).has_value());
  ASSERT_EQ(open(files, "file", OpenMode::create), Errc::ok);
  DiskRequest request;
  request.handle = 1;
  request.operation = DiskOperation::write;
  request.offset = UINT64_MAX;
  request.bytes = to_bytes("x");
  files.perform(request);
  EXPECT_EQ(request.error, Errc::no_space);
  request.operation = DiskOperation::truncate;
  request.length = UINT64_MAX;
  files.perform(request);
  EXPECT_EQ(request.error, Errc::no_space);
}

}  // namespace
}  // namespace windtunnel
