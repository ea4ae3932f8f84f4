#include "tests/unit/protocols/raft/cluster.h"

#include <gtest/gtest.h>

namespace windtunnel::raft {
namespace {

TEST(ReadIndex, AReadWaitsForAQuorumToAnswerAHeartbeat) {
  Cluster cluster(3);
  cluster.elect(0);
  ASSERT_TRUE(cluster.read(0, 7).has_value());
  EXPECT_TRUE(cluster.node(0).reads.empty());
  cluster.deliver(all);
  cluster.deliver(all);
  ASSERT_EQ(cluster.node(0).reads.size(), 1U);
  EXPECT_TRUE(cluster.node(0).reads[0].confirmed);
  EXPECT_EQ(cluster.node(0).reads[0].index, LogIndex{1});
}

TEST(ReadIndex, AFollowerRefuses) {
  Cluster cluster(3);
  EXPECT_EQ(cluster.read(1, 7).error(), Errc::not_leader);
}

TEST(ReadIndex, AnswersToEarlierHeartbeatsConfirmNothing) {
  Cluster cluster(3);
  cluster.elect(0);
  cluster.fire(0, TimerKind::heartbeat);
  cluster.deliver(all);  // the answers are on their way
  ASSERT_TRUE(cluster.read(0, 7).has_value());
  cluster.deliver([](const Envelope& e) { return e.to == NodeId{0}; });
  EXPECT_TRUE(cluster.node(0).reads.empty());
  cluster.settle();
  EXPECT_EQ(cluster.node(0).reads.size(), 1U);
}

TEST(ReadIndex, ReadsOfOneDrainShareARoundAndLaterOnesDoNot) {
  Cluster cluster(3);
  cluster.elect(0);
  Raft leader = cluster.raft(0);
  Ready ready;
  (void)leader.read(1, ready);
  (void)leader.read(2, ready);
  leader.step(Flush{}, ready);
  EXPECT_EQ(ready.send_now.size(), 2U);
  const std::uint64_t round = ready.send_now[0].context;
  ready.clear();
  (void)leader.read(3, ready);
  leader.step(Flush{}, ready);
  EXPECT_EQ(ready.send_now[0].context, round + 1);
  Message reply;
  reply.kind = MessageKind::append_reply;
  reply.term = leader.term();
  reply.context = round;
  ready.clear();
  leader.step(Received{NodeId{1}, &reply}, ready);
  leader.step(Received{NodeId{1}, &reply}, ready);  // duplicated
  ASSERT_EQ(ready.reads.size(), 2U);
  EXPECT_EQ(ready.reads[1].request, 2U);
}

TEST(ReadIndex, ANewLeaderDefersUntilAnEntryOfItsTermIsCommitted) {
  Config config;
  config.pre_vote = false;
  Cluster cluster(3, config);
  cluster.time_out(0);
  cluster.persist(0);
  cluster.deliver(all);
  cluster.persist(1);
  cluster.deliver(all);
  ASSERT_TRUE(cluster.raft(0).is_leader());
  ASSERT_TRUE(cluster.read(0, 7).has_value());
  cluster.deliver(all);  // the no-op reaches the others, but no disk
  cluster.deliver(all);
  EXPECT_TRUE(cluster.node(0).reads.empty());
  cluster.settle();
  ASSERT_EQ(cluster.node(0).reads.size(), 1U);
  EXPECT_EQ(cluster.node(0).reads[0].index, LogIndex{1});
}

TEST(ReadIndex, ALeaderThatStepsDownRejectsItsReads) {
  Cluster cluster(3);
  cluster.elect(0);
  ASSERT_TRUE(cluster.read(0, 7).has_value());
  Message higher;
  higher.kind = MessageKind::append_reply;
  higher.reject = true;
  higher.term = Term{9};
  Ready ready;
  Raft leader = cluster.raft(0);
  leader.step(Received{NodeId{1}, &higher}, ready);
  ASSERT_EQ(ready.reads.size(), 1U);
  EXPECT_FALSE(ready.reads[0].confirmed);
}

TEST(ReadIndex, ALoneNodeConfirmsAtOnce) {
  Cluster cluster(1);
  cluster.elect(0);
  ASSERT_TRUE(cluster.read(0, 7).has_value());
  EXPECT_EQ(cluster.node(0).reads.size(), 1U);
}

}  // namespace
}  // namespace windtunnel::raft
