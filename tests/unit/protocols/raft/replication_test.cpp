#include "tests/unit/protocols/raft/cluster.h"

#include <gtest/gtest.h>

namespace windtunnel::raft {
namespace {

// A follower of node 1, in term 4, with the terms given in its log, all durable.
class Follower {
 public:
  explicit Follower(std::initializer_list<std::uint64_t> terms) {
    Config config;
    config.self = NodeId{0};
    Recovered recovered;
    recovered.hard_state.term = Term{4};
    recovered.snapshot.configuration = Configuration::of_voters({NodeId{0}, NodeId{1}, NodeId{2}});
    for (const std::uint64_t term : terms) {
      recovered.entries.push_back(Entry{Term{term}, EntryKind::command, Payload(), 0});
    }
    raft = std::make_unique<Raft>(config, recovered);
    raft->step(Start{}, ready);
  }
  void append(std::uint64_t prev, std::uint64_t prev_term, std::uint64_t commit,
              std::initializer_list<std::uint64_t> terms) {
    ready.clear();
    SliceBuilder builder;
    builder.clear();
    for (const std::uint64_t term : terms) builder.add(Term{term}, EntryKind::command, Payload());
    Message message;
    message.term = Term{4};
    message.index = LogIndex{prev};
    message.log_term = Term{prev_term};
    message.commit = LogIndex{commit};
    message.entries = builder.slice();
    raft->step(Received{NodeId{1}, &message}, ready);
  }
  std::unique_ptr<Raft> raft;
  Ready ready;
};

TEST(Replication, NewEntriesAreAcknowledgedOnceDurable) {
  Follower f({1});
  f.append(1, 1, 0, {4, 4});
  EXPECT_TRUE(f.ready.send_now.empty());
  ASSERT_EQ(f.ready.send_after.size(), 1U);
  EXPECT_EQ(f.ready.send_after[0].message.index, LogIndex{3});
  EXPECT_EQ(f.ready.writes[0].first, LogIndex{2});
  EXPECT_EQ(f.ready.writes[0].entries.size(), 2U);
}

TEST(Replication, AHeartbeatIsAnsweredAtOnceWithWhatIsDurable) {
  Follower f({1});
  f.append(1, 1, 0, {4, 4});
  f.append(3, 4, 0, {});
  ASSERT_EQ(f.ready.send_now.size(), 1U);
  EXPECT_EQ(f.ready.send_now[0].index, LogIndex{1});
  EXPECT_FALSE(f.ready.send_now[0].reject);
}

TEST(Replication, AnOldAppendDoesNotShortenTheLog) {
  Follower f({1, 4, 4});
  f.append(0, 0, 0, {1});
  EXPECT_EQ(f.raft->log().last_index(), LogIndex{3});
  f.append(1, 1, 0, {});
  EXPECT_EQ(f.raft->log().last_index(), LogIndex{3});
}

TEST(Replication, AConflictRemovesTheEntryAndAllAfterIt) {
  Follower f({1, 2, 2});
  f.append(1, 1, 0, {4});
  EXPECT_EQ(f.raft->log().last_index(), LogIndex{2});
  EXPECT_EQ(f.raft->log().term_at(LogIndex{2}), Term{4});
  EXPECT_EQ(f.ready.writes[0].truncate_from, LogIndex{2});
}

TEST(Replication, CommitGoesNoFurtherThanWhatTheMessageVouchesFor) {
  Follower f({1, 2, 2});
  f.append(1, 1, 3, {});
  EXPECT_EQ(f.raft->commit_index(), LogIndex{1});
  f.append(1, 1, 9, {4});
  EXPECT_EQ(f.raft->commit_index(), LogIndex{2});
}

TEST(Replication, ARefusalPassesOverAWholeTerm) {
  Follower f({1, 1, 2, 2, 2});
  f.append(5, 3, 0, {4});  // the leader has term 3 there
  ASSERT_EQ(f.ready.send_now.size(), 1U);
  EXPECT_TRUE(f.ready.send_now[0].reject);
  EXPECT_EQ(f.ready.send_now[0].hint, LogIndex{5});
  f.append(5, 1, 0, {4});
  EXPECT_EQ(f.ready.send_now[0].hint, LogIndex{2});
  f.append(9, 3, 0, {4});
  EXPECT_EQ(f.ready.send_now[0].hint, LogIndex{5});
}

TEST(Replication, ALogWithTermsThatDecreaseIsRefused) {
  Follower f({1});
  f.append(1, 1, 0, {4, 3});
  EXPECT_EQ(f.raft->log().last_index(), LogIndex{1});
  f.append(1, 1, 0, {5});
  EXPECT_EQ(f.raft->log().last_index(), LogIndex{1});
}

TEST(Replication, AnOldWriteDoesNotMakeItsSuccessorDurable) {
  Follower f({1});
  f.append(1, 1, 0, {2});
  const Ticket old_write = f.ready.writes[0].ticket;
  f.append(1, 1, 0, {4});
  const Ticket new_write = f.ready.writes[0].ticket;
  f.raft->step(Persisted{old_write}, f.ready);
  EXPECT_EQ(f.raft->durable_index(), LogIndex{1});
  f.raft->step(Persisted{new_write}, f.ready);
  EXPECT_EQ(f.raft->durable_index(), LogIndex{2});
}

TEST(Replication, AWriteCountsOnceAllBeforeItAreDone) {
  Follower f({1});
  f.append(1, 1, 0, {4});
  const Ticket first = f.ready.writes[0].ticket;
  f.append(2, 4, 0, {4});
  const Ticket second = f.ready.writes[0].ticket;
  f.raft->step(Persisted{second}, f.ready);
  EXPECT_EQ(f.raft->durable_index(), LogIndex{1});
  f.raft->step(Persisted{first}, f.ready);
  EXPECT_EQ(f.raft->durable_index(), LogIndex{3});
}

TEST(Replication, StepsBeforeAFlushShareOneWrite) {
  Cluster cluster(3);
  cluster.elect(0);
  Raft leader = cluster.raft(0);
  Ready ready;
  for (int i = 0; i < 5; ++i) (void)leader.propose(Payload(as_bytes("x")), ready);
  leader.step(Flush{}, ready);
  ASSERT_EQ(ready.writes.size(), 1U);
  EXPECT_EQ(ready.writes[0].entries.size(), 5U);
  EXPECT_EQ(ready.send_now.size(), 2U);
}

TEST(Replication, TheLeadersDiskDoesNotDelayItsMessagesNorTheCommit) {
  Cluster cluster(3);
  cluster.elect(0);
  ASSERT_TRUE(cluster.propose(0, "x").has_value());
  EXPECT_EQ(cluster.network().size(), 2U);
  cluster.deliver(all);
  cluster.persist(1);
  cluster.deliver(all);
  EXPECT_EQ(cluster.raft(0).commit_index(), LogIndex{1}) << "one disk of three";
  cluster.persist(2);
  cluster.deliver(all);
  EXPECT_EQ(cluster.raft(0).commit_index(), LogIndex{2});
  EXPECT_EQ(cluster.node(0).in_flight.size(), 1U);
}

TEST(Replication, TheWindowLimitsWhatIsOnTheWay) {
  Config config;
  config.inflight.messages = 3;
  Cluster cluster(2, config);
  cluster.elect(0);
  cluster.fire(0, TimerKind::heartbeat);
  cluster.settle();
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(cluster.propose(0, "x").has_value());
  EXPECT_EQ(cluster.network().size(), 3U);
  cluster.settle();
  EXPECT_EQ(cluster.raft(0).commit_index(), LogIndex{10});
}

TEST(Replication, ABusyLeaderFillsItsBatches) {
  Config config;
  config.inflight.eager = 2;
  Cluster cluster(2, config);
  cluster.elect(0);
  cluster.fire(0, TimerKind::heartbeat);
  cluster.settle();
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(cluster.propose(0, "x").has_value());
  ASSERT_EQ(cluster.network().size(), 2U) << "the others wait for an answer";
  cluster.settle();
  EXPECT_EQ(cluster.raft(0).commit_index(), LogIndex{10});
  EXPECT_EQ(cluster.raft(1).log().last_index(), LogIndex{10});
}

TEST(Replication, AFullBatchDoesNotWaitForAnAnswer) {
  Config config;
  config.inflight.eager = 1;
  config.max_batch_bytes = 10;
  Cluster cluster(2, config);
  cluster.elect(0);
  cluster.fire(0, TimerKind::heartbeat);
  cluster.settle();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(cluster.propose(0, "0123456789").has_value());
  EXPECT_EQ(cluster.network().size(), 3U);
}

TEST(Replication, LostAppendsAreSentAgain) {
  Cluster cluster(3);
  cluster.elect(0);
  ASSERT_TRUE(cluster.propose(0, "x").has_value());
  cluster.drop(all);
  for (int i = 0; i < 3; ++i) {
    cluster.fire(0, TimerKind::heartbeat);
    cluster.settle();
  }
  EXPECT_EQ(cluster.raft(1).log().last_index(), LogIndex{2});
  EXPECT_EQ(cluster.raft(0).commit_index(), LogIndex{2});
}

TEST(Replication, WhoWasJustSentToNeedsNoHeartbeatYet) {
  Cluster c(3);
  c.elect(0);
  Raft leader = c.raft(0);
  Ready ready;
  ASSERT_TRUE(leader.propose(Payload(as_bytes("x")), ready));
  leader.step(Flush{}, ready);
  EXPECT_EQ(ready.timer(TimerKind::heartbeat), TimerAction::arm);
  ready.clear();
  leader.step(Flush{}, ready);
  EXPECT_EQ(ready.timer(TimerKind::heartbeat), TimerAction::keep);
}

TEST(Replication, TheHeartbeatTimerRunsOnWhileSomethingMayBeLost) {
  Cluster c(3);
  c.elect(0);
  Raft leader = c.raft(0);
  Ready ready;
  ASSERT_TRUE(leader.propose(Payload(as_bytes("x")), ready));
  leader.step(Flush{}, ready);
  ready.clear();
  // Its heartbeats do not show whether the entry arrived.
  ASSERT_TRUE(leader.read(1, ready));
  leader.step(Flush{}, ready);
  EXPECT_FALSE(ready.send_now.empty());
  EXPECT_EQ(ready.timer(TimerKind::heartbeat), TimerAction::keep);
  // Without answers the window fills, and then nothing is sent that could be refused.
  for (std::uint32_t i = 0; i < InflightLimit{}.eager; ++i) {
    ready.clear();
    ASSERT_TRUE(leader.propose(Payload(as_bytes("y")), ready));
    leader.step(Flush{}, ready);
  }
  EXPECT_EQ(ready.timer(TimerKind::heartbeat), TimerAction::keep);
}

TEST(Replication, AMatchDoesNotGoBackWhenAnswersAreReordered) {
  Cluster cluster(3);
  cluster.elect(0);
  Raft leader = cluster.raft(0);
  Ready ready;
  for (int i = 0; i < 4; ++i) (void)leader.propose(Payload(as_bytes("x")), ready);
  Message reply;
  reply.kind = MessageKind::append_reply;
  reply.term = leader.term();
  for (const std::uint64_t match : {5, 3}) {
    reply.index = LogIndex{match};
    leader.step(Received{NodeId{1}, &reply}, ready);
  }
  EXPECT_EQ(leader.progress()[1].match, LogIndex{5});
  reply.reject = true;
  reply.index = LogIndex{4};
  leader.step(Received{NodeId{1}, &reply}, ready);
  EXPECT_EQ(leader.progress()[1].next, LogIndex{6}) << "an outdated refusal";
}

TEST(Replication, OnlyALeaderTakesProposalsAndOnlySoMany) {
  Config config;
  config.max_uncommitted_bytes = 10;
  Cluster cluster(3, config);
  EXPECT_EQ(cluster.propose(0, "x").error(), Errc::not_leader);
  cluster.elect(0);
  ASSERT_TRUE(cluster.propose(0, "12345678").has_value());
  EXPECT_EQ(cluster.propose(0, "12345678").error(), Errc::overloaded);
  cluster.settle();
  EXPECT_TRUE(cluster.propose(0, "12345678").has_value());
}

TEST(Replication, AThousandDivergentEntriesConvergeInFewExchanges) {
  Cluster cluster(3);
  cluster.elect(0);
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(cluster.propose(0, "lost").has_value());
  cluster.drop(all);
  cluster.crash(0, 1000);
  cluster.time_out(1);
  cluster.fire(2, TimerKind::silence);
  cluster.time_out(1);
  cluster.settle();
  ASSERT_TRUE(cluster.raft(1).is_leader());
  cluster.restart(0);
  cluster.take_lines();
  for (int i = 0; i < 3; ++i) {
    cluster.fire(1, TimerKind::heartbeat);
    cluster.settle();
  }
  EXPECT_EQ(cluster.raft(0).log(), cluster.raft(1).log());
  std::size_t refusals = 0;
  for (const std::string& line : cluster.take_lines()) {
    refusals += line.find("n1 > n2") == 0 && line.find("refused") != std::string::npos;
  }
  EXPECT_LE(refusals, 2U);
}

}  // namespace
}  // namespace windtunnel::raft
