// What everybody has in the end, and leases: each audit accepts a good history and refuses a bad
// one of each kind, with the operations that show it.
#include <windtunnel/checkers/audit/recheck.h>
#include "tests/unit/checkers/audit/audits.h"

#include <gmock/gmock.h>
#include <rapidcheck.h>

#include <algorithm>

namespace windtunnel::checkers {
namespace {

using test::Audited;
using test::audited;
using test::done;
using test::expect_only;
using test::line;
using ::testing::HasSubstr;

std::string seen(int process, std::string_view what) { return done(process, "read", "nil", what); }
std::string marked(int process, std::string_view what) {
  const std::string mark = ", :final? true";
  std::string text = seen(process, what);
  for (std::size_t at = text.find("}\n"); at != std::string::npos; at = text.find("}\n", at)) {
    text.insert(at, mark);
    at += mark.size() + 1;
  }
  return text;
}
std::string without_end(int process, std::string_view f, std::string_view value) {
  return line(process, "invoke", f, value) + line(process, "info", f, value);
}

TEST(FinalSets, EverybodyHasWhatWasAcknowledged) {
  const std::string added = done(0, "add", "1") + done(1, "add", "2");
  const Audited good = audited("g-set", added + seen(0, "[1 2]") + seen(1, "[2 1]"));
  EXPECT_EQ(good.decision(), Decision::ok);
  EXPECT_EQ(good.figure("final_reads"), 2);
  expect_only(audited("g-set", added + seen(0, "[1 2]") + seen(1, "[2]")), "lost", {1, 7});
  // Not only who reads last.
  expect_only(audited("g-set", added + seen(1, "[2]") + seen(0, "[1 2]")), "lost", {1, 5});
}

TEST(FinalSets, UntilThenAReadMayLagBehind) {
  const std::string late = done(0, "add", "1") + seen(1, "[]") + done(0, "add", "2");
  EXPECT_EQ(audited("g-set", late + seen(1, "[1]") + seen(1, "[1 2]")).decision(), Decision::ok);
  // A read that was under way with an addition is not the last word.
  const std::string open =
      line(1, "invoke", "read") + done(0, "add", "1") + line(1, "ok", "read", "[]");
  const Audited early = audited("g-set", open);
  EXPECT_EQ(early.decision(), Decision::unknown);
  EXPECT_THAT(early.report.verdict.reason, HasSubstr("none is final"));
}

TEST(FinalSets, AMarkedReadThatCameTooEarlyIsMissed) {
  const std::string text = done(0, "add", "1") + marked(1, "[]") + done(0, "add", "2");
  const Audited early = audited("g-set", text + marked(0, "[1 2]"));
  EXPECT_EQ(early.decision(), Decision::unknown);
  EXPECT_THAT(early.report.verdict.reason, HasSubstr("before the last addition"));
  EXPECT_EQ(audited("g-set", text + marked(0, "[1 2]") + marked(1, "[1 2]")).decision(),
            Decision::ok);
}

TEST(FinalSets, WhereReadsAreMarkedTheyCount) {
  const std::string text = done(0, "add", "1") + marked(1, "[1]") + seen(2, "[]");
  EXPECT_EQ(audited("g-set", text).decision(), Decision::ok);
  expect_only(audited("g-set", done(0, "add", "1") + marked(1, "[]") + seen(2, "[1]")), "lost",
              {1, 3});
}

TEST(FinalSets, WhoWasNotAnsweredIsOpen) {
  const std::string text = done(0, "add", "1") + seen(0, "[1]") + without_end(1, "read", "nil");
  const Audited result = audited("g-set", text);
  EXPECT_EQ(result.decision(), Decision::unknown);
  EXPECT_EQ(result.report.verdict.reason,
            "the last read of process 1, in line 5, was not answered");
  EXPECT_EQ(audited("g-set", seen(0, "[]")).decision(), Decision::unknown);
  EXPECT_EQ(audited("g-set", done(0, "add", "1")).decision(), Decision::unknown);
  EXPECT_EQ(audited("g-set", done(0, "add", "1") + seen(1, "nil")).decision(), Decision::unknown);
}

TEST(FinalSets, WhatWasReadBeforeAReadWithoutAnAnswerIsNotFinal) {
  const std::string added = done(0, "add", "1");
  const std::string open = added + seen(1, "[]") + without_end(1, "read", "nil") + seen(0, "[1]");
  const Audited result = audited("g-set", open);
  EXPECT_EQ(result.decision(), Decision::unknown);
  EXPECT_EQ(result.report.verdict.reason,
            "the last read of process 1, in line 5, was not answered");
  EXPECT_EQ(result.figure("final_reads"), 1);
  // Marks say by themselves which are.
  expect_only(audited("g-set", added + marked(1, "[]") + without_end(1, "read", "nil")), "lost",
              {1, 3});
}

TEST(FinalSets, ShowNothingThatWasNotAdded) {
  const std::string added = done(0, "add", "1");
  expect_only(audited("g-set", added + seen(1, "[1 9]")), "unexpected", {3});
  expect_only(audited("g-set", seen(1, "[1]") + added + seen(1, "[1]")), "unexpected", {1, 3});
  const std::string failed = done(0, "add", "9", "9", "fail");
  expect_only(audited("g-set", failed + added + seen(1, "[1 9]")), "aborted-read", {1, 5});
  expect_only(audited("g-set", added + seen(1, "[1 1]")), "duplicated", {3});
  // It may have been added, or not.
  const std::string open = without_end(2, "add", "9") + added;
  EXPECT_EQ(audited("g-set", open + seen(0, "[1 9]") + seen(1, "[1]")).decision(), Decision::ok);
}

TEST(FinalSets, ABroadcastIsOne) {
  const std::string sent = done(0, "topology", "{}") + done(0, "broadcast", "1");
  EXPECT_EQ(audited("broadcast", sent + seen(0, "[1]") + seen(1, "[1]")).decision(), Decision::ok);
  expect_only(audited("broadcast", sent + seen(0, "[1]") + seen(1, "[]")), "lost", {3, 7});
  const Audited other = audited("broadcast", sent + done(0, "add", "2") + seen(0, "[1]"));
  EXPECT_EQ(other.decision(), Decision::unknown);
  EXPECT_THAT(other.report.verdict.reason, HasSubstr("process 0 add 2"));
}

TEST(FinalSums, AreThoseOfWhatWasAcknowledgedAndOfSomeOfTheRest) {
  const std::string added = done(0, "add", "5") + done(1, "add", "2") + without_end(2, "add", "3");
  EXPECT_EQ(audited("g-counter", added + seen(0, "7") + seen(1, "10")).decision(), Decision::ok);
  expect_only(audited("g-counter", added + seen(0, "7") + seen(1, "5")), "wrong-sum", {9});
  // Between the bounds, and yet no sum of additions.
  expect_only(audited("g-counter", added + seen(0, "8")), "wrong-sum", {7});
  EXPECT_EQ(audited("counter-bounds", added + seen(0, "8")).decision(), Decision::ok);
}

TEST(FinalSums, AreOpenWhereTheLastReadWasNotAnswered) {
  const std::string open =
      done(0, "add", "3") + seen(1, "0") + without_end(1, "read", "nil") + seen(0, "3");
  EXPECT_EQ(audited("g-counter", open).decision(), Decision::unknown);
  EXPECT_EQ(audited("pn-counter", open).decision(), Decision::unknown);
}

TEST(FinalSums, MayFallWhereTheyMay) {
  const std::string added = done(0, "add", "5") + done(1, "add", "-2");
  EXPECT_EQ(audited("pn-counter", added + seen(0, "3")).decision(), Decision::ok);
  expect_only(audited("pn-counter", added + seen(0, "5")), "wrong-sum", {5});
  const std::string down = added + without_end(2, "decrement", "4");
  EXPECT_EQ(audited("pn-counter", down + seen(0, "-1") + seen(1, "3")).decision(), Decision::ok);
  expect_only(audited("pn-counter", down + seen(0, "1")), "wrong-sum", {7});
  const Audited grows = audited("g-counter", added + seen(0, "3"));
  EXPECT_EQ(grows.decision(), Decision::unknown);
  EXPECT_THAT(grows.report.verdict.reason, HasSubstr("process 1 add -2"));
}

TEST(FinalSums, OfTooManyOpenAdditionsTheBoundsAreKnown) {
  std::string text = done(0, "add", "1");
  for (int i = 0; i < 40; ++i) {
    text += without_end(1 + i, "add", std::to_string(std::int64_t{1} << i));
  }
  EXPECT_EQ(audited("g-counter", text + seen(0, "77")).decision(), Decision::unknown);
  EXPECT_EQ(audited("g-counter", text + seen(0, "77")).find("wrong-sum"), nullptr);
}

TEST(FinalSums, NothingAcknowledgedIsNoProof) {
  EXPECT_EQ(audited("g-counter", without_end(1, "add", "1") + seen(0, "0")).decision(),
            Decision::unknown);
  EXPECT_EQ(audited("g-counter", done(1, "add", "1")).decision(), Decision::unknown);
  EXPECT_EQ(audited("g-counter", done(1, "add", "1") + seen(0, "nil")).decision(),
            Decision::unknown);
}

// The plain readings, asked of everything.
TEST(FinalReads, OfRandomSetsAreWhatPlainReadingsSay) {
  std::size_t lost = 0;
  const bool passed = rc::check("g-set against plain readings", [&lost] {
    const auto choices = *rc::gen::resize(
        20, rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange(0U, 1U << 20)));
    HistoryRecorder recorder(3);
    std::optional<std::pair<HistoryRecorder::OpId, bool>> open[3];
    std::int64_t now = 0;
    const auto go_on = [&](std::uint32_t session, std::uint32_t rest) {
      auto& mine = open[session];
      if (!mine) {
        const bool read = rest % 2 == 0;
        const Value value = read ? Value() : Value(static_cast<int>(rest / 2 % 3));
        const auto id = recorder.invoke(session, Instant{++now}, read ? "read" : "add", value);
        mine.emplace(id, read);
        return;
      }
      std::vector<Value> items;
      for (int e = 0; e < 3; ++e) {
        if ((rest >> (4 + e) & 1U) != 0) items.emplace_back(e);
      }
      const EventType end = rest % 8 == 0   ? EventType::info
                            : rest % 8 == 1 ? EventType::fail
                                            : EventType::ok;
      const History& so_far = recorder.history();
      const Value argument = so_far.argument(so_far.operations()[mine->first.value]);
      recorder.complete(mine->first, Instant{++now}, end,
                        mine->second && end == EventType::ok ? Value::vector(items) : argument);
      mine.reset();
    };
    for (const std::uint32_t choice : choices) go_on(choice % 3, choice / 3);
    // In the end all is quiet, and two of three sessions read.
    for (std::uint32_t session = 0; session < 3; ++session) {
      if (open[session]) go_on(session, 2);
    }
    for (std::uint32_t session = 0; session < 2; ++session) {
      go_on(session, 0);
      go_on(session, 2 + (session << 4));
    }
    const History history = recorder.take();
    const AuditInfo& info = *find_audit("g-set");
    const AuditReport report = audit(history, info, {});
    for (const FlawInfo& flaw : info.flaws) {
      bool expected = false;
      for (std::uint32_t read = 0; read < history.operations().size(); ++read) {
        for (int e = 0; e < 3; ++e) {
          Flaw asked;
          asked.name = flaw.name;
          asked.subject = Value(e);
          asked.witness.operations.emplace_back().operation = read;
          expected = expected || recheck_final_set(history, {}, asked);
        }
      }
      const bool found = std::any_of(report.flaws.begin(), report.flaws.end(),
                                     [&](const Flaw& one) { return one.name == flaw.name; });
      RC_LOG() << flaw.name << "\n" << write_history_edn(history);
      RC_ASSERT(found == expected);
      if (found && flaw.name == "lost") ++lost;
    }
  });
  EXPECT_TRUE(passed);
  EXPECT_GT(lost, 10U);
}

// --- Leases ---

std::string at(int process, std::string_view f, std::int64_t called_ms, std::int64_t answered_ms,
               std::string_view outcome = "ok") {
  const auto event = [&](std::string_view type, std::int64_t ms) {
    return "{:process " + std::to_string(process) + ", :type :" + std::string(type) +
           ", :f :" + std::string(f) + ", :value nil, :time " + std::to_string(ms) + "000000}\n";
  };
  return event("invoke", called_ms) + event(outcome, answered_ms);
}
AuditOptions lasting(std::int64_t ms, std::int64_t excused_ms = 0) {
  AuditOptions options;
  options.limits = {{"ttl", ms * 1'000'000}, {"max-overlap", excused_ms * 1'000'000}};
  return options;
}

TEST(Lease, RunsOutFromWhenItWasAskedFor) {
  const std::string first = at(0, "acquire", 0, 10);
  EXPECT_EQ(audited("lease", first + at(1, "acquire", 90, 100), lasting(100)).decision(),
            Decision::ok);
  const std::string early = first + at(1, "acquire", 80, 90);
  const Audited both = audited("lease", early, lasting(100));
  expect_only(both, "overlap", {1, 3});
  EXPECT_THAT(both.report.verdict.witness.explanation, HasSubstr("0.010 s in which both"));
  EXPECT_EQ(both.figure("worst_overlap_ns"), 10'000'000);
  EXPECT_EQ(audited("lease", early, lasting(100, 10)).decision(), Decision::ok);
  EXPECT_EQ(audited("lease", early, lasting(100, 9)).decision(), Decision::violated);
}

TEST(Lease, IsGivenBackOrRenewed) {
  const std::string first = at(0, "acquire", 0, 10);
  const std::string second = at(1, "acquire", 40, 50);
  EXPECT_EQ(audited("lease", first + at(0, "release", 20, 30) + second, lasting(100)).decision(),
            Decision::ok);
  // Whatever becomes of it.
  EXPECT_EQ(
      audited("lease", first + at(0, "release", 20, 30, "fail") + second, lasting(100)).decision(),
      Decision::ok);
  const std::string renewed = first + at(0, "renew", 80, 85);
  expect_only(audited("lease", renewed + at(1, "acquire", 110, 120), lasting(100)), "overlap",
              {3, 5});
  EXPECT_EQ(audited("lease", renewed + at(1, "acquire", 170, 180), lasting(100)).decision(),
            Decision::ok);
  // A renewal that was refused, or of which nothing is known, is none.
  for (const char* outcome : {"fail", "info"}) {
    const std::string not_renewed = first + at(0, "renew", 80, 85, outcome);
    EXPECT_EQ(audited("lease", not_renewed + at(1, "acquire", 110, 120), lasting(100)).decision(),
              Decision::ok);
  }
}

TEST(Lease, ThatRanOutBeforeTheAnswerWasGrantedAllTheSame) {
  const std::string both = at(0, "acquire", 0, 10) + at(1, "acquire", 20, 30);
  const Audited result = audited("lease", both, lasting(10));
  EXPECT_EQ(result.decision(), Decision::unknown);
  EXPECT_EQ(result.figure("granted"), 2);
  EXPECT_THAT(result.report.verdict.reason, HasSubstr("2 of 2 had run out"));
}

TEST(Lease, OfOneClientOrWithoutATimeSaysNothing) {
  const std::string first = at(0, "acquire", 0, 10);
  EXPECT_EQ(audited("lease", first + at(0, "acquire", 20, 30), lasting(100)).decision(),
            Decision::unknown);
  const Audited unsaid = audited("lease", first + at(1, "acquire", 20, 30));
  EXPECT_EQ(unsaid.decision(), Decision::unknown);
  EXPECT_THAT(unsaid.report.verdict.reason, HasSubstr("--limit ttl=DURATION"));
  EXPECT_EQ(audited("lease", done(0, "acquire", "nil") + done(1, "acquire", "nil"), lasting(100))
                .decision(),
            Decision::unknown);
}

}  // namespace
}  // namespace windtunnel::checkers
