// The checks `elections`, `at_most` and `keeps_up`: each holds, is broken, and says when it has
// nothing to go by.
#include "tests/unit/scenarios/running.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace windtunnel::scenarios {
namespace {

using ::testing::HasSubstr;

Finding finding_of(const std::string& property, const std::string& faults = "") {
  const std::string text =
      "scenario: v1\n"
      "name: limits\n"
      "limits: { sim_time: 12s }\n"
      "cluster: { groups: [{ name: n, count: 3, service: raft-kv }] }\n"
      "workloads: [{ name: kv, type: register, clients: 2, rate: 60/s, start: 1s }]\n"
      "properties: [{ " +
      property + " }]\n" + (faults.empty() ? "" : "faults: [" + faults + "]\n");
  return run_text(text).properties.front().finding;
}

const std::string kLeaderGoes = "{ at: 4s, crash: leader, for: 2s }";

TEST(Elections, HoldWithinTheirNumber) {
  EXPECT_EQ(finding_of("check: elections, options: { at_most: 1 }").decision, Decision::ok);
  EXPECT_EQ(finding_of("check: elections, options: { at_most: 9 }", kLeaderGoes).decision,
            Decision::ok);
}

TEST(Elections, NameTheOneTooMany) {
  const Finding finding = finding_of("check: elections, options: { at_most: 1 }", kLeaderGoes);
  ASSERT_EQ(finding.decision, Decision::violated);
  EXPECT_THAT(finding.text, HasSubstr("leads group n: election 2 of at most 1"));
  EXPECT_GT(finding.time, Instant{} + seconds(4));
  EXPECT_NE(finding.event, 0U);
}

TEST(Elections, AreUndecidedWithoutANumber) {
  EXPECT_EQ(finding_of("check: elections").decision, Decision::unknown);
}

TEST(AtMost, HoldsACounterOfTheProtocol) {
  EXPECT_EQ(finding_of("check: at_most, options: { counter: term, value: 1 }").decision,
            Decision::ok);
  const Finding finding =
      finding_of("check: at_most, options: { counter: term, value: 1 }", kLeaderGoes);
  ASSERT_EQ(finding.decision, Decision::violated);
  EXPECT_THAT(finding.text, HasSubstr("in group n is 2: at most 1 is allowed"));
}

TEST(AtMost, NamesTheCountersThatThereAre) {
  const Finding finding = finding_of("check: at_most, options: { counter: epoch, value: 1 }");
  ASSERT_EQ(finding.decision, Decision::unknown);
  EXPECT_THAT(finding.text, HasSubstr("no node has a counter 'epoch'; there are: term, last"));
}

TEST(KeepsUp, HoldsForNodesThatAreUp) {
  const std::string property = "check: keeps_up, options: { within: 2s }";
  EXPECT_EQ(finding_of(property).decision, Decision::ok);
  EXPECT_EQ(finding_of(property, "{ at: 4s, crash: n3, for: 5s }").decision, Decision::ok)
      << "a node that is down need not, and has two seconds from its start";
}

TEST(KeepsUp, NamesWhoIsBehind) {
  const Finding finding = finding_of("check: keeps_up, options: { within: 1s }",
                                     "{ at: 5s, partition: [[n3], [n1, n2]], for: 4s }");
  ASSERT_EQ(finding.decision, Decision::violated);
  EXPECT_THAT(finding.text, HasSubstr("has applied"));
  EXPECT_THAT(finding.text, HasSubstr("more than 1s ago"));
  EXPECT_GE(finding.time, Instant{} + seconds(6));
  EXPECT_LE(finding.time, Instant{} + seconds(7));
}

}  // namespace
}  // namespace windtunnel::scenarios
