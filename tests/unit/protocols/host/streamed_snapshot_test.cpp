// Snapshots of an application that never holds its state as one piece.
#include <windtunnel/protocols/env/await.h>
#include <windtunnel/sim/net/network.h>
#include "tests/unit/protocols/host/log_service.h"

namespace windtunnel {
namespace {

using testing::LogApplication;
using testing::LogCluster;

// Hands out a line a piece, and waits before each as if it read it from somewhere.
class LineSource final : public SnapshotSource {
 public:
  explicit LineSource(std::vector<std::string> lines) : lines_(std::move(lines)) {}
  Task<Result<Bytes>> next(Env& env, std::size_t) override {
    if (at_ == lines_.size()) co_return Result<Bytes>(Bytes());
    co_await sleep_for(env, microseconds(50));
    const std::string line = lines_[at_] + "\n";
    ++at_;
    co_return Result<Bytes>(to_bytes(line));
  }

 private:
  std::vector<std::string> lines_;
  std::size_t at_ = 0;
};

// Those of one application: how long they take for a piece, and what became of them.
struct Sinks {
  Duration pause;
  int made = 0;
  int alive = 0;
  std::size_t largest = 0;  // piece
};

class LineSink final : public SnapshotSink {
 public:
  LineSink(LogApplication& owner, raft::LogIndex index, Sinks& sinks)
      : owner_(owner), index_(index), sinks_(sinks) {
    ++sinks.made;
    ++sinks.alive;
    EXPECT_EQ(sinks.alive, 1) << "an application has one at a time";
  }
  ~LineSink() override { --sinks_.alive; }
  Task<Result<void>> write(Env& env, BytesView piece) override {
    sinks_.largest = std::max(sinks_.largest, piece.size());
    state_ += as_text(piece);
    co_await sleep_for(env, sinks_.pause);
    co_return Result<void>();
  }
  Result<void> finish() override { return owner_.replace(index_, state_); }

