// Of each two neighbouring levels that are told apart, one history that the weaker one allows and
// the stronger one forbids. Monotonic view and its like (monotonic-atomic-view,
// monotonic-snapshot-read, forward-consistent-view, update-serializable) have no anomaly of their
// own: they are ok where a stronger level is, and unknown between their neighbours.
#include <windtunnel/checkers/txn/check.h>

#include "tests/unit/checkers/txn/transactions.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace windtunnel::checkers {
namespace {

using test::history_of;
using test::Txn;
using Txns = std::vector<Txn>;

// One after the other in real time where `timed` (as those of one process must be), else all at
// once.
struct Told {
  const char* name;
  bool timed;
  Txns lists;
  Txns registers;  // empty: registers do not tell
};

const Told kAborted{"aborted read",
                    false,
                    {{0, "fail", "[[:append x 1]]"}, {1, "ok", "[[:r x [1]]]"}},
                    {{0, "fail", "[[:w x 1]]"}, {1, "ok", "[[:r x 1]]"}}};
const Told kLost{"lost update",
                 false,
                 {{0, "ok", "[[:r x []] [:append x 1]]"},
                  {1, "ok", "[[:r x []] [:append x 2]]"},
                  {2, "ok", "[[:r x [1 2]]]"}},
                 {{0, "ok", "[[:r x nil] [:w x 1]]"}, {1, "ok", "[[:r x nil] [:w x 2]]"}}};
const Told kFractured{
    "fractured read",
    false,
    {{0, "ok", "[[:append x 1] [:append y 1]]"}, {1, "ok", "[[:r y []] [:r x [1]]]"}},
    {{0, "ok", "[[:w x 1] [:w y 1]]"}, {1, "ok", "[[:r y nil] [:r x 1]]"}}};
const Told kEffect{"an effect before its cause",
                   false,
                   {{0, "ok", "[[:append x 1]]"},
                    {1, "ok", "[[:r x [1]] [:append y 1]]"},
                    {2, "ok", "[[:r x []] [:r y [1]]]"}},
                   {{0, "ok", "[[:w x 1]]"},
                    {1, "ok", "[[:r x 1] [:w y 1]]"},
                    {2, "ok", "[[:r x nil] [:r y 1]]"}}};
const Told kForked{"long fork",
                   false,
                   {{0, "ok", "[[:append x 1]]"},
                    {1, "ok", "[[:append y 1]]"},
                    {2, "ok", "[[:r x [1]] [:r y []]]"},
                    {3, "ok", "[[:r x []] [:r y [1]]]"}},
                   {{0, "ok", "[[:w x 1]]"},
                    {1, "ok", "[[:w y 1]]"},
                    {2, "ok", "[[:r x 1] [:r y nil]]"},
                    {3, "ok", "[[:r x nil] [:r y 1]]"}}};
const Told kSkewed{"write skew",
                   false,
                   {{0, "ok", "[[:r x []] [:append y 1]]"},
                    {1, "ok", "[[:r y []] [:append x 1]]"},
                    {2, "ok", "[[:r x [1]] [:r y [1]]]"}},
                   {{0, "ok", "[[:r x nil] [:w y 1]]"}, {1, "ok", "[[:r y nil] [:w x 1]]"}}};
const Told kOwn{"the session's own write is not seen",
                true,
                {{0, "ok", "[[:append x 1]]"}, {0, "ok", "[[:r x []]]"}},
                {{0, "ok", "[[:w x 1]]"}, {0, "ok", "[[:r x nil]]"}}};
const Told kOthers{"a stale read",
                   true,
                   {{0, "ok", "[[:append x 1]]"}, {1, "ok", "[[:r x []]]"}},
                   {{0, "ok", "[[:w x 1]]"}, {1, "ok", "[[:r x nil]]"}}};
const Told kOwnWrites{
    "the session's writes in the other order",
    true,
    {{0, "ok", "[[:append x 1]]"}, {0, "ok", "[[:append x 2]]"}, {1, "ok", "[[:r x [2 1]]]"}},
    {}};
const Told kOthersWrites{
    "writes against real time",
    true,
    {{0, "ok", "[[:append x 1]]"}, {1, "ok", "[[:append x 2]]"}, {2, "ok", "[[:r x [2 1]]]"}},
    {}};

struct Neighbours {
  const char* stronger;
  const char* weaker;
  const Told* told;
  bool registers = true;  // they tell these two apart as well
};
const Neighbours kNeighbours[] = {
    {"read-committed", "read-uncommitted", &kAborted},
    {"cursor-stability", "read-committed", &kLost},
    {"consistent-view", "cursor-stability", &kFractured, false},
    {"read-atomic", "read-committed", &kFractured},
    {"causal", "read-atomic", &kEffect},
    {"parallel-snapshot-isolation", "causal", &kLost},
    {"prefix", "causal", &kForked},
    {"repeatable-read", "cursor-stability", &kSkewed},
    {"snapshot-isolation", "consistent-view", &kForked, false},
    {"snapshot-isolation", "parallel-snapshot-isolation", &kForked, false},
    {"snapshot-isolation", "prefix", &kLost},
    {"serializable", "snapshot-isolation", &kSkewed},
    {"repeatable-read", "snapshot-isolation", &kSkewed},
    {"strong-session-read-uncommitted", "read-uncommitted", &kOwnWrites},
    {"strong-session-read-committed", "strong-session-read-uncommitted", &kAborted},
    {"strong-session-read-committed", "read-committed", &kOwnWrites},
    {"strong-session-read-atomic", "strong-session-read-committed", &kFractured},
    {"strong-session-read-atomic", "read-atomic", &kOwn},
    {"strong-session-causal", "strong-session-read-atomic", &kEffect},
    {"strong-session-causal", "causal", &kOwn},
    {"strong-session-snapshot-isolation", "strong-session-causal", &kForked},
    {"strong-session-snapshot-isolation", "snapshot-isolation", &kOwn},
    {"strong-session-serializable", "strong-session-snapshot-isolation", &kSkewed},
    {"strong-session-serializable", "serializable", &kOwn},
    {"strong-read-uncommitted", "strong-session-read-uncommitted", &kOthersWrites},
    {"strong-read-committed", "strong-read-uncommitted", &kAborted},
    {"strong-read-committed", "strong-session-read-committed", &kOthersWrites},
    {"strong-snapshot-isolation", "strong-read-committed", &kForked, false},
    {"strong-snapshot-isolation", "strong-session-snapshot-isolation", &kOthers},
    {"strict-serializable", "strong-snapshot-isolation", &kSkewed},
    {"strict-serializable", "strong-session-serializable", &kOthers},
};

void expect_apart(const Neighbours& two, DataType type, const Txns& txns) {
  const History history = history_of(txns, !two.told->timed);
  const IsolationReport weaker = check_isolation(history, type, two.weaker);
  EXPECT_EQ(weaker.verdict.decision, Decision::ok)
      << two.weaker << " allows: " << two.told->name << ". " << weaker.verdict.reason;
  const IsolationReport stronger = check_isolation(history, type, two.stronger);
  EXPECT_EQ(stronger.verdict.decision, Decision::violated)
      << two.stronger << " forbids: " << two.told->name << ". " << stronger.verdict.reason;
}

TEST(Levels, NeighboursAreToldApart) {
  for (const Neighbours& two : kNeighbours) {
    SCOPED_TRACE("lists");
    expect_apart(two, DataType::list_append, two.told->lists);
  }
  for (const Neighbours& two : kNeighbours) {
    SCOPED_TRACE("registers");
    if (!two.registers || two.told->registers.empty()) continue;
    expect_apart(two, DataType::rw_register, two.told->registers);
  }
}

// Without a definition of their own nothing is said of them.
TEST(Levels, WhatIsNeitherProvenNorRefutedIsUnknown) {
  for (const char* level : {"monotonic-view", "update-serializable", "forward-consistent-view"}) {
    const History skewed = history_of(kSkewed.lists, true);
    const IsolationReport report = check_isolation(skewed, DataType::list_append, level);
    const bool implied = std::string(level) != "update-serializable";
    EXPECT_EQ(report.verdict.decision, implied ? Decision::ok : Decision::unknown) << level;
  }
  const History forked = history_of(kForked.registers, true);
  EXPECT_EQ(check_isolation(forked, DataType::rw_register, "consistent-view").verdict.decision,
            Decision::unknown);
}

}  // namespace
}  // namespace windtunnel::checkers
