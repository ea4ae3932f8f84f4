// What a node does when its disk does not do as it should.
#include <windtunnel/sim/disk/sim_disk.h>
#include "tests/unit/protocols/kv/cluster.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace windtunnel {
namespace {

using testing::Call;
using testing::call;
using testing::Cluster;
using testing::User;

DiskFault fault(DiskFaultKind kind) {
  DiskFault made;
  made.id = 1;
  made.kind = kind;
  return made;
}

std::vector<Call> puts(std::size_t count) {
  std::vector<Call> calls;
  for (std::size_t i = 0; i < count; ++i) calls.push_back(call("put", "k", std::to_string(i)));
  return calls;
}

// What a member of the cluster that a test plays itself has heard.
struct Ballot {
  bool answered = false;
  bool granted = false;
};

Task<void> ask_for_vote(Env& env, NodeId voter, std::uint64_t term, Ballot& ballot) {
  Mailbox mailbox(env);
  const Result<void> opened = mailbox.open(kRaftPort);
  EXPECT_TRUE(opened.has_value());
  raft::Message message;
  message.kind = raft::MessageKind::request_vote;
  message.group = GroupId{};
  message.term = raft::Term{term};
  Bytes bytes;
  encode(message, bytes);
  (void)mailbox.socket().send(Endpoint{voter, kRaftPort}, bytes);
  const Instant until = env.clock.now() + seconds(5);
  while (!ballot.answered) {
    const Result<Mailbox::Message> received = co_await before(env, until, mailbox.next());
    if (!received) co_return;
    raft::MessageDecoder decoder;
    raft::Message reply;
    const Result<void> decoded = decoder.decode(received->bytes, reply);
    if (!decoded || reply.kind != raft::MessageKind::request_vote_reply) continue;
    ballot.granted = !reply.reject && reply.term == raft::Term{term};
    ballot.answered = true;
  }
}

// The safety of elections: one real voter, two candidates of the same term played by the test, and
// the power fails at the moment at which the first has its answer.
TEST(DiskTrouble, AVoteSurvivesThePowerLossAfterItsReply) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Cluster cluster(1, seed, {{"election_timeout", "30s"}});
    for (std::uint32_t i = 1; i <= 2; ++i) cluster.config.members.push_back(NodeId{i});
    Node& voter = *cluster.servers[0];
    voter.crash(CrashKind::power);
    voter.disk().wipe(9);
    voter.start();
    DiskFault slow = fault(DiskFaultKind::slow);
    slow.factor = 50;
    cluster.run_for(milliseconds(100));
    voter.disk().begin_fault(slow);
    Ballot first;
    Ballot second;
    cluster.add_client("n2", [&](Env& env, TaskScope& scope) {
      scope.spawn(ask_for_vote(env, NodeId{0}, 7, first));
    });
    while (!first.answered) cluster.run_for(microseconds(50));
    ASSERT_TRUE(first.granted);
    voter.crash(CrashKind::power);
    voter.disk().end_faults();
    voter.start();
    cluster.run_for(milliseconds(100));
    cluster.add_client("n3", [&](Env& env, TaskScope& scope) {
      scope.spawn(ask_for_vote(env, NodeId{0}, 7, second));
    });
    cluster.run_for(seconds(1));
    ASSERT_TRUE(second.answered) << seed;
    EXPECT_FALSE(second.granted) << "two votes in one term, seed " << seed;
  }
}

TEST(DiskTrouble, AFailedSyncEndsTheProcess) {
  Cluster cluster(3, 1);
  cluster.run_for(seconds(1));
  const auto leader = static_cast<std::size_t>(cluster.leader());
  DiskFault once = fault(DiskFaultKind::fail_sync);
  once.limit = 1;
  cluster.servers[leader]->disk().begin_fault(once);
  User user(cluster, "c", puts(50));
  cluster.run_for(seconds(5));
  EXPECT_EQ(cluster.servers[leader]->disk().faults().bites(1), 1U);
  EXPECT_FALSE(cluster.servers[leader]->up());
  EXPECT_EQ(cluster.servers[leader]->exit_reason(),
            "the log on disk could not be written: io-error");
  EXPECT_EQ(user.ok(), 50U) << "the others go on";
  EXPECT_NE(cluster.leader(), static_cast<int>(leader));
  // Started again, it reads back what it has and takes part.
  cluster.servers[leader]->start();
  cluster.run_for(seconds(2));
  ASSERT_TRUE(cluster.servers[leader]->up());
  ASSERT_TRUE(cluster.runs(leader));
  EXPECT_EQ(cluster.service(leader).store().get("k"), "49");
}

