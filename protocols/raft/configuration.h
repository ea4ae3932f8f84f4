// Who counts. Every quorum in the protocol is asked of a `Configuration`, so that joint consensus
// (thesis 4.3) has one place: a joint configuration needs a majority of the voters and a majority
// of the outgoing voters.
#pragma once

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/base/codec.h>
#include <windtunnel/protocols/base/ids.h>

#include <array>
#include <cstdint>
#include <vector>

namespace windtunnel::raft {

inline constexpr std::size_t kMaxVoters = 32;

// The three sets are sorted; a learner is in neither of the others.
struct Configuration {
  std::vector<NodeId> voters;
  std::vector<NodeId> outgoing;  // empty unless joint: the voters being replaced
  std::vector<NodeId> learners;  // receive entries, count for nothing

  friend bool operator==(const Configuration&, const Configuration&) = default;

  static Configuration of_voters(std::vector<NodeId> voters);

  bool is_joint() const { return !outgoing.empty(); }
  bool is_voter(NodeId node) const;
  bool is_learner(NodeId node) const;
  // Everybody who takes part, each once, sorted.
  std::vector<NodeId> members() const;

  // Whether `yes(node)` holds for a majority of each half.
  template <class Predicate>
  bool quorum(const Predicate& yes) const {
    return majority(voters, yes) && (outgoing.empty() || majority(outgoing, yes));
  }

  // The largest value that a majority of each half has reached: the commit index when
  // `value_of(node)` is the node's match index. 0 without voters.
  template <class ValueOf>
  std::uint64_t quorum_value(const ValueOf& value_of) const {
    const std::uint64_t incoming = majority_value(voters, value_of);
    if (outgoing.empty()) return incoming;
    const std::uint64_t leaving = majority_value(outgoing, value_of);
    return incoming < leaving ? incoming : leaving;
  }

  // Bits of the nodes below 64, as observations carry them.
  static std::uint64_t bits(const std::vector<NodeId>& nodes);

 private:
  static constexpr std::size_t majority_of(std::size_t count) { return count / 2 + 1; }

  template <class Predicate>
  static bool majority(const std::vector<NodeId>& half, const Predicate& yes) {
    std::size_t count = 0;
    for (const NodeId node : half) count += yes(node) ? 1 : 0;
    return count >= majority_of(half.size());
  }

  template <class ValueOf>
  static std::uint64_t majority_value(const std::vector<NodeId>& half, const ValueOf& value_of) {
    WT_ASSERT(half.size() <= kMaxVoters, "a configuration has a bounded number of voters");
    if (half.empty()) return 0;
    std::array<std::uint64_t, kMaxVoters> descending;
    for (std::size_t count = 0; count < half.size(); ++count) {
      const std::uint64_t value = value_of(half[count]);
      std::size_t at = count;
      for (; at > 0 && descending[at - 1] < value; --at) descending[at] = descending[at - 1];
      descending[at] = value;
    }
    return descending[majority_of(half.size()) - 1];
  }
};

void encode(Writer& writer, const Configuration& configuration);
// Makes the reader bad where the sets are unsorted, too large or overlap.
Configuration decode_configuration(Reader& reader);

}  // namespace windtunnel::raft
