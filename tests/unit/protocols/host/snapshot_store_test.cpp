// What the store finds in its directory at a start.
#include <windtunnel/protocols/env/await.h>
#include <windtunnel/protocols/host/snapshot_store.h>
#include "tests/unit/sim/programs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace windtunnel {
namespace {

constexpr GroupId kSavedGroup{3};
constexpr raft::LogIndex kSavedIndex{7};

class OnePiece final : public SnapshotSource {
 public:
  Task<Result<Bytes>> next(Env&, std::size_t) override {
    Bytes piece = std::exchange(piece_, {});
    co_return Result<Bytes>(std::move(piece));
  }

 private:
  Bytes piece_ = to_bytes("state");
};

std::unique_ptr<SnapshotSink> nowhere(GroupId, raft::LogIndex) { return nullptr; }

// One life of a node.
struct Life {
  std::vector<raft::LogIndex> found;
  std::vector<std::string> names;  // in the directory, afterwards
};

// Saves a snapshot, and copies its file to each of `strays`.
Task<void> save(Env& env, SnapshotStore& store, std::vector<std::string> strays) {
  const SnapshotStore::SinkOf sinks = nowhere;
  const Result<std::vector<SnapshotStore::Found>> recovered = co_await store.recover(env, sinks);
  EXPECT_TRUE(recovered.has_value());
  SnapshotHead head;
  head.group = kSavedGroup;
  head.meta.index = kSavedIndex;
  OnePiece source;
  const Result<void> saved = co_await store.save(env, head, source);
  EXPECT_TRUE(saved.has_value());
  const Result<Bytes> bytes = co_await store.read_piece(env, kSavedGroup, kSavedIndex, 0, 1 << 20);
  for (const std::string& stray : strays) {
    const std::string path = "snap/" + stray;
    const Result<File> file = co_await open_file(env, path, OpenMode::create);
    const Result<void> written = co_await write_file(env, *file, 0, *bytes);
    EXPECT_TRUE(written.has_value());
    env.disk.close(*file);
  }
}

Task<void> look(Env& env, SnapshotStore& store, Life& life) {
  const SnapshotStore::SinkOf sinks = nowhere;
  const Result<std::vector<SnapshotStore::Found>> recovered = co_await store.recover(env, sinks);
  EXPECT_TRUE(recovered.has_value());
  for (const SnapshotStore::Found& found : *recovered) life.found.push_back(found.head.meta.index);
  Result<std::vector<std::string>> names = co_await list_directory(env, "snap");
  EXPECT_TRUE(names.has_value());
  life.names = *names;
}

TEST(SnapshotStore, PassesOverACopyBesideTheFile) {
  const std::string good = "00000003-0000000000000007.snap";
  const std::vector<std::string> strays = {
      "00000003-0000000000000007.bak.snap", "00000003_0000000000000007.snap",
      "00000003-00000000000000070.snap",    "3-7.snap",
      "00000003-0000000000000007 (1).snap", ".snap"};
  Simulation sim(testing::with_seed(1));
  std::vector<SnapshotStore> stores(3, SnapshotStore("snap"));
  std::vector<Life> lives(3);
  std::size_t life = 0;
  Node& node = testing::add_node(sim, "n1", [&](Env& env, TaskScope& scope) {
    if (life == 0) {
      scope.spawn(save(env, stores[0], strays));
    } else {
      scope.spawn(look(env, stores[life], lives[life]));
    }
  });
  for (; life < lives.size(); ++life) {
    node.start();
    sim.run_until(sim.now() + seconds(1));
    node.crash(CrashKind::process);
    if (life == 0) continue;
    EXPECT_EQ(lives[life].found, std::vector<raft::LogIndex>{kSavedIndex});
    EXPECT_EQ(lives[life].names.size(), strays.size() + 1);
    EXPECT_EQ(std::count(lives[life].names.begin(), lives[life].names.end(), good), 1);
  }
}

}  // namespace
}  // namespace windtunnel
