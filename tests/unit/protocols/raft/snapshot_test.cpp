#include "tests/unit/protocols/raft/cluster.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace windtunnel::raft {
namespace {

// Node 2 is down while the others commit ten commands and forget them.
void leave_behind(Cluster& cluster) {
  cluster.elect(0);
  cluster.crash(2);
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(cluster.propose(0, "command " + std::to_string(i)).has_value());
  }
  cluster.settle();
  cluster.fire(0, TimerKind::heartbeat);
  cluster.settle();
  cluster.compact(0, LogIndex{11});
}

void beat(Cluster& cluster, int times) {
  for (int i = 0; i < times; ++i) {
    cluster.fire(0, TimerKind::heartbeat);
    cluster.settle();
  }
}

TEST(Snapshot, AFollowerThatWasAwayGetsOneInPieces) {
  Cluster cluster(3);
  leave_behind(cluster);
  cluster.restart(2);
  cluster.take_lines();
  beat(cluster, 3);
  std::size_t pieces = 0;
  for (const std::string& line : cluster.take_lines()) {
    pieces += line.find("n1 > n3 snapshot-chunk") == 0;
  }
  EXPECT_GT(pieces, 3U);
  EXPECT_EQ(cluster.node(2).state.commands, cluster.node(0).state.commands);
  EXPECT_EQ(cluster.raft(2).log(), cluster.raft(0).log());
  ASSERT_TRUE(cluster.propose(0, "after").has_value());
  cluster.settle();
  EXPECT_EQ(cluster.raft(2).log().last_index(), LogIndex{12});
  EXPECT_EQ(cluster.invariants().violation(), nullptr);
}

TEST(Snapshot, LostAndDuplicatedPiecesDelayButDoNotHarm) {
  Cluster cluster(3);
  leave_behind(cluster);
  cluster.restart(2);
  for (int i = 0; i < 40; ++i) {
    cluster.fire(0, TimerKind::heartbeat);
    for (int n = 0; n < 3 && !cluster.network().empty(); ++n) {
      if ((i + n) % 3 == 0) {
        cluster.network().pop_front();
      } else {
        cluster.deliver_at(0, (i + n) % 3 == 1 && n == 0);
      }
    }
    while (!cluster.node(2).in_flight.empty()) cluster.persist(2);
  }
  beat(cluster, 6);
  EXPECT_EQ(cluster.node(2).state.commands, cluster.node(0).state.commands);
  EXPECT_EQ(cluster.invariants().violation(), nullptr);
}

// A host that puts a newer snapshot in the place of the current one has neither for a moment.
TEST(Snapshot, ATransferWaitsForAHeartbeatWhereItsSnapshotIsGone) {
  Cluster cluster(3);
  leave_behind(cluster);
  cluster.restart(2);
  auto& files = cluster.node(0).disk.snapshots;
  const auto kept = files;
  files.clear();
  beat(cluster, 2);  // Ends: it is not asked for again and again.
  EXPECT_TRUE(cluster.node(2).state.commands.empty());
  files = kept;
  beat(cluster, 3);
  EXPECT_EQ(cluster.node(2).state.commands, cluster.node(0).state.commands);
}

Raft follower_with(std::initializer_list<std::uint64_t> terms, Ready& ready) {
  Config config;
  config.self = NodeId{0};
  Recovered recovered;
  recovered.hard_state.term = Term{4};
  recovered.snapshot.configuration = Configuration::of_voters({NodeId{0}, NodeId{1}, NodeId{2}});
  for (const std::uint64_t term : terms) {
    recovered.entries.push_back(Entry{Term{term}, EntryKind::command, Payload(), 0});
  }
  Raft raft(config, recovered);
  raft.step(Start{}, ready);
  ready.clear();
  return raft;
}

Message piece(std::uint64_t index, std::uint64_t term, std::uint64_t offset, bool done) {
  Message message;
  message.kind = MessageKind::snapshot_chunk;
  message.term = Term{4};
  message.index = LogIndex{index};
  message.log_term = Term{term};
  message.offset = offset;
  message.data = Payload(as_bytes("12345"));
  message.done = done;
  return message;
}

SnapshotMeta meta_of(std::uint64_t index, std::uint64_t term) {
  SnapshotMeta meta;
  meta.index = LogIndex{index};
  meta.term = Term{term};
  meta.hash = 77;
  meta.configuration = Configuration::of_voters({NodeId{0}, NodeId{1}, NodeId{2}});
  return meta;
}

