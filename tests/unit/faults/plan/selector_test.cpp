#include <windtunnel/faults/plan/selector.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

namespace windtunnel::faults {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

// Servers n1 to nN and two clients c1, c2; ids in that order.
class Cluster final : public ClusterView {
 public:
  explicit Cluster(std::uint32_t servers, std::uint32_t others = 0) {
    for (std::uint32_t i = 1; i <= servers; ++i) add("n" + std::to_string(i), "n");
    for (std::uint32_t i = 1; i <= others; ++i) add("m" + std::to_string(i), "m");
    add("c1", "c");
    add("c2", "c");
  }
  std::uint32_t node_count() const override { return static_cast<std::uint32_t>(names_.size()); }
  std::string_view name(NodeId node) const override { return names_[node.value]; }
  bool belongs(NodeId node, std::string_view group) const override {
    return groups_[node.value] == group;
  }
  bool is_client(NodeId node) const override { return groups_[node.value] == "c"; }
  bool up(NodeId node) const override { return down.count(node.value) == 0; }
  bool leads(NodeId node, std::string_view, std::optional<std::uint32_t> which) const override {
    const std::string_view of = groups_[node.value];
    if (which == 1U) return of == "n" && node == second_leads;
    return (of == "n" && node == first_leads) || (of == "m" && node == other_leads) ||
           (!which && of == "n" && node == second_leads);
  }
  std::vector<NodeId> voters(std::string_view name, std::optional<std::uint32_t>) const override {
    std::vector<NodeId> found;
    for (std::uint32_t i = 0; i < node_count(); ++i) {
      if (groups_[i] == name && i < 64 && (voting >> i & 1) != 0) found.push_back(NodeId{i});
    }
    return found;
  }

  void remove(std::string_view name) {
    const auto found = std::find(names_.begin(), names_.end(), name);
    groups_.erase(groups_.begin() + (found - names_.begin()));
    names_.erase(found);
  }

  NodeId first_leads{2};          // of the first group of those that the nodes form
  NodeId second_leads = kNoNode;  // of the second
  NodeId other_leads = kNoNode;
  std::uint64_t voting = ~std::uint64_t{0};
  std::set<std::uint32_t> down;

