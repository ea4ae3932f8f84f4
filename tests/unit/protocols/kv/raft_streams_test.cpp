// raft-kv with `transport: streams`: the same service, over another way between its nodes.
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

Cluster::Options streams(std::initializer_list<Cluster::Options::value_type> more = {}) {
  Cluster::Options options(more);
  options["transport"] = "streams";
  return options;
}

// Appends with pauses, and a read at the end.
std::vector<Call> appends(std::size_t count, const std::string& pause) {
  std::vector<Call> calls;
  for (std::size_t i = 0; i < count; ++i) {
    calls.push_back(call("append", "k", "x"));
    calls.push_back(call("sleep", pause));
  }
  calls.push_back(call("get", "k"));
  return calls;
}

void expect_all(const User& user, std::size_t count) {
  EXPECT_EQ(user.done(), user.calls->size());
  EXPECT_EQ(user.calls->back().text(), std::string(count, 'x'));
}

TEST(RaftStreams, ReplicateWithoutASingleMessageBetweenServers) {
  Cluster cluster(3, 1, streams());
  User user(cluster, "c", appends(50, "1ms"));
  cluster.run_for(seconds(5));
  expect_all(user, 50);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_NE(cluster.machine(i), nullptr);
    EXPECT_GE(cluster.machine(i)->commit_index().value, 50U);
  }
  EXPECT_GE(cluster.sim.network().stream_ends(), 8U);  // the leader's and to it, two ends each
}

TEST(RaftStreams, LostAndReorderedSegmentsChangeNoResult) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Cluster cluster(
        3, seed,
        streams({{"snapshot_every", "50"}, {"keep_entries", "5"}, {"election_timeout", "500ms"}}));
    cluster.timeout = seconds(30);
    LinkFault fault;
    fault.impairments.loss = PerMillion{30'000};
    fault.impairments.reorder = PerMillion{100'000};
    fault.impairments.corrupt = PerMillion{10'000};
    cluster.sim.network().add_fault(1, fault);
    User user(cluster, "c", appends(150, "1ms"));
    cluster.run_for(seconds(120));
    EXPECT_GT(cluster.sim.network().bites(1), 50U);
    expect_all(user, 150);
  }
}

TEST(RaftStreams, AFollowerThatCrashedCatchesUp) {
  for (const CrashKind kind : {CrashKind::process, CrashKind::power}) {
    Cluster cluster(3, 2, streams({{"snapshot_every", "20"}, {"keep_entries", "5"}}));
    User user(cluster, "c", appends(200, "20ms"));
    cluster.run_for(seconds(1));
    const auto follower = static_cast<std::size_t>(cluster.leader() == 0 ? 1 : 0);
    cluster.servers[follower]->crash(kind);
    cluster.run_for(seconds(2));
    cluster.servers[follower]->start();
    cluster.run_for(seconds(10));
    expect_all(user, 200);
    ASSERT_NE(cluster.machine(follower), nullptr);
    EXPECT_GE(cluster.machine(follower)->applied_index().value, 200U);
  }
}

TEST(RaftStreams, AnotherLeadsWhenTheLeaderIsCutOffAndItComesBack) {
  Cluster cluster(3, 3, streams());
  cluster.timeout = seconds(10);
  User user(cluster, "c", appends(200, "30ms"));
  cluster.run_for(seconds(1));
  const auto old = static_cast<std::size_t>(cluster.leader());
  NodeSet alone{NodeId{static_cast<std::uint32_t>(old)}};
  NodeSet others{NodeId{3}};
  for (std::uint32_t i = 0; i < 3; ++i) {
    if (i != old) others.add(NodeId{i});
  }
  cluster.sim.network().partition(1, {alone, others});
  cluster.run_for(seconds(4));
  EXPECT_NE(cluster.leader(), static_cast<int>(old));
  cluster.sim.network().remove_fault(1);
  cluster.run_for(seconds(15));
  expect_all(user, 200);
  EXPECT_GE(cluster.machine(old)->applied_index().value, 200U);
}

}  // namespace
}  // namespace windtunnel