// The bytes of a failed sync can still be read after the process has started again, marked clean: a
// later sync would not write them (fsyncgate).
TEST(DiskTrouble, WhatOnlyThePageCacheHasIsWrittenAgainBeforeItCounts) {
  const std::string large(450, 'x');  // Reaches into a second sector.
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Cluster cluster(1, seed);
    Node& node = *cluster.servers[0];
    User user(cluster, "c",
              {call("put", "k", "1"), call("sleep", "1s"), call("put", "k", large),
               call("sleep", "3s"), call("get", "k")});
    cluster.run_for(seconds(1));
    ASSERT_EQ(user.ok(), 1U);
    DiskFault once = fault(DiskFaultKind::fail_sync);
    once.limit = 1;
    node.disk().begin_fault(once);
    while (node.up()) cluster.run_for(milliseconds(1));
    node.start();
    while (!user[2].done) cluster.run_for(milliseconds(1));
    ASSERT_EQ(user[2].outcome.kind, Outcome::Kind::ok);
    node.crash(CrashKind::power);
    node.start();
    cluster.run_for(seconds(5));
    ASSERT_TRUE(node.up()) << seed;
    EXPECT_TRUE(user[4].text() == large) << seed;
  }
}

TEST(DiskTrouble, AFullDiskStopsAcknowledgementsUntilThereIsSpace) {
  Cluster cluster(3, 2);
  cluster.timeout = seconds(1);
  const std::string large(20'000, 'x');  // More than what is left of the last page.
  User user(cluster, "c",
            {call("put", "k", "1"), call("sleep", "1s"), call("put", "k", large),
             call("sleep", "1s"), call("put", "k", "3")});
  cluster.run_for(seconds(1));
  ASSERT_EQ(user.ok(), 1U);
  for (Node* server : cluster.servers) server->disk().begin_fault(fault(DiskFaultKind::full));
  cluster.run_for(seconds(2));
  ASSERT_TRUE(user[2].done);
  EXPECT_EQ(user[2].outcome.kind, Outcome::Kind::info);
  for (Node* server : cluster.servers) server->disk().end_faults();
  cluster.run_for(seconds(3));
  EXPECT_EQ(user[4].outcome.kind, Outcome::Kind::ok);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(cluster.servers[i]->up());
    ASSERT_TRUE(cluster.runs(i));
    EXPECT_EQ(cluster.service(i).store().get("k"), "3");
  }
}

TEST(DiskTrouble, ARottenLogKeepsTheNodeOut) {
  Cluster cluster(3, 3);
  User user(cluster, "c", puts(100));
  cluster.run_for(seconds(3));
  ASSERT_EQ(user.ok(), 100U);
  cluster.servers[0]->crash(CrashKind::power);
  DiskFault rot = fault(DiskFaultKind::bit_rot);
  cluster.servers[0]->disk().begin_fault(rot);
  ASSERT_GT(cluster.servers[0]->disk().faults().bites(1), 0U);
  cluster.servers[0]->start();
  cluster.run_for(seconds(2));
  EXPECT_FALSE(cluster.servers[0]->up()) << "it takes no part";
  EXPECT_EQ(cluster.servers[0]->exit_reason(), "the log could not be recovered: corrupt");
}

TEST(DiskTrouble, ATornTailIsCutOffAndNothingAcknowledgedIsLost) {
  Cluster cluster(3, 4);
  User user(cluster, "c", puts(400));
  for (int round = 0; round < 5; ++round) {
    cluster.run_for(milliseconds(437));
    for (Node* server : cluster.servers) {
      server->disk().begin_fault(fault(DiskFaultKind::torn_tail));
      server->crash(CrashKind::power);
      server->start();
    }
  }
  cluster.run_for(seconds(5));
  EXPECT_EQ(user.ok(), 400U);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(cluster.servers[i]->up());
    ASSERT_TRUE(cluster.runs(i));
    EXPECT_EQ(cluster.service(i).store().get("k"), "399");
  }
}

}  // namespace
}  // namespace windtunnel