TEST(Snapshot, PiecesOfAnotherTransferDoNotContinueTheFirst) {
  Ready ready;
  Raft raft = follower_with({1}, ready);
  Message message = piece(9, 3, 0, false);
  raft.step(Received{NodeId{1}, &message}, ready);
  EXPECT_EQ(ready.snapshot_pieces.size(), 1U);
  raft.step(SnapshotPieceStored{}, ready);
  message = piece(8, 3, 5, true);  // another snapshot
  raft.step(Received{NodeId{1}, &message}, ready);
  EXPECT_EQ(ready.snapshot_pieces.size(), 1U);
  EXPECT_EQ(ready.send_now.back().offset, 0U);
  message = piece(9, 3, 5, true);  // the first again, but its pieces are gone
  raft.step(Received{NodeId{1}, &message}, ready);
  EXPECT_EQ(ready.snapshot_pieces.size(), 1U);
  message = piece(9, 3, 0, false);
  message.term = Term{5};  // another reign
  raft.step(Received{NodeId{2}, &message}, ready);
  EXPECT_EQ(ready.snapshot_pieces.size(), 2U);
  EXPECT_EQ(ready.snapshot_pieces.back().offset, 0U);
}

TEST(Snapshot, APieceIsAnsweredWhenItIsStored) {
  Ready ready;
  Raft raft = follower_with({1}, ready);
  Message message = piece(9, 3, 0, false);
  for (int i = 0; i < 3; ++i) raft.step(Received{NodeId{1}, &message}, ready);
  EXPECT_EQ(ready.snapshot_pieces.size(), 1U) << "the others are the same piece again";
  EXPECT_TRUE(ready.send_now.empty());
  raft.step(SnapshotPieceStored{}, ready);
  ASSERT_EQ(ready.send_now.size(), 1U);
  EXPECT_EQ(ready.send_now[0].kind, MessageKind::snapshot_reply);
  EXPECT_EQ(ready.send_now[0].to, NodeId{1});
  EXPECT_EQ(ready.send_now[0].offset, 5U);
  raft.step(Received{NodeId{1}, &message}, ready);
  EXPECT_EQ(ready.snapshot_pieces.size(), 1U);
  EXPECT_EQ(ready.send_now.size(), 2U) << "the answer may be lost";
}

// A host that puts a snapshot in place would be left with a file that the machine knows nothing of.
TEST(Snapshot, NoTransferBeginsWhileTheHostHasAPiece) {
  for (const bool is_last : {false, true}) {
    Ready ready;
    Raft raft = follower_with({1}, ready);
    Message message = piece(9, 3, 0, is_last);
    raft.step(Received{NodeId{1}, &message}, ready);
    Message other = piece(10, 4, 0, false);
    other.term = Term{5};
    raft.step(Received{NodeId{2}, &other}, ready);
    EXPECT_EQ(ready.snapshot_pieces.size(), 1U);
    if (is_last) {
      raft.step(SnapshotReceived{meta_of(9, 3)}, ready);
    } else {
      raft.step(SnapshotPieceStored{}, ready);
    }
    EXPECT_EQ(raft.snapshot().index, LogIndex{is_last ? 9U : 0U});
    EXPECT_TRUE(ready.send_now.empty()) << "its leader is gone";
    raft.step(Received{NodeId{2}, &other}, ready);
    ASSERT_EQ(ready.snapshot_pieces.size(), 2U) << "it is sent again";
    EXPECT_EQ(ready.snapshot_pieces[1].index, LogIndex{10});
  }
}

// Node 2, which leads term 5, appends entries of terms 3 and 3 behind the first.
void append_as_next_leader(Raft& raft, std::uint64_t commit, Ready& ready) {
  SliceBuilder builder;
  builder.clear();
  builder.add(Term{3}, EntryKind::command, Payload());
  builder.add(Term{3}, EntryKind::command, Payload());
  Message message;
  message.kind = MessageKind::append;
  message.term = Term{5};
  message.index = LogIndex{1};
  message.log_term = Term{1};
  message.commit = LogIndex{commit};
  message.entries = builder.slice();
  raft.step(Received{NodeId{2}, &message}, ready);
}

// Makes the node leader of term 6, by the vote of node 2.
void win(Raft& raft, Ready& ready) {
  raft.step(TimerFired{TimerKind::silence}, ready);
  raft.step(TimerFired{TimerKind::election}, ready);
  Message vote;
  vote.term = Term{6};
  for (const MessageKind kind : {MessageKind::pre_vote_reply, MessageKind::request_vote_reply}) {
    vote.kind = kind;
    raft.step(Received{NodeId{2}, &vote}, ready);
  }
  // A host takes the writes before it carries them out.
  const std::vector<Write> writes = std::exchange(ready.writes, {});
  for (const Write& write : writes) raft.step(Persisted{write.ticket}, ready);
}

// The file has taken the place of the one before it on the host's disk.
TEST(Snapshot, OneThatTheLogHasOvertakenIsTheOneToSend) {
  Ready ready;
  Raft raft = follower_with({1}, ready);
  const Message message = piece(3, 3, 0, true);
  raft.step(Received{NodeId{1}, &message}, ready);
  append_as_next_leader(raft, 3, ready);
  ASSERT_EQ(raft.commit_index(), LogIndex{3});
  raft.step(SnapshotReceived{meta_of(3, 3)}, ready);
  EXPECT_EQ(raft.snapshot(), meta_of(3, 3));
  EXPECT_FALSE(ready.restore.has_value());
  EXPECT_EQ(raft.log().first_index(), LogIndex{1});
}

