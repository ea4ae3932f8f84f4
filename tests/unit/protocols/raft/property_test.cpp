// Random schedules over the machines: loss, duplication, reordering, timeouts, writes that complete
// out of order, crashes that keep some of the unsynced writes, compaction. The invariants watch; a
// healed cluster must converge.
#include <windtunnel/protocols/base/keyed_random.h>
#include "tests/unit/protocols/raft/cluster.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace windtunnel::raft {
namespace {

class Schedule {
 public:
  Schedule(std::uint64_t seed, std::size_t nodes, const Config& config)
      : key_(seed, "schedule", "raft"), cluster_(nodes, config) {}

  std::uint64_t draw(std::uint64_t bound) { return scale(key_.at(ordinal_++), bound); }
  Cluster& cluster() { return cluster_; }

  void run(int steps) {
    for (int i = 0; i < steps && is_fine(); ++i) step();
  }
  bool is_fine() const { return cluster_.invariants().violation() == nullptr; }

  void step() {
    const std::uint64_t what = draw(100);
    const std::size_t node = static_cast<std::size_t>(draw(cluster_.size()));
    if (what < 52) return deliver();
    if (what < 72) return persist(node);
    if (what < 80) return fire(node);
    if (what < 92) return propose(node);
    if (what < 96) return toggle(node);
    if (what < 98) return compact(node);
    if (what < 99) return read(node);
    transfer(node);
  }

  // Everybody is up, messages arrive: somebody leads, and all agree.
  bool converges() {
    for (std::size_t i = 0; i < cluster_.size(); ++i) {
      if (!cluster_.is_up(i)) cluster_.restart(i);
    }
    cluster_.settle();
    for (int round = 0; round < 50 && is_fine(); ++round) {
      beat();
      if (has_converged()) return true;
      const std::size_t who = static_cast<std::size_t>(round) % cluster_.size();
      for (std::size_t i = 0; i < cluster_.size(); ++i) lose_faith(i);
      if (!has_leader() && is_armed(who, TimerKind::election)) {
        cluster_.fire(who, TimerKind::election);
      }
      cluster_.settle();
    }
    return has_converged();
  }

 private:
  bool is_armed(std::size_t i, TimerKind kind) {
    return cluster_.is_up(i) && cluster_.node(i).armed[static_cast<std::size_t>(kind)];
  }
  bool has_leader() {
    for (std::size_t i = 0; i < cluster_.size(); ++i) {
      if (cluster_.raft(i).is_leader()) return true;
    }
    return false;
  }
  void lose_faith(std::size_t i) {
    if (!has_leader() && is_armed(i, TimerKind::silence)) cluster_.fire(i, TimerKind::silence);
  }
  void beat() {
    for (int round = 0; round < 60; ++round) {
      for (std::size_t i = 0; i < cluster_.size(); ++i) {
        if (is_armed(i, TimerKind::heartbeat)) cluster_.fire(i, TimerKind::heartbeat);
        cluster_.settle();
      }
      if (has_converged()) return;
    }
  }
  bool has_converged() {
    std::size_t leaders = 0;
    for (std::size_t i = 0; i < cluster_.size(); ++i) leaders += cluster_.raft(i).is_leader();
    for (std::size_t i = 0; i < cluster_.size(); ++i) {
      if (!(cluster_.node(i).state.commands == cluster_.node(0).state.commands)) return false;
      if (cluster_.raft(i).commit_index() != cluster_.raft(0).log().last_index()) return false;
    }
    return leaders == 1;
  }
  void deliver() {
    if (cluster_.network().empty()) return;
    const std::size_t window = std::min<std::size_t>(cluster_.network().size(), 12);
    const std::size_t at = static_cast<std::size_t>(draw(window));
    const std::uint64_t fate = draw(20);
    if (fate == 0) {
      cluster_.network().erase(cluster_.network().begin() + static_cast<std::ptrdiff_t>(at));
    } else {
      cluster_.deliver_at(at, fate == 1);
    }
  }
  void persist(std::size_t node) {
    auto& writes = cluster_.node(node).in_flight;
    auto& done = cluster_.node(node).done;
    if (!cluster_.is_up(node) || writes.empty()) return;
    const Ticket ticket = writes[static_cast<std::size_t>(draw(writes.size()))].ticket;
    if (std::find(done.begin(), done.end(), ticket) != done.end()) return;
    cluster_.persist_ticket(node, ticket);
  }
  void fire(std::size_t node) {
    const auto kind = static_cast<TimerKind>(draw(kTimerKinds));
    const bool is_rare = kind != TimerKind::heartbeat && draw(3) != 0;
    if (is_armed(node, kind) && !is_rare) cluster_.fire(node, kind);
  }
  void propose(std::size_t node) {
    if (!cluster_.is_up(node)) return;
    (void)cluster_.propose(node, "c" + std::to_string(++commands_));
  }
  void read(std::size_t node) {
    if (cluster_.is_up(node)) (void)cluster_.read(node, ++commands_);
  }
  void transfer(std::size_t node) {
    const auto to = static_cast<std::uint32_t>(draw(cluster_.size() + 1));
    if (!cluster_.is_up(node)) return;
    cluster_.transfer(node, to == cluster_.size() ? kNoNode : NodeId{to});
  }
  void toggle(std::size_t node) {
    if (!cluster_.is_up(node)) return cluster_.restart(node);
    if (draw(6) != 0) return;
    const std::size_t kept = static_cast<std::size_t>(draw(3));
    cluster_.crash(node, kept);
  }
  void compact(std::size_t node) {
    if (!cluster_.is_up(node)) return;
    const LogIndex applied = cluster_.raft(node).applied_index();
    const LogIndex keep{applied.value > 2 ? applied.value - draw(3) : applied.value};
    if (applied != LogIndex{}) cluster_.compact(node, keep);
  }

