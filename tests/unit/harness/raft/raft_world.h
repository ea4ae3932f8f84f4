// Nodes of a Raft group for tests of its invariants: told what to observe, and what their disks
// hold.
#pragma once

#include <windtunnel/harness/raft/raft_invariants.h>
#include <windtunnel/protocols/raft/words.h>

#include <gtest/gtest.h>

#include <string>

namespace windtunnel::testing {

// Three voters, told what to observe. Entry hashes are chosen by the test: h(index, term) stands
// for a prefix.
class World {
 public:
  explicit World(std::uint32_t nodes = 3) {
    for (std::uint32_t n = 0; n < nodes; ++n) {
      see(n, raft::Word::recovered, 0, 0, 0, 0);
      see(n, raft::Word::config, 0, (1ULL << nodes) - 1, 0, 0);
      see(n, raft::Word::log_start, 1);
      see(n, raft::Word::role, 0, 0, 0, 0);
    }
  }
  void see(std::uint32_t node, raft::Word kind, std::uint64_t a, std::uint64_t b = 0,
           std::uint64_t c = 0, std::uint64_t d = 0) {
    checks.observe(++record, NodeId{node}, Incarnation{},
                   Observation{observed(kind), GroupId{}, a, b, c, d});
  }
  static std::uint64_t h(std::uint64_t index, std::uint64_t term) { return index * 1000 + term; }
  void lead(std::uint32_t node, std::uint64_t term) {
    see(node, raft::Word::role, static_cast<std::uint64_t>(Role::leader), term);
  }
  void append(std::uint32_t node, std::uint64_t index, std::uint64_t term) {
    see(node, raft::Word::append, index, term, h(index, term), 7);
  }
  void sync(std::uint32_t node, std::uint64_t index, std::uint64_t term) {
    checks.entry_synced(++record, NodeId{node}, index, h(index, term));
  }
  void store(std::uint32_t node, std::uint64_t index, std::uint64_t term) {
    append(node, index, term);
    sync(node, index, term);
  }
  void commit(std::uint32_t node, std::uint64_t index, std::uint64_t entry_term, std::uint64_t term,
              bool leads) {
    see(node, raft::Word::commit, index, term, h(index, entry_term), leads ? 1 : 0);
  }
  // Node 0 leads term 1 and commits entries 1..last with node 1.
  void serve(std::uint64_t last) {
    lead(0, 1);
    for (std::uint64_t i = 1; i <= last; ++i) {
      store(0, i, 1);
      store(1, i, 1);
      commit(0, i, 1, 1, true);
    }
  }
  void apply(std::uint32_t node, std::uint64_t index, std::uint64_t term, std::uint64_t digest) {
    see(node, raft::Word::apply, index, term, h(index, term), digest);
  }
  ::testing::AssertionResult is_fine() const {
    const RaftViolation* violation = checks.violation();
    if (violation == nullptr) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure()
           << short_name(violation->invariant) << ": " << violation->text;
  }
  ::testing::AssertionResult refuses(RaftInvariant expected) const {
    const RaftViolation* violation = checks.violation();
    if (violation == nullptr) return ::testing::AssertionFailure() << "nothing was refused";
    if (violation->invariant == expected && violation->records.front() == record &&
        !violation->text.empty()) {
      return ::testing::AssertionSuccess();
    }
    return ::testing::AssertionFailure() << short_name(violation->invariant) << " at "
                                         << violation->records.front() << ": " << violation->text;
  }

  RaftInvariants checks;
  std::uint64_t record = 0;
};

}  // namespace windtunnel::testing