TEST(Snapshot, ALeaderLetsAPieceThatItHasTakenBeStored) {
  for (const bool is_last : {false, true}) {
    Ready ready;
    Raft raft = follower_with({1}, ready);
    const Message message = piece(3, 3, 0, is_last);
    raft.step(Received{NodeId{1}, &message}, ready);
    append_as_next_leader(raft, 1, ready);
    win(raft, ready);
    ASSERT_TRUE(raft.is_leader());
    const std::size_t sent = ready.send_now.size();
    if (is_last) {
      raft.step(SnapshotReceived{meta_of(3, 3)}, ready);
    } else {
      raft.step(SnapshotPieceStored{}, ready);
    }
    EXPECT_EQ(raft.snapshot().index, LogIndex{is_last ? 3U : 0U});
    EXPECT_EQ(raft.commit_index(), LogIndex{1});
    EXPECT_FALSE(ready.restore.has_value());
    EXPECT_EQ(ready.send_now.size(), sent) << "nobody waits for an answer";
  }
}

TEST(Snapshot, APrefixThatTheLogHasIsCommittedWithoutTransfer) {
  Ready ready;
  Raft raft = follower_with({1, 3, 3}, ready);
  const Message message = piece(2, 3, 0, false);
  raft.step(Received{NodeId{1}, &message}, ready);
  EXPECT_TRUE(ready.snapshot_pieces.empty());
  EXPECT_EQ(raft.commit_index(), LogIndex{2});
  EXPECT_EQ(raft.log().last_index(), LogIndex{3});
  ASSERT_EQ(ready.send_now.size(), 1U);
  EXPECT_TRUE(ready.send_now[0].done);
}

TEST(Snapshot, InstallingDiscardsALogThatContradictsIt) {
  Ready ready;
  Raft raft = follower_with({1, 2, 2, 2}, ready);
  const Message message = piece(3, 3, 0, true);
  raft.step(Received{NodeId{1}, &message}, ready);
  EXPECT_TRUE(ready.send_now.empty()) << "the last piece is answered when it is installed";
  raft.step(SnapshotReceived{meta_of(3, 3)}, ready);
  EXPECT_EQ(raft.log().last_index(), LogIndex{3});
  EXPECT_EQ(raft.commit_index(), LogIndex{3});
  ASSERT_EQ(ready.writes.size(), 1U);
  EXPECT_TRUE(ready.writes[0].discard_log);
  ASSERT_TRUE(ready.restore.has_value());
  ASSERT_EQ(ready.send_after.size(), 1U);
  EXPECT_EQ(ready.send_after[0].ticket, ready.writes[0].ticket);
  EXPECT_TRUE(ready.send_after[0].message.done);
}

TEST(Snapshot, RecoveryPrefersTheSnapshotToALogThatContradictsIt) {
  Config config;
  config.self = NodeId{0};
  Recovered recovered;
  recovered.hard_state.term = Term{4};
  recovered.snapshot = meta_of(2, 3);
  recovered.entries = {Entry{Term{1}, EntryKind::command, Payload(), 0},
                       Entry{Term{2}, EntryKind::command, Payload(), 0},
                       Entry{Term{2}, EntryKind::command, Payload(), 0}};
  const Raft raft(config, recovered);
  EXPECT_EQ(raft.log().last_index(), LogIndex{2});
  EXPECT_EQ(raft.log().last_term(), Term{3});
  EXPECT_EQ(raft.commit_index(), LogIndex{2});
}

TEST(Snapshot, DescribesTheEntryNotTheNode) {
  Cluster cluster(3);
  cluster.elect(0);
  ASSERT_TRUE(cluster.propose(0, "x").has_value());
  cluster.settle();
  cluster.fire(0, TimerKind::heartbeat);
  cluster.settle();
  cluster.crash(0);
  cluster.fire(2, TimerKind::silence);
  cluster.elect(1);
  ASSERT_EQ(cluster.raft(1).term(), Term{2});
  const SnapshotMeta meta = cluster.raft(1).describe(LogIndex{2});
  EXPECT_EQ(meta.term, Term{1});
  EXPECT_EQ(meta.hash, cluster.raft(1).log().hash_at(LogIndex{2}));
  EXPECT_EQ(meta.configuration.voters.size(), 3U);
}

TEST(Snapshot, ADamagedTransferStartsOver) {
  Ready ready;
  Raft raft = follower_with({1}, ready);
  const Message message = piece(9, 3, 0, true);
  raft.step(Received{NodeId{1}, &message}, ready);
  raft.step(SnapshotDamaged{}, ready);
  raft.step(Received{NodeId{1}, &message}, ready);
  EXPECT_EQ(ready.snapshot_pieces.size(), 2U);
}

}  // namespace
}  // namespace windtunnel::raft
