// Keys whose changes have revisions, and transactions that compare them.
#include "tests/unit/checkers/audit/audits.h"
#include "tests/unit/checkers/histories.h"

namespace windtunnel::checkers {
namespace {

using test::check;
using test::done;
using test::line;

Decision revisions(const std::string& text) { return check(text, "revision-kv").decision; }

std::string put_at(std::string_view pair, int revision) {
  return done(0, "put", pair, "{:revision " + std::to_string(revision) + "}");
}

TEST(Revisions, EachChangeHasTheNextOne) {
  const std::string two = put_at("[a 1]", 2) + put_at("[b 1]", 3);
  EXPECT_EQ(revisions(two + done(1, "get", "a", "{:value 1, :mod 2, :revision 3}")), Decision::ok);
  EXPECT_EQ(revisions(two + done(1, "get", "a", "{:value 1, :mod 3}")), Decision::violated);
  EXPECT_EQ(revisions(two + done(1, "get", "a", "{:revision 2}")), Decision::violated);
  EXPECT_EQ(revisions(put_at("[a 1]", 2) + put_at("[b 1]", 2)), Decision::violated);
  EXPECT_EQ(revisions(two + done(1, "get", "c", "{:value nil, :mod 0}")), Decision::ok);
}

TEST(Revisions, DeletingWhatIsThereIsAChange) {
  const std::string one = put_at("[a 1]", 2);
  EXPECT_EQ(revisions(one + done(0, "delete", "a", "{:deleted 1, :revision 3}") +
                      done(1, "get", "a", "{:value nil, :mod 0, :revision 3}")),
            Decision::ok);
  EXPECT_EQ(revisions(one + done(0, "delete", "z", "{:deleted 0, :revision 2}")), Decision::ok);
  EXPECT_EQ(revisions(one + done(0, "delete", "z", "{:revision 3}")), Decision::violated);
}

TEST(Revisions, TransactionsCompareAndChangeAtOneRevision) {
  const std::string txn = "{:if [[a 2]], :then [[:put a 2] [:put b 2]], :else [[:get a]]}";
  const std::string one = put_at("[a 1]", 2);
  const std::string won = one + done(1, "txn", txn, "{:succeeded true, :revision 3}");
  EXPECT_EQ(revisions(won + done(0, "get", "b", "{:value 2, :mod 3, :revision 3}")), Decision::ok);
  EXPECT_EQ(revisions(won + done(2, "txn", txn, "{:succeeded true}")), Decision::violated);
  const std::string lost = "{:succeeded false, :results [{:value 2, :mod 3}]}";
  EXPECT_EQ(revisions(won + done(2, "txn", txn, lost)), Decision::ok);
  EXPECT_EQ(revisions(won + done(2, "txn", txn, "{:results [{:value 1}]}")), Decision::violated);
}

// Of two that compare the same revision one wins, whatever became of the answer.
TEST(Revisions, WhoseEndIsNotKnownMayHaveWon) {
  const std::string txn = "{:if [[a 2]], :then [[:put a 2]]}";
  const std::string open =
      put_at("[a 1]", 2) + line(1, "invoke", "txn", txn) + line(1, "info", "txn", txn);
  EXPECT_EQ(revisions(open + done(2, "txn", txn, "{:succeeded false}")), Decision::ok);
  EXPECT_EQ(revisions(open + done(2, "txn", txn, "{:succeeded true, :revision 3}")), Decision::ok);
  EXPECT_EQ(revisions(open + done(2, "txn", txn, "{:succeeded true, :revision 4}")),
            Decision::violated);
}

TEST(Revisions, WhatIsNoOperationIsNamed) {
  EXPECT_EQ(revisions(put_at("[a 1]", 2) + done(1, "get", "a", "1")), Decision::unknown);
  EXPECT_EQ(revisions(put_at("[a]", 2)), Decision::unknown);
  EXPECT_EQ(revisions(done(1, "txn", "{:then [[:burn a]]}", "{:revision 2}")), Decision::unknown);
}

}  // namespace
}  // namespace windtunnel::checkers