 private:
  LogApplication& owner_;
  raft::LogIndex index_;
  Sinks& sinks_;
  std::string state_;
};

class StreamingApplication final : public LogApplication {
 public:
  explicit StreamingApplication(Duration pause) { sinks.pause = pause; }
  std::unique_ptr<SnapshotSource> save() const override {
    return std::make_unique<LineSource>(lines);
  }
  std::unique_ptr<SnapshotSink> restore(raft::LogIndex index) override {
    return std::make_unique<LineSink>(*this, index, sinks);
  }
  Sinks sinks;
};

StreamingApplication& at(LogCluster& cluster, std::size_t i) {
  return static_cast<StreamingApplication&>(cluster.at(i));
}

class StreamedSnapshots : public ::testing::Test {
 protected:
  StreamedSnapshots()
      : cluster(1, 1,
                [this](std::size_t) { return std::make_unique<StreamingApplication>(pause); }) {
    cluster.options[0].snapshot_every = 10;
    cluster.options[0].keep_entries = 1;
    cluster.options[0].snapshot_piece_bytes = 1000;
  }
  // Proposes lines of 500 bytes.
  void append(std::size_t leader, std::uint64_t first, std::uint64_t count) {
    for (std::uint64_t i = first; i < first + count; ++i) {
      cluster.propose(leader, std::string(500, static_cast<char>('a' + i % 26)), i);
      cluster.run_for(milliseconds(20));
    }
  }
  Duration pause = microseconds(50);
  LogCluster cluster;
};

TEST_F(StreamedSnapshots, BringALaggingNodeUpToDateInPieces) {
  cluster.start();
  const std::size_t leader = cluster.await_leader();
  const std::size_t lagging = (leader + 1) % LogCluster::kNodes;
  cluster.nodes()[lagging]->crash(CrashKind::power);
  append(leader, 1, 50);
  cluster.nodes()[lagging]->start();
  cluster.run_for(seconds(5));
  EXPECT_GE(at(cluster, lagging).sinks.made, 1);
  EXPECT_LE(at(cluster, lagging).sinks.largest, 1000U);
  EXPECT_EQ(at(cluster, lagging).lines, at(cluster, leader).lines);
  EXPECT_EQ(at(cluster, lagging).lines.size(), 50U);
}

// Some 800 pieces, of which the network brings many in the time in which one is stored.
TEST_F(StreamedSnapshots, AreInstalledWhereStoringIsSlowerThanTheNetwork) {
  pause = milliseconds(10);
  cluster.options[0].snapshot_piece_bytes = 32;
  cluster.start();
  const std::size_t leader = cluster.await_leader();
  const std::size_t lagging = (leader + 1) % LogCluster::kNodes;
  cluster.nodes()[lagging]->crash(CrashKind::power);
  append(leader, 1, 50);
  cluster.nodes()[lagging]->start();
  cluster.run_for(seconds(30));
  EXPECT_EQ(at(cluster, lagging).sinks.made, 1) << "it never starts over";
  EXPECT_EQ(at(cluster, lagging).lines.size(), 50U);
}

TEST_F(StreamedSnapshots, ThatTheLogHasOvertakenAreLetGo) {
  pause = seconds(3);
  cluster.options[0].snapshot_piece_bytes = 64 << 10;  // one piece
  cluster.start();
  const std::size_t leader = cluster.await_leader();
  const std::size_t lagging = (leader + 1) % LogCluster::kNodes;
  const std::size_t other = (leader + 2) % LogCluster::kNodes;
  // One that forgets nothing of its log.
  cluster.nodes()[other]->crash(CrashKind::power);
  cluster.options[0].snapshot_every = 1000;
  cluster.nodes()[other]->start();
  cluster.run_for(milliseconds(500));
  cluster.nodes()[lagging]->crash(CrashKind::power);
  append(leader, 1, 50);
  cluster.nodes()[lagging]->start();
  cluster.run_for(milliseconds(500));
  ASSERT_EQ(at(cluster, lagging).sinks.alive, 1);
  cluster.sim.network().isolate(1, NodeId{static_cast<std::uint32_t>(leader)});
  cluster.run_for(seconds(10));
  EXPECT_EQ(at(cluster, lagging).lines.size(), 50U);
  EXPECT_EQ(at(cluster, lagging).sinks.made, 1);
  EXPECT_EQ(at(cluster, lagging).sinks.alive, 0);
  const raft::Raft& received = *cluster.service(lagging).host.machine({});
  const raft::Raft& sent = *cluster.service(leader).host.machine({});
  EXPECT_EQ(received.snapshot(), sent.snapshot()) << "it is the one on the disk";
}

TEST_F(StreamedSnapshots, AreWhatANodeStartsFromAgain) {
  cluster.start();
  append(cluster.await_leader(), 1, 35);
  for (Node* node : cluster.nodes()) node->crash(CrashKind::power);
  for (Node* node : cluster.nodes()) node->start();
  cluster.run_for(seconds(3));
  for (std::size_t i = 0; i < LogCluster::kNodes; ++i) {
    EXPECT_EQ(at(cluster, i).sinks.made, 1);
    EXPECT_EQ(at(cluster, i).lines.size(), 35U);
  }
}

TEST_F(StreamedSnapshots, ThatAreDamagedOnTheWayAreSentAgain) {
  cluster.start();
  const std::size_t leader = cluster.await_leader();
  const std::size_t lagging = (leader + 1) % LogCluster::kNodes;
  cluster.nodes()[lagging]->crash(CrashKind::power);
  append(leader, 1, 50);
  LinkFault noise;
  noise.from = NodeSet{NodeId{static_cast<std::uint32_t>(leader)}};
  noise.to = NodeSet{NodeId{static_cast<std::uint32_t>(lagging)}};
  noise.impairments.corrupt = PerMillion{100'000};
  cluster.sim.network().add_fault(1, noise);
  cluster.nodes()[lagging]->start();
  cluster.run_for(seconds(20));
  cluster.sim.network().remove_fault(1);
  cluster.run_for(seconds(5));
  EXPECT_EQ(at(cluster, lagging).lines, at(cluster, leader).lines);
}

TEST_F(StreamedSnapshots, ThatACrashCutsShortLeaveNothingBehind) {
  cluster.start();
  const std::size_t leader = cluster.await_leader();
  const std::size_t lagging = (leader + 1) % LogCluster::kNodes;
  cluster.nodes()[lagging]->crash(CrashKind::power);
  append(leader, 1, 50);
  for (int i = 0; i < 20; ++i) {
    cluster.nodes()[lagging]->start();
    cluster.run_for(milliseconds(40 + 7 * i));
    cluster.nodes()[lagging]->crash(i % 2 == 0 ? CrashKind::power : CrashKind::process);
  }
  cluster.nodes()[lagging]->start();
  cluster.run_for(seconds(5));
  EXPECT_EQ(at(cluster, lagging).lines.size(), 50U);
}

}  // namespace
}  // namespace windtunnel
