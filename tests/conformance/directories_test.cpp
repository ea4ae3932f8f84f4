#include "tests/conformance/suite.h"

namespace windtunnel::conformance {
namespace {

using Names = std::vector<std::string>;

class DirectoriesOf : public Conformance {
 protected:
  Names list(std::string_view directory) {
    const Result<Names> names = files.list(directory);
    EXPECT_TRUE(names.has_value()) << directory;
    return names.has_value() ? *names : Names();
  }
  NodeId node = world->add_node();
  Files files{*world, node};
};
WT_IN_BOTH_WORLDS(DirectoriesOf);

TEST_P(DirectoriesOf, FreshDiskIsEmpty) { EXPECT_EQ(list(""), Names()); }

TEST_P(DirectoriesOf, ListIsSortedAndMarksDirectories) {
  files.opened("zebra");
  files.opened("ant");
  ASSERT_EQ(files.make_directory("monkey"), Errc::ok);
  EXPECT_EQ(list(""), (Names{"ant", "monkey/", "zebra"}));
}

TEST_P(DirectoriesOf, ListNamesWhatIsInTheDirectoryOnly) {
  ASSERT_EQ(files.make_directory("inner"), Errc::ok);
  files.opened("inner/file");
  files.opened("outer");
  EXPECT_EQ(list("inner"), Names{"file"});
  EXPECT_EQ(list(""), (Names{"inner/", "outer"}));
}

TEST_P(DirectoriesOf, ListOfAMissingDirectorySaysNotFound) {
  const Result<Names> names = files.list("missing");
  ASSERT_FALSE(names.has_value());
  EXPECT_EQ(code_of(names.error()), Errc::not_found);
}

TEST_P(DirectoriesOf, DirectoryIsMadeOnce) {
  ASSERT_EQ(files.make_directory("one"), Errc::ok);
  EXPECT_EQ(files.make_directory("one"), Errc::already_exists);
}

TEST_P(DirectoriesOf, DirectoryBelowAMissingOneSaysNotFound) {
  EXPECT_EQ(files.make_directory("missing/inner"), Errc::not_found);
}

TEST_P(DirectoriesOf, RenameMovesTheFile) {
  ASSERT_EQ(files.write(files.opened("old"), 0, "moved"), Errc::ok);
  ASSERT_EQ(files.rename("old", "new"), Errc::ok);
  EXPECT_EQ(list(""), Names{"new"});
  EXPECT_EQ(files.contents(files.opened("new", OpenMode::read)), "moved");
}

TEST_P(DirectoriesOf, RenameReplacesTheTarget) {
  ASSERT_EQ(files.write(files.opened("new"), 0, "replaced"), Errc::ok);
  ASSERT_EQ(files.write(files.opened("old"), 0, "moved"), Errc::ok);
  ASSERT_EQ(files.rename("old", "new"), Errc::ok);
  EXPECT_EQ(list(""), Names{"new"});
  EXPECT_EQ(files.contents(files.opened("new", OpenMode::read)), "moved");
}

TEST_P(DirectoriesOf, RenameMovesBetweenDirectories) {
  ASSERT_EQ(files.make_directory("a"), Errc::ok);
  files.opened("file");
  ASSERT_EQ(files.rename("file", "a/file"), Errc::ok);
  EXPECT_EQ(list(""), Names{"a/"});
  EXPECT_EQ(list("a"), Names{"file"});
}

TEST_P(DirectoriesOf, RenameOfAMissingFileSaysNotFound) {
  EXPECT_EQ(files.rename("missing", "new"), Errc::not_found);
}

TEST_P(DirectoriesOf, HandleFollowsItsFileThroughARename) {
  const File file = files.opened("old");
  ASSERT_EQ(files.rename("old", "new"), Errc::ok);
  ASSERT_EQ(files.write(file, 0, "later"), Errc::ok);
  EXPECT_EQ(files.contents(files.opened("new", OpenMode::read)), "later");
}

TEST_P(DirectoriesOf, RemovedFileIsGone) {
  files.opened("file");
  ASSERT_EQ(files.remove("file"), Errc::ok);
  EXPECT_EQ(list(""), Names());
  const Result<File> again = files.open("file", OpenMode::read);
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(code_of(again.error()), Errc::not_found);
}

TEST_P(DirectoriesOf, RemoveOfAMissingFileSaysNotFound) {
  EXPECT_EQ(files.remove("missing"), Errc::not_found);
}

TEST_P(DirectoriesOf, OpenHandleOutlivesItsName) {
  const File file = files.opened("file");
  ASSERT_EQ(files.write(file, 0, "orphan"), Errc::ok);
  ASSERT_EQ(files.remove("file"), Errc::ok);
  EXPECT_EQ(files.contents(file), "orphan");
}

TEST_P(DirectoriesOf, FileMadeAfterARemovalIsANewOne) {
  const File first = files.opened("file");
  ASSERT_EQ(files.write(first, 0, "first"), Errc::ok);
  ASSERT_EQ(files.remove("file"), Errc::ok);
  EXPECT_EQ(files.contents(files.opened("file", OpenMode::create_new)), "");
}

TEST_P(DirectoriesOf, SyncOfADirectorySucceeds) {
  ASSERT_EQ(files.make_directory("inner"), Errc::ok);
  EXPECT_EQ(files.sync_directory("inner"), Errc::ok);
  EXPECT_EQ(files.sync_directory(""), Errc::ok);
}

TEST_P(DirectoriesOf, SyncOfAMissingDirectorySaysNotFound) {
  EXPECT_EQ(files.sync_directory("missing"), Errc::not_found);
}

TEST_P(DirectoriesOf, PathsMayNotLeaveTheDataDirectory) {
  constexpr std::string_view kOutside[] = {"../out", "/etc/passwd", "a/../../out",
                                           "..",     "a//b",        "./a"};
  for (const std::string_view path : kOutside) {
    const Result<File> file = files.open(path, OpenMode::create);
    ASSERT_FALSE(file.has_value()) << path;
    EXPECT_EQ(code_of(file.error()), Errc::invalid_argument) << path;
  }
  EXPECT_EQ(files.rename("a", "../b"), Errc::invalid_argument);
  EXPECT_EQ(files.make_directory("../d"), Errc::invalid_argument);
  EXPECT_EQ(files.remove("../d"), Errc::invalid_argument);
}

TEST_P(DirectoriesOf, SyncedNamesSurviveACrash) {
  ASSERT_EQ(files.make_directory("inner"), Errc::ok);
  ASSERT_EQ(files.sync(files.opened("inner/file")), Errc::ok);
  ASSERT_EQ(files.sync_directory("inner"), Errc::ok);
  ASSERT_EQ(files.sync_directory(""), Errc::ok);
  world->crash(node);
  world->restart(node);
  EXPECT_EQ(list("inner"), Names{"file"});
}

}  // namespace
}  // namespace windtunnel::conformance
