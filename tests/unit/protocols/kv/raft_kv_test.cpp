#include <windtunnel/protocols/kv/raft_kv.h>

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

constexpr Outcome::Kind kOk = Outcome::Kind::ok;
constexpr Outcome::Kind kFail = Outcome::Kind::fail;

std::vector<Call> appends(std::size_t count) {
  std::vector<Call> calls;
  for (std::size_t i = 0; i < count; ++i) calls.push_back(call("append", "log", "x"));
  calls.push_back(call("get", "log"));
  return calls;
}

void expect_same_state(Cluster& cluster) {
  ASSERT_TRUE(cluster.runs(0));
  for (std::size_t i = 1; i < cluster.servers.size(); ++i) {
    ASSERT_TRUE(cluster.runs(i));
    EXPECT_EQ(cluster.service(i).store(), cluster.service(0).store()) << "node " << i;
  }
}

TEST(RaftKv, ElectsOneLeaderAndKeepsIt) {
  Cluster cluster(3, 1);
  cluster.run_for(seconds(1));
  const int leader = cluster.leader();
  ASSERT_GE(leader, 0);
  const raft::Term term = cluster.machine(0)->term();
  cluster.run_for(seconds(5));
  EXPECT_EQ(cluster.leader(), leader);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(cluster.machine(i)->term(), term);
}

TEST(RaftKv, AnswersEveryOperation) {
  Cluster cluster(3, 2);
  std::vector<Call> calls;
  calls.push_back(call("get", "k"));
  calls.push_back(call("put", "k", "1"));
  calls.push_back(call("cas", "k", "2", "1"));
  calls.push_back(call("cas", "k", "3", "1"));
  calls.push_back(call("append", "k", "+"));
  calls.push_back(call("get", "k"));
  calls.push_back(call("delete", "k"));
  calls.push_back(call("get", "k"));
  User user(cluster, "c", calls);
  cluster.run_for(seconds(3));
  ASSERT_EQ(user.done(), 8U);
  EXPECT_EQ(user[0].text(), "");
  EXPECT_EQ(user[2].outcome.kind, kOk);
  EXPECT_EQ(user[3].outcome.kind, kFail);
  EXPECT_EQ(user[5].text(), "2+");
  EXPECT_EQ(user[7].text(), "");
  expect_same_state(cluster);
}

TEST(RaftKv, SurvivesTheCrashOfItsLeader) {
  Cluster cluster(3, 3);
  User user(cluster, "c", appends(2000));
  cluster.run_for(seconds(1));
  const int first = cluster.leader();
  ASSERT_GE(first, 0);
  ASSERT_LT(user.done(), 2000U) << "the crash must fall into the work";
  cluster.servers[static_cast<std::size_t>(first)]->crash(CrashKind::process);
  cluster.run_for(seconds(2));
  EXPECT_NE(cluster.leader(), first);
  EXPECT_GE(cluster.leader(), 0);
  cluster.servers[static_cast<std::size_t>(first)]->start();
  cluster.run_for(seconds(10));
  EXPECT_EQ(user.ok(), 2001U);
  EXPECT_EQ(user.calls->back().text(), std::string(2000, 'x'));
  expect_same_state(cluster);
}

TEST(RaftKv, KeepsWhatItAcknowledgedThroughAPowerLossOfAll) {
  Cluster cluster(3, 4);
  User user(cluster, "c", appends(2000));
  for (int round = 0; round < 4; ++round) {
    cluster.run_for(milliseconds(700));
    for (Node* server : cluster.servers) server->crash(CrashKind::power);
    cluster.run_for(milliseconds(100));
    for (Node* server : cluster.servers) server->start();
  }
  cluster.run_for(seconds(15));
  EXPECT_EQ(user.ok(), 2001U);
  EXPECT_EQ(user.calls->back().text(), std::string(2000, 'x'));
  expect_same_state(cluster);
}

TEST(RaftKv, SendsASnapshotToAFollowerThatWasAway) {
  Cluster cluster(3, 5,
                  {{"snapshot_every", "100"}, {"keep_entries", "10"}, {"snapshot_piece", "64B"}});
  cluster.run_for(seconds(1));
  const std::size_t away = cluster.leader() == 0 ? 1 : 0;
  cluster.servers[away]->crash(CrashKind::power);
  User user(cluster, "c", appends(500));
  cluster.run_for(seconds(8));
  ASSERT_EQ(user.ok(), 501U);
  cluster.servers[away]->start();
  cluster.run_for(seconds(3));
  EXPECT_GT(cluster.machine(away)->log().base().index, raft::LogIndex{300});
  expect_same_state(cluster);
}

