#include <windtunnel/scenarios/fuzzing/fingerprint.h>

#include "tests/unit/scenarios/fuzzing/fuzzing_world.h"

#include <gtest/gtest.h>

namespace windtunnel::scenarios {
namespace {

using Fingerprints = FuzzingTest;

TEST(Shape, NumbersAndWhatFollowsTheFirstLineDoNotCount) {
  EXPECT_EQ(shape_of("n1 leads term 12\nmore"), shape_of("n4 leads term 7"));
  EXPECT_NE(shape_of("n1 leads term 12"), shape_of("n1 led term 12"));
}

TEST(Shape, OfACrashIsWhatTheAssertionSays) {
  const std::string a = "it crashed: Aborted\nx.cpp:12: assertion failed: a log (i < 5)\n  seed 1";
  const std::string b = "it crashed: Aborted\nx.cpp:99: assertion failed: a log (i < 7)\n  seed 2";
  const std::string c = "it crashed: Aborted\nx.cpp:12: assertion failed: a term (t > 5)\n";
  EXPECT_EQ(shape_of(a), shape_of(b));
  EXPECT_NE(shape_of(a), shape_of(c));
}

TEST(Shape, OfACrashIsTheExceptionTooAndWhatASanitizerSays) {
  const std::string abort = "it crashed: Aborted\nterminate called after throwing an instance of ";
  EXPECT_NE(shape_of(abort + "'std::out_of_range'\n"), shape_of(abort + "'std::bad_alloc'\n"));
  EXPECT_NE(shape_of(abort + "'X'\n  what():  no log"),
            shape_of(abort + "'X'\n  what():  no term"));
  const std::string exit = "it exited with status 1\nSUMMARY: AddressSanitizer: ";
  EXPECT_NE(shape_of(exit + "heap-use-after-free a.cpp:1 in f"),
            shape_of(exit + "heap-use-after-free a.cpp:1 in g"));
}

TEST(Failures, AreAllThatARunViolatesButWhatMayBe) {
  const auto violated = [](const char* check, Expectation expected) {
    PropertyResult result;
    result.check = check;
    result.expected = expected;
    result.finding.decision = Decision::violated;
    result.finding.text = "it is";
    return result;
  };
  SeedReport report;
  report.summary.violated = {violated("a", Expectation::any), violated("b", Expectation::holds),
                             violated("c", Expectation::violated)};
  const std::vector<Failure> failures = failures_of(report);
  ASSERT_EQ(failures.size(), 2U);
  EXPECT_EQ(failure_of(report)->fingerprint.check, "b");
  EXPECT_EQ(failure_of(report, failures[1].fingerprint)->fingerprint.check, "c");
  EXPECT_FALSE(failure_of(report, Fingerprint{"d", "", "it is"}).has_value());
}

TEST(Failures, AreOfOneKindWhereTheCheckCallsThemTheSame) {
  const auto shape = [](const std::string& kind, const std::string& text) {
    PropertyResult result;
    result.check = "linearizable";
    result.finding.decision = Decision::violated;
    result.finding.kind = kind;
    result.finding.text = text;
    SeedReport report;
    report.summary.violated = {result};
    return failures_of(report).front().fingerprint.text();
  };
  EXPECT_EQ(shape("misplaced read", "The key was a"), shape("misplaced read", "k could be b or c"));
  EXPECT_NE(shape("misplaced read", "The key was a"), shape("invented read", "The key was a"));
  EXPECT_NE(shape("", "The key was a"), shape("", "The key was b"));
}

TEST(Shape, NamesTheCheckInItsText) {
  const Fingerprint one{"raft.log-matching", "", "n# and n#"};
  const Fingerprint other{"raft.log-matching", "", "n# or n#"};
  EXPECT_TRUE(one.text().starts_with("raft.log-matching-"));
  EXPECT_NE(one.text(), other.text());
  EXPECT_EQ(Fingerprint{}.text(), "");
}

TEST_F(Fingerprints, ARunThatBreaksNothingHasNone) {
  const ScenarioSpec space = shipped("raft-kv.yaml");
  EXPECT_FALSE(failure_of(report(space, 1)).has_value());
}

TEST_F(Fingerprints, AViolationThatMayBeIsNone) {
  Failure failure;
  ScenarioSpec spec = failing_naive(1, failure);
  EXPECT_EQ(failure.fingerprint.check, "linearizable");
  EXPECT_EQ(failure.fingerprint.workload, "kv");
  spec.properties[0].expect = Expectation::any;
  EXPECT_FALSE(failure_of(report(spec, 1)).has_value());
}

TEST_F(Fingerprints, ACrashIsAFailureOfItsOwnKind) {
  const ScenarioSpec spec = parse(R"(scenario: v1
name: test
limits: { sim_time: 5s }
cluster: { groups: [{ name: n, service: aborting }] }
properties: [{ check: raft.log-matching }]
)");
  const std::optional<Failure> failure = failure_of(report(spec, 1));
  ASSERT_TRUE(failure.has_value());
  EXPECT_TRUE(failure->crashed);
  EXPECT_FALSE(failure->hung);
  EXPECT_EQ(failure->fingerprint.check, "no-crash");
}

}  // namespace
}  // namespace windtunnel::scenarios
