// `windtunnel convert`: histories that are larger than the memory, and what is wrong with others.
#include "tests/cli/process.h"
#include "tests/unit/sanitized.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace windtunnel::cli_test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class Convert : public testing::Test {
 protected:
  Ended run(const std::vector<std::string>& arguments, std::uint64_t memory_limit = 0) const {
    Start start;
    start.directory = directory_.path();
    start.arguments = arguments;
    start.memory_limit = memory_limit;
    return run_command(start);
  }
  std::string read(const std::string& name) const { return read_file(directory_ / name); }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(directory_.path()), {}));
  }

  TemporaryDirectory directory_;
};

const std::string kEdn =
    "{:index 0, :time 5, :type :invoke, :process 0, :f :write, :value [1 nil], :node :n1}\n"
    "{:index 1, :type :info, :process :nemesis, :f :start, :value nil}\n"
    "{:index 2, :time 9, :type :ok, :process 0, :f :write, :value [1 nil], :error :late}\n";

// A million lines, by twenty clients.
void write_large_history(const std::string& path) {
  std::ofstream file(path, std::ios::binary);
  for (int i = 0; i < 1'000'000; ++i) {
    file << "{:index " << i << ", :time " << i * 1'000LL << ", :type "
         << (i / 20 % 2 == 0 ? ":invoke" : ":ok") << ", :process " << i % 20
         << ", :f :write, :value " << i / 40 * 20 + i % 20 << ", :node \"n" << i % 5 << "\"}\n";
  }
}

TEST_F(Convert, AMillionLinesNeedLessMemoryThanTheFile) {
  if (kSanitized) GTEST_SKIP() << "AddressSanitizer reserves more than any limit";
  constexpr std::uint64_t kMemory = 48 << 20;
  write_large_history(directory_ / "large.edn");
  ASSERT_GT(std::filesystem::file_size(directory_ / "large.edn"), kMemory * 3 / 2);
  const Ended there = run({"convert", "large.edn", "large.jsonl"}, kMemory);
  EXPECT_EQ(there.code, 0) << there.err;
  const Ended back = run({"convert", "large.jsonl", "again.edn"}, kMemory);
  EXPECT_EQ(back.code, 0) << back.err;
  EXPECT_TRUE(read("again.edn") == read("large.edn"));
  // The limit is one: to check the history, all of it must be in memory.
  EXPECT_NE(run({"check", "large.edn", "--model", "register"}, kMemory).code, 0);
}

TEST_F(Convert, EveryFormGivesTheSameHistoryAndKeepsUnknownKeys) {
  write_file(directory_ / "a.edn", kEdn);
  EXPECT_EQ(run({"convert", "a.edn", "b.jsonl"}).code, 0);
  EXPECT_EQ(
      read("b.jsonl"),
      "{\"index\":0,\"time\":5,\"type\":\"invoke\",\"process\":0,\"f\":\"write\",\"value\":[1,"
      "null],\"node\":\"n1\"}\n"
      "{\"index\":1,\"type\":\"info\",\"process\":\"nemesis\",\"f\":\"start\",\"value\":null}\n"
      "{\"index\":2,\"time\":9,\"type\":\"ok\",\"process\":0,\"f\":\"write\",\"value\":[1,null],"
      "\"error\":\"late\"}\n");
  EXPECT_EQ(run({"convert", "a.edn", "c", "--to", "edn-vector"}).code, 0);
  EXPECT_EQ(read("c").substr(0, 12), "[{:index 0, ");
  EXPECT_EQ(run({"convert", "c", "d.edn"}).code, 0);
  EXPECT_EQ(read("d.edn"), kEdn);
  const Ended onto_itself = run({"convert", "d.edn", "d.edn", "--to", "jsonl"});
  EXPECT_EQ(onto_itself.code, 0);
  EXPECT_THAT(onto_itself.out + onto_itself.err, IsEmpty());
  EXPECT_EQ(read("d.edn"), read("b.jsonl"));
}

