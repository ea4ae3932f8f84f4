// The promises of the floor: how proposals end, who is told what, what is given again after a
// restart.
#include <windtunnel/protocols/base/keyed_random.h>
#include <windtunnel/sim/net/network.h>
#include "tests/unit/protocols/host/log_service.h"

#include <set>

namespace windtunnel {
namespace {

using testing::End;
using testing::LogApplication;
using testing::LogCluster;
using testing::LogService;

constexpr std::size_t kNodes = LogCluster::kNodes;

TEST(Host, ProposalEndsAppliedWithItsResult) {
  LogCluster cluster(1);
  cluster.start();
  const std::size_t leader = cluster.await_leader();
  cluster.propose(leader, "a", 7);
  cluster.propose(leader, "b", 3);
  EXPECT_TRUE(cluster.at(leader).ends.empty());
  cluster.run_for(seconds(1));
  EXPECT_EQ(cluster.at(leader).ends[7].result, "1");
  EXPECT_EQ(cluster.at(leader).ends[3].result, "2");
  for (std::size_t i = 0; i < kNodes; ++i) {
    EXPECT_EQ(cluster.at(i).lines, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(cluster.at(i).ends.size(), i == leader ? 2U : 0U);
  }
}

TEST(Host, ProposalIsRefusedFromInsideWithTheReason) {
  LogCluster cluster(1);
  cluster.options[0].max_command_bytes = 10;
  cluster.options[0].raft.max_uncommitted_bytes = 15;
  cluster.start();
  cluster.propose(0, "early", 1);
  EXPECT_EQ(cluster.at(0).ends[1].error, Errc::not_leader) << "it has not recovered";
  const std::size_t leader = cluster.await_leader();
  const std::size_t follower = (leader + 1) % kNodes;
  cluster.propose(follower, "x", 2);
  EXPECT_EQ(cluster.at(follower).ends[2].error, Errc::not_leader);
  EXPECT_EQ(cluster.service(follower).host.leader({}), NodeId{static_cast<std::uint32_t>(leader)});
  cluster.propose(leader, "12345678901", 3);
  EXPECT_EQ(cluster.at(leader).ends[3].error, Errc::message_too_large);
  cluster.propose(leader, "1234567890", 4);
  cluster.propose(leader, "1234567890", 5);
  EXPECT_EQ(cluster.at(leader).ends[5].error, Errc::overloaded);
  cluster.run_for(seconds(1));
  EXPECT_EQ(cluster.at(leader).ends[4].result, "1");
  EXPECT_EQ(cluster.at(leader).lines.size(), 1U);
}

TEST(Host, LeaderThatIsCutOffDropsWhatIsUnderWay) {
  LogCluster cluster(1);
  cluster.start();
  const std::size_t old = cluster.await_leader();
  cluster.sim.network().isolate(1, NodeId{static_cast<std::uint32_t>(old)});
  cluster.propose(old, "lost", 1);
  cluster.run_for(seconds(2));
  ASSERT_EQ(cluster.at(old).ends[1].times, 1) << "who waits is told, though nothing can be heard";
  EXPECT_EQ(cluster.at(old).ends[1].error, Errc::cancelled);
  EXPECT_NE(cluster.at(old).roles.back(), Role::leader);
  const std::size_t next = cluster.await_leader();
  ASSERT_NE(next, old);
  cluster.propose(next, "kept", 2);
  cluster.run_for(seconds(1));
  cluster.sim.network().remove_fault(1);
  cluster.run_for(seconds(3));
  EXPECT_EQ(cluster.at(old).lines, std::vector<std::string>{"kept"});
  EXPECT_EQ(cluster.at(old).ends[1].times, 1);
}

TEST(Host, DroppedProposalMayBeAppliedYetAndIsNotReportedTwice) {
  LogCluster cluster(1);
  cluster.start();
  const std::size_t old = cluster.await_leader();
  const NodeId old_id{static_cast<std::uint32_t>(old)};
  NodeSet others;
  for (std::uint32_t i = 0; i < kNodes; ++i) {
    if (NodeId{i} != old_id) others.add(NodeId{i});
  }
  // The entry goes out, the answers do not come back.
  cluster.sim.network().cut(1, others, NodeSet{old_id}, false);
  cluster.propose(old, "late", 1);
  cluster.run_for(seconds(2));
  EXPECT_EQ(cluster.at(old).ends[1].error, Errc::cancelled);
  cluster.sim.network().remove_fault(1);
  cluster.run_for(seconds(3));
  EXPECT_EQ(cluster.at(old).lines, std::vector<std::string>{"late"});
  EXPECT_EQ(cluster.at(old).ends[1].times, 1);
}

TEST(Host, TellsTheRoleAtTheStartAndAtEachChange) {
  LogCluster cluster(1);
  cluster.start();
  const std::size_t leader = cluster.await_leader();
  cluster.run_for(milliseconds(100));
  for (std::size_t i = 0; i < kNodes; ++i) {
    const std::vector<Role>& roles = cluster.at(i).roles;
    ASSERT_FALSE(roles.empty());
    EXPECT_EQ(roles.front(), Role::follower);
    EXPECT_EQ(roles.back(), i == leader ? Role::leader : Role::follower);
  }
}

// Cuts nodes off and crashes them by turns, proposes everywhere all the time.
void harass(LogCluster& cluster, std::uint64_t seed, std::map<std::uint64_t, std::size_t>& asked) {
  const DrawKey draws(seed, "harass", "");
  std::uint64_t token = 0;
  for (std::uint64_t round = 0; round < 60; ++round) {
    const std::uint64_t word = draws.at(round);
    const auto victim = static_cast<std::uint32_t>(word % kNodes);
    cluster.sim.network().remove_fault(1);
    if (word % 5 < 3) cluster.sim.network().isolate(1, NodeId{victim});
    for (int step = 0; step < 5; ++step) {
      for (std::size_t i = 0; i < kNodes; ++i) {
        ++token;
        cluster.propose(i, std::to_string(token), token);
        asked[token] = i;
      }
      cluster.run_for(milliseconds(40));
    }
  }
  cluster.sim.network().remove_fault(1);
  cluster.run_for(seconds(5));
}

TEST(Host, EveryProposalEndsExactlyOnceWhateverBecomesOfTheLeader) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    LogCluster cluster(1, seed);
    cluster.start();
    std::map<std::uint64_t, std::size_t> asked;
    harass(cluster, seed, asked);
    const std::vector<std::string>& lines = cluster.at(cluster.await_leader()).lines;
    std::size_t applied = 0;
    for (const auto& [token, node] : asked) {
      const End& end = cluster.at(node).ends[token];
      ASSERT_EQ(end.times, 1) << "seed " << seed << ", token " << token;
      const auto count = std::count(lines.begin(), lines.end(), std::to_string(token));
      ASSERT_LE(count, 1);
      if (end.error == Errc::ok) {
        ++applied;
        ASSERT_EQ(count, 1) << "what was reported as applied is in the log";
      } else if (end.error != Errc::cancelled) {
        ASSERT_EQ(count, 0) << "what was refused never is";
      }
    }
    EXPECT_GT(applied, 50U);
  }
}

TEST(Host, CarriesGroupsThatLiveTheirOwnLives) {
  LogCluster cluster(2);
  cluster.start();
  const GroupId one{0}, two{1};
  cluster.await_leader(one);
  const std::size_t leads_two = cluster.await_leader(two);
  const std::size_t other = (leads_two + 1) % kNodes;
  cluster.service(other).host.time_out(two);
  cluster.run_for(seconds(1));
  const std::size_t leads_one = cluster.await_leader(one);
  cluster.propose(leads_one, "one", 1, one);
  cluster.propose(cluster.await_leader(two), "two", 1, two);
  cluster.run_for(seconds(1));
  for (Node* node : cluster.nodes()) node->crash(CrashKind::power);
  for (Node* node : cluster.nodes()) node->start();
  cluster.await_leader(one);
  cluster.await_leader(two);
  cluster.run_for(seconds(1));
  for (std::size_t i = 0; i < kNodes; ++i) {
    EXPECT_EQ(cluster.at(i, one).lines, std::vector<std::string>{"one"});
    EXPECT_EQ(cluster.at(i, two).lines, std::vector<std::string>{"two"});
  }
}

// Two hosts as one program.
class TwoHosts final : public Service {
 public:
  TwoHosts(Env& env, const LogCluster& cluster) {
    const auto make = [] { return std::make_unique<LogApplication>(); };
    HostOptions second = cluster.host;
    second.port = kRaftPort + 1;
    second.wal.directory = "wal-2";
    second.snapshot_directory = "snap-2";
    a = std::make_unique<LogService>(env, cluster.host, cluster.options, make);
    b = std::make_unique<LogService>(env, second, cluster.options, make);
  }
  void start() override {
    a->start();
    b->start();
  }
  std::unique_ptr<LogService> a;
  std::unique_ptr<LogService> b;
};

TEST(Host, SharesANodeWithAnotherByPortAndDirectories) {
  LogCluster cluster(1);
  cluster.options[0].snapshot_every = 5;
  cluster.options[0].keep_entries = 1;
  for (std::size_t i = 0; i < kNodes; ++i) {
    NodeOptions node;
    node.name = "n" + std::to_string(i + 1);
    cluster.sim.add_node(node, [&cluster](Env& env) -> std::unique_ptr<Service> {
      return std::make_unique<TwoHosts>(env, cluster);
    });
  }
  for (Node* node : cluster.nodes()) node->start();
  cluster.run_for(seconds(2));
  const auto program = [&](std::size_t i) {
    return static_cast<TwoHosts*>(cluster.nodes()[i]->program());
  };
  for (std::size_t i = 0; i < kNodes; ++i) {
    for (std::uint64_t token = 1; token <= 20; ++token) {
      program(i)->a->host.propose({}, as_bytes("a"), token);
      program(i)->b->host.propose({}, as_bytes("b"), token);
    }
  }
  cluster.run_for(seconds(2));
  for (Node* node : cluster.nodes()) node->crash(CrashKind::power);
  for (Node* node : cluster.nodes()) node->start();
  cluster.run_for(seconds(3));
  for (std::size_t i = 0; i < kNodes; ++i) {
    EXPECT_EQ(program(i)->a->of({}).lines, std::vector<std::string>(20, "a"));
    EXPECT_EQ(program(i)->b->of({}).lines, std::vector<std::string>(20, "b"));
  }
}

class RecordingRandom final : public Random {
 public:
  explicit RecordingRandom(Random& inner) : inner_(inner) {}
  std::uint64_t draw(std::string_view purpose) override {
    purposes.emplace(purpose);
    return inner_.draw(purpose);
  }
  std::set<std::string> purposes;

