// Locks and semaphores: what they ask of a history beyond the plain mutex.
#include <windtunnel/checkers/judges/judge.h>
#include "tests/unit/checkers/audit/audits.h"
#include "tests/unit/checkers/histories.h"

#include <gmock/gmock.h>

namespace windtunnel::checkers {
namespace {

using test::check;
using test::done;
using test::history_of;
using test::line;
using ::testing::HasSubstr;

Decision decision(std::string_view model, const std::string& text,
                  std::optional<std::string_view> initial = std::nullopt) {
  return check(text, model, initial).decision;
}

std::string acquire(int process, std::string_view result = "nil") {
  return done(process, "acquire", "nil", result);
}
std::string release(int process, std::string_view argument = "nil") {
  return done(process, "release", argument);
}
std::string lost(int process, std::string_view f) {
  return line(process, "invoke", f) + line(process, "info", f);
}

TEST(Locks, OnlyTheHolderReleases) {
  const std::string other = acquire(0) + release(1) + acquire(1);
  EXPECT_EQ(decision("mutex", other), Decision::ok);
  EXPECT_EQ(decision("owned-mutex", other), Decision::violated);
  EXPECT_EQ(decision("owned-mutex", acquire(0) + release(0) + acquire(1)), Decision::ok);
}

TEST(Locks, AWitnessSaysWhoIsSaidToHoldIt) {
  const Verdict other = check(acquire(0) + release(1) + acquire(1), "owned-mutex");
  EXPECT_THAT(other.witness.explanation, HasSubstr("held by none of the clients listed"));
  const Verdict both = check(done(0, "acquire", "2"), "semaphore");
  EXPECT_EQ(both.decision, Decision::violated);
  EXPECT_THAT(both.witness.explanation, HasSubstr("the object was held 0 of 1 times, and no"));
}

TEST(Locks, AClientIsWhoTheValuesNameOrElseTheSession) {
  const auto by = [](int process, std::string_view f, std::string_view client) {
    return done(process, f, "{:client \"" + std::string(client) + "\"}");
  };
  EXPECT_EQ(decision("owned-mutex", by(0, "acquire", "a") + by(7, "release", "a")), Decision::ok);
  EXPECT_EQ(decision("owned-mutex", by(0, "acquire", "a") + by(0, "release", "b")),
            Decision::violated);
  // Where some operations name one and some do not, nothing is known of these.
  const Verdict mixed = check(by(0, "acquire", "a") + release(0), "owned-mutex");
  EXPECT_EQ(mixed.decision, Decision::unknown);
  EXPECT_THAT(mixed.reason, HasSubstr("line 3"));
}

TEST(Locks, WithoutClientsNothingIsSaidOfTheHolder) {
  const std::string text =
      "{:type :invoke, :f :acquire}\n{:type :ok, :f :acquire}\n"
      "{:type :invoke, :f :release}\n{:type :ok, :f :release}\n";
  const Verdict verdict = judge(history_of(text), *find_judge("owned-mutex"), {}).verdict;
  EXPECT_EQ(verdict.decision, Decision::unknown);
  EXPECT_THAT(verdict.reason, HasSubstr("owned-mutex goes by which operations were one client's"));
  EXPECT_EQ(judge(history_of(text), *find_judge("mutex"), {}).verdict.decision, Decision::ok);
}

TEST(Locks, WhoHoldsAReentrantLockMayHaveItAgainAndReleasesItAsOften) {
  const std::string twice = acquire(0) + acquire(0);
  EXPECT_EQ(decision("owned-mutex", twice), Decision::violated);
  EXPECT_EQ(decision("reentrant-mutex", twice + release(0) + release(0) + acquire(1)),
            Decision::ok);
  EXPECT_EQ(decision("reentrant-mutex", twice + release(0) + acquire(1)), Decision::violated);
  EXPECT_EQ(decision("reentrant-mutex", acquire(0) + release(0) + release(0)), Decision::violated);
}

TEST(Locks, TokensGrow) {
  EXPECT_EQ(decision("fenced-mutex", acquire(0, "3") + release(0) + acquire(1, "{:fence 5}")),
            Decision::ok);
  const std::string same = acquire(0, "3") + release(0) + acquire(1, "3");
  EXPECT_EQ(decision("fenced-mutex", same), Decision::violated);
  EXPECT_EQ(decision("owned-mutex", same), Decision::ok);
  EXPECT_EQ(decision("fenced-mutex", acquire(0, "3") + release(0, "3")), Decision::ok);
  EXPECT_EQ(decision("fenced-mutex", acquire(0, "3") + release(0, "2")), Decision::violated);
  // An acquire that succeeded has a token.
  EXPECT_EQ(decision("fenced-mutex", acquire(0, "3") + release(0) + acquire(1)), Decision::unknown);
}

TEST(Locks, WhoAcquiresAReentrantFencedLockAgainHasTheSameToken) {
  EXPECT_EQ(decision("reentrant-fenced-mutex", acquire(0, "3") + acquire(0, "3")), Decision::ok);
  EXPECT_EQ(decision("reentrant-fenced-mutex", acquire(0, "3") + acquire(0, "4")),
            Decision::violated);
}

// It was given, or not; what comes later tells of it.
TEST(Locks, ATokenThatNobodyWasToldOfIsBetweenItsNeighbours) {
  const auto by_a = [](std::string_view f, std::string_view result, std::string_view type) {
    return line(0, "invoke", f, "{:client \"a\"}") + line(0, type, f, result);
  };
  const auto by_b = [](int process, std::string_view f, std::string_view result) {
    return done(process, f, "{:client \"b\"}", result);
  };
  const auto around = [&](std::string_view last) {
    return by_b(1, "acquire", "{:client \"b\", :token 3}") + by_b(1, "release", "{:client \"b\"}") +
           by_a("acquire", "{:client \"a\"}", "info") +
           // The client goes on as another process, and so it did get the lock.
           done(2, "release", "{:client \"a\"}") +
           by_b(1, "acquire", "{:client \"b\", :token " + std::string(last) + "}");
  };
  EXPECT_EQ(decision("fenced-mutex", around("5")), Decision::ok);
  EXPECT_EQ(decision("fenced-mutex", around("4")), Decision::violated);
}

TEST(Locks, ASemaphoreHasSoManyPermits) {
  const std::string two = acquire(0) + acquire(1);
  EXPECT_EQ(decision("semaphore", two), Decision::violated);
  EXPECT_EQ(decision("semaphore", two, "2"), Decision::ok);
  EXPECT_EQ(decision("semaphore", two + acquire(2), "2"), Decision::violated);
  EXPECT_EQ(decision("semaphore", done(0, "acquire", "3"), "2"), Decision::violated);
  EXPECT_EQ(decision("semaphore", done(0, "acquire", "2") + release(1) + acquire(2), "2"),
            Decision::ok);
  EXPECT_EQ(decision("owned-semaphore", done(0, "acquire", "2") + release(1), "2"),
            Decision::violated);
  EXPECT_EQ(decision("semaphore", done(0, "acquire", "{:permits 2}") + acquire(1), "2"),
            Decision::violated);
  EXPECT_EQ(decision("semaphore", done(0, "acquire", "\"x\""), "2"), Decision::unknown);
  EXPECT_TRUE(parse_model("semaphore", "0").has_error());
  EXPECT_TRUE(parse_model("owned-mutex", "held").has_error());
}

TEST(Locks, WhatWasTriedAndNotHadIsNamed) {
  const Verdict verdict = check(acquire(0, "false"), "owned-mutex");
  EXPECT_EQ(verdict.decision, Decision::unknown);
  EXPECT_THAT(verdict.reason, HasSubstr("is not an operation of the model owned-mutex"));
}

// A thousand clients of whose acquires nothing is known: they only could have been in the way.
TEST(Locks, AcquiresThatNobodyGoesOnWithCostNothing) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += lost(10 + i, "acquire") + acquire(0) + release(0);
  const Verdict verdict = check(text, "owned-mutex");
  EXPECT_EQ(verdict.decision, Decision::ok);
  EXPECT_EQ(verdict.operations, 2000U);
  EXPECT_EQ(decision("owned-mutex", text + acquire(1) + acquire(2)), Decision::violated);
}

// Others that never had to do with it are left out.
TEST(Locks, AWitnessShowsTheClientsThatCannotBothHaveIt) {
  std::string text;
  for (int i = 10; i < 30; ++i) text += acquire(i) + release(i);
  const Verdict verdict = check(text + acquire(1) + acquire(2), "owned-mutex");
  ASSERT_EQ(verdict.decision, Decision::violated);
  EXPECT_EQ(verdict.witness.operations.size(), 2U);
  EXPECT_TRUE(verdict.witness.rechecked);
}

}  // namespace
}  // namespace windtunnel::checkers
