// Sequential consistency and session guarantees.
#include <windtunnel/checkers/levels/sequential.h>
#include <windtunnel/checkers/levels/sessions.h>
#include "tests/unit/checkers/generated.h"
#include "tests/unit/checkers/histories.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace windtunnel::checkers {
namespace {

struct Op {
  int process;
  const char* f;
  const char* key;
  const char* value;
};

// One operation after the other in real time, all acknowledged, on keys of strings.
History history_of(const std::vector<Op>& ops) {
  std::string text;
  for (const Op& op : ops) {
    const bool get = std::string_view(op.f) == "get";
    for (const bool done : {false, true}) {
      text +=
          fmt::format("{{:process {}, :type :{}, :f :{}, :key \"{}\", :value {}}}\n", op.process,
                      done ? "ok" : "invoke", op.f, op.key, get && !done ? "nil" : op.value);
    }
  }
  return test::history_of(text);
}

ModelSpec kv() { return *parse_model("kv", "nil"); }

Verdict session(const std::vector<Op>& ops, std::string_view level) {
  const auto guarantees = session_guarantees(level);
  EXPECT_TRUE(guarantees.has_value()) << level;
  const Verdict verdict = check_sessions(history_of(ops), kv(), *guarantees);
  EXPECT_EQ(verdict.witness.rechecked, verdict.decision == Decision::violated) << level;
  return verdict;
}

TEST(Sequential, AStaleReadOfAnotherProcessIsAllowedOfTheSameOneIsNot) {
  const std::vector<Op> other{{0, "put", "x", "\"1\""}, {1, "get", "x", "nil"}};
  EXPECT_EQ(check_sequential(history_of(other), kv()).decision, Decision::ok);
  EXPECT_EQ(check_linearizable(history_of(other), kv()).decision, Decision::violated);
  const std::vector<Op> same{{0, "put", "x", "\"1\""}, {0, "get", "x", "nil"}};
  const Verdict verdict = check_sequential(history_of(same), kv());
  EXPECT_EQ(verdict.decision, Decision::violated);
  EXPECT_EQ(verdict.witness.operations.size(), 2U);
  EXPECT_NE(verdict.witness.explanation.find("process 0 completed its get in line 4"),
            std::string::npos)
      << verdict.witness.explanation;
  EXPECT_EQ(verdict.witness.kind, "no order");
}

TEST(Sequential, OfARecordedHistoryItNamesTheTimeAndNoLine) {
  HistoryRecorder recorder(1);
  recorder.complete(recorder.invoke(0, {1'000'000}, "put", "1", "x"), {2'000'000}, EventType::ok,
                    "1");
  recorder.complete(recorder.invoke(0, {3'000'000}, "get", {}, "x"), {4'000'000}, EventType::ok,
                    Value());
  const Verdict verdict = check_sequential(recorder.history(), kv());
  ASSERT_EQ(verdict.decision, Decision::violated);
  EXPECT_NE(verdict.witness.explanation.find("completed its get at 0.004 s."), std::string::npos)
      << verdict.witness.explanation;
}

TEST(Sequential, KeysAreNotCheckedOneByOne) {
  // Each key by itself is sequentially consistent; together they are not (Dekker).
  const std::vector<Op> both{{0, "put", "x", "\"1\""},
                             {1, "put", "y", "\"1\""},
                             {0, "get", "y", "nil"},
                             {1, "get", "x", "nil"}};
  EXPECT_EQ(check_sequential(history_of(both), kv()).decision, Decision::violated);
}

TEST(Sessions, EachGuaranteeIsViolatedByWhatItForbidsAndByNothingElse) {
  const std::map<std::string, std::vector<Op>> cases{
      {"read-your-writes", {{0, "put", "x", "\"1\""}, {0, "get", "x", "nil"}}},
      {"monotonic-reads",
       {{0, "put", "x", "\"1\""}, {1, "get", "x", "\"1\""}, {1, "get", "x", "nil"}}},
      {"monotonic-writes",
       {{0, "put", "x", "\"1\""},
        {0, "put", "y", "\"1\""},
        {1, "get", "y", "\"1\""},
        {1, "get", "x", "nil"}}},
      {"writes-follow-reads",
       {{0, "put", "x", "\"1\""},
        {1, "get", "x", "\"1\""},
        {1, "put", "y", "\"1\""},
        {2, "get", "y", "\"1\""},
        {2, "get", "x", "nil"}}},
  };
  for (const auto& [violated, ops] : cases) {
    for (const auto& [level, unused] : cases) {
      const Verdict verdict = session(ops, level);
      EXPECT_EQ(verdict.decision, level == violated ? Decision::violated : Decision::ok)
          << violated << " judged by " << level;
      if (level == violated) {
        EXPECT_EQ(verdict.witness.operations.size(), ops.size() < 4 ? 2U : 4U);
        std::string kind = level;
        std::replace(kind.begin(), kind.end(), '-', ' ');
        EXPECT_EQ(verdict.witness.kind, kind);
      }
    }
    const bool pram = violated != "writes-follow-reads";
    EXPECT_EQ(session(ops, "pram").decision, pram ? Decision::violated : Decision::ok);
  }
}

TEST(Sessions, ReadsInTwoOrdersAreACircle) {
  const Verdict verdict = session({{0, "put", "x", "\"1\""},
                                   {1, "put", "x", "\"2\""},
                                   {2, "get", "x", "\"1\""},
                                   {2, "get", "x", "\"2\""},
                                   {3, "get", "x", "\"2\""},
                                   {3, "get", "x", "\"1\""}},
                                  "monotonic-reads");
  ASSERT_EQ(verdict.decision, Decision::violated);
  EXPECT_EQ(verdict.witness.explanation,
            "By monotonic reads, \"1\" is not later than \"2\". By monotonic reads, \"2\" is not "
            "later than \"1\". No order of the versions of key \"x\" has all that.");
}

TEST(Sessions, AReadOfWhatNobodyWroteIsOfAKindOfItsOwn) {
  const Verdict verdict = session({{0, "get", "x", "\"1\""}}, "monotonic-reads");
  ASSERT_EQ(verdict.decision, Decision::violated);
  EXPECT_EQ(verdict.witness.kind, "invented read");
}

TEST(Sessions, WhatIsNotARegisterOfUniqueValuesIsUnknown) {
  const Verdict twice =
      session({{0, "put", "x", "\"1\""}, {1, "put", "x", "\"1\""}}, "monotonic-reads");
  EXPECT_EQ(twice.decision, Decision::unknown);
  EXPECT_FALSE(twice.reason.empty());
  EXPECT_EQ(session({{0, "append", "x", "\"1\""}}, "pram").decision, Decision::unknown);
}

// What each guarantee promises by itself is kept, and yet process 2 saw the second write of process
// 1 in the place of what it had seen before: its writes take no place between the reads.
TEST(Sessions, WhatHoldsOneByOneAndNotTogetherIsUnknown) {
  const std::vector<Op> ops{{0, "put", "x", "\"2\""}, {0, "put", "y", "\"9\""},
                            {1, "put", "y", "\"1\""}, {1, "put", "x", "\"1\""},
                            {1, "put", "z", "\"1\""}, {2, "get", "x", "\"2\""},
                            {2, "get", "y", "\"9\""}, {2, "get", "y", "\"1\""},
                            {2, "get", "z", "\"1\""}, {2, "get", "x", "\"2\""}};
  for (const char* level : {"read-your-writes", "monotonic-reads", "monotonic-writes"}) {
    EXPECT_EQ(session(ops, level).decision, Decision::ok) << level;
  }
  const Verdict together = session(ops, "pram");
  EXPECT_EQ(together.decision, Decision::unknown);
  EXPECT_NE(together.reason.find("process 2 read"), std::string::npos) << together.reason;
}

// Process 0 reads 3 behind its own 1, and process 1 reads 1 behind its own 3; between them lies 2.
TEST(Sessions, AReadIsHeldAgainstAllEarlierWritesOfItsSession) {
  const Verdict verdict = session({{1, "put", "x", "\"3\""},
                                   {0, "put", "x", "\"1\""},
                                   {0, "put", "x", "\"2\""},
                                   {1, "get", "x", "\"1\""},
                                   {0, "get", "x", "\"3\""}},
                                  "read-your-writes");
  EXPECT_EQ(verdict.decision, Decision::unknown);
  EXPECT_NE(verdict.reason.find("versions of key \"x\""), std::string::npos) << verdict.reason;
}

TEST(Sessions, TheBoundOfWorkEndsInUnknown) {
  const History history = test::generate({5, 400, 9, 20}, test::GeneratedRegister{});
  const ModelSpec spec = *parse_model("register", std::nullopt);
  const std::uint8_t pram = *session_guarantees("pram");
  EXPECT_EQ(check_sessions(history, spec, pram, 100).reason, kOutOfWork);
  EXPECT_EQ(check_sessions(history, spec, pram, 100).decision, Decision::unknown);
  EXPECT_EQ(check_sessions(history, spec, pram).decision, Decision::ok);
}

// All orders of the operations of a register that keep those of each process, one after the other.
struct Interleavings {
  std::vector<std::vector<const Op*>> processes;
  std::vector<std::size_t> at;