  DrawKey key_;
  std::uint64_t ordinal_ = 0;
  std::uint64_t commands_ = 0;
  Cluster cluster_;
};

std::string story(Cluster& cluster) {
  std::string text;
  const std::vector<std::string> lines = cluster.take_lines();
  const std::size_t from = lines.size() > 60 ? lines.size() - 60 : 0;
  for (std::size_t i = from; i < lines.size(); ++i) text += lines[i] + "\n";
  const RaftViolation* violation = cluster.invariants().violation();
  if (violation != nullptr) {
    text += std::string(short_name(violation->invariant)) + ": " + violation->text + "\n";
  }
  return text;
}

RC_GTEST_PROP(RaftSchedules, HoldTheInvariantsAndConvergeOnceHealed, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  Config config;
  config.pre_vote = *rc::gen::arbitrary<bool>();
  config.check_quorum = *rc::gen::arbitrary<bool>();
  config.inflight.messages = *rc::gen::inRange<std::uint32_t>(1, 5);
  config.max_batch_bytes = *rc::gen::inRange<std::uint64_t>(1, 12);
  const auto nodes = *rc::gen::element<std::size_t>(1, 2, 3, 5);
  Schedule schedule(seed, nodes, config);
  schedule.run(2'500);
  if (!schedule.is_fine()) RC_FAIL(story(schedule.cluster()));
  const bool converged = schedule.converges();
  if (!schedule.is_fine() || !converged) RC_FAIL(story(schedule.cluster()));
}

// The property means nothing unless schedules elect, commit, truncate, install and crash.
TEST(RaftSchedules, ReachWhatTheyAreFor) {
  std::size_t elections = 0;
  std::uint64_t commits = 0;
  std::size_t installs = 0;
  std::size_t truncations = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Config config;
    config.pre_vote = seed % 2 == 0;
    config.check_quorum = false;
    Schedule schedule(seed, 3, config);
    schedule.run(6'000);
    ASSERT_TRUE(schedule.is_fine()) << "seed " << seed << "\n" << story(schedule.cluster());
    elections += schedule.cluster().invariants().elections();
    commits += schedule.cluster().invariants().max_committed();
    for (const std::string& line : schedule.cluster().take_lines()) {
      installs += line.find("restores snapshot") != std::string::npos;
      truncations += line.find("truncates") != std::string::npos;
    }
  }
  EXPECT_GE(elections, 60U);
  EXPECT_GE(commits, 500U);
  EXPECT_GE(installs, 5U);
  EXPECT_GE(truncations, 10U);
}

}  // namespace
}  // namespace windtunnel::raft
