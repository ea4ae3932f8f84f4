// The check `available`: it holds for a cluster that recovers, and names what does not.
#include "tests/unit/scenarios/running.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace windtunnel::scenarios {
namespace {

using ::testing::HasSubstr;

// Three nodes, cut in three from 5 s until `until`; clients ask all the time.
Finding available(const std::string& options, const std::string& until = "8s",
                  const std::string& stop = "") {
  const std::string text =
      "scenario: v1\n"
      "name: available\n"
      "limits: { sim_time: 14s }\n"
      "cluster: { groups: [{ name: n, count: 3, service: raft-kv }] }\n"
      "workloads: [{ name: kv, type: cas-register, clients: 3, keys: 3, rate: 60/s, start: 1s" +
      stop +
      " }]\n"
      "properties: [{ check: available" +
      options +
      " }]\n"
      "faults: [{ at: 5s, partition: [[n1], [n2], [n3]], label: all" +
      (until.empty() ? "" : ", for: " + until) + " }]\n";
  return run_text(text).properties.front().finding;
}

TEST(Available, HoldsWithinItsLimits) {
  const Finding finding =
      available(", options: { max_gap: 5s, max_recovery: 2s, max_p99: 1s }", "3s");
  EXPECT_EQ(finding.decision, Decision::ok) << finding.text;
}

TEST(Available, NamesTheGapAndWhereItEnded) {
  const Finding finding = available(", options: { max_gap: 2s }", "3s");
  ASSERT_EQ(finding.decision, Decision::violated);
  EXPECT_THAT(finding.text, HasSubstr("was asked for during 2."));
  EXPECT_GT(finding.time, Instant{} + seconds(8));
  EXPECT_NE(finding.event, 0U);
  EXPECT_EQ(finding.history.size(), 2U);
}

TEST(Available, CountsTheRecoveryFromTheEndOfTheFault) {
  const Finding finding = available(", options: { max_recovery: 1ms }", "3s");
  ASSERT_EQ(finding.decision, Decision::violated);
  EXPECT_THAT(finding.text, HasSubstr("A fault ended at 8.000000 s"));
}

TEST(Available, AGapThatNeverEndsIsOne) {
  const Finding finding = available(", options: { max_gap: 5s }", "");
  ASSERT_EQ(finding.decision, Decision::violated);
  EXPECT_EQ(finding.history.size(), 1U);
}

TEST(Available, JudgesSharesOutsideOfFaultsAlone) {
  EXPECT_EQ(available(", options: { min_served: 0.99 }", "3s").decision, Decision::ok);
  // Clients that time out in the last moments leave operations open.
  const Finding open = available(", options: { max_open: 0 }", "");
  ASSERT_EQ(open.decision, Decision::violated);
  EXPECT_THAT(open.text, HasSubstr("have no end"));
}

TEST(Available, IsUnknownWithoutALimitAndWhereNobodyAskedAfterAFault) {
  EXPECT_EQ(available("", "3s").decision, Decision::unknown);
  EXPECT_EQ(available(", options: { max_recovery: 1s }", "").decision, Decision::unknown);
  EXPECT_EQ(available(", options: { max_recovery: 1s }", "3s", ", stop: 4s").decision,
            Decision::unknown);
}

}  // namespace
}  // namespace windtunnel::scenarios