  bool legal(std::map<std::string, std::string> state) {
    bool all_done = true;
    for (std::size_t p = 0; p < processes.size(); ++p) {
      if (at[p] == processes[p].size()) continue;
      all_done = false;
      const Op& op = *processes[p][at[p]];
      auto next = state;
      std::string& value = next.try_emplace(op.key, "nil").first->second;
      const bool get = std::string_view(op.f) == "get";
      if (get && value != op.value) continue;
      if (!get) value = op.value;
      ++at[p];
      const bool rest = legal(std::move(next));
      --at[p];
      if (rest) return true;
    }
    return all_done;
  }
};

// For each process an order of all writes and its own reads.
bool all_have_views(const Interleavings& all) {
  for (std::size_t own = 0; own < all.processes.size(); ++own) {
    Interleavings view = all;
    for (std::size_t p = 0; p < view.processes.size(); ++p) {
      std::erase_if(view.processes[p],
                    [&](const Op* op) { return p != own && std::string_view(op->f) == "get"; });
    }
    if (!view.legal({})) return false;
  }
  return true;
}

// The search says what the definition says; and no session guarantee is violated where there is
// one order for all.
TEST(WeakerLevels, AgreeWithTheDefinitionOnRandomHistories) {
  static const char* const kValues[] = {"\"1\"", "\"2\"", "\"3\"", "\"4\"", "\"5\"", "\"6\""};
  int legal = 0;
  int illegal = 0;
  int pram = 0;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    test::Stream stream(seed);
    std::vector<Op> ops;
    std::uint64_t written = 0;
    for (int i = 0; i < 9; ++i) {
      const int process = static_cast<int>(stream.below(3));
      const char* const key = stream.below(2) == 0 ? "x" : "y";
      if (written < 4 && stream.below(2) == 0) {
        ops.push_back({process, "put", key, kValues[written++]});
      } else {
        const std::uint64_t seen = stream.below(written + 1);
        const char* value = seen == 0 ? "nil" : kValues[seen - 1];
        for (const Op& op : ops) {
          const bool other_key = std::string_view(op.value) == value &&
                                 std::string_view(op.f) == "put" && std::string_view(op.key) != key;
          if (other_key) value = "nil";
        }
        ops.push_back({process, "get", key, value});
      }
    }
    Interleavings all{std::vector<std::vector<const Op*>>(3), std::vector<std::size_t>(3, 0)};
    for (const Op& op : ops) all.processes[static_cast<std::size_t>(op.process)].push_back(&op);
    const bool truth = all.legal({});
    ++(truth ? legal : illegal);
    const Verdict sequential = check_sequential(history_of(ops), kv());
    EXPECT_EQ(sequential.decision, truth ? Decision::ok : Decision::violated) << seed;
    EXPECT_EQ(sequential.witness.rechecked, !truth) << seed;
    for (const std::string_view level : session_levels()) {
      const Decision decision = session(ops, level).decision;
      EXPECT_TRUE(decision == Decision::ok || !truth) << seed << " " << level;
      if (level != "pram") continue;
      const bool views = all_have_views(all);
      EXPECT_TRUE(decision != Decision::ok || views) << seed;
      EXPECT_TRUE(decision != Decision::unknown || !views) << seed;
      pram += decision == Decision::ok ? 1 : 0;
    }
  }
  EXPECT_GT(legal, 300);
  EXPECT_GT(illegal, 300);
  EXPECT_GT(pram, legal);
}

TEST(WeakerLevels, LinearizableHistoriesHaveThemAll) {
  const History history = test::generate({5, 400, 9, 20}, test::GeneratedRegister{});
  const ModelSpec spec = *parse_model("register", std::nullopt);
  ASSERT_EQ(check_linearizable(history, spec).decision, Decision::ok);
  for (const std::string_view level : session_levels()) {
    EXPECT_EQ(check_sessions(history, spec, *session_guarantees(level)).decision, Decision::ok);
  }
}

}  // namespace
}  // namespace windtunnel::checkers