 private:
  Random& inner_;
};

// A host whose draws are recorded.
struct RecordedHost {
  RecordedHost(Env& outer, const LogCluster& cluster, const HostOptions& options)
      : random(outer.random),
        env{outer.self,    outer.clock, outer.timers,   outer.executor, outer.transport, outer.disk,
            outer.compute, random,      outer.observer, outer.process,  outer.log},
        service(env, options, cluster.options, [] { return std::make_unique<LogApplication>(); }) {}
  RecordingRandom random;
  Env env;
  LogService service;
};

TEST(Host, DrawsApartFromAnotherOnItsNodeByItsPort) {
  std::array<std::unique_ptr<RecordedHost>, 2> hosts;
  LogCluster cluster(2);
  NodeOptions node;
  node.name = "n1";
  class Both final : public Service {
   public:
    explicit Both(std::array<std::unique_ptr<RecordedHost>, 2>& hosts) : hosts_(hosts) {}
    ~Both() override { hosts_ = {}; }
    void start() override {
      for (const std::unique_ptr<RecordedHost>& host : hosts_) host->service.start();
    }

   private:
    std::array<std::unique_ptr<RecordedHost>, 2>& hosts_;
  };
  cluster.sim.add_node(node, [&](Env& env) -> std::unique_ptr<Service> {
    HostOptions second = cluster.host;
    second.port = 7100;
    second.wal.directory = "wal-2";
    second.snapshot_directory = "snap-2";
    hosts[0] = std::make_unique<RecordedHost>(env, cluster, cluster.host);
    hosts[1] = std::make_unique<RecordedHost>(env, cluster, second);
    return std::make_unique<Both>(hosts);
  });
  cluster.nodes()[0]->start();
  cluster.run_for(seconds(1));
  EXPECT_EQ(hosts[0]->random.purposes,
            (std::set<std::string>{"election-timeout", "election-timeout/1"}));
  EXPECT_EQ(hosts[1]->random.purposes,
            (std::set<std::string>{"election-timeout:7100", "election-timeout:7100/1"}));
}

// Keeps its state outside the log, as a database on its own disk would.
struct Kept {
  std::vector<std::string> lines;
  raft::LogIndex index;
};
class DurableApplication final : public LogApplication {
 public:
  explicit DurableApplication(Kept& kept) : kept_(kept) {
    std::string state;
    for (const std::string& line : kept.lines) state += line + "\n";
    const Result<void> restored = LogApplication::replace(kept.index, state);
    EXPECT_TRUE(restored.has_value());
  }
  Effect apply(raft::LogIndex index, const raft::Entry& entry) override {
    EXPECT_EQ(index.value, last.value + 1) << "no entry twice, none left out";
    const Effect effect = LogApplication::apply(index, entry);
    kept_ = Kept{lines, index};
    return effect;
  }
  Result<void> replace(raft::LogIndex index, std::string_view state) override {
    EXPECT_GT(index, last) << "a snapshot never takes the state back";
    const Result<void> replaced = LogApplication::replace(index, state);
    kept_ = Kept{lines, index};
    return replaced;
  }
  raft::LogIndex applied_index() const override { return kept_.index; }

