// What clients see when the network does not do as it should.
#include <windtunnel/sim/net/network.h>
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

TEST(NetworkTrouble, ALeaderThatWasCutOffServesNoStaleRead) {
  Cluster cluster(3, 1, {{"check_quorum", "false"}});
  cluster.timeout = seconds(2);
  User before(cluster, "before", {call("put", "k", "old")});
  cluster.run_for(seconds(1));
  ASSERT_EQ(before.ok(), 1U);
  const auto old_leader = static_cast<std::size_t>(cluster.leader());
  User writer(cluster, "writer", {call("sleep", "1s"), call("put", "k", "new")});
  User reader(cluster, "reader", {call("sleep", "4s"), call("get", "k")});
  NodeSet minority{NodeId{static_cast<std::uint32_t>(old_leader)}, NodeId{5}};
  NodeSet majority{NodeId{3}, NodeId{4}};
  for (std::uint32_t i = 0; i < 3; ++i) {
    if (i != old_leader) majority.add(NodeId{i});
  }
  cluster.sim.network().partition(1, {minority, majority});
  cluster.run_for(seconds(8));
  ASSERT_EQ(writer[1].outcome.kind, Outcome::Kind::ok);
  EXPECT_TRUE(cluster.machine(old_leader)->is_leader()) << "it does not know better";
  ASSERT_TRUE(reader[1].done);
  EXPECT_EQ(reader[1].outcome.kind, Outcome::Kind::fail);
}

TEST(NetworkTrouble, LossDuplicationReorderingAndCorruptionChangeNoResult) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Cluster cluster(3, seed, {{"snapshot_every", "50"}, {"keep_entries", "5"}});
    cluster.timeout = seconds(30);
    LinkFault fault;
    fault.impairments.loss = PerMillion{50'000};
    fault.impairments.duplicate = PerMillion{200'000};
    fault.impairments.reorder = PerMillion{100'000};
    fault.impairments.corrupt = PerMillion{20'000};
    cluster.sim.network().add_fault(1, fault);
    std::vector<Call> calls(200, call("append", "k", "x"));
    calls.push_back(call("get", "k"));
    User user(cluster, "c", calls);
    cluster.run_for(seconds(60));
    EXPECT_GT(cluster.sim.network().bites(1), 100U);
    EXPECT_EQ(user.ok(), 201U);
    EXPECT_EQ(user.calls->back().text(), std::string(200, 'x')) << seed;
  }
}

}  // namespace
}  // namespace windtunnel