TEST(RaftKv, RemovesLogSegmentsThatASnapshotCovers) {
  Cluster cluster(3, 6, {{"snapshot_every", "100"}, {"keep_entries", "10"}, {"segment", "4KiB"}});
  User user(cluster, "c", appends(1500));
  cluster.run_for(seconds(15));
  ASSERT_EQ(user.ok(), 1501U);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(cluster.runs(i));
    EXPECT_LT(cluster.service(i).host().wal().segments(), 8U);
    EXPECT_GT(cluster.service(i).host().wal().segments(), 0U);
  }
  for (Node* server : cluster.servers) server->crash(CrashKind::power);
  for (Node* server : cluster.servers) server->start();
  User second(cluster, "d", {call("get", "log")});
  cluster.run_for(seconds(3));
  ASSERT_EQ(second.ok(), 1U);
  EXPECT_EQ(second[0].text(), std::string(1500, 'x'));
  expect_same_state(cluster);
}

TEST(RaftKv, TheSameSeedGivesTheSameTrace) {
  std::string first;
  for (int run = 0; run < 2; ++run) {
    Cluster cluster(3, 7);
    User user(cluster, "c", appends(200));
    cluster.run_for(seconds(1));
    cluster.servers[1]->crash(CrashKind::power);
    cluster.servers[1]->start();
    cluster.run_for(seconds(2));
    const std::string hash = to_hex(cluster.sim.trace().hash());
    if (run == 0) first = hash;
    EXPECT_EQ(hash, first);
  }
}

// Sends one write many times from a raw socket, as a network that duplicates and a client that
// retries would.
Task<void> repeat_write(Env& env, std::vector<NodeId> servers, std::size_t& answers) {
  Mailbox mailbox(env);
  const Result<void> opened = mailbox.open(0);
  EXPECT_TRUE(opened.has_value());
  kv::SessionId session = 0;
  for (int round = 0; round < 40; ++round) {
    kv::Request request;
    request.id = 1;
    request.command.op = session == 0 ? kv::Op::open_session : kv::Op::append;
    request.command.session = session;
    request.command.sequence = 1;
    request.command.key = "log";
    request.command.value = "x";
    Bytes bytes;
    encode(request, bytes);
    for (const NodeId server : servers) {
      (void)mailbox.socket().send(Endpoint{server, kv::kClientPort}, bytes);
    }
    const Instant until = env.clock.now() + milliseconds(50);
    for (;;) {
      const Result<Mailbox::Message> message = co_await before(env, until, mailbox.next());
      if (!message) break;
      const Result<kv::Response> response = kv::decode_response(message->bytes);
      if (!response || response->status != kv::Status::ok) continue;
      if (session == 0) session = response->session;
      ++answers;
    }
  }
}

TEST(RaftKv, ARequestSentManyTimesHasOneEffect) {
  Cluster cluster(3, 8, {{"snapshot_every", "10"}, {"keep_entries", "2"}});
  std::size_t answers = 0;
  cluster.add_client("c", [&](Env& env, TaskScope& scope) {
    scope.spawn(repeat_write(env, cluster.config.members, answers));
  });
  cluster.run_for(milliseconds(1200));
  for (Node* server : cluster.servers) server->crash(CrashKind::power);
  for (Node* server : cluster.servers) server->start();
  cluster.run_for(seconds(3));
  EXPECT_GT(answers, 10U);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(cluster.runs(i));
    EXPECT_EQ(cluster.service(i).store().get("log"), "x");
  }
}

TEST(RaftKv, WithoutAMajorityAWriteIsUnknownAndAReadFails) {
  Cluster cluster(3, 9);
  cluster.timeout = seconds(1);
  User user(cluster, "c",
            {call("put", "k", "1"), call("sleep", "2s"), call("put", "k", "2"), call("get", "k")});
  User late(cluster, "d", {call("sleep", "2s"), call("put", "k", "3")});
  cluster.run_for(seconds(1));
  ASSERT_EQ(user.ok(), 1U);
  const auto leader = static_cast<std::size_t>(cluster.leader());
  for (std::size_t i = 0; i < 3; ++i) {
    if (i != leader) cluster.servers[i]->crash(CrashKind::process);
  }
  cluster.run_for(seconds(5));
  ASSERT_EQ(user.done(), 4U);
  EXPECT_EQ(user[2].outcome.kind, Outcome::Kind::info);
  EXPECT_EQ(user[3].outcome.kind, kFail);
  EXPECT_EQ(late[1].outcome.kind, kFail) << "without a session nothing was ever asked for";
}

}  // namespace
}  // namespace windtunnel