 private:
  void add(std::string name, std::string group) {
    names_.push_back(std::move(name));
    groups_.push_back(std::move(group));
  }
  std::vector<std::string> names_;
  std::vector<std::string> groups_;
};

const DrawKey kDraws(1, "nemesis", "f1");

Selector selector(const std::vector<std::string>& words) {
  Selector made;
  for (const std::string& word : words) made.terms.push_back(*parse_term(word));
  return made;
}

std::vector<std::string> names(const std::vector<NodeId>& nodes, const ClusterView& view) {
  std::vector<std::string> found;
  for (const NodeId node : nodes) found.emplace_back(view.name(node));
  return found;
}

std::vector<std::string> resolved(const std::vector<std::string>& words, const ClusterView& view,
                                  DrawKey draws = kDraws) {
  return names(resolve(selector(words), view, draws), view);
}

TEST(Term, PrintsAsItWasParsed) {
  for (const char* text : {"n1",
                           "group-a",
                           "leader",
                           "followers",
                           "followers(2)",
                           "majority",
                           "n-minority",
                           "n-majority",
                           "random",
                           "random(3)",
                           "rest",
                           "all",
                           "clients",
                           "a-b-minority",
                           "n-leader",
                           "n-followers",
                           "n-followers(2)",
                           "a-b-random(2)",
                           "n-all",
                           "leader(n/1)",
                           "followers(n/0)",
                           "majority(a-b/2)",
                           "minority(n/1)",
                           "random(n/1)"}) {
    const std::optional<Term> term = parse_term(text);
    ASSERT_TRUE(term.has_value()) << text;
    EXPECT_EQ(to_string(*term), text);
  }
}

TEST(Term, RefusesWhatSelectsNothing) {
  for (const char* text :
       {"", "random(0)", "random(", "random()", "random(-1)", "leader(1)", "n 1",
        "random(99999999999)", "n1(2)", "[n1]", "n-leader(1)", "-random(2)", "n 1-random(2)",
        "leader(n/)", "leader(/1)", "leader(n/x)", "n-leader(n/1)", "rest(n/1)", "n1(n/1)"}) {
    EXPECT_FALSE(parse_term(text).has_value()) << text;
  }
}

TEST(Selector, NamesNodesAndGroups) {
  const Cluster cluster(3);
  EXPECT_THAT(resolved({"n2"}, cluster), ElementsAre("n2"));
  EXPECT_THAT(resolved({"n"}, cluster), ElementsAre("n1", "n2", "n3"));
  EXPECT_THAT(resolved({"c1", "n3", "n3"}, cluster), ElementsAre("c1", "n3"));
  EXPECT_THAT(resolved({"all"}, cluster), ElementsAre("n1", "n2", "n3"));
  EXPECT_THAT(resolved({"clients"}, cluster), ElementsAre("c1", "c2"));
}

TEST(Selector, LeaderIsNobodyWhileNobodyLeads) {
  Cluster cluster(5);
  EXPECT_THAT(resolved({"leader"}, cluster), ElementsAre("n3"));
  EXPECT_THAT(resolved({"followers"}, cluster), UnorderedElementsAre("n1", "n2", "n4", "n5"));
  cluster.first_leads = kNoNode;
  EXPECT_THAT(resolved({"leader"}, cluster), IsEmpty());
}

// Each group has a leader of its own, and a word that names no group means all of them.
TEST(Selector, TellsTheLeadersOfTwoGroupsApart) {
  Cluster cluster(3, 3);
  cluster.other_leads = NodeId{4};
  EXPECT_THAT(resolved({"n-leader"}, cluster), ElementsAre("n3"));
  EXPECT_THAT(resolved({"m-leader"}, cluster), ElementsAre("m2"));
  EXPECT_THAT(resolved({"leader"}, cluster), ElementsAre("n3", "m2"));
  EXPECT_THAT(resolved({"m-followers"}, cluster), UnorderedElementsAre("m1", "m3"));
  EXPECT_THAT(resolved({"followers"}, cluster), UnorderedElementsAre("n1", "n2", "m1", "m3"));
  EXPECT_THAT(resolved({"m-random(9)"}, cluster), UnorderedElementsAre("m1", "m2", "m3"));
  EXPECT_THAT(resolved({"m-leader", "m-minority"}, cluster), ElementsAre("m2"));
}

// B8: one group's leader could not be aimed at where the same nodes form several groups.
TEST(Selector, TellsTheLeadersOfTwoGroupsOfTheSameNodesApart) {
  Cluster cluster(3);
  cluster.second_leads = NodeId{0};
  EXPECT_THAT(resolved({"leader(n/0)"}, cluster), ElementsAre("n3"));
  EXPECT_THAT(resolved({"leader(n/1)"}, cluster), ElementsAre("n1"));
  EXPECT_THAT(resolved({"followers(n/1)"}, cluster), UnorderedElementsAre("n2", "n3"));
  EXPECT_THAT(resolved({"followers"}, cluster), ElementsAre("n2"));
  EXPECT_THAT(resolved({"n-leader"}, cluster), ElementsAre("n1", "n3"));
}

TEST(Selector, AMajorityIsOneOfThoseWhoVote) {
  Cluster cluster(5);
  cluster.voting = 0b111;
  EXPECT_THAT(resolved({"n-majority"}, cluster), SizeIs(2));
  for (const std::string& name : resolved({"majority(n/0)"}, cluster)) {
    EXPECT_THAT(name, testing::AnyOf("n1", "n2", "n3"));
  }
}

TEST(Selector, MinorityAndMajorityFillUpWhatIsSelected) {
  const Cluster cluster(5);
  const std::vector<std::string> minority = resolved({"leader", "minority"}, cluster);
  EXPECT_THAT(minority, SizeIs(2));
  EXPECT_EQ(minority.front(), "n3");
  const std::vector<std::string> majority = resolved({"leader", "n-majority"}, cluster);
  EXPECT_THAT(majority, SizeIs(3));
  EXPECT_EQ(majority.front(), "n3");
}

TEST(Selector, RandomLeavesOutWhoIsDown) {
  Cluster cluster(3);
  cluster.down = {0, 2};
  EXPECT_THAT(resolved({"random(3)"}, cluster), ElementsAre("n2"));
  EXPECT_THAT(resolved({"followers"}, cluster), ElementsAre("n2"));
}

RC_GTEST_PROP(Selector, RandomStaysWhenAnUnchosenNodeGoes, (std::uint64_t seed)) {
  Cluster cluster(7);
  const DrawKey draws(seed, "nemesis", "f1");
  const std::vector<std::string> chosen = resolved({"random(3)"}, cluster, draws);
  RC_ASSERT(chosen.size() == 3U);
  const std::string removed = "n" + std::to_string(*rc::gen::inRange(1, 8));
  RC_PRE(std::find(chosen.begin(), chosen.end(), removed) == chosen.end());
  cluster.remove(removed);
  cluster.first_leads = kNoNode;
  RC_ASSERT(resolved({"random(3)"}, cluster, draws) == chosen);
}

RC_GTEST_PROP(Selector, RandomChoosesEverybodyInTime, ()) {
  const Cluster cluster(3);
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    seen.insert(resolved({"random"}, cluster, DrawKey(seed, "nemesis", "f1")).front());
  }
  RC_ASSERT(seen.size() == 3U);
}

