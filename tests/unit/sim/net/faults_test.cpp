#include <gtest/gtest.h>

#include "tests/unit/sim/net/net_world.h"

#include <algorithm>
#include <bit>
#include <set>

namespace windtunnel {
namespace {

using testing::Box;
using testing::kAlways;
using testing::NetWorld;

constexpr PerMillion kHalf{500'000};

// Two nodes and a stream of numbered messages, a millisecond apart.
struct Line {
  explicit Line(std::uint64_t seed = 1) : world(2, seed), a(world, 0, 7), b(world, 1, 8) {}
  void send(int count) {
    for (int i = 0; i < count; ++i) {
      a.send(b.local(), std::string{static_cast<char>(next++), 'x'});
      world.run_for(milliseconds(1));
    }
  }
  void settle() { world.run_for(seconds(10)); }
  std::string kinds() const {
    std::string all;
    for (const Box::Arrived& one : b.arrived) all += one.text[0];
    return all;
  }
  NetWorld world;
  Box a;
  Box b;
  char next = 'A';
};

// With `fault` on, off by switch, and removed: what arrives.
std::string with(const LinkFault& fault, bool on, std::uint64_t seed = 1) {
  Line line(seed);
  line.world.net().add_fault(3, fault);
  line.world.net().enable_fault(3, on);
  line.send(40);
  line.settle();
  EXPECT_EQ(line.world.net().bites(3) > 0, on);
  EXPECT_EQ(line.world.count(RecordKind::fault_bite), on ? 1U : 0U);
  EXPECT_EQ(line.world.net().packets(), 0U);
  return line.kinds();
}

const std::string kAll = "ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefgh";

TEST(LinkFaults, LossBitesAndHasAnOffSwitch) {
  const LinkFault fault{.impairments = {.loss = kHalf}};
  const std::string arrived = with(fault, true);
  EXPECT_GT(arrived.size(), 8U);
  EXPECT_LT(arrived.size(), 32U);
  EXPECT_EQ(with(fault, false), kAll);
}

TEST(LinkFaults, DuplicateBitesAndHasAnOffSwitch) {
  const LinkFault fault{.impairments = {.duplicate = kHalf}};
  const std::string arrived = with(fault, true);
  EXPECT_GT(arrived.size(), 48U);
  EXPECT_EQ(std::set<char>(arrived.begin(), arrived.end()).size(), 40U);
  EXPECT_EQ(with(fault, false), kAll);
}

TEST(LinkFaults, ReorderBitesAndHasAnOffSwitch) {
  const LinkFault fault{.impairments = {.reorder = kHalf}};
  std::string arrived = with(fault, true);
  EXPECT_NE(arrived, kAll);
  std::sort(arrived.begin(), arrived.end());
  EXPECT_EQ(arrived, kAll);
  EXPECT_EQ(with(fault, false), kAll);
}

TEST(LinkFaults, CorruptFlipsOneBitAndHasAnOffSwitch) {
  const LinkFault fault{.impairments = {.corrupt = kAlways}};
  Line line;
  line.world.net().add_fault(3, fault);
  line.send(1);
  line.settle();
  const std::string text = line.b.arrived.at(0).text;
  const auto first = static_cast<unsigned>(text[0] ^ 'A');
  const auto second = static_cast<unsigned>(text[1] ^ 'x');
  EXPECT_EQ(std::popcount(first) + std::popcount(second), 1);
  const Record record = line.world.records(RecordKind::corrupt).at(0);
  EXPECT_EQ(record.d, hash_text(text));
  EXPECT_EQ(line.world.records(RecordKind::deliver).at(0).d, hash_text(text));
  EXPECT_EQ(with(fault, false), kAll);
}

TEST(LinkFaults, CutDropsAlsoWhatIsUnderWay) {
  Line line;
  line.a.send(line.b.local(), "early");
  line.world.run_for(microseconds(500));
  line.world.net().cut(3, {line.world.id(0)}, {line.world.id(1)}, false);
  line.a.send(line.b.local(), "late");
  line.b.send(line.a.local(), "back");
  line.settle();
  EXPECT_EQ(line.b.texts(), "");
  EXPECT_EQ(line.a.texts(), "back");
  EXPECT_EQ(line.world.drops(DropReason::cut), 2U);
  EXPECT_EQ(line.world.net().bites(3, LinkEffect::cut), 2U);
  line.world.net().remove_fault(3);
  line.a.send(line.b.local(), "healed");
  line.settle();
  EXPECT_EQ(line.b.texts(), "healed");
}

TEST(LinkFaults, OverlappingCutsEndWithTheLast) {
  Line line;
  line.world.net().isolate(3, line.world.id(0));
  line.world.net().cut(4, {line.world.id(1)}, {line.world.id(0)}, true);
  line.world.net().remove_fault(3);
  line.send(1);
  EXPECT_EQ(line.kinds(), "");
  line.world.net().remove_fault(4);
  line.send(1);
  line.settle();
  EXPECT_EQ(line.kinds(), "B");
}

TEST(LinkFaults, PartitionSparesABridge) {
  NetWorld world(4);
  std::vector<std::unique_ptr<Box>> boxes;
  for (int i = 0; i < 4; ++i) boxes.push_back(std::make_unique<Box>(world, i, 7));
  const NodeId bridge = world.id(2);
  world.net().partition(5, {{world.id(0), bridge}, {world.id(1), world.id(3), bridge}});
  for (int from = 0; from < 4; ++from) {
    for (int to = 0; to < 4; ++to) {
      const std::string text(1, static_cast<char>('0' + from));
      if (from != to) boxes[from]->send(boxes[to]->local(), text);
    }
  }
  world.run_for(seconds(1));
  EXPECT_EQ(boxes[0]->texts(), "2");
  EXPECT_EQ(boxes[1]->texts(), "23");
  EXPECT_EQ(boxes[2]->texts(), "013");
  EXPECT_EQ(boxes[3]->texts(), "12");
  EXPECT_EQ(world.net().bites(5), 4U);
  EXPECT_EQ(world.drops(DropReason::cut), 4U);
}

TEST(LinkFaults, HeldMessagesArriveInOrderWhenReleased) {
  Line line;
  line.world.net().hold(3, {line.world.id(0)}, {line.world.id(1)});
  line.send(5);
  line.settle();
  EXPECT_EQ(line.kinds(), "");
  line.world.net().release(3);
  line.settle();
  EXPECT_EQ(line.kinds(), "ABCDE");
  line.send(2);
  line.settle();
  EXPECT_EQ(line.kinds(), "ABCDE");
  line.world.net().remove_fault(3);
  line.settle();
  EXPECT_EQ(line.kinds(), "ABCDEFG");
  EXPECT_EQ(line.world.count(RecordKind::hold), 7U);
  EXPECT_EQ(line.world.count(RecordKind::release), 7U);
}

TEST(LinkFaults, AMessageHeldByTwoWaitsForBoth) {
  Line line;
  line.world.net().hold(3, NodeSet::all(), NodeSet::all());
  line.world.net().hold(4, NodeSet::all(), NodeSet::all());
  line.send(1);
  line.world.net().remove_fault(3);
  line.settle();
  EXPECT_EQ(line.kinds(), "");
  line.world.net().heal_all();
  line.settle();
  EXPECT_EQ(line.kinds(), "A");
}

TEST(LinkFaults, ARuleConcernsMessagesOfItsKindAlone) {
  Line line;
  LinkFault rule;
  rule.kind = 'B';
  rule.cut = true;
  line.world.net().add_fault(9, rule);
  line.send(3);
  line.settle();
  EXPECT_EQ(line.kinds(), "AC");
  EXPECT_EQ(line.world.drops(DropReason::rule), 1U);
}

TEST(LinkFaults, DelayKeepsOrder) {
  LinkFault fault;
  fault.delay = kHalf;
  fault.delay_by = Latency::constant(milliseconds(30));
  EXPECT_EQ(with(fault, true), kAll);
  Line line;
  line.world.net().add_fault(3, {.delay = kAlways, .delay_by = Latency::constant(seconds(1))});
  line.send(1);
  line.settle();
  EXPECT_EQ(line.b.arrived.at(0).at, testing::at(milliseconds(1001)));
}

TEST(LinkFaults, BandwidthDelaysAndItsQueueDrops) {
  Line line;
  LinkFault slow;
  slow.bytes_per_second = 1'000;
  slow.queue_bytes = 10;
  line.world.net().add_fault(3, slow);
  for (int i = 0; i < 8; ++i) line.a.send(line.b.local(), "xy");
  line.settle();
  ASSERT_EQ(line.b.arrived.size(), 5U);
  EXPECT_EQ(line.b.arrived[0].at, testing::at(milliseconds(3)));
  EXPECT_EQ(line.b.arrived[4].at, testing::at(milliseconds(11)));
  EXPECT_EQ(line.world.drops(DropReason::queue_full), 3U);
  EXPECT_EQ(line.world.net().bites(3, LinkEffect::queue_full), 3U);
  line.world.net().remove_fault(3);
  for (int i = 0; i < 8; ++i) line.a.send(line.b.local(), "xy");
  line.settle();
  EXPECT_EQ(line.b.arrived.size(), 13U);
}

TEST(LinkFaults, ProfilesOverrideTheDefaultInTheirOrder) {
  NetWorld world(3);
  world.net().set_profile({world.id(0)}, NodeSet::all(),
                          {.latency = Latency::constant(milliseconds(5))});
  world.net().set_profile({world.id(0)}, {world.id(2)},
                          {.latency = Latency::constant(milliseconds(9))});
  EXPECT_EQ(world.net().profile(world.id(0), world.id(1)).latency.first, milliseconds(5));
  EXPECT_EQ(world.net().profile(world.id(0), world.id(2)).latency.first, milliseconds(9));
  EXPECT_EQ(world.net().profile(world.id(1), world.id(0)).latency.first, milliseconds(1));
}

// What arrives of 40 messages under two faults and a random latency, each message with its time.
std::vector<std::pair<char, std::int64_t>> history(bool loss, bool duplicate) {
  Line line(11);
  line.world.net().set_default_profile(
      {.latency = Latency::uniform(milliseconds(1), milliseconds(5)), .in_order = false});
  if (loss) line.world.net().add_fault(3, {.impairments = {.loss = kHalf}});
  if (duplicate) line.world.net().add_fault(4, {.impairments = {.duplicate = kHalf}});
  line.send(40);
  line.settle();
  std::vector<std::pair<char, std::int64_t>> found;
  for (const Box::Arrived& one : line.b.arrived) found.push_back({one.text[0], one.at.ns});
  return found;
}

TEST(LinkFaults, RemovingOneLeavesTheDrawsOfTheOthers) {
  const auto both = history(true, true);
  const auto only_duplicate = history(false, true);
  const auto only_loss = history(true, false);
  const auto none = history(false, false);
  ASSERT_EQ(none.size(), 40U);
  ASSERT_LT(only_loss.size(), 40U);
  ASSERT_GT(only_duplicate.size(), 40U);
  // Whatever arrives under fewer faults arrives at the same time: the latency's draws are the same.
  const std::set<std::pair<char, std::int64_t>> all(only_duplicate.begin(), only_duplicate.end());
  for (const auto& arrival : none) EXPECT_TRUE(all.contains(arrival));
  for (const auto& arrival : both) EXPECT_TRUE(all.contains(arrival));
  std::set<char> survivors;
  for (const auto& arrival : only_loss) survivors.insert(arrival.first);
  std::vector<std::pair<char, std::int64_t>> expected;
  for (const auto& arrival : only_duplicate) {
    if (survivors.contains(arrival.first)) expected.push_back(arrival);
  }
  EXPECT_EQ(both, expected);
  // Kinds draw independently: what is duplicated is not what is lost.
  EXPECT_GT(both.size(), survivors.size());
}

TEST(LinkFaults, TwoOfAKindDrawIndependently) {
  Line line;
  line.world.net().add_fault(3, {.impairments = {.loss = kHalf}});
  line.world.net().add_fault(4, {.impairments = {.loss = kHalf}});
  line.world.net().add_fault(4, {.impairments = {.loss = kHalf}});
  line.send(120);
  line.settle();
  EXPECT_GT(line.b.arrived.size(), 5U);
  EXPECT_LT(line.b.arrived.size(), 25U);
}

TEST(LinkFaults, ANodeMoreOrLessChangesNoDraw) {
  const auto losses = [](int nodes) {
    NetWorld world(nodes);
    world.net().add_fault(3, {.impairments = {.loss = kHalf}});
    Box a(world, 0, 7);
    Box b(world, 1, 8);
    for (int i = 0; i < 64; ++i) {
      const std::string text(1, static_cast<char>('A' + i));
      for (int other = 2; other < nodes; ++other) a.send({world.id(other), 7}, text);
      a.send(b.local(), text);
    }
    world.run_for(seconds(1));
    return b.texts();
  };
  EXPECT_EQ(losses(2), losses(5));
}

TEST(LinkFaults, HeldMessagesAreDeliveredAndDroppedByNumber) {
  Line line;
  line.world.net().hold(3, NodeSet::all(), NodeSet::all());
  line.send(5);
  Network& net = line.world.net();
  const std::vector<HeldMessage> held = net.held();
  ASSERT_EQ(held.size(), 5U);
  EXPECT_EQ(held[2].kind, 'C');
  EXPECT_EQ(held[2].ordinal, 2U);
  EXPECT_EQ(held[2].from, line.a.local());
  EXPECT_EQ(held[2].held_by, 3U);
  EXPECT_TRUE(net.deliver_held({}, 4));
  EXPECT_TRUE(net.deliver_held({.kind = 'B'}));
  EXPECT_TRUE(net.drop_held({.from = {line.world.id(0)}}, 2));
  EXPECT_FALSE(net.deliver_held({}, 3));
  EXPECT_FALSE(net.drop_held({.to = {line.world.id(0)}}));
  line.settle();
  EXPECT_EQ(line.kinds(), "DB");
  EXPECT_EQ(line.world.drops(DropReason::script), 1U);
  net.remove_fault(3);
  line.settle();
  EXPECT_EQ(line.kinds(), "DBAE");
}

}  // namespace
}  // namespace windtunnel
