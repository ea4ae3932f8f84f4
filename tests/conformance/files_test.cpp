#include "tests/conformance/suite.h"

#include <algorithm>

namespace windtunnel::conformance {
namespace {

class FilesOf : public Conformance {
 protected:
  NodeId node = world->add_node();
  Files files{*world, node};
};
WT_IN_BOTH_WORLDS(FilesOf);

TEST_P(FilesOf, OpenOfAMissingFileSaysNotFound) {
  for (const OpenMode mode : {OpenMode::read, OpenMode::read_write}) {
    const Result<File> file = files.open("missing", mode);
    ASSERT_FALSE(file.has_value());
    EXPECT_EQ(code_of(file.error()), Errc::not_found);
  }
}

TEST_P(FilesOf, OpenBelowAMissingDirectorySaysNotFound) {
  const Result<File> file = files.open("nowhere/file", OpenMode::create);
  ASSERT_FALSE(file.has_value());
  EXPECT_EQ(code_of(file.error()), Errc::not_found);
}

TEST_P(FilesOf, CreateMakesAnEmptyFile) { EXPECT_EQ(files.size(files.opened("new")), 0U); }

TEST_P(FilesOf, CreateKeepsWhatIsThere) {
  ASSERT_EQ(files.write(files.opened("file"), 0, "kept"), Errc::ok);
  EXPECT_EQ(files.contents(files.opened("file", OpenMode::create)), "kept");
}

TEST_P(FilesOf, CreateNewRefusesAnExistingFile) {
  files.opened("file", OpenMode::create_new);
  const Result<File> again = files.open("file", OpenMode::create_new);
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(code_of(again.error()), Errc::already_exists);
}

TEST_P(FilesOf, FileOpenedForReadingRefusesWrites) {
  files.opened("file");
  const File file = files.opened("file", OpenMode::read);
  EXPECT_NE(files.write(file, 0, "x"), Errc::ok);
  EXPECT_EQ(files.size(file), 0U);
}

TEST_P(FilesOf, WhatWasWrittenIsRead) {
  const File file = files.opened("file");
  ASSERT_EQ(files.write(file, 0, "hello world"), Errc::ok);
  EXPECT_EQ(files.read(file, 6, 5).value(), "world");
}

TEST_P(FilesOf, AnotherHandleReadsWhatWasWritten) {
  ASSERT_EQ(files.write(files.opened("file"), 0, "shared"), Errc::ok);
  EXPECT_EQ(files.contents(files.opened("file", OpenMode::read)), "shared");
}

TEST_P(FilesOf, WriteOverwritesInPlace) {
  const File file = files.opened("file");
  ASSERT_EQ(files.write(file, 0, "0123456789"), Errc::ok);
  ASSERT_EQ(files.write(file, 3, "abc"), Errc::ok);
  EXPECT_EQ(files.contents(file), "012abc6789");
}

TEST_P(FilesOf, HoleReadsAsZeros) {
  const File file = files.opened("file");
  ASSERT_EQ(files.write(file, 5, "end"), Errc::ok);
  EXPECT_EQ(files.contents(file), std::string(5, '\0') + "end");
}

TEST_P(FilesOf, ReadIsShortAtTheEndOfTheFile) {
  const File file = files.opened("file");
  ASSERT_EQ(files.write(file, 0, "1234"), Errc::ok);
  EXPECT_EQ(files.read(file, 2, 100).value(), "34");
}

TEST_P(FilesOf, ReadBeyondTheEndIsEmpty) {
  const File file = files.opened("file");
  ASSERT_EQ(files.write(file, 0, "1234"), Errc::ok);
  EXPECT_EQ(files.read(file, 4, 10).value(), "");
  EXPECT_EQ(files.read(file, 1000, 10).value(), "");
}

TEST_P(FilesOf, LargeWriteIsReadBackWhole) {
  const File file = files.opened("file");
  const Bytes bytes = make_bytes(3'000'001);
  ASSERT_EQ(files.write(file, 17, as_text(bytes)), Errc::ok);
  EXPECT_TRUE(files.read(file, 17, bytes.size()).value() == as_text(bytes));
}

TEST_P(FilesOf, TruncateShortens) {
  const File file = files.opened("file");
  ASSERT_EQ(files.write(file, 0, "0123456789"), Errc::ok);
  ASSERT_EQ(files.truncate(file, 4), Errc::ok);
  EXPECT_EQ(files.contents(file), "0123");
}

TEST_P(FilesOf, TruncateLengthensWithZeros) {
  const File file = files.opened("file");
  ASSERT_EQ(files.write(file, 0, "01"), Errc::ok);
  ASSERT_EQ(files.truncate(file, 4), Errc::ok);
  EXPECT_EQ(files.contents(file), std::string("01\0\0", 4));
}

TEST_P(FilesOf, BytesCutOffDoNotComeBack) {
  const File file = files.opened("file");
  ASSERT_EQ(files.write(file, 0, "secret"), Errc::ok);
  ASSERT_EQ(files.truncate(file, 0), Errc::ok);
  ASSERT_EQ(files.truncate(file, 6), Errc::ok);
  EXPECT_EQ(files.contents(file), std::string(6, '\0'));
}

TEST_P(FilesOf, AllocateExtendsWithZerosAndKeepsBytes) {
  const File file = files.opened("file");
  ASSERT_EQ(files.write(file, 0, "ab"), Errc::ok);
  ASSERT_EQ(files.allocate(file, 6), Errc::ok);
  EXPECT_EQ(files.contents(file), std::string("ab\0\0\0\0", 6));
}

TEST_P(FilesOf, AllocateNeverShortens) {
  const File file = files.opened("file");
  ASSERT_EQ(files.write(file, 0, "0123456789"), Errc::ok);
  ASSERT_EQ(files.allocate(file, 4), Errc::ok);
  EXPECT_EQ(files.contents(file), "0123456789");
}

TEST_P(FilesOf, SyncSucceedsOnAHealthyDisk) {
  const File file = files.opened("file");
  ASSERT_EQ(files.write(file, 0, "x"), Errc::ok);
  EXPECT_EQ(files.sync(file), Errc::ok);
}

TEST_P(FilesOf, NothingCompletesInsideTheCall) {
  Flag flag;
  files.disk().open("file", OpenMode::create, flag);
  EXPECT_EQ(flag.runs, 0);
  EXPECT_TRUE(flag.armed());
  EXPECT_EQ(files.finish(flag), Errc::ok);
}

TEST_P(FilesOf, SubmittedBytesAreCopied) {
  const File file = files.opened("file");
  Bytes bytes = to_bytes("before");
  Flag flag;
  files.disk().write(file, 0, bytes, flag);
  std::fill(bytes.begin(), bytes.end(), std::byte{0});
  ASSERT_EQ(files.finish(flag), Errc::ok);
  EXPECT_EQ(files.contents(file), "before");
}

TEST_P(FilesOf, OperationsOnAFileTakeEffectInTheOrderOfSubmission) {
  const File file = files.opened("file");
  std::vector<std::unique_ptr<Flag>> flags;
  const auto next = [&]() -> Flag& { return *flags.emplace_back(std::make_unique<Flag>()); };
  ReadFlag middle;
  files.disk().write(file, 0, as_bytes("aaaaaaaa"), next());
  files.disk().write(file, 2, as_bytes("bbbb"), next());
  files.disk().read(file, 0, 100, middle);
  files.disk().truncate(file, 3, next());
  files.disk().write(file, 1, as_bytes("c"), next());
  files.disk().sync(file, next());
  for (const std::unique_ptr<Flag>& flag : flags) ASSERT_EQ(files.finish(*flag), Errc::ok);
  EXPECT_EQ(as_text(middle.data), "aabbbbaa");
  EXPECT_EQ(files.contents(file), "acb");
}

TEST_P(FilesOf, CloseForgetsTheHandleAtOnce) {
  const File file = files.opened("file");
  files.close(file);
  EXPECT_EQ(files.write(file, 0, "x"), Errc::closed);
  EXPECT_EQ(files.sync(file), Errc::closed);
  const Result<std::string> read = files.read(file, 0, 1);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(code_of(read.error()), Errc::closed);
}

TEST_P(FilesOf, HandleThatWasNeverOpenedIsClosed) {
  EXPECT_EQ(files.write(File{12345}, 0, "x"), Errc::closed);
}

TEST_P(FilesOf, OperationsUnderWayTakeEffectAfterClose) {
  const File file = files.opened("file");
  Flag flag;
  files.disk().write(file, 0, as_bytes("under way"), flag);
  files.close(file);
  ASSERT_EQ(files.finish(flag), Errc::ok);
  EXPECT_EQ(files.contents(files.opened("file", OpenMode::read)), "under way");
}

TEST_P(FilesOf, ClosingTwiceIsHarmless) {
  const File file = files.opened("file");
  files.close(file);
  files.close(file);
  EXPECT_EQ(files.contents(files.opened("file")), "");
}

TEST_P(FilesOf, SyncedBytesSurviveACrash) {
  const File file = files.opened("file");
  ASSERT_EQ(files.write(file, 0, "durable"), Errc::ok);
  ASSERT_EQ(files.sync(file), Errc::ok);
  ASSERT_EQ(files.sync_directory(""), Errc::ok);
  world->crash(node);
  world->restart(node);
  EXPECT_EQ(files.contents(files.opened("file", OpenMode::read)), "durable");
}

TEST_P(FilesOf, HandlesDoNotSurviveACrash) {
  const File file = files.opened("file");
  ASSERT_EQ(files.write(file, 0, "x"), Errc::ok);
  world->crash(node);
  world->restart(node);
  EXPECT_EQ(files.write(file, 0, "y"), Errc::closed);
}

TEST_P(FilesOf, DisksOfTwoNodesAreApart) {
  const NodeId other = world->add_node();
  files.opened("file");
  Files others(*world, other);
  const Result<File> file = others.open("file", OpenMode::read);
  ASSERT_FALSE(file.has_value());
  EXPECT_EQ(code_of(file.error()), Errc::not_found);
}

}  // namespace
}  // namespace windtunnel::conformance