Sides listed(const std::vector<std::vector<std::string>>& words) {
  Sides sides;
  for (const auto& side : words) sides.sides.push_back(selector(side));
  return sides;
}

TEST(Sides, RestIsEveryServerThatIsOnNoOtherSide) {
  const Cluster cluster(5);
  const std::vector<CutPair> cut =
      resolve(listed({{"leader", "minority"}, {"rest"}}), cluster, kDraws);
  EXPECT_THAT(cut, SizeIs(2 * 3));
  for (const CutPair& pair : cut) {
    EXPECT_FALSE(cluster.is_client(pair.a) || cluster.is_client(pair.b));
    EXPECT_LT(pair.a, pair.b);
  }
}

TEST(Sides, HalvesAreAMajorityAndTheRest) {
  EXPECT_THAT(resolve(Sides{Sides::Shape::halves, {}}, Cluster(5), kDraws), SizeIs(3 * 2));
}

TEST(Sides, ABridgeReachesBothHalves) {
  const Cluster cluster(5);
  const std::vector<CutPair> cut = resolve(Sides{Sides::Shape::bridge, {}}, cluster, kDraws);
  EXPECT_THAT(cut, SizeIs(2 * 2));
  std::set<std::uint32_t> separated;
  for (const CutPair& pair : cut) separated.insert({pair.a.value, pair.b.value});
  EXPECT_THAT(separated, SizeIs(4));
}

TEST(Sides, ARingKeepsTwoNeighboursOfEach) {
  EXPECT_THAT(resolve(Sides{Sides::Shape::ring, {}}, Cluster(5), kDraws), SizeIs(10 - 5));
}

TEST(Sides, TooFewServersAreNotDivided) {
  EXPECT_THAT(resolve(Sides{Sides::Shape::halves, {}}, Cluster(1), kDraws), IsEmpty());
  EXPECT_THAT(resolve(Sides{Sides::Shape::bridge, {}}, Cluster(2), kDraws), IsEmpty());
  EXPECT_THAT(resolve(Sides{Sides::Shape::ring, {}}, Cluster(3), kDraws), IsEmpty());
}

}  // namespace
}  // namespace windtunnel::faults
