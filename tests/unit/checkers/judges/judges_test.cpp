// Every judge that there is has here a history that it accepts and one that it must refuse, with
// what its witness then says.
#include <windtunnel/checkers/judges/judge.h>

#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/levels/sessions.h>
#include "tests/unit/checkers/audit/audits.h"
#include "tests/unit/checkers/histories.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace windtunnel::checkers {
namespace {

using test::done;
using test::history_of;
using test::line;
using ::testing::HasSubstr;
using ::testing::Not;

struct Case {
  std::string judge;
  std::string accepted;
  std::string refused;
  std::string says;  // in the witness of what is refused
  JudgeOptions options = {};
};

std::string put(int process, std::string_view key, std::string_view text) {
  return done(process, "put", "[\"" + std::string(key) + "\" \"" + std::string(text) + "\"]");
}
std::string get(int process, std::string_view key, std::string_view text) {
  const std::string begin = "[\"" + std::string(key) + "\" ";
  return done(process, "get", begin + "nil]", begin + "\"" + std::string(text) + "\"]");
}
std::string timed(std::string_view type, int ms, int process = 0, std::string_view f = "get") {
  return "{:process " + std::to_string(process) + ", :type :" + std::string(type) +
         ", :f :" + std::string(f) + ", :value 1, :time " + std::to_string(ms) + "000000}\n";
}
std::string leased_at(int process, int ms) {
  return timed("invoke", ms, process, "acquire") + timed("ok", ms + 1, process, "acquire");
}

JudgeOptions of(std::string model) {
  JudgeOptions options;
  options.model = std::move(model);
  return options;
}
JudgeOptions with_limit(std::string name, std::int64_t ns) {
  JudgeOptions options;
  options.limits.emplace_back(std::move(name), ns);
  return options;
}

std::vector<Case> object_cases() {
  const std::string one_two = done(0, "enqueue", "1") + done(0, "enqueue", "2");
  const std::string pushed = done(0, "push", "1") + done(0, "push", "2");
  const std::string written = done(0, "write", "1") + done(0, "write", "2");
  const std::string acquired = done(0, "acquire", "nil");
  const std::string released = done(0, "release", "nil");
  const auto got = [](std::string_view what) { return done(1, "get", "1", what); };
  const auto given = [](std::string_view token) { return done(0, "acquire", "nil", token); };
  const auto read = [](std::string_view value) { return done(1, "read", "nil", value); };
  const std::string txn = done(0, "txn", "[[:write x 1]]");
  return {
      {"register", written + read("2"), written + read("1"), "the last read is stale"},
      {"cas-register", written + done(1, "cas", "[2 3]"), written + done(1, "cas", "[1 3]"),
       "cas [1 3]"},
      {"multi-register", txn + done(1, "txn", "[[:read x nil]]", "[[:read x 1]]"),
       txn + done(1, "txn", "[[:read x nil]]", "[[:read x 2]]"), ":read x 2"},
      {"kv", put(0, "a", "1") + get(1, "a", "1"), put(0, "a", "1") + get(1, "a", "2"), "get"},
      {"revision-kv", done(0, "put", "[1 7]", "{:revision 2}") + got("{:value 7, :mod 2}"),
       done(0, "put", "[1 7]", "{:revision 2}") + got("{:value 7, :mod 1}"), "get 1"},
      {"mutex", acquired + done(0, "release", "nil") + done(1, "acquire", "nil"),
       acquired + done(1, "acquire", "nil"), "process 1 acquire"},
      {"owned-mutex", acquired + done(0, "release", "nil") + done(1, "acquire", "nil"),
       acquired + done(1, "release", "nil"), "process 1 release"},
      {"reentrant-mutex", acquired + acquired + released + released + done(1, "acquire", "nil"),
       acquired + acquired + released + done(1, "acquire", "nil"), "process 1 acquire"},
      {"fenced-mutex", given("1") + released + done(1, "acquire", "nil", "2"),
       given("2") + released + done(1, "acquire", "nil", "2"), "process 1 acquire -> 2"},
      {"reentrant-fenced-mutex", given("1") + given("1") + released, given("1") + given("2"),
       "process 0 acquire -> 2"},
      {"semaphore", acquired + done(1, "release", "nil") + done(1, "acquire", "nil"),
       acquired + done(1, "acquire", "nil"), "process 1 acquire"},
      {"owned-semaphore", acquired + done(0, "release", "1") + done(1, "acquire", "1"),
       acquired + done(1, "release", "nil"), "process 1 release"},
      {"fifo-queue", one_two + done(1, "dequeue", "nil", "1"),
       one_two + done(1, "dequeue", "nil", "2") + done(1, "dequeue", "nil", "1"), "dequeue"},
      {"stack", pushed + done(1, "pop", "nil", "2"),
       pushed + done(1, "pop", "nil", "1") + done(1, "pop", "nil", "2"), "pop"},
      {"priority-queue", one_two + done(1, "dequeue", "nil", "1"),
       one_two + done(1, "dequeue", "nil", "2"), "dequeue"},
      {"counter", done(0, "add", "2") + read("2"), done(0, "add", "2") + read("3"), "read -> 3"},
      {"set", done(0, "add", "1") + read("#{1}"), done(0, "add", "1") + read("#{}"), "read"},
  };
}

std::vector<Case> audit_cases() {
  const std::string added = done(0, "add", "1") + done(1, "read", "nil", "[1]");
  const std::string balances =
      done(0, "read", "nil", "{0 10, 1 0}") + done(0, "transfer", "{:from 0, :to 1, :amount 5}");
  const std::string forked = done(0, "txn", "[[:w x 1]]") + done(1, "txn", "[[:w y 1]]");
  const auto both = [](int process, std::string_view x, std::string_view y) {
    const std::string result = "[[:r x " + std::string(x) + "] [:r y " + std::string(y) + "]]";
    return done(process, "txn", "[[:r x nil] [:r y nil]]", result);
  };
  const std::string leased = leased_at(0, 0);
  const std::string event = "[{:events [{:key 1, :value 1, :revision 2}]}]";
  const std::string changed =
      done(0, "put", "[1 1]", "{:revision 2}") + done(2, "watch", "{}", event);
  const auto watched = [](std::string_view what) {
    return done(1, "watch", "{:revision 2}", what);
  };
  const std::string held = done(0, "acquire", "nil", "1") + done(1, "acquire", "nil", "2");
  const std::string sent = done(0, "send", "[[:send k 7]]", "[[:send k [0 7]]]") +
                           done(0, "send", "[[:send k 8]]", "[[:send k [1 8]]]");
  const auto polled = [](std::string_view what) {
    return done(1, "poll", "[[:poll]]", "[[:poll {k [" + std::string(what) + "]}]]");
  };
  return {
      {"availability", timed("invoke", 0) + timed("ok", 1), timed("invoke", 0) + timed("ok", 9),
       "get was asked for during", with_limit("max-gap", 5'000'000)},
      {"bank", balances + done(1, "read", "nil", "{0 5, 1 5}"),
       balances + done(1, "read", "nil", "{0 5, 1 6}"), "The balances add up to 11"},
      {"counter-bounds", done(0, "add", "2") + done(1, "read", "nil", "2"),
       done(0, "add", "2") + done(1, "read", "nil", "3"), "read -> 3"},
      {"broadcast", done(0, "broadcast", "1") + done(1, "read", "nil", "[1]"),
       done(0, "broadcast", "1") + done(1, "read", "nil", "[]"), "the final read of process 1"},
      {"g-counter", done(0, "add", "2") + done(1, "read", "nil", "2"),
       done(0, "add", "2") + done(1, "read", "nil", "1"), "what was added allows 2"},
      {"pn-counter", done(0, "add", "-2") + done(1, "read", "nil", "-2"),
       done(0, "add", "-2") + done(1, "read", "nil", "0"), "what was added allows -2"},
      {"g-set", added, added + done(2, "read", "nil", "[]"), "the final read of process 2"},
      {"lease", leased + leased_at(1, 100), leased + leased_at(1, 20), "in which both relied on it",
       with_limit("ttl", 50'000'000)},
      {"lock", held + done(0, "access", "1") + done(1, "access", "2"),
       held + done(1, "access", "2") + done(0, "access", "1"), "access 1"},
      {"log", sent + polled("[0 7] [1 8]"), sent + polled("[1 8]"), "7"},
      {"long-fork", forked + both(2, "1", "nil") + both(3, "1", "nil"),
       forked + both(2, "1", "nil") + both(3, "nil", "1"), "txn"},
      {"set-full", added, added + done(1, "read", "nil", "[]"), "add 1"},
      {"total-queue",
       done(0, "enqueue", "1") + done(1, "dequeue", "nil", "1") + done(1, "drain", "nil", "[]"),
       done(0, "enqueue", "1") + done(1, "drain", "nil", "[]"), "enqueue 1"},
      {"unique-ids", done(0, "generate", "nil", "1") + done(0, "generate", "nil", "2"),
       done(0, "generate", "nil", "1") + done(0, "generate", "nil", "1"), "The id 1 was given"},
      {"watch", changed + watched(event), changed + watched("[{:revision 2}]"), "was not told"},
  };
}

std::vector<Case> object_level_cases() {
  const std::string stale =
      done(0, "write", "1") + done(0, "write", "2") + done(1, "read", "nil", "1");
  const std::string back = line(0, "invoke", "write", "1") + done(1, "read", "nil", "1") +
                           done(1, "read", "nil", "nil") + line(0, "ok", "write", "1");
  const std::string both = put(0, "x", "1") + put(0, "y", "1");
  const std::string chained = put(0, "x", "1") + get(1, "x", "1") + put(1, "y", "1");
  return {
      {"linearizable", done(0, "write", "1") + done(1, "read", "nil", "1"), stale,
       "the last read is stale", of("register")},
      {"sequential", stale, back, "read", of("register")},
      {"read-your-writes", put(0, "x", "1") + get(1, "x", ""), put(0, "x", "1") + get(0, "x", ""),
       "get", of("kv")},
      {"monotonic-reads", put(0, "x", "1") + get(1, "x", "") + get(1, "x", "1"),
       put(0, "x", "1") + get(1, "x", "1") + get(1, "x", ""), "get", of("kv")},
      {"monotonic-writes", both + get(1, "y", "") + get(1, "x", "1"),
       both + get(1, "y", "1") + get(1, "x", ""), "put", of("kv")},
      {"writes-follow-reads", chained + get(2, "y", "1") + get(2, "x", "1"),
       chained + get(2, "y", "1") + get(2, "x", ""), "get", of("kv")},
      {"pram", put(0, "x", "1") + get(1, "x", ""), put(0, "x", "1") + get(0, "x", ""), "get",
       of("kv")},
  };
}

// What no level of transactions allows: a value that nobody wrote.
std::vector<Case> transaction_cases() {
  const std::string append = done(0, "txn", "[[:append x 1]]");
  const auto read = [](std::string_view list) {
    return done(1, "txn", "[[:r x nil]]", "[[:r x " + std::string(list) + "]]");
  };
  const std::string write = done(0, "txn", "[[:w x 1]]");
  std::vector<Case> cases{
      {"list-append", append + read("[1]"), append + read("nil"), "G-single-realtime"},
      {"rw-register", write + read("1"), write + read("9"), "garbage-read"}};
  for (const std::string_view level : isolation_levels()) {
    cases.push_back({std::string(level), append + read("[1]"), append + read("[1 9]"),
                     "garbage-read", of("list-append")});
  }
  return cases;
}

std::vector<Case> all_cases() {
  std::vector<Case> all;
  for (const auto& make : {&object_cases, &audit_cases, &object_level_cases, &transaction_cases}) {
    for (Case& one : make()) all.push_back(std::move(one));
  }
  return all;
}

TEST(Judges, EachHasAHistoryThatItAcceptsAndOneThatItRefuses) {
  std::set<std::string> tried;
  for (const Case& one : all_cases()) {
    SCOPED_TRACE(one.judge);
    const Judge* const which = find_judge(one.judge);
    ASSERT_NE(which, nullptr);
    ASSERT_EQ(refuse(*which, one.options), std::nullopt);
    const Verdict good = judge(history_of(one.accepted), *which, one.options).verdict;
    EXPECT_EQ(good.decision, Decision::ok) << explanation_text(good);
    const Verdict bad = judge(history_of(one.refused), *which, one.options).verdict;
    EXPECT_EQ(bad.decision, Decision::violated) << bad.reason;
    EXPECT_THAT(explanation_text(bad), HasSubstr(one.says));
    EXPECT_FALSE(bad.witness.operations.empty());
    tried.insert(one.judge);
  }
  for (const Judge& one : judges()) {
    EXPECT_TRUE(tried.contains(one.name)) << one.name << " has no case here";
  }
}

TEST(Judges, AreDocumented) {
  for (const Judge& one : judges()) {
    EXPECT_FALSE(one.doc.empty()) << one.name;
    EXPECT_TRUE(one.is_level() || one.is_audit() || !one.standard_level.empty()) << one.name;
  }
}

TEST(Judges, AnswerForNoHistoryInWhichNothingWasDone) {
  for (const Case& one : all_cases()) {
    const Judgement none = judge(History(), *find_judge(one.judge), one.options);
    EXPECT_EQ(none.verdict.decision, Decision::unknown) << one.judge;
    EXPECT_EQ(none.verdict.reason, "no operations") << one.judge;
  }
}

// The same operations by other processes, all with this end.
std::string unanswered(const History& history, std::string_view outcome) {
  constexpr int kOther = 1000;
  std::string text;
  for (std::size_t i = 0; i < history.operations().size(); ++i) {
    const Operation& op = history.operations()[i];
    const std::string value = to_edn(history.argument(op));
    const int process = kOther + static_cast<int>(i);
    text += line(process, "invoke", history.f(op), value);
    text += line(process, outcome, history.f(op), value);
  }
  return text;
}

TEST(Judges, NothingThatSucceededIsUnknown) {
  for (const Case& one : all_cases()) {
    // With a limit a history that nobody answered is refused, and rightly.
    if (one.judge == "availability") continue;
    for (const char* outcome : {"fail", "info"}) {
      const History none = history_of(unanswered(history_of(one.accepted), outcome));
      const Verdict verdict = judge(none, *find_judge(one.judge), one.options).verdict;
      EXPECT_EQ(verdict.decision, Decision::unknown) << one.judge << " " << outcome;
      EXPECT_THAT(verdict.reason, HasSubstr("no operation succeeded")) << one.judge;
    }
  }
  const History none = history_of(unanswered(history_of(done(0, "get", "1")), "fail"));
  EXPECT_EQ(judge(none, *find_judge("availability"), {}).verdict.decision, Decision::unknown);
}

TEST(Judges, WhatNobodySawIsUnknown) {
  const std::map<std::string, std::string> blind{
      {"register", done(0, "write", "1")},
      {"cas-register", done(0, "write", "1")},
      {"multi-register", done(0, "txn", "[[:write x 1]]")},
      {"kv", put(0, "a", "1")},
      {"fifo-queue", done(0, "enqueue", "1")},
      {"stack", done(0, "push", "1")},
      {"priority-queue", done(0, "enqueue", "1")},
      {"counter", done(0, "add", "1")},
      {"set", done(0, "add", "1")},
      {"list-append", done(0, "txn", "[[:append x 1]]")},
      {"rw-register", done(0, "txn", "[[:w x 1]]")},
  };
  for (const auto& [model, acknowledged] : blind) {
    std::string other = acknowledged;
    std::replace(other.begin(), other.end(), '1', '2');
    const std::string text = acknowledged + unanswered(history_of(other), "fail");
    const Judge& which = *find_judge(model);
    for (const std::string& level : which.levels) {
      if (session_guarantees(level) && model != "register" && model != "kv") continue;
      JudgeOptions options;
      options.level = level;
      const Judgement judgement = judge(history_of(text), which, options);
      EXPECT_EQ(judgement.verdict.decision, Decision::unknown) << model << " " << level;
      EXPECT_THAT(judgement.verdict.reason, HasSubstr("nothing was put to the test"))
          << model << " " << level;
      EXPECT_TRUE(!judgement.isolation || judgement.isolation->levels.upheld.empty()) << level;
    }
  }
}

// Nobody asked in vain, and whatever the order, the object could have answered so.
TEST(Judges, OfWhatWasNotPutToTheTestNoObjectIsOk) {
  const History open =
      history_of(line(0, "invoke", "acquire", "nil") + line(0, "info", "acquire", "nil"));
  const Verdict verdict = judge(open, *find_judge("mutex"), {}).verdict;
  EXPECT_EQ(verdict.decision, Decision::unknown);
  EXPECT_EQ(verdict.objects_ok, 0U);
  EXPECT_EQ(verdict.objects_unknown, 1U);
  EXPECT_THAT(explanation_text(verdict), Not(HasSubstr("keys are ok")));
}

TEST(Judges, CountTheOperationsOfWhatTheyDoNotKnow) {
  const History odd = history_of(done(0, "read", "nil", "{0 5}") + done(1, "deposit", "5"));
  const Verdict verdict = judge(odd, *find_judge("bank"), {}).verdict;
  EXPECT_EQ(verdict.decision, Decision::unknown);
  EXPECT_EQ(verdict.operations, 2U);
}

TEST(Judges, OfALevelTheyTellACycleOnce) {
  const auto txn = [](int process, std::string_view asked, std::string_view got) {
    return done(process, "txn", asked, got);
  };
  const History fork =
      history_of(txn(0, "[[:w 0 1]]", "[[:w 0 1]]") + txn(1, "[[:w 1 1]]", "[[:w 1 1]]") +
                 txn(2, "[[:r 0 nil] [:r 1 nil]]", "[[:r 0 1] [:r 1 nil]]") +
                 txn(3, "[[:r 0 nil] [:r 1 nil]]", "[[:r 0 nil] [:r 1 1]]"));
  JudgeOptions options;
  options.level = "parallel-snapshot-isolation";
  const Judgement judgement = judge(fork, *find_judge("rw-register"), options);
  const IsolationReport& report = *judgement.isolation;
  const auto is_prefix = [](const Anomaly& one) { return one.name == "PC-cycle"; };
  EXPECT_EQ(std::count_if(report.anomalies.begin(), report.anomalies.end(), is_prefix), 1);
  EXPECT_EQ(report.texts.size(), report.anomalies.size());
  EXPECT_EQ(report.witnesses.size(), report.anomalies.size());
}

TEST(Judges, AnObjectThatOnlyAcknowledgesIsOk) {
  for (const char* level : {"linearizable", "sequential", "read-your-writes"}) {
    JudgeOptions options;
    options.level = level;
    const History writes = history_of(done(0, "write", "1") + done(1, "write", "2"));
    EXPECT_EQ(judge(writes, *find_judge("register"), options).verdict.decision, Decision::ok)
        << level;
  }
}

TEST(Judges, AModelIsJudgedAtTheLevelThatIsNamed) {
  JudgeOptions options;
  options.level = "sequential";
  const History stale =
      history_of(done(0, "write", "1") + done(0, "write", "2") + done(1, "read", "nil", "1"));
  EXPECT_EQ(judge(stale, *find_judge("register"), options).verdict.decision, Decision::ok);
  EXPECT_EQ(judge(stale, *find_judge("register"), {}).verdict.decision, Decision::violated);
}

TEST(Judges, RegistersOfTransactionsHoldAtFirstWhatIsSaid) {
  const auto verdict = [](const std::string& text, Value initial) {
    JudgeOptions options;
    options.level = "strong-session-causal";
    options.initial = std::move(initial);
    return judge(history_of(text), *find_judge("rw-register"), options).verdict;
  };
  const std::string reads_0 = done(0, "txn", "[[:r x nil] [:w x 5]]", "[[:r x 0] [:w x 5]]");
  EXPECT_EQ(verdict(reads_0, {}).decision, Decision::violated);
  EXPECT_EQ(verdict(reads_0, 0).decision, Decision::ok);
  EXPECT_EQ(verdict(reads_0, 1).decision, Decision::violated);
  const Value map(Value::Kind::map, {Value::keyword("x"), 0, Value::keyword("y"), 1});
  EXPECT_EQ(verdict(reads_0, map).decision, Decision::ok);
  EXPECT_EQ(verdict(reads_0 + done(1, "txn", "[[:r y nil]]", "[[:r y 0]]"), map).decision,
            Decision::violated);
  // Back to what was overwritten in the same session.
  const std::string again = done(0, "txn", "[[:r x nil]]", "[[:r x 0]]");
  EXPECT_EQ(verdict(reads_0 + again, 0).decision, Decision::violated);
  EXPECT_EQ(verdict(done(1, "txn", "[[:w x 0]]") + reads_0, 0).reason,
            "process 1 in line 1 writes the initial value 0 of key x, so that a read of it says "
            "nothing");
}

TEST(Judges, NameTheFlawThatTheyHoldAgainstAHistory) {
  const History twice =
      history_of(done(0, "generate", "nil", "1") + done(0, "generate", "nil", "1"));
  EXPECT_EQ(judge(twice, *find_judge("unique-ids"), {}).flaw, "duplicated");
  JudgeOptions options;
  options.permitted = {"duplicated"};
  EXPECT_EQ(judge(twice, *find_judge("unique-ids"), options).flaw, "");
}

TEST(Judges, RefuseWhatTheyDoNotKnow) {
  const auto wrong = [](std::string_view name, const JudgeOptions& options) {
    return refuse(*find_judge(name), options).value_or("nothing");
  };
  EXPECT_THAT(wrong("linearizable", of("bank")), HasSubstr("linearizable judges register, "));
  EXPECT_THAT(wrong("serializable", of("register")), HasSubstr("list-append, rw-register"));
  JudgeOptions options;
  options.level = "serializable";
  EXPECT_THAT(wrong("register", options), HasSubstr("has no level 'serializable'"));
  EXPECT_EQ(wrong("bank", options), "bank has no consistency levels");
  JudgeOptions twice;
  twice.limits = {{"ttl", 5}, {"ttl", 10}};
  EXPECT_EQ(wrong("lease", twice), "the limit 'ttl' is given twice");
  options = {};
  options.permitted = {"lost"};
  EXPECT_EQ(wrong("register", options), "register names no flaws");
  options = {};
  options.initial = Value("x");
  EXPECT_EQ(wrong("counter", options),
            "counter cannot start as \"x\"; it starts as 0 unless something like that is "
            "named");
  EXPECT_EQ(wrong("list-append", options), "list-append takes no initial value");
  options.model = "counter";
  EXPECT_EQ(wrong("sequential", options),
            "counter cannot start as \"x\"; it starts as 0 unless something like that is "
            "named");
}

}  // namespace
}  // namespace windtunnel::checkers
