// What a run found goes from its worker to the collector as a line, and comes out as it was.
#include <windtunnel/scenarios/campaign/result_json.h>

#include <gtest/gtest.h>

namespace windtunnel::scenarios {
namespace {

RunResult some_result() {
  RunResult result;
  result.scenario = "s";
  result.seed = UINT64_MAX;
  result.verdict = RunVerdict::fail;
  result.trace_hash = {0x0123456789abcdefU, 0xfedcba9876543210U};
  result.events = 12'345;
  result.sim_time = seconds(20);
  result.wall_ms = 12.5;
  result.stats = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  FaultActivity fault;
  fault.id = "f1";
  fault.kind = "crash";
  fault.fired = 2;
  fault.bites = 1;
  result.faults.push_back(fault);
  PropertyResult property;
  property.check = "linearizable";
  property.workload = "kv";
  property.expected = Expectation::violated_in_any;
  property.finding.decision = Decision::violated;
  property.finding.text = "Two lines:\n\"none\".";
  property.finding.kind = "zones";
  property.finding.event = 99;
  property.finding.time = Instant{7};
  property.finding.related = {3, 4};
  property.finding.history = {0, 5};
  result.properties.push_back(property);
  property = {};
  property.check = "raft.log-matching";
  result.properties.push_back(property);
  property.check = "recovers";
  property.finding.decision = Decision::unknown;
  result.properties.push_back(property);
  result.reasons = {"linearizable (kv) is violated"};
  return result;
}

TEST(ResultLine, ComesOutAsItWas) {
  const std::string line = result_line(some_result());
  const std::optional<RunResult> read = read_result_line(line);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(result_line(*read), line);
  EXPECT_EQ(read->seed, UINT64_MAX);
  EXPECT_EQ(read->trace_hash, some_result().trace_hash);
  EXPECT_EQ(read->properties[0].finding.history, (std::vector<std::int64_t>{0, 5}));
  EXPECT_EQ(read->properties[2].finding.text, "");
}

TEST(ResultLine, OfAnotherKindIsRefused) {
  EXPECT_FALSE(read_result_line("{}").has_value());
  EXPECT_FALSE(read_result_line("{\"schema\":\"windtunnel.fuzz/1\"}").has_value());
  EXPECT_FALSE(read_result_line("what the code under test printed").has_value());
  EXPECT_FALSE(read_result_line(result_line(some_result()).substr(1)).has_value());
  EXPECT_EQ(summary_of("").verdict, RunVerdict::unknown);
}

}  // namespace
}  // namespace windtunnel::scenarios
