#include <windtunnel/protocols/raft/configuration.h>

#include <gtest/gtest.h>

#include <algorithm>

namespace windtunnel::raft {
namespace {

std::vector<NodeId> nodes(std::initializer_list<std::uint32_t> numbers) {
  std::vector<NodeId> result;
  for (const std::uint32_t n : numbers) result.push_back(NodeId{n});
  return result;
}

bool has_quorum(const Configuration& configuration, const std::vector<NodeId>& yes) {
  return configuration.quorum(
      [&](NodeId node) { return std::find(yes.begin(), yes.end(), node) != yes.end(); });
}

TEST(Configuration, AQuorumIsMoreThanHalf) {
  const Configuration three = Configuration::of_voters(nodes({0, 1, 2}));
  EXPECT_FALSE(has_quorum(three, nodes({1})));
  EXPECT_TRUE(has_quorum(three, nodes({1, 2})));
  const Configuration four = Configuration::of_voters(nodes({0, 1, 2, 3}));
  EXPECT_FALSE(has_quorum(four, nodes({1, 2})));
  EXPECT_TRUE(has_quorum(four, nodes({1, 2, 3})));
}

TEST(Configuration, NobodyIsNoQuorum) { EXPECT_FALSE(has_quorum(Configuration{}, nodes({0}))); }

TEST(Configuration, LearnersCountForNothing) {
  Configuration configuration = Configuration::of_voters(nodes({0, 1, 2}));
  configuration.learners = nodes({3, 4});
  EXPECT_FALSE(has_quorum(configuration, nodes({0, 3, 4})));
  EXPECT_EQ(configuration.members().size(), 5U);
}

TEST(Configuration, AJointQuorumIsAMajorityOfEachHalfNotOfTheUnion) {
  Configuration joint = Configuration::of_voters(nodes({0, 1, 2, 3, 4}));
  joint.outgoing = nodes({0, 5, 6});
  EXPECT_FALSE(has_quorum(joint, nodes({0, 1, 2, 3, 4})));
  EXPECT_FALSE(has_quorum(joint, nodes({0, 1, 5, 6})));
  EXPECT_TRUE(has_quorum(joint, nodes({0, 1, 2, 5})));
}

TEST(Configuration, TheQuorumValueIsWhatAMajorityHasReached) {
  const std::uint64_t reached[] = {9, 4, 7, 1, 5, 2, 2};
  const auto value = [&](NodeId node) { return reached[node.value]; };
  EXPECT_EQ(Configuration::of_voters(nodes({0, 1, 2})).quorum_value(value), 7U);
  EXPECT_EQ(Configuration::of_voters(nodes({0, 1})).quorum_value(value), 4U);
  EXPECT_EQ(Configuration::of_voters(nodes({0, 1, 2, 3})).quorum_value(value), 4U);
  Configuration joint = Configuration::of_voters(nodes({0, 1, 2}));
  joint.outgoing = nodes({0, 5, 6});
  EXPECT_EQ(joint.quorum_value(value), 2U);
  EXPECT_EQ(Configuration{}.quorum_value(value), 0U);
}

}  // namespace
}  // namespace windtunnel::raft
