#include "tests/unit/protocols/raft/cluster.h"

#include <gtest/gtest.h>

namespace windtunnel::raft {
namespace {

std::size_t count(const std::vector<std::string>& lines, std::string_view words) {
  std::size_t found = 0;
  for (const std::string& line : lines) found += line.find(words) != std::string::npos;
  return found;
}

TEST(Transfer, TheMemberThatWasNamedLeadsWithoutASilence) {
  Cluster cluster(3);
  cluster.elect(0);
  ASSERT_TRUE(cluster.propose(0, "before").has_value());
  cluster.settle();
  cluster.transfer(0, NodeId{2});
  cluster.settle();
  EXPECT_TRUE(cluster.raft(2).is_leader());
  EXPECT_EQ(cluster.raft(2).term(), Term{2});
  EXPECT_EQ(cluster.raft(0).role(), Role::follower);
  ASSERT_TRUE(cluster.propose(2, "after").has_value());
  cluster.settle();
  EXPECT_EQ(cluster.invariants().violation(), nullptr);
}

TEST(Transfer, TheBestOfTheOthersIsTakenWhereNobodyIsNamed) {
  Cluster cluster(3);
  cluster.elect(0);
  ASSERT_TRUE(cluster.propose(0, "for one of them").has_value());
  cluster.drop([](const Envelope& e) { return e.to == NodeId{1}; });
  cluster.settle();
  cluster.transfer(0);
  cluster.settle();
  EXPECT_TRUE(cluster.raft(2).is_leader());
}

TEST(Transfer, NothingIsOfferedToWhoLacksEntriesAndNothingIsTakenMeanwhile) {
  Cluster cluster(3);
  cluster.elect(0);
  cluster.settle();
  ASSERT_TRUE(cluster.propose(0, "on its way").has_value());
  cluster.take_lines();
  cluster.transfer(0, NodeId{1});
  EXPECT_TRUE(cluster.raft(0).is_transferring());
  const auto refused = cluster.propose(0, "too late");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error(), Errc::overloaded);
  EXPECT_EQ(count(cluster.take_lines(), "timeout-now"), 0U);
  cluster.settle();
  EXPECT_TRUE(cluster.raft(1).is_leader());
  EXPECT_EQ(cluster.raft(1).log().last_index(), LogIndex{3});
}

TEST(Transfer, ALostOfferIsMadeAgainAtTheNextHeartbeat) {
  Cluster cluster(3);
  cluster.elect(0);
  cluster.settle();
  cluster.transfer(0, NodeId{1});
  const auto is_offer = [](const Envelope& e) { return e.kind == MessageKind::timeout_now; };
  EXPECT_EQ(cluster.drop(is_offer), 1U);
  cluster.settle();
  EXPECT_TRUE(cluster.raft(0).is_leader());
  cluster.fire(0, TimerKind::heartbeat);
  cluster.settle();
  EXPECT_TRUE(cluster.raft(1).is_leader());
}

TEST(Transfer, OneThatDoesNotComeAboutIsGivenUp) {
  Cluster cluster(3);
  cluster.elect(0);
  cluster.settle();
  cluster.crash(1);
  cluster.transfer(0, NodeId{1});
  for (int i = 0; i < 2; ++i) {
    EXPECT_FALSE(cluster.propose(0, "not yet").has_value());
    cluster.fire(0, TimerKind::heartbeat);
    cluster.settle();
    cluster.fire(0, TimerKind::check_quorum);
  }
  EXPECT_FALSE(cluster.raft(0).is_transferring());
  EXPECT_TRUE(cluster.raft(0).is_leader());
  EXPECT_TRUE(cluster.propose(0, "again").has_value());
}

TEST(Transfer, AskedForAgainAndAgainItHasItsTimeAllTheSame) {
  Cluster cluster(3);
  cluster.elect(0);
  cluster.settle();
  cluster.crash(1);
  cluster.transfer(0, NodeId{1});
  for (int i = 0; i < 2; ++i) {
    cluster.transfer(0, NodeId{1});
    EXPECT_TRUE(cluster.raft(0).is_transferring());
    cluster.fire(0, TimerKind::heartbeat);
    cluster.settle();
    cluster.fire(0, TimerKind::check_quorum);
  }
  EXPECT_FALSE(cluster.raft(0).is_transferring());
  EXPECT_TRUE(cluster.raft(0).is_leader());
}

// Stickiness (thesis 4.2.3) protects a leader from whoever has not heard it; whom it asked itself
// is not one of those.
TEST(Transfer, OnlyWhomTheLeaderAskedIsVotedForWhileItLives) {
  Cluster cluster(3);
  cluster.elect(0);
  cluster.settle();
  Message candidacy;
  candidacy.kind = MessageKind::request_vote;
  candidacy.group = cluster.raft(1).config().group;
  candidacy.term = Term{2};
  candidacy.index = LogIndex{9};
  candidacy.log_term = Term{1};
  Raft unasked = cluster.raft(1);
  Raft asked = cluster.raft(1);
  Ready ready;
  unasked.step(Received{NodeId{2}, &candidacy}, ready);
  EXPECT_EQ(unasked.term(), Term{1});
  candidacy.done = true;
  asked.step(Received{NodeId{2}, &candidacy}, ready);
  EXPECT_EQ(asked.hard_state().voted_for, NodeId{2});
}

TEST(Transfer, IsRefusedWhereItCannotBe) {
  Cluster cluster(3);
  cluster.elect(0);
  cluster.settle();
  cluster.transfer(1, NodeId{2});  // does not lead
  cluster.transfer(0, NodeId{0});  // leads already
  cluster.transfer(0, NodeId{7});  // no member
  EXPECT_FALSE(cluster.raft(0).is_transferring());
  EXPECT_FALSE(cluster.raft(1).is_transferring());
}

}  // namespace
}  // namespace windtunnel::raft
