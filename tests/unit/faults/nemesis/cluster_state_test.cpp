// Three nodes `n` that form two Raft groups, and a client.
#include <windtunnel/faults/nemesis/cluster_state.h>
#include <windtunnel/protocols/raft/words.h>
#include "tests/unit/sim/programs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace windtunnel::faults {
namespace {

using ::testing::ElementsAre;

constexpr std::uint64_t kFollows = 0;
constexpr std::uint64_t kLeads = 3;

class ClusterStateTest : public ::testing::Test {
 protected:
  ClusterStateTest() {
    dictionary_.add("n", "raft-kv", 2, raft::kWords);
    std::vector<NodeName> names;
    for (const char* name : {"n1", "n2", "n3", "c1"}) {
      windtunnel::testing::add_node(sim_, name, [](Env&, TaskScope&) {});
      names.push_back({name, *name == 'c' ? "c" : "n", *name == 'c'});
    }
    cluster_ = std::make_unique<ClusterState>(sim_, std::move(names), dictionary_);
    for (std::uint32_t i = 0; i < 4; ++i) sim_.node(NodeId{i}).start();
  }

  void say(std::uint32_t node, std::uint32_t group, raft::Word word, std::uint64_t a,
           std::uint64_t b) {
    Record record;
    record.kind = kind_of(observed(word));
    record.node = NodeId{node};
    record.group = GroupId{group};
    record.a = a;
    record.b = b;
    sim_.record(record);
  }
  void role(std::uint32_t node, std::uint32_t group, std::uint64_t role, std::uint64_t term) {
    say(node, group, raft::Word::role, role, term);
  }
  std::vector<NodeId> leaders(std::optional<std::uint32_t> group) {
    Selector selector;
    selector.terms.push_back({Term::Kind::leader, "n", 0, group});
    return resolve(selector, *cluster_, DrawKey(1, "nemesis", "f1"));
  }

  Simulation sim_{windtunnel::testing::with_seed(1)};
  Dictionary dictionary_;
  std::unique_ptr<ClusterState> cluster_;
};

// B8: what a node says of one group took the other's leader away.
TEST_F(ClusterStateTest, ANodeLeadsOneGroupWhateverItIsInAnother) {
  role(0, 0, kLeads, 1);
  role(0, 1, kFollows, 2);
  role(2, 1, kLeads, 2);
  role(2, 0, kFollows, 1);
  EXPECT_THAT(leaders(0), ElementsAre(NodeId{0}));
  EXPECT_THAT(leaders(1), ElementsAre(NodeId{2}));
  EXPECT_THAT(leaders({}), ElementsAre(NodeId{0}, NodeId{2}));
  sim_.node(NodeId{0}).crash(CrashKind::process);
  EXPECT_THAT(leaders(0), ElementsAre());
  sim_.node(NodeId{0}).start();
  EXPECT_THAT(leaders({}), ElementsAre(NodeId{2}));
}

TEST_F(ClusterStateTest, TheNewestTermLeads) {
  role(0, 0, kLeads, 4);
  role(1, 0, kLeads, 5);
  EXPECT_THAT(leaders(0), ElementsAre(NodeId{1}));
}

TEST_F(ClusterStateTest, CountsTermsThatWereLedInEachGroup) {
  role(0, 0, kLeads, 1);
  role(1, 0, kLeads, 1);  // two leaders of one term are no two elections
  role(1, 1, kLeads, 1);
  role(1, 0, kLeads, 2);
  EXPECT_EQ(cluster_->elections(), 3U);
}

TEST_F(ClusterStateTest, VotesCountByTheConfigurationInForce) {
  EXPECT_THAT(cluster_->voters("n", 1), ElementsAre(NodeId{0}, NodeId{1}, NodeId{2}));
  say(0, 1, raft::Word::config, 5, 0b011);
  say(1, 1, raft::Word::config, 3, 0b111);
  EXPECT_THAT(cluster_->voters("n", 1), ElementsAre(NodeId{0}, NodeId{1}));
  role(1, 1, kLeads, 2);
  EXPECT_THAT(cluster_->voters("n", 1), ElementsAre(NodeId{0}, NodeId{1}, NodeId{2}));
  EXPECT_THAT(cluster_->voters("n", 0), ElementsAre(NodeId{0}, NodeId{1}, NodeId{2}));
}

}  // namespace
}  // namespace windtunnel::faults
