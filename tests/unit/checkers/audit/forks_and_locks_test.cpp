// Forks and locks: each audit accepts a good history and refuses a bad one of each kind, with the
// operations that show it.
#include <windtunnel/checkers/txn/check.h>
#include "tests/unit/checkers/audit/audits.h"

namespace windtunnel::checkers {
namespace {

using test::Audited;
using test::audited;
using test::done;
using test::expect_only;
using test::line;

std::string group_read(int process, std::string_view x, std::string_view y) {
  const std::string nil = "[[:r x nil] [:r y nil]]";
  return done(process, "txn", nil, "[[:r x " + std::string(x) + "] [:r y " + std::string(y) + "]]");
}
const std::string kForkWrites = done(0, "txn", "[[:w x 1]]") + done(1, "txn", "[[:w y 1]]");

TEST(LongFork, TwoReadsSeeTheWritesInOneOrder) {
  EXPECT_EQ(audited("long-fork", kForkWrites + group_read(2, "1", "nil") +
                                     group_read(3, "1", "nil") + group_read(3, "1", "1"))
                .decision(),
            Decision::ok);
  expect_only(
      audited("long-fork", kForkWrites + group_read(2, "1", "nil") + group_read(3, "nil", "1")),
      "fork", {5, 7});
  EXPECT_EQ(audited("long-fork", kForkWrites + group_read(2, "1", "1")).decision(),
            Decision::unknown);
  expect_only(audited("long-fork", kForkWrites + group_read(2, "7", "1")), "unexpected", {5});
}

// Jepsen's long fork does not look at it either; the orders of sessions and of real time do.
TEST(LongFork, AReadThatGoesBackIsNone) {
  const std::string back = group_read(2, "1", "1") + group_read(2, "1", "nil");
  const std::string enough = kForkWrites + back + group_read(3, "1", "nil");
  const Audited result = audited("long-fork", enough);
  EXPECT_EQ(result.decision(), Decision::ok);
  EXPECT_TRUE(result.report.flaws.empty());
  for (const char* level : {"strong-session-causal", "strict-serializable"}) {
    EXPECT_EQ(check_isolation(result.history, DataType::rw_register, level).verdict.decision,
              Decision::violated)
        << level;
  }
}

TEST(LongFork, AKeyWrittenTwiceLeavesItOpen) {
  const std::string twice = done(0, "txn", "[[:w x 1]]") + done(0, "txn", "[[:w x 2]]");
  EXPECT_EQ(audited("long-fork", twice + done(1, "txn", "[[:w y 1]]") + group_read(2, "2", "nil") +
                                     group_read(3, "nil", "1"))
                .decision(),
            Decision::unknown);
}

TEST(LongFork, WhatIsReadWasWrittenBeforeAndHadNotFailed) {
  expect_only(audited("long-fork", group_read(2, "1", "nil") + kForkWrites), "unexpected", {1, 3});
  expect_only(audited("long-fork", done(0, "txn", "[[:w x 7]]", "[[:w x 7]]", "fail") +
                                       group_read(2, "7", "nil")),
              "aborted-read", {1, 3});
}

std::string access(int process, std::string_view token, std::string_view outcome = "ok") {
  return done(process, "access", token, token, outcome);
}
const std::string kLocked =
    done(0, "acquire", "nil", "1") + done(0, "release", "1") + done(1, "acquire", "nil", "2");

TEST(Lock, TheResourceKeepsOldHoldersOut) {
  EXPECT_EQ(audited("lock", kLocked + access(1, "2") + access(0, "1", "fail")).decision(),
            Decision::ok);
  expect_only(audited("lock", kLocked + access(1, "2") + access(0, "1")), "stale-access", {7, 9});
  // An old token before the new one was seen does no harm.
  EXPECT_EQ(audited("lock", kLocked + access(0, "1") + access(1, "2")).decision(), Decision::ok);
}

TEST(Lock, TokensGrowAndAreGivenOnce) {
  const std::string used = access(1, "2");
  expect_only(
      audited("lock", kLocked + used + done(1, "release", "2") + done(2, "acquire", "nil", "2")),
      "duplicate-token", {5, 11});
}

TEST(Lock, TellsOfHoldersAtOneTimeAndOfTokensOutOfOrder) {
  const std::string text =
      done(0, "acquire", "nil", "2") + done(1, "acquire", "nil", "1") + access(0, "2");
  const Audited result = audited("lock", text);
  EXPECT_EQ(result.decision(), Decision::violated);
  ASSERT_NE(result.find("token-order"), nullptr);
  ASSERT_NE(result.find("overlap"), nullptr);
  EXPECT_TRUE(result.find("overlap")->permitted);
  EXPECT_EQ(result.report.verdict.witness.explanation,
            result.find("token-order")->witness.explanation);
}

TEST(Lock, AnAcquireWithoutAnEndExcusesOneTokenFromItsCallOn) {
  const std::string open = line(3, "invoke", "acquire") + line(3, "info", "acquire");
  const std::string strange = access(1, "9");
  EXPECT_EQ(audited("lock", kLocked + open + strange + strange).decision(), Decision::ok);
  expect_only(audited("lock", kLocked + strange + open), "unexpected-token", {7});
  EXPECT_EQ(audited("lock", kLocked + open + strange + access(1, "10")).decision(),
            Decision::violated);
}

TEST(Lock, ATokenIsGivenBeforeItIsUsed) {
  expect_only(audited("lock", done(0, "acquire", "nil", "1") + done(0, "release", "1") +
                                  access(1, "2") + done(1, "acquire", "nil", "2")),
              "unexpected-token", {5});
}

TEST(Lock, WhoHoldsItMayRenewAndMayWriteAlongWithTheToken) {
  EXPECT_EQ(
      audited("lock", kLocked + done(1, "acquire", "nil", "2") + done(1, "write", "[2 \"data\"]"))
          .decision(),
      Decision::ok);
}

TEST(Lock, TokensThatAreNoIntegersAreNotJudged) {
  const std::string text = done(0, "acquire", "nil", "\"a\"") + done(0, "release", "\"a\"") +
                           done(1, "acquire", "nil", "\"b\"") + access(1, "\"b\"");
  EXPECT_EQ(audited("lock", text).decision(), Decision::unknown);
}

TEST(Lock, ATokenThatWasNotGivenIsNotAccepted) {
  expect_only(audited("lock", kLocked + access(1, "9")), "unexpected-token", {7});
  // Somebody may have got it and never learned of it.
  const std::string open = line(3, "invoke", "acquire") + line(3, "info", "acquire");
  EXPECT_EQ(audited("lock", kLocked + open + access(1, "9")).decision(), Decision::ok);
}

}  // namespace
}  // namespace windtunnel::checkers
