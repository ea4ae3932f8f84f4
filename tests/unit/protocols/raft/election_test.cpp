#include "tests/unit/protocols/raft/cluster.h"

#include <gtest/gtest.h>

namespace windtunnel::raft {
namespace {

Message vote_request(Term term, LogIndex last, Term last_term) {
  Message message;
  message.kind = MessageKind::request_vote;
  message.term = term;
  message.index = last;
  message.log_term = last_term;
  return message;
}

struct One {
  explicit One(bool check_quorum = true, HardState state = {}) {
    Config config;
    config.self = NodeId{0};
    config.check_quorum = check_quorum;
    Recovered recovered;
    recovered.hard_state = state;
    recovered.snapshot.configuration = Configuration::of_voters({NodeId{0}, NodeId{1}, NodeId{2}});
    raft = std::make_unique<Raft>(config, recovered);
    raft->step(Start{}, ready);
    ready.clear();
  }
  void receive(std::uint32_t from, const Message& message) {
    ready.clear();
    raft->step(Received{NodeId{from}, &message}, ready);
  }
  std::unique_ptr<Raft> raft;
  Ready ready;
};

TEST(Election, AVoteIsHeldUntilItsWriteIsDurable) {
  One one;
  one.receive(1, vote_request(Term{1}, LogIndex{}, Term{}));
  EXPECT_TRUE(one.ready.send_now.empty());
  ASSERT_EQ(one.ready.send_after.size(), 1U);
  ASSERT_EQ(one.ready.writes.size(), 1U);
  EXPECT_EQ(one.ready.send_after[0].ticket, one.ready.writes[0].ticket);
  EXPECT_EQ(one.ready.writes[0].hard_state, (HardState{Term{1}, NodeId{1}}));
  EXPECT_FALSE(one.ready.send_after[0].message.reject);
  EXPECT_EQ(one.ready.send_after[0].claims[1].kind, observed(Word::vote_granted));
}

TEST(Election, ASecondCandidateOfTheTermIsDenied) {
  One one;
  one.receive(1, vote_request(Term{1}, LogIndex{}, Term{}));
  one.receive(2, vote_request(Term{1}, LogIndex{}, Term{}));
  ASSERT_EQ(one.ready.send_after.size(), 1U);
  EXPECT_TRUE(one.ready.send_after[0].message.reject);
  EXPECT_EQ(one.ready.timer(TimerKind::silence), TimerAction::keep);
}

TEST(Election, AVoteIsRememberedAcrossARestart) {
  One one(true, HardState{Term{4}, NodeId{1}});
  one.receive(2, vote_request(Term{4}, LogIndex{9}, Term{4}));
  ASSERT_EQ(one.ready.send_now.size(), 1U);
  EXPECT_TRUE(one.ready.send_now[0].reject);
  one.receive(1, vote_request(Term{4}, LogIndex{9}, Term{4}));
  EXPECT_FALSE(one.ready.send_now[0].reject);
}

TEST(Election, ALogThatIsLessCompleteGetsNoVote) {
  Cluster cluster(3);
  cluster.elect(0);
  ASSERT_TRUE(cluster.propose(0, "x").has_value());
  cluster.settle();
  cluster.node(1).ready.clear();
  const Message shorter = vote_request(Term{9}, LogIndex{1}, Term{1});
  Raft copy = cluster.raft(1);
  Ready ready;
  copy.step(TimerFired{TimerKind::silence}, ready);
  ready.clear();
  copy.step(Received{NodeId{2}, &shorter}, ready);
  ASSERT_EQ(ready.send_after.size(), 1U);
  EXPECT_TRUE(ready.send_after[0].message.reject);
  EXPECT_EQ(ready.timer(TimerKind::silence), TimerAction::keep) << "a denied vote resets nothing";
  EXPECT_EQ(copy.term(), Term{9});
  const Message longer_but_older = vote_request(Term{10}, LogIndex{50}, Term{0});
  ready.clear();
  copy.step(Received{NodeId{2}, &longer_but_older}, ready);
  EXPECT_TRUE(ready.send_after[0].message.reject);
}

TEST(Election, APreVoteRaisesNoTermAndWritesNothing) {
  Cluster cluster(3);
  cluster.time_out(0);
  EXPECT_EQ(cluster.raft(0).role(), Role::pre_candidate);
  EXPECT_EQ(cluster.raft(0).term(), Term{0});
  EXPECT_TRUE(cluster.node(0).in_flight.empty());
  cluster.deliver(all);  // requests
  EXPECT_EQ(cluster.raft(1).term(), Term{0});
  cluster.deliver(all);  // replies
  EXPECT_EQ(cluster.raft(0).role(), Role::candidate);
  EXPECT_EQ(cluster.raft(0).term(), Term{1});
}

TEST(Election, APreCandidateForgetsItsLeader) {
  Cluster cluster(3);
  cluster.elect(0);
  ASSERT_EQ(cluster.raft(1).leader(), NodeId{0});
  cluster.time_out(1);
  EXPECT_EQ(cluster.raft(1).role(), Role::pre_candidate);
  EXPECT_EQ(cluster.raft(1).leader(), kNoNode);
}

TEST(Election, RequestsForVotesWaitForTheVoteForOneself) {
  Config config;
  config.pre_vote = false;
  Cluster cluster(3, config);
  cluster.time_out(0);
  EXPECT_TRUE(cluster.network().empty());
  cluster.persist(0);
  EXPECT_EQ(cluster.network().size(), 2U);
}

TEST(Election, ALoneNodeLeadsOnlyOnceItsVoteIsDurable) {
  Config config;
  config.pre_vote = false;
  Cluster cluster(1, config);
  cluster.time_out(0);
  EXPECT_EQ(cluster.raft(0).role(), Role::candidate);
  cluster.persist(0);
  EXPECT_TRUE(cluster.raft(0).is_leader());
  cluster.settle();
  EXPECT_EQ(cluster.raft(0).commit_index(), LogIndex{1});
}

TEST(Election, ANodeThatHearsItsLeaderDeniesPreVotesAndIgnoresCandidates) {
  Cluster cluster(3);
  cluster.elect(0);
  Raft follower = cluster.raft(1);
  Ready ready;
  Message ask = vote_request(Term{2}, LogIndex{9}, Term{1});
  ask.kind = MessageKind::pre_vote;
  follower.step(Received{NodeId{2}, &ask}, ready);
  ASSERT_EQ(ready.send_now.size(), 1U);
  EXPECT_TRUE(ready.send_now[0].reject);
  ready.clear();
  ask.kind = MessageKind::request_vote;
  follower.step(Received{NodeId{2}, &ask}, ready);
  EXPECT_TRUE(ready.send_now.empty() && ready.send_after.empty());
  EXPECT_EQ(follower.term(), Term{1});
  follower.step(TimerFired{TimerKind::silence}, ready);
  ready.clear();
  follower.step(Received{NodeId{2}, &ask}, ready);
  ASSERT_EQ(ready.send_after.size(), 1U);
  EXPECT_FALSE(ready.send_after[0].message.reject);
}

TEST(Election, ALeaderDeniesPreVotes) {
  Cluster cluster(3);
  cluster.elect(0);
  Raft leader = cluster.raft(0);
  Ready ready;
  Message ask = vote_request(Term{2}, LogIndex{9}, Term{1});
  ask.kind = MessageKind::pre_vote;
  leader.step(Received{NodeId{2}, &ask}, ready);
  ASSERT_EQ(ready.send_now.size(), 1U);
  EXPECT_TRUE(ready.send_now[0].reject);
}

TEST(Election, WithoutCheckQuorumAHigherTermIsFollowedAtOnce) {
  One one(false);
  Message heartbeat;
  heartbeat.term = Term{1};
  one.receive(2, heartbeat);
  one.receive(1, vote_request(Term{2}, LogIndex{}, Term{}));
  EXPECT_EQ(one.raft->term(), Term{2});
}

TEST(Election, AVoteOfAnEarlierTermIsNotCounted) {
  Config config;
  config.pre_vote = false;
  Cluster cluster(3, config);
  cluster.time_out(0);
  cluster.settle();
  ASSERT_TRUE(cluster.raft(0).is_leader());
  Cluster late(3, config);
  late.time_out(0);
  late.persist(0);
  late.time_out(0);  // term 2, while the requests of term 1 are on their way
  late.persist(0);
  Message reply;
  reply.kind = MessageKind::request_vote_reply;
  reply.term = Term{1};
  Ready ready;
  Raft raft = late.raft(0);
  raft.step(Received{NodeId{1}, &reply}, ready);
  raft.step(Received{NodeId{2}, &reply}, ready);
  EXPECT_EQ(raft.role(), Role::candidate);
  reply.term = Term{2};
  raft.step(Received{NodeId{2}, &reply}, ready);
  EXPECT_TRUE(raft.is_leader());
}

TEST(Election, ACandidateYieldsToALeaderOfItsTerm) {
  Config config;
  config.pre_vote = false;
  Cluster cluster(3, config);
  cluster.time_out(0);
  cluster.persist(0);
  Message heartbeat;
  heartbeat.term = Term{1};
  Raft raft = cluster.raft(0);
  Ready ready;
  raft.step(Received{NodeId{1}, &heartbeat}, ready);
  EXPECT_EQ(raft.role(), Role::follower);
  EXPECT_EQ(raft.leader(), NodeId{1});
}

TEST(Election, ALeaderCutOffStepsDownOnlyWithCheckQuorum) {
  for (const bool check_quorum : {true, false}) {
    Config config;
    config.check_quorum = check_quorum;
    Cluster cluster(3, config);
    cluster.elect(0);
    cluster.fire(0, TimerKind::check_quorum);  // heard during the election
    EXPECT_TRUE(cluster.raft(0).is_leader());
    cluster.fire(0, TimerKind::check_quorum);
    EXPECT_EQ(cluster.raft(0).is_leader(), !check_quorum);
  }
}

TEST(Election, AStaleLeaderIsToldTheNewTerm) {
  Cluster cluster(3);
  cluster.elect(0);
  cluster.fire(1, TimerKind::silence);
  cluster.fire(2, TimerKind::silence);
  const auto away_from_first = [](const Envelope& e) { return e.to != NodeId{0}; };
  cluster.fire(1, TimerKind::election);
  for (int i = 0; i < 4; ++i) {
    cluster.deliver(away_from_first);
    for (std::size_t n = 1; n < 3; ++n) {
      while (!cluster.node(n).in_flight.empty()) cluster.persist(n);
    }
  }
  cluster.drop(all);
  ASSERT_TRUE(cluster.raft(1).is_leader());
  cluster.fire(0, TimerKind::heartbeat);
  cluster.settle();
  EXPECT_FALSE(cluster.raft(0).is_leader());
  EXPECT_EQ(cluster.raft(0).term(), Term{2});
}

TEST(Election, EachReignBeginsWithANoop) {
  Cluster cluster(3);
  cluster.elect(0);
  EXPECT_EQ(cluster.raft(0).log().at(LogIndex{1}).kind, EntryKind::noop);
  EXPECT_EQ(cluster.raft(0).commit_index(), LogIndex{1});
}

TEST(Election, MachinesAreValues) {
  Cluster cluster(3);
  cluster.elect(0);
  const Raft before = cluster.raft(0);
  Raft copy = before;
  EXPECT_EQ(copy, before);
  EXPECT_EQ(copy.hash(), before.hash());
  Ready ready;
  (void)copy.propose(Payload(as_bytes("x")), ready);
  EXPECT_FALSE(copy == before);
  EXPECT_NE(copy.hash(), before.hash());
  EXPECT_EQ(before.log().last_index(), LogIndex{1});
}

}  // namespace
}  // namespace windtunnel::raft