TEST_F(Convert, ReadsStandardInputAndWritesStandardOutput) {
  Start start;
  start.directory = directory_.path();
  write_file(directory_ / "a.edn", kEdn);
  const Ended piped =
      run_shell(start, "cat a.edn | '" WT_COMMAND "' convert - - --to edn-vector | '" WT_COMMAND
                       "' convert - - --to edn");
  EXPECT_EQ(piped.code, 0) << piped.err;
  EXPECT_EQ(piped.out, kEdn);
  const Ended damaged = run_shell(start, "echo '[1]' | '" WT_COMMAND "' convert - - --to edn");
  EXPECT_EQ(damaged.code, 65);
  EXPECT_THAT(damaged.err, HasSubstr("error: standard input: line 1: an event must be a map"));
  EXPECT_THAT(damaged.out, IsEmpty());
}

TEST_F(Convert, AnEmptyHistoryStaysOne) {
  write_file(directory_ / "a.edn", "");
  EXPECT_EQ(run({"convert", "a.edn", "b.jsonl"}).code, 0);
  EXPECT_EQ(read("b.jsonl"), "");
  EXPECT_EQ(run({"convert", "b.jsonl", "c", "--to", "edn-vector"}).code, 0);
  EXPECT_EQ(read("c"), "[]\n");
}

TEST_F(Convert, ADamagedHistoryIsRefusedWithItsPlaceAndLeavesNothing) {
  std::string large;
  for (int i = 0; i < 10'000; ++i) large += "{:type :info, :process :n, :f :x, :value 1}\n";
  const std::string call = "{:type :invoke, :process 3, :f :read, :value nil}\n";
  const std::pair<std::string, std::string> damages[] = {
      {"{:type :invoke, :process 1\n", "line 20002, column 1: the text ends before '}'"},
      {"  {:type :maybe, :process 1}\n", "line 10001: :type must be invoke, ok, fail or info"},
      {"\n" + call + call, "line 10003: process 3 invokes an operation while another one is open"},
      {"{:type :ok, :process 1, :f :read}\n", "line 10001: process 1 completes (:ok) without"},
      {"]\n", "line 10001, column 1: unexpected ']'"}};
  write_file(directory_ / "kept.edn", "what was there");
  for (const auto& [damage, place] : damages) {
    write_file(directory_ / "bad.edn", large + damage + large);
    for (const std::string output : {"new.jsonl", "kept.edn", "folder/new.edn"}) {
      const Ended ended = run({"convert", "bad.edn", output});
      EXPECT_EQ(ended.code, 65) << damage;
      EXPECT_THAT(ended.err, HasSubstr("error: bad.edn: " + place));
      EXPECT_THAT(ended.out, IsEmpty());
    }
    EXPECT_EQ(read("kept.edn"), "what was there");
    std::filesystem::remove(directory_ / "folder");  // which must be empty
    EXPECT_EQ(files(), 2U) << damage;
  }
}

TEST_F(Convert, OutputThatCannotBeWrittenIsAnErrorAndLeavesNothing) {
  std::string large;
  for (int i = 0; i < 10'000; ++i) large += "{:type :info, :process :n, :f :x, :value 1}\n";
  write_file(directory_ / "a.edn", large);
  Start start;
  start.directory = directory_.path();
  start.arguments = {"convert", "a.edn", "b.jsonl"};
  start.file_limit = 200'000;
  const Ended full = run_command(start);
  EXPECT_EQ(full.code, 70);
  EXPECT_THAT(full.err, HasSubstr("cannot write 'b.jsonl'"));
  EXPECT_EQ(files(), 1U);
  EXPECT_EQ(run({"convert", "a.edn", "a.edn/b.edn"}).code, 70);
}

TEST_F(Convert, AWrongLineIsRefused) {
  write_file(directory_ / "a.edn", kEdn);
  std::filesystem::create_directory(directory_ / "folder");
  for (const std::string output : {"b", "b.txt", "-", ".edn", "folder"}) {
    const Ended ended = run({"convert", "a.edn", output});
    EXPECT_EQ(ended.code, 64) << output;
    EXPECT_THAT(ended.err, HasSubstr("--to jsonl")) << output;
  }
  EXPECT_EQ(run({"convert", "a.edn", "b", "--to", "xml"}).code, 64);
  EXPECT_EQ(run({"convert", "a.edn", "folder", "--to", "edn"}).code, 64);
  EXPECT_EQ(run({"convert", "a.edn"}).code, 64);
  const Ended folder = run({"convert", "folder", "b.edn"});
  EXPECT_EQ(folder.code, 65);
  EXPECT_THAT(folder.err, HasSubstr("'folder' is a directory"));
  EXPECT_EQ(files(), 2U);
}

}  // namespace
}  // namespace windtunnel::cli_test
