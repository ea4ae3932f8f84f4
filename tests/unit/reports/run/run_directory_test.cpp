#include <windtunnel/reports/run/run_directory.h>

#include "tests/unit/reports/page/synthetic.h"
#include "tests/unit/reports/small_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace windtunnel::reports {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

void put(const std::string& path, const std::string& text) {
  ASSERT_TRUE(write_file_atomically(path, as_bytes(text)));
}

TEST(ResultFile, KeepsSixtyFourBitSeedsAsText) {
  const auto result = parse_result(
      R"({"scenario":"s","seed":"18446744073709551615","verdict":"fail","events":12,
          "violation":{"check":"c","event":"18231","time_ns":5,"related":["17","40"]}})",
      "result.json");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->seed, "18446744073709551615");
  ASSERT_TRUE(result->violation);
  EXPECT_EQ(result->violation->event, 18231U);
  EXPECT_THAT(result->violation->related, ElementsAre(17, 40));
}

TEST(ResultFile, ToleratesWhatIsMissing) {
  const auto result = parse_result("{}", "result.json");
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->violation);
  EXPECT_TRUE(result->properties.empty());
}

TEST(ResultFile, TakesWitnessesAsTextOrObject) {
  const auto result = parse_result(
      R"({"properties":[{"check":"a","witness":"w"},
          {"check":"b","witness":{"text":"t","history":[1,"2"]}},
          {"check":"c","witness":{"explanation":"e","operations":[{"operation":7}]}}]})",
      "result.json");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->properties[0].witness, "w");
  EXPECT_EQ(result->properties[1].witness, "t");
  EXPECT_THAT(result->properties[1].operations, ElementsAre(1, 2));
  EXPECT_EQ(result->properties[2].witness, "e");
  EXPECT_THAT(result->properties[2].operations, ElementsAre(7));
}

TEST(ResultFile, NamesFileAndLineOfBadJson) {
  const auto result = parse_result("{\n\"seed\": 1,\n oops}", "x/result.json");
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().what, HasSubstr("x/result.json"));
  EXPECT_THAT(result.error().what, HasSubstr("line 3"));
}

TEST(RunDirectory, ReadsAllFiles) {
  const TemporaryFolder folder("all");
  write_run_directory(folder.path(), synthetic_run(3000));
  const auto run = load_run(folder.path());
  ASSERT_TRUE(run) << run.error().what;
  EXPECT_EQ(run->result.scenario, "leader-partition");
  EXPECT_FALSE(run->history.operations().empty());
  EXPECT_THAT(run->scenario_yaml, HasSubstr("scenario: v1"));
  EXPECT_TRUE(run->notes.empty());
}

TEST(RunDirectory, FindsTheOperationsOfAWitnessByTheirIndex) {
  const TemporaryFolder folder("witness");
  write_run_directory(folder.path(), synthetic_run(3000));
  const auto run = load_run(folder.path());
  ASSERT_TRUE(run);
  const PropertyRow& violated = run->result.properties.at(2);
  ASSERT_EQ(violated.operations.size(), 1U);
  const auto& history = run->history;
  const auto& op = history.operations().at(static_cast<std::size_t>(violated.operations[0]));
  const std::uint64_t call = run->result.violation->related.at(0);
  EXPECT_EQ(history.invocation(op).time_ns, run->trace.records[call - 1].time.ns);
}

TEST(RunDirectory, NotesWhatIsMissing) {
  const TemporaryFolder folder("missing");
  ASSERT_TRUE(write_trace_file(folder.path("trace.wtt"), small_trace()));
  const auto run = load_run(folder.path());
  ASSERT_TRUE(run);
  EXPECT_EQ(run->notes.size(), 3U);
  ASSERT_TRUE(run->result.violation) << "taken from the trace";
  EXPECT_EQ(run->result.violation->check, "raft.commit-durable");
  EXPECT_EQ(run->result.violation->event, 10U);
}

TEST(RunDirectory, ReadsATraceAlone) {
  const TemporaryFolder folder("alone");
  ASSERT_TRUE(write_trace_file(folder.path("t.wtt"), small_trace()));
  const auto run = load_run(folder.path("t.wtt"));
  ASSERT_TRUE(run);
  EXPECT_EQ(run->trace.records.size(), 10U);
}

TEST(RunDirectory, RefusesDamagedFilesByName) {
  const TemporaryFolder folder("damaged");
  EXPECT_THAT(load_run(folder.path("none")).error().what, HasSubstr("none"));
  const SyntheticRun whole = synthetic_run(2000);
  write_run_directory(folder.path(), whole);
  put(folder.path("history.jsonl"), "{\"index\":0,\"type\":\"invoke\"");
  EXPECT_THAT(load_run(folder.path()).error().what, HasSubstr("history.jsonl"));
  write_run_directory(folder.path(), whole);
  put(folder.path("result.json"), "not json");
  EXPECT_THAT(load_run(folder.path()).error().what, HasSubstr("result.json"));
  write_run_directory(folder.path(), whole);
  Bytes bytes = encode_trace(whole.trace);
  for (const std::size_t cut :
       {std::size_t{0}, std::size_t{7}, bytes.size() / 2, bytes.size() - 1}) {
    ASSERT_TRUE(write_file_atomically(folder.path("trace.wtt"), BytesView(bytes).first(cut)));
    const auto run = load_run(folder.path());
    ASSERT_FALSE(run) << cut;
    EXPECT_THAT(run.error().what, HasSubstr("trace.wtt"));
  }
}

TEST(RunDirectory, DropsReferencesBeyondTheTrace) {
  const TemporaryFolder folder("beyond");
  ASSERT_TRUE(write_trace_file(folder.path("trace.wtt"), small_trace()));
  put(folder.path("result.json"),
      R"({"violation":{"check":"c","event":"99","related":["3","77"]}})");
  const auto run = load_run(folder.path());
  ASSERT_TRUE(run);
  EXPECT_EQ(run->result.violation->event, 0U);
  EXPECT_THAT(run->result.violation->related, ElementsAre(3));
}

}  // namespace
}  // namespace windtunnel::reports
