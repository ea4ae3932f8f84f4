// Sets, queues, ids, counters and banks: each audit accepts a good history and
// refuses a bad one of each kind, with the operations that show it.
#include "tests/unit/checkers/audit/audits.h"

#include <gmock/gmock.h>

namespace windtunnel::checkers {
namespace {

using test::Audited;
using test::audited;
using test::done;
using test::expect_only;
using test::line;
using test::refused;

const std::string kAddOne = done(0, "add", "1");

std::string read_of(int process, std::string_view set) { return done(process, "read", "nil", set); }

TEST(SetFull, AcceptsElementsThatStay) {
  const Audited result = audited("set-full", kAddOne + done(1, "add", "2") + read_of(2, "[1 2]"));
  EXPECT_EQ(result.decision(), Decision::ok);
  EXPECT_TRUE(result.report.flaws.empty());
  EXPECT_EQ(result.figure("stable"), 2);
}

// What an audit does not know may be what explains the rest.
TEST(Audits, AnOperationThatIsNotKnownIsNamedAndLeavesTheVerdictOpen) {
  const std::string text = done(0, "broadcast", "1") + read_of(1, "[1]") + done(2, "burn", "2");
  const Audited result = audited("set-full", text);
  EXPECT_EQ(result.decision(), Decision::unknown);
  EXPECT_EQ(result.report.verdict.reason,
            "not among its operations: process 0 broadcast 1 (ok) in line 1, 2 such in all: "
            "set-full knows add, read");
  EXPECT_TRUE(result.report.flaws.empty());
  // What failed did not take place.
  const std::string failed = line(0, "invoke", "burn", "1") + line(0, "fail", "burn", "1");
  EXPECT_EQ(audited("set-full", failed + kAddOne + read_of(1, "[1]")).decision(), Decision::ok);
}

TEST(SetFull, AnElementThatNoLaterReadShowsIsLost) {
  expect_only(audited("set-full", kAddOne + read_of(1, "[1]") + read_of(2, "[]")), "lost", {1, 5});
  expect_only(audited("set-full", kAddOne + read_of(2, "[]")), "lost", {1, 3});
}

TEST(SetFull, WhatWasReadIsKnownAlsoWhenItsAddNeverReturned) {
  const std::string add = line(0, "invoke", "add", "1") + line(0, "info", "add", "1");
  EXPECT_EQ(audited("set-full", add + read_of(1, "[1]") + read_of(2, "[1]")).decision(),
            Decision::ok);
  expect_only(audited("set-full", add + read_of(1, "[1]") + read_of(2, "[]")), "lost", {1, 3, 5});
  // Never seen, so perhaps never added.
  const Audited never = audited("set-full", add + read_of(2, "[]"));
  EXPECT_EQ(never.decision(), Decision::unknown);
}

TEST(SetFull, AnElementThatComesBackIsStaleWhichIsHeldAgainstItOnDemand) {
  const std::string text = kAddOne + read_of(1, "[]") + read_of(2, "[1]");
  const Audited told = audited("set-full", text);
  EXPECT_EQ(told.decision(), Decision::ok);
  ASSERT_NE(told.find("stale"), nullptr);
  EXPECT_TRUE(told.find("stale")->permitted);
  AuditOptions strict;
  strict.forbidden = {"stale"};
  expect_only(audited("set-full", text, strict), "stale", {1, 3, 5});
}

TEST(SetFull, AReadThatWasUnderWayOwesNothing) {
  const std::string text =
      line(1, "invoke", "read") + kAddOne + line(1, "ok", "read", "[]") + read_of(2, "[1]");
  EXPECT_TRUE(audited("set-full", text).report.flaws.empty());
}

TEST(SetFull, ShowsWhatNobodyAddedOrWhatFailedOrWhatIsThereTwice) {
  expect_only(audited("set-full", kAddOne + read_of(1, "[1 7]")), "unexpected", {3});
  const std::string failed = done(0, "add", "7", "7", "fail") + kAddOne;
  expect_only(audited("set-full", failed + read_of(1, "[1 7]")), "aborted-read", {1, 5});
  expect_only(audited("set-full", kAddOne + read_of(1, "[1 1]")), "duplicated", {3});
}

TEST(SetFull, AReadOfNothingIsNoEmptySet) {
  EXPECT_EQ(audited("set-full", kAddOne + read_of(1, "nil")).decision(), Decision::unknown);
  EXPECT_EQ(audited("set-full", kAddOne + read_of(1, "#{1}")).decision(), Decision::ok);
}

TEST(SetFull, IsUnknownWhenNobodyLooked) {
  EXPECT_EQ(audited("set-full", kAddOne).decision(), Decision::unknown);
  EXPECT_EQ(audited("set-full", read_of(1, "[]")).decision(), Decision::unknown);
  EXPECT_EQ(audited("set-full", read_of(1, "[]") + kAddOne).report.verdict.reason,
            "no read began after an element was known");
}

TEST(SetFull, NothingIsSeenBeforeItIsAdded) {
  expect_only(audited("set-full", read_of(1, "[1]") + kAddOne + read_of(1, "[1]")), "unexpected",
              {1, 3});
}

TEST(SetFull, ElementsAreEqualAsInClojure) {
  const std::string add = done(0, "add", "{:a 1, :b [2]}");
  EXPECT_EQ(audited("set-full", add + read_of(1, "#{{:b (2), :a 1}}")).decision(), Decision::ok);
}

TEST(SetFull, ALongReadIsCutInItsWitness) {
  std::string all = "[2";
  for (int i = 3; i < 2000; ++i) all += " " + std::to_string(i);
  const Audited result = audited("set-full", kAddOne + done(0, "add", "2") + read_of(1, all + "]"));
  ASSERT_NE(result.find("lost"), nullptr);
  EXPECT_LT(result.find("lost")->witness.operations.back().text.size(), 400U);
}

const std::string kPut = done(0, "enqueue", "1");
const std::string kEmpty = done(2, "dequeue", "nil", "nil", "fail");

TEST(TotalQueue, AcceptsWhatComesOutOnceInAnyOrder) {
  const std::string text = kPut + done(0, "enqueue", "2") + done(1, "dequeue", "nil", "2") +
                           done(1, "dequeue", "nil", "1") + kEmpty;
  EXPECT_EQ(audited("total-queue", text).decision(), Decision::ok);
  EXPECT_EQ(audited("total-queue", kPut + done(1, "drain", "nil", "[1]")).decision(), Decision::ok);
}

TEST(TotalQueue, NamesWhatIsLostTwiceThereAbortedOrFromNowhere) {
  const std::string other = done(0, "enqueue", "2") + done(1, "dequeue", "nil", "2");
  expect_only(audited("total-queue", kPut + other + kEmpty), "lost", {1, 7});
  expect_only(audited("total-queue", kPut + done(1, "dequeue", "nil", "1") +
                                         done(2, "dequeue", "nil", "1") + kEmpty),
              "duplicated", {1, 3, 5});
  expect_only(audited("total-queue", done(0, "enqueue", "1", "1", "fail") +
                                         done(1, "dequeue", "nil", "1") + kEmpty),
              "aborted-dequeue", {1, 3});
  expect_only(audited("total-queue", other + done(1, "dequeue", "nil", "9") + kEmpty), "unexpected",
              {5});
}

TEST(TotalQueue, ADequeueWithoutAnOutcomeMayHaveTakenOneValue) {
  const std::string lost = line(3, "invoke", "dequeue") + line(3, "info", "dequeue");
  const std::string other = done(0, "enqueue", "2") + done(1, "dequeue", "nil", "2");
  EXPECT_EQ(audited("total-queue", kPut + other + lost + kEmpty).decision(), Decision::ok);
  const Audited two =
      audited("total-queue", kPut + done(0, "enqueue", "3") + other + lost + kEmpty);
  EXPECT_EQ(two.decision(), Decision::violated);
  EXPECT_EQ(two.find("lost")->count, 1U);
}

TEST(TotalQueue, ADequeueThatFailedForAnotherReasonDidNotSeeItEmpty) {
  const std::string other = done(0, "enqueue", "2") + done(1, "dequeue", "nil", "2");
  const std::string invoked = line(2, "invoke", "dequeue");
  const std::string failed = "{:process 2, :type :fail, :f :dequeue, :value nil, :error :";
  EXPECT_EQ(audited("total-queue", kPut + other + invoked + failed + "timeout}").decision(),
            Decision::unknown);
  expect_only(audited("total-queue", kPut + other + invoked + failed + "empty}"), "lost", {1, 7});
}

TEST(TotalQueue, NothingIsTakenBeforeItIsPut) {
  expect_only(audited("total-queue", done(1, "dequeue", "nil", "1") + kPut + kEmpty), "unexpected",
              {1, 3});
}

TEST(TotalQueue, ADrainThatReturnsNoCollectionTookAnything) {
  const std::string other = done(0, "enqueue", "2") + done(1, "dequeue", "nil", "2");
  EXPECT_EQ(audited("total-queue", kPut + other + done(1, "drain", "nil", "1") + kEmpty).decision(),
            Decision::ok);
}

TEST(TotalQueue, OnlyAWordOfItsOwnSaysEmpty) {
  const std::string other = done(0, "enqueue", "2") + done(1, "dequeue", "nil", "2");
  const std::string failed =
      line(2, "invoke", "dequeue") + "{:process 2, :type :fail, :f :dequeue, :value nil, :error ";
  for (const char* error : {"\"connection pool exhausted\"", ":not-empty", "[:timeout]"}) {
    EXPECT_EQ(audited("total-queue", kPut + other + failed + error + "}").decision(),
              Decision::unknown)
        << error;
  }
  expect_only(audited("total-queue", kPut + other + failed + "[:empty \"q\"]}"), "lost", {1, 7});
}

TEST(TotalQueue, SaysNothingOfLossesBeforeItWasSeenEmpty) {
  const std::string text = kPut + done(0, "enqueue", "2") + done(1, "dequeue", "nil", "2");
  EXPECT_EQ(audited("total-queue", text).decision(), Decision::unknown);
  EXPECT_EQ(audited("total-queue",
                    done(0, "enqueue", "2") + done(1, "dequeue", "nil", "2") + kEmpty + kPut)
                .decision(),
            Decision::ok);
}

TEST(UniqueIds, AreGivenOnce) {
  const std::string one = done(0, "generate", "nil", "\"a\"");
  const std::string two = done(1, "generate", "nil", "\"b\"");
  EXPECT_EQ(audited("unique-ids", one + two).decision(), Decision::ok);
  expect_only(audited("unique-ids", one + two + one), "duplicated", {1, 5});
  EXPECT_EQ(audited("unique-ids", one).decision(), Decision::unknown);
}

TEST(CounterBounds, AReadLiesBetweenWhatIsSureAndWhatIsPossible) {
  const std::string open = line(1, "invoke", "add", "10");
  const std::string add = done(0, "add", "5");
  for (const char* sum : {"5", "15"}) {
    EXPECT_EQ(audited("counter-bounds", add + open + done(2, "read", "nil", sum)).decision(),
              Decision::ok);
  }
  for (const char* sum : {"4", "16"}) {
    expect_only(audited("counter-bounds", add + open + done(2, "read", "nil", sum)),
                "out-of-bounds", {4});
  }
  AuditOptions options;
  options.initial = Value(100);
  EXPECT_EQ(audited("counter-bounds", add + done(2, "read", "nil", "105"), options).decision(),
            Decision::ok);
}

TEST(CounterBounds, WhatIsTakenAwayWidensTheOtherSide) {
  const std::string open = line(1, "invoke", "subtract", "10");
  for (const char* sum : {"0", "-10"}) {
    EXPECT_EQ(audited("counter-bounds", open + done(2, "read", "nil", sum)).decision(),
              Decision::ok);
  }
  expect_only(audited("counter-bounds", open + done(2, "read", "nil", "1")), "out-of-bounds", {2});
}

TEST(CounterBounds, WhatIsNoIntegerLeavesItOpen) {
  const std::string add = done(0, "add", "2");
  for (const char* sum : {"nil", "2.5", "9223372036854775817"}) {
    EXPECT_EQ(audited("counter-bounds", add + done(2, "read", "nil", sum)).decision(),
              Decision::unknown);
  }
  const Audited result =
      audited("counter-bounds", done(0, "add", "2.5") + done(2, "read", "nil", "7"));
  EXPECT_EQ(result.report.verdict.reason, "the add in line 1: the amount is no 64-bit integer");
  // What a poke does nobody knows.
  const Audited poked =
      audited("counter-bounds", add + done(1, "poke", "\"x\"") + done(2, "read", "nil", "3"));
  EXPECT_EQ(poked.decision(), Decision::unknown);
  EXPECT_THAT(poked.report.verdict.reason, ::testing::HasSubstr("poke"));
  EXPECT_EQ(audited("counter-bounds", done(2, "read", "nil", "0")).decision(), Decision::unknown);
}

TEST(CounterBounds, SumsMayBeGreaterThanAnyInteger) {
  const std::string add = done(0, "add", "9223372036854775807");
  const std::string less = done(0, "subtract", "9223372036854775807");
  const std::string read = done(2, "read", "nil", "9223372036854775807");
  expect_only(audited("counter-bounds", add + add + read), "out-of-bounds", {5});
  EXPECT_EQ(audited("counter-bounds", add + add + less + read).decision(), Decision::ok);
}

TEST(CounterBounds, WhatBeginsDuringTheReadMayBeInIt) {
  const std::string text =
      line(2, "invoke", "read") + done(0, "add", "5") + line(2, "ok", "read", "5");
  EXPECT_EQ(audited("counter-bounds", text).decision(), Decision::ok);
}

TEST(Bank, TheTotalStays) {
  const std::string good = done(0, "read", "nil", "{0 10, 1 0}") +
                           done(1, "transfer", "{:from 0, :to 1, :amount 3}") +
                           done(0, "read", "nil", "{0 7, 1 3}");
  EXPECT_EQ(audited("bank", good).decision(), Decision::ok);
  expect_only(audited("bank", good + done(0, "read", "nil", "{0 7, 1 4}")), "wrong-total", {1, 7});
  expect_only(audited("bank", good + done(0, "read", "nil", "{0 12, 1 -2}")), "negative-balance",
              {7});
  expect_only(audited("bank", good + done(0, "read", "nil", "{0 10, 1 nil}")), "nil-balance", {7});
  expect_only(audited("bank", good + done(0, "read", "nil", "{0 10}")), "unexpected-key", {1, 7});
}

TEST(Bank, ReadsKeysOfJsonAndLeavesOutReadsOfNothing) {
  AuditOptions options;
  options.initial = Value(Value::Kind::map, {Value(0), Value(10), Value(1), Value(10)});
  const std::string move = done(1, "transfer", "{:from 0, :to 1, :amount 3}");
  const std::string read = done(0, "read", "nil", "{\"0\" 7, \"1\" 13}");
  EXPECT_EQ(audited("bank", move + done(0, "read", "nil", "nil") + read, options).decision(),
            Decision::ok);
  EXPECT_EQ(audited("bank", read + read, options).decision(), Decision::unknown);
}

TEST(Bank, TakesTheTotalFromTheCaller) {
  AuditOptions options;
  options.initial = Value(11);
  const std::string text = done(0, "read", "nil", "{0 10, 1 0}");
  expect_only(audited("bank", text, options), "wrong-total", {1});
  EXPECT_EQ(audited("bank", text).decision(), Decision::unknown);
  options.initial = Value("much");
  EXPECT_NE(refused("bank", options), std::nullopt);
}

TEST(Audits, JudgeEachKeyByItself) {
  const std::string good = done(0, "add", "[x 1]") + done(1, "read", "[x nil]", "[x [1]]") +
                           done(0, "add", "[y 1]") + done(1, "read", "[y nil]", "[y [1]]");
  AuditOptions tuples;
  tuples.tuples = true;
  EXPECT_EQ(audited("set-full", good, tuples).decision(), Decision::ok);
  const Audited lost = audited("set-full", good + done(1, "read", "[y nil]", "[y []]"), tuples);
  expect_only(lost, "lost", {5, 9});
  EXPECT_EQ(lost.report.verdict.witness.key, "y");
  // A key that nobody looked at, and an operation of no key, leave it open.
  EXPECT_EQ(audited("set-full", good + done(0, "add", "[z 1]"), tuples).report.verdict.reason,
            "key z: no read returned, so that nobody saw the set");
  EXPECT_EQ(audited("set-full", good + kAddOne, tuples).decision(), Decision::unknown);
}

TEST(Audits, JudgeTheKeysOfEventsByThemselves) {
  const auto keyed = [](int process, std::string_view key, std::string_view token) {
    std::string text;
    for (const char* type : {"invoke", "ok"}) {
      text += "{:process " + std::to_string(process) + ", :type :" + type + ", :f :acquire, :key " +
              std::string(key) + ", :value " + std::string(token) + "}\n";
    }
    return text;
  };
  const Audited result = audited("lock", keyed(0, "a", "1") + keyed(1, "b", "1"));
  EXPECT_EQ(result.find("duplicate-token"), nullptr);
  EXPECT_EQ(result.decision(), Decision::unknown);
  EXPECT_EQ(audited("lock", keyed(0, "a", "1") + keyed(1, "a", "1")).decision(),
            Decision::violated);
}

TEST(Audits, RefuseOptionsThatTheyDoNotKnow) {
  AuditOptions options;
  options.permitted = {"lots"};
  EXPECT_EQ(refused("unique-ids", options), "unique-ids has no flaw 'lots'; it has duplicated");
  options.permitted = {"duplicated"};
  options.forbidden = {"duplicated"};
  EXPECT_EQ(refused("unique-ids", options), "'duplicated' is permitted and forbidden");
  options = {};
  options.initial = Value(1);
  EXPECT_EQ(refused("unique-ids", options), "unique-ids takes no initial value");
}

TEST(Audits, APermittedFlawIsToldAndLetPass) {
  AuditOptions options;
  options.permitted = {"duplicated"};
  const std::string one = done(0, "generate", "nil", "1");
  const Audited result = audited("unique-ids", one + one, options);
  EXPECT_EQ(result.decision(), Decision::ok);
  ASSERT_NE(result.find("duplicated"), nullptr);
}

}  // namespace
}  // namespace windtunnel::checkers