 private:
  Kept& kept_;
};

TEST(Host, GivesAnApplicationNothingAgainThatItKeeps) {
  std::array<Kept, kNodes> kept;
  LogCluster cluster(
      1, 1, [&kept](std::size_t node) { return std::make_unique<DurableApplication>(kept[node]); });
  cluster.start();
  std::size_t leader = cluster.await_leader();
  for (std::uint64_t token = 1; token <= 10; ++token) cluster.propose(leader, "x", token);
  cluster.run_for(seconds(1));
  EXPECT_EQ(kept[leader].lines.size(), 10U);
  for (Node* node : cluster.nodes()) node->crash(CrashKind::power);
  for (Node* node : cluster.nodes()) node->start();
  leader = cluster.await_leader();
  cluster.propose(leader, "y", 11);
  cluster.run_for(seconds(1));
  EXPECT_EQ(cluster.at(leader).ends[11].result, "11");
  for (std::size_t i = 0; i < kNodes; ++i) {
    EXPECT_EQ(kept[i].lines.size(), 11U);
    EXPECT_LE(cluster.at(i).given, 3) << "two first entries of a reign, and y";
  }
}

TEST(Host, NeverTakesAnApplicationBackToASnapshot) {
  std::array<Kept, kNodes> kept;
  LogCluster cluster(
      1, 1, [&kept](std::size_t node) { return std::make_unique<DurableApplication>(kept[node]); });
  cluster.options[0].snapshot_every = 15;
  cluster.options[0].keep_entries = 1;
  cluster.start();
  const std::size_t leader = cluster.await_leader();
  const std::size_t ahead = (leader + 1) % kNodes;
  const std::size_t next = (leader + 2) % kNodes;
  for (std::uint64_t token = 1; token <= 20; ++token) {
    cluster.propose(leader, "x", token);
    cluster.run_for(milliseconds(20));
  }
  cluster.run_for(seconds(1));
  ASSERT_EQ(kept[ahead].lines.size(), 20U);
  const raft::LogIndex sent = cluster.service(next).host.machine({})->snapshot().index;
  ASSERT_GT(sent, raft::LogIndex{});
  ASSERT_LT(sent, kept[ahead].index);
  // Its log is gone, and what it keeps is not. The next leader, which needs it, finds that out.
  cluster.nodes()[ahead]->crash(CrashKind::power);
  cluster.host.wal.directory = "wal-2";
  cluster.host.snapshot_directory = "snap-2";
  cluster.nodes()[ahead]->start();
  cluster.nodes()[leader]->crash(CrashKind::power);
  cluster.run_for(seconds(3));
  ASSERT_EQ(cluster.leader(), next);
  EXPECT_EQ(cluster.service(ahead).host.machine({})->snapshot().index, sent);
  cluster.propose(next, "y", 21);
  cluster.run_for(seconds(1));
  EXPECT_EQ(kept[ahead].lines.size(), 21U);
  // The snapshot on its disk is good for a start.
  cluster.nodes()[ahead]->crash(CrashKind::power);
  cluster.nodes()[ahead]->start();
  cluster.run_for(seconds(2));
  EXPECT_EQ(cluster.service(ahead).host.machine({})->snapshot().index, sent);
  EXPECT_EQ(kept[ahead].lines.size(), 21U);
}

TEST(Host, RestoresAnApplicationThatLagsBehindASnapshot) {
  std::array<Kept, kNodes> kept;
  LogCluster cluster(
      1, 1, [&kept](std::size_t node) { return std::make_unique<DurableApplication>(kept[node]); });
  cluster.options[0].snapshot_every = 5;
  cluster.options[0].keep_entries = 1;
  cluster.start();
  std::size_t leader = cluster.await_leader();
  const std::size_t lagging = (leader + 1) % kNodes;
  cluster.nodes()[lagging]->crash(CrashKind::power);
  for (std::uint64_t token = 1; token <= 20; ++token) {
    cluster.propose(leader, "x", token);
    cluster.run_for(milliseconds(20));
  }
  cluster.nodes()[lagging]->start();
  cluster.run_for(seconds(3));
  EXPECT_EQ(kept[lagging].lines.size(), 20U);
  // What it keeps is lost for the most part; the snapshot on its disk is beyond that.
  cluster.nodes()[lagging]->crash(CrashKind::process);
  kept[lagging] = Kept{};
  cluster.nodes()[lagging]->start();
  cluster.run_for(seconds(3));
  EXPECT_EQ(kept[lagging].lines.size(), 20U);
}

}  // namespace
}  // namespace windtunnel
