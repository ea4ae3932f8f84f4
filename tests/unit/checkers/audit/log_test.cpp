// Partitioned logs: a good history, and a bad one of each kind.
#include "tests/unit/checkers/audit/audits.h"

namespace windtunnel::checkers {
namespace {

using test::Audited;
using test::audited;
using test::done;
using test::expect_only;
using test::line;

std::string send(int process, std::string_view value, int offset) {
  const std::string v(value);
  return done(process, "send", "[[:send x " + v + "]]",
              "[[:send x [" + std::to_string(offset) + " " + v + "]]]");
}
std::string poll(int process, std::string_view log) {
  return done(process, "poll", "[[:poll]]", "[[:poll {x [" + std::string(log) + "]}]]");
}
std::string txn(int process, std::string_view asked, std::string_view told,
                std::string_view outcome = "ok") {
  return done(process, "txn", asked, told, outcome);
}

const std::string kThree = send(0, "a", 0) + send(0, "b", 3) + send(0, "c", 4);

TEST(Log, AcceptsALogThatIsReadToItsEnd) {
  const Audited result = audited("log", kThree + poll(1, "[0 a] [3 b]") + poll(1, "[4 c]"));
  EXPECT_EQ(result.decision(), Decision::ok);
  EXPECT_TRUE(result.report.flaws.empty());
  EXPECT_EQ(result.figure("acknowledged"), 3);
  EXPECT_EQ(result.figure("unseen"), 0);
}

TEST(Log, KeysOfJsonAreThoseOfEdn) {
  const std::string text =
      R"({"process":0,"type":"invoke","f":"send","value":[["send",7,1]]})"
      "\n"
      R"({"process":0,"type":"ok","f":"send","value":[["send",7,[0,1]]]})"
      "\n"
      R"({"process":1,"type":"invoke","f":"poll","value":[["poll"]]})"
      "\n"
      R"({"process":1,"type":"ok","f":"poll","value":[["poll",{"7":[[0,1]]}]]})"
      "\n";
  EXPECT_EQ(audited("log", text).decision(), Decision::ok);
}

TEST(Log, AWriteThatReadersWentPastIsLost) {
  const std::string text = kThree + done(2, "assign", "[x]") + poll(1, "[0 a]") +
                           done(1, "assign", "[x]") + poll(1, "[4 c]");
  expect_only(audited("log", text), "lost-write", {3, 13});
}

TEST(Log, AWriteThatNobodyCameToIsUnseen) {
  const std::string text = kThree + poll(1, "[0 a] [3 b]");
  expect_only(audited("log", text), "unseen", {5});
  AuditOptions options;
  options.permitted = {"unseen"};
  EXPECT_EQ(audited("log", text, options).decision(), Decision::ok);
}

TEST(Log, OneOffsetHoldsOneMessageAndOneMessageHasOneOffset) {
  const std::string rest = send(0, "b", 1);
  // Where z went its producer was not told.
  expect_only(audited("log", send(0, "a", 0) + rest + done(2, "send", "[[:send x z]]") +
                                 poll(1, "[0 z] [1 b]") + done(1, "assign", "[x]") +
                                 poll(1, "[0 a] [1 b]")),
              "inconsistent-offsets", {1, 7});
  const Audited twice = audited("log", send(0, "a", 0) + rest + poll(1, "[0 a] [1 b] [2 a]"));
  expect_only(twice, "duplicate", {1, 5});
}

TEST(Log, WhatWasPolledHadBeenSentAndHadNotFailed) {
  expect_only(audited("log", kThree + poll(1, "[0 a] [3 b] [4 c] [5 z]")), "unexpected", {7});
  const std::string failed = done(0, "send", "[[:send x z]]", "[[:send x z]]", "fail");
  expect_only(audited("log", failed + kThree + poll(1, "[0 a] [3 b] [4 c] [5 z]")), "aborted-read",
              {1, 9});
}

TEST(Log, ATransactionDoesNotPollWhatItSends) {
  const std::string text = send(0, "a", 0) + txn(1, "[[:send x b] [:poll]]",
                                                 "[[:send x [1 b]] [:poll {x [[0 a] [1 b]]}]]");
  expect_only(audited("log", text), "precommitted-read", {3});
}

TEST(Log, ATransactionIsThereAsAWhole) {
  const std::string sent = line(0, "invoke", "txn", "[[:send x a] [:send y b]]") +
                           line(0, "info", "txn", "[[:send x a] [:send y b]]");
  const std::string seen = poll(1, "[0 a]");
  const std::string later = done(2, "send", "[[:send y c]]", "[[:send y [8 c]]]") +
                            done(3, "poll", "[[:poll]]", "[[:poll {y [[8 c]]}]]");
  expect_only(audited("log", sent + seen + later), "torn-transaction", {1, 3, 5, 7});
  // Sent before the transaction was known to stand: it may come behind.
  EXPECT_EQ(audited("log", sent + later + seen).decision(), Decision::ok);
}

TEST(Log, PollsGoOnWhereTheyWere) {
  expect_only(audited("log", kThree + poll(1, "[0 a] [4 c]") + poll(2, "[3 b]")), "int-poll-skip",
              {7});
  expect_only(audited("log", kThree + poll(1, "[0 a] [3 b] [4 c] [3 b]")), "int-nonmonotonic-poll",
              {7});
}

TEST(Log, ConsumersGoOnBetweenOperationsUnlessAGroupMovesThem) {
  const std::string skip =
      kThree + poll(2, "[0 a] [3 b] [4 c]") + poll(1, "[0 a]") + poll(1, "[4 c]");
  expect_only(audited("log", skip), "poll-skip", {9, 11});
  const std::string back = kThree + poll(1, "[0 a] [3 b] [4 c]") + poll(1, "[3 b]");
  expect_only(audited("log", back), "nonmonotonic-poll", {7, 9});
  // Assigned anew, it starts anywhere.
  EXPECT_EQ(audited("log", kThree + poll(1, "[0 a] [3 b] [4 c]") + done(1, "assign", "[x]") +
                               poll(1, "[3 b]"))
                .decision(),
            Decision::ok);
  const Audited group = audited("log", done(5, "subscribe", "[x]") + back);
  EXPECT_EQ(group.decision(), Decision::ok);
  EXPECT_NE(group.find("nonmonotonic-poll"), nullptr);
  AuditOptions strict;
  strict.forbidden = {"nonmonotonic-poll"};
  EXPECT_EQ(audited("log", done(5, "subscribe", "[x]") + back, strict).decision(),
            Decision::violated);
}

std::string in_session(int session, std::string text) {
  const std::string name = "{:session " + std::to_string(session) + ", ";
  for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find("\n{", at)) {
    if (text[at] == '\n') ++at;
    text.replace(at, 1, name);
  }
  return text;
}

TEST(Log, AConsumerThatIsSeveralProcessesIsJudgedBySession) {
  const std::string second = poll(2, "[3 b]");
  const std::string rest = poll(1, "[4 c]");
  expect_only(audited("log", kThree + poll(1, "[0 a]") + second + rest), "poll-skip", {7, 11});
  const std::string same = in_session(1, second);
  EXPECT_EQ(audited("log", kThree + poll(1, "[0 a]") + same + rest).decision(), Decision::ok);
  // One that skips does so whoever of its processes hears it.
  expect_only(audited("log", kThree + poll(3, "[3 b]") + poll(1, "[0 a]") +
                                 in_session(1, poll(2, "[4 c]"))),
              "poll-skip", {9, 11});
  // Who is assigned anew begins anew, by whatever process it asked.
  EXPECT_EQ(audited("log", kThree + same + in_session(1, done(5, "assign", "[x]")) +
                               poll(1, "[0 a] [3 b] [4 c]"))
                .decision(),
            Decision::ok);
}

TEST(Log, PollsOfASessionThatWereOpenTogetherHaveNoOrder) {
  const auto together = [](const std::string& asked, const std::string& heard) {
    const std::string open = line(1, "invoke", "poll", "[[:poll]]") +
                             in_session(1, poll(2, heard)) +
                             line(1, "ok", "poll", "[[:poll {x [" + asked + "]}]]");
    return audited("log", kThree + poll(1, "[0 a]") + open).decision();
  };
  EXPECT_EQ(together("[3 b]", "[4 c]"), Decision::ok);
  EXPECT_EQ(together("[4 c]", "[3 b]"), Decision::ok);
}

TEST(Log, SendsOfAProducerKeepTheirOrder) {
  const std::string seen = poll(1, "[0 a] [3 b]");
  expect_only(audited("log", send(0, "b", 3) + send(0, "a", 0) + seen), "nonmonotonic-send",
              {1, 3});
  expect_only(
      audited("log",
              txn(0, "[[:send x b] [:send x a]]", "[[:send x [3 b]] [:send x [0 a]]]") + seen),
      "int-nonmonotonic-send", {1});
  const Audited gap =
      audited("log", txn(0, "[[:send x a] [:send x c]]", "[[:send x [0 a]] [:send x [4 c]]]") +
                         send(2, "b", 3) + poll(1, "[0 a] [3 b] [4 c]"));
  EXPECT_EQ(gap.decision(), Decision::ok);
  EXPECT_NE(gap.find("int-send-skip"), nullptr);
}

const std::string kRead = kThree + poll(1, "[0 a] [3 b] [4 c]");

std::string commit(int offset, std::string_view outcome = "ok") {
  const std::string value = "[[:commit g {x " + std::to_string(offset) + "}]]";
  return done(1, "commit", value, value, outcome);
}
std::string committed(std::string_view offset) {
  return done(2, "committed", "[[:committed g {x nil}]]",
              "[[:committed g {x " + std::string(offset) + "}]]");
}

TEST(Log, ACommittedOffsetStays) {
  EXPECT_EQ(audited("log", kRead + committed("nil") + commit(3) + committed("3")).decision(),
            Decision::ok);
  expect_only(audited("log", kRead + commit(3) + commit(4) + committed("3")),
              "committed-offset-lost", {11, 13});
  expect_only(audited("log", kRead + commit(3) + committed("nil")), "committed-offset-lost",
              {9, 11});
  expect_only(audited("log", kRead + commit(3) + committed("4")), "unexpected-offset", {11});
  // It may go back when somebody says so.
  EXPECT_EQ(audited("log", kRead + commit(4) + commit(3) + committed("3")).decision(),
            Decision::ok);
}

TEST(Log, CommittedOffsetsInAllTheirForms) {
  // Acknowledged with nothing, in a transaction, and along with a poll.
  const std::string nil = done(1, "commit", "[[:commit g {x 3}]]", "nil");
  EXPECT_EQ(audited("log", kRead + nil + committed("3")).decision(), Decision::ok);
  const std::string along =
      done(4, "poll", "[[:poll] [:commit g {x 3}]]", "[[:poll {}] [:commit g {x 3}]]");
  EXPECT_EQ(audited("log", kRead + along + committed("3")).decision(), Decision::ok);
  expect_only(
      audited("log", kRead + done(2, "txn", "[[:committed g {x nil}]]", "[[:committed g {x 5}]]")),
      "unexpected-offset", {9});
  // A key that is not in the answer has none, and so has one at -1.
  expect_only(
      audited("log", kRead + commit(3) +
                         done(2, "committed", "[[:committed g {x nil}]]", "[[:committed g {}]]")),
      "committed-offset-lost", {9, 11});
  EXPECT_EQ(audited("log", kRead + committed("-1")).decision(), Decision::ok);
  EXPECT_EQ(audited("log", commit(3) + committed("3")).decision(), Decision::ok);
}

TEST(Log, CommitsOfManyOffsetsAreJudgedByTheLatest) {
  std::string text = kRead;
  for (int offset = 10; offset < 40; ++offset) text += commit(offset);
  EXPECT_EQ(audited("log", text + committed("39")).decision(), Decision::ok);
  expect_only(audited("log", text + committed("38")), "committed-offset-lost", {67, 69});
  EXPECT_EQ(audited("log", text + commit(38) + committed("38")).decision(), Decision::ok);
}

std::string assigned(int process, int generation, std::string_view keys) {
  return done(process, "assigned",
              "{:group g, :generation " + std::to_string(generation) + ", :keys [" +
                  std::string(keys) + "]}");
}

TEST(Log, AGenerationGivesAKeyToOneConsumer) {
  EXPECT_EQ(audited("log", kRead + assigned(1, 1, "x y") + assigned(2, 1, "z") +
                               done(1, "revoked", "nil") + assigned(2, 2, "x"))
                .decision(),
            Decision::ok);
  const Audited both = audited("log", kRead + assigned(1, 1, "x") + assigned(2, 1, "x"));
  EXPECT_EQ(both.decision(), Decision::violated);
  EXPECT_NE(both.find("double-assignment"), nullptr);
  // Whoever was not reached believes in the last generation still.
  const Audited late = audited("log", kRead + assigned(1, 1, "x") + assigned(2, 2, "x"));
  EXPECT_EQ(late.decision(), Decision::ok);
  EXPECT_NE(late.find("assignment-overlap"), nullptr);
}

TEST(Log, AGenerationOfNilIsNone) {
  const auto nil = [](int process) {
    return done(process, "assigned", "{:group g, :generation nil, :keys [x]}");
  };
  EXPECT_EQ(audited("log", kRead + nil(1) + done(1, "revoked", "nil") + nil(2)).decision(),
            Decision::ok);
}

TEST(Log, NothingIsPolledBeforeItIsSent) {
  expect_only(audited("log", poll(1, "[0 a]") + send(0, "a", 0)), "unexpected", {1, 3});
}

TEST(Log, AFailedSendExcusesNoSecondOffset) {
  const std::string failed = done(0, "send", "[[:send x a]]", "[[:send x a]]", "fail");
  const Audited result = audited("log", failed + send(2, "a", 0) + poll(1, "[0 a] [1 a]"));
  EXPECT_EQ(result.decision(), Decision::violated);
  EXPECT_NE(result.find("duplicate"), nullptr);
}

TEST(Log, WhoSeeksToTheEndLeavesOutWhatIsBefore) {
  const std::string seek =
      "{:process 1, :type :invoke, :f :assign, :value [x], :seek-to-end? true}\n" +
      line(1, "ok", "assign", "[x]");
  EXPECT_EQ(audited("log", kThree + seek + poll(1, "[4 c]")).decision(), Decision::ok);
}

std::string watermark(std::string_view offset) {
  return done(3, "watermark", "[[:watermark x nil]]",
              "[[:watermark x " + std::string(offset) + "]]");
}

TEST(Log, TheHighWatermarkGrowsAndCoversWhatWasPolled) {
  EXPECT_EQ(audited("log", watermark("1") + kRead + watermark("5")).decision(), Decision::ok);
  expect_only(audited("log", kRead + watermark("4")), "beyond-watermark", {7, 9});
  expect_only(audited("log", kRead + watermark("9") + watermark("8")), "watermark-regress",
              {9, 11});
}

TEST(Log, TellsHowFarAConsumerWasBehind) {
  const char* const text = R"(
{:process 0 :type :invoke :f :send :value [[:send x a]] :time 0}
{:process 0 :type :ok :f :send :value [[:send x [0 a]]] :time 1000}
{:process 0 :type :invoke :f :send :value [[:send x b]] :time 2000}
{:process 0 :type :ok :f :send :value [[:send x [1 b]]] :time 3000}
{:process 1 :type :invoke :f :poll :value [[:poll]] :time 9000}
{:process 1 :type :ok :f :poll :value [[:poll {x [[0 a]]}]] :time 9500}
{:process 1 :type :invoke :f :poll :value [[:poll]] :time 9600}
{:process 1 :type :ok :f :poll :value [[:poll {x [[1 b]]}]] :time 9700}
)";
  const Audited result = audited("log", text);
  EXPECT_EQ(result.decision(), Decision::ok);
  EXPECT_EQ(result.figure("worst_lag_ns"), 6000);
}

