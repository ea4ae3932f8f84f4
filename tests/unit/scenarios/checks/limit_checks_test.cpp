// The checks `elections`, `at_most`, `keeps_up` and `yields`: each holds, is broken, and says when
// it has nothing to go by.
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

TEST(AtMost, NamesTheOptionThatIsMissing) {
  EXPECT_THAT(finding_of("check: at_most, options: { value: 5 }").text,
              HasSubstr("no counter is given"));
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

// Nothing is written any more, so nobody says anything until n3 is back.
TEST(KeepsUp, LooksAtANodeThatStartedJustBeforeTheGoalWasDue) {
  const std::string text =
      "scenario: v1\n"
      "name: late\n"
      "limits: { sim_time: 20s }\n"
      "cluster: { groups: [{ name: n, count: 3, service: raft-kv }] }\n"
      "workloads: [{ name: kv, type: register, clients: 2, rate: 60/s, start: 1s, stop: 4s }]\n"
      "properties: [{ check: keeps_up, options: { within: 3s } }]\n"
      "faults: [{ at: 3900ms, partition: [[n3], [n1, n2]], for: 14s },\n"
      "         { at: 6s, crash: n3, for: 500ms }]\n";
  const Finding finding = run_text(text).properties.front().finding;
  ASSERT_EQ(finding.decision, Decision::violated);
  EXPECT_THAT(finding.text, HasSubstr("n3 has applied"));
  EXPECT_GE(finding.time, Instant{} + milliseconds(9500)) << "three seconds after its start";
}

const std::string kYields = "check: yields, options: { within: 2s }";

TEST(Yields, HoldsWhereAnotherTakesOver) {
  for (const char* fault :
       {"{ at: 4s, pause: leader, for: 3s }", "{ at: 4s, isolate: leader, for: 3s }",
        "{ at: 4s, crash: leader, for: 3s }",
        "{ at: 4s, disk: { nodes: leader, fault: fail-fsync } }",
        "{ at: 4s, cut: { from: leader, to: [n, clients] }, for: 3s }"}) {
    EXPECT_EQ(finding_of(kYields, fault).decision, Decision::ok) << fault;
  }
}

// Its followers' disks are enough for it.
TEST(Yields, NamesWhoLeadsOn) {
  const Finding finding = finding_of(
      kYields, "{ at: 4s, disk: { nodes: leader, fault: full }, for: 5s, label: no-room }");
  ASSERT_EQ(finding.decision, Decision::violated);
  EXPECT_THAT(finding.text, HasSubstr("led group n in term 1 when no-room (disk-full) acted on it "
                                      "from 4.000 s on: no other node took over within 2s"));
  EXPECT_EQ(finding.time, Instant{} + seconds(6));
  EXPECT_EQ(finding.related.size(), 1U);
}

// A node that comes to lead while its fault acts is to lead no more than one that led before.
TEST(Yields, CountsFromTheElectionOfWhomTheFaultActsOn) {
  const std::string faults = "{ at: 3s, disk: { nodes: n, fault: full }, for: 9s }";
  EXPECT_EQ(finding_of(kYields, faults).decision, Decision::unknown) << "all disks are full";
  const Finding finding =
      finding_of(kYields,
                 "{ at: 100ms, timeout: n1 }, { at: 3s, overload: { nodes: n2, factor: 2 } }, "
                 "{ at: 5s, act: { nodes: leader, action: transfer, to: n2 } }");
  ASSERT_EQ(finding.decision, Decision::violated);
  EXPECT_GT(finding.time, Instant{} + seconds(7));
}

TEST(Yields, AreUndecidedWhereNobodyHadTo) {
  const std::pair<const char*, const char*> cases[] = {
      {"no fault", ""},
      {"a follower's", "{ at: 4s, pause: followers(1), for: 4s }"},
      {"over too soon", "{ at: 4s, disk: { nodes: leader, fault: full }, for: 1900ms }"},
      {"nobody could", "{ at: 4s, pause: n, for: 4s }"},
      {"one of three is left",
       "{ at: 4s, crash: followers(1), for: 6s }, "
       "{ at: 5s, disk: { nodes: leader, fault: full }, for: 4s }"},
      {"healed",
       "{ at: 4s, disk: { nodes: leader, fault: full }, for: 7s }, "
       "{ at: 5s, heal: n }"},
  };
  for (const auto& [what, faults] : cases) {
    const Finding finding = finding_of(kYields, faults);
    EXPECT_EQ(finding.decision, Decision::unknown) << what << ": " << finding.text;
    EXPECT_THAT(finding.text, HasSubstr("no fault acted for 2s on a node that led")) << what;
  }
  EXPECT_THAT(finding_of("check: yields").text, HasSubstr("no limit is given"));
}

TEST(Yields, LooksAtTheFaultThatItNames) {
  const std::string faults =
      "{ at: 3s, disk: { nodes: leader, fault: full }, for: 3s, label: no-room }, "
      "{ at: 7s, crash: leader, for: 3s }";
  const std::pair<const char*, Decision> cases[] = {
      {"crash", Decision::ok},           {"crash-process", Decision::ok},
      {"no-room", Decision::violated},   {"disk", Decision::violated},
      {"disk-full", Decision::violated}, {"disk-slow", Decision::unknown}};
  for (const auto& [fault, decision] : cases) {
    const std::string property =
        std::string("check: yields, options: { within: 2s, fault: ") + fault + " }";
    EXPECT_EQ(finding_of(property, faults).decision, decision) << fault;
  }
}

}  // namespace
}  // namespace windtunnel::scenarios