TEST(Log, WhatNobodyCouldHaveSeenIsNotUnseen) {
  EXPECT_EQ(audited("log", send(0, "a", 0) + poll(1, "[0 a]") + send(0, "b", 1)).decision(),
            Decision::ok);
}

TEST(Log, ASendWhoseEndIsNotKnownMayHaveBeenUndone) {
  const std::string open =
      line(0, "invoke", "txn", "[[:send x z]]") + line(0, "info", "txn", "[[:send x [1 z]]]");
  const std::string rest = send(2, "a", 0) + send(2, "b", 2);
  EXPECT_EQ(audited("log", open + rest + poll(1, "[0 a] [2 b]")).decision(), Decision::ok);
}

TEST(Log, APartOfABatchThatIsNoTransactionMayStand) {
  const std::string sent = line(0, "invoke", "send", "[[:send x a] [:send y b]]") +
                           line(0, "info", "send", "[[:send x a] [:send y b]]");
  EXPECT_EQ(audited("log", sent + poll(1, "[0 a]") +
                               done(2, "send", "[[:send y c]]", "[[:send y [8 c]]]") +
                               done(3, "poll", "[[:poll]]", "[[:poll {y [[8 c]]}]]"))
                .decision(),
            Decision::ok);
}

TEST(Log, PairsThatAreNoneAreLeftOut) {
  const Audited result = audited("log", send(0, "a", 0) + poll(1, "[] 7"));
  EXPECT_NE(result.find("unseen"), nullptr);
}

TEST(Log, IsUnknownWhenNobodyPolled) {
  EXPECT_EQ(audited("log", kThree).decision(), Decision::unknown);
  EXPECT_EQ(audited("log", done(1, "poll", "[[:poll]]", "[[:poll {}]]")).decision(),
            Decision::unknown);
}

}  // namespace
}  // namespace windtunnel::checkers
