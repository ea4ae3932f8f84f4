// The nemesis: every kind of effect begins, bites, ends, is undone and is healed.
#include <windtunnel/faults/nemesis/nemesis.h>

#include "tests/unit/faults/nemesis/nemesis_world.h"

#include <gtest/gtest.h>

namespace windtunnel::faults {
namespace {

using testing::nodes;
using testing::once;
using testing::plan_of;
using testing::timeout;
using testing::World;

MessageFilter beats() {
  MessageFilter filter;
  filter.type = "beat";
  return filter;
}

LinkChange worse() {
  LinkChange change;
  change.from = nodes("all");
  change.to = nodes("all");
  return change;
}

DiskTrouble disk(DiskTrouble::Kind kind) {
  DiskTrouble fault;
  fault.nodes = nodes("n1");
  fault.kind = kind;
  if (kind == DiskTrouble::Kind::slow) fault.factor = 3;
  return fault;
}

MessageRule rule(MessageRule::Action action) {
  MessageRule made;
  made.messages = beats();
  made.action = action;
  if (action == MessageRule::Action::delay) made.delay = {milliseconds(5), milliseconds(9)};
  return made;
}

struct Case {
  const char* name;
  Effect effect;
};

Sides halves() {
  Sides sides;
  sides.shape = Sides::Shape::halves;
  return sides;
}

template <class Change>
LinkChange changed(Change change) {
  LinkChange made = worse();
  change(made);
  return made;
}

constexpr PerMillion kHalf{500'000};

// Every effect that acts for a while.
std::vector<Case> lasting() {
  const Selector n1 = nodes("n1");
  const Selector n2 = nodes("n2");
  return {
      {"partition", Partition{halves()}},
      {"cut", Cut{n1, n2, false}},
      {"isolate", Isolate{n1}},
      {"loss", changed([](LinkChange& c) { c.loss = kHalf; })},
      {"duplicate", changed([](LinkChange& c) { c.duplicate = kHalf; })},
      {"reorder", changed([](LinkChange& c) { c.reorder = kHalf; })},
      {"corrupt", changed([](LinkChange& c) { c.corrupt = kHalf; })},
      {"stream_corrupt", changed([](LinkChange& c) { c.stream_corrupt = kHalf; })},
      {"delay", changed([](LinkChange& c) { c.delay = Distribution::constant(milliseconds(3)); })},
      {"bandwidth", changed([](LinkChange& c) {
         c.bandwidth = Size{20'000};
         c.queue = Size{500};
       })},
      {"hold", Hold{beats()}},
      {"rule_drop", rule(MessageRule::Action::drop)},
      {"rule_duplicate", rule(MessageRule::Action::duplicate)},
      {"rule_delay", rule(MessageRule::Action::delay)},
      {"rule_corrupt", rule(MessageRule::Action::corrupt)},
      {"crash_process", Crash{n1, Crash::Kind::process}},
      {"crash_power", Crash{n1, Crash::Kind::power}},
      {"pause", Pause{n1}},
      {"suspend", Suspend{n1}},
      {"clock_jump", ClockJump{n1, {seconds(5), seconds(9)}}},
      {"clock_drift", ClockDrift{n1, {50'000, 60'000}}},
      {"overload", Overload{n1, milliseconds(1), 2}},
      {"slow", disk(DiskTrouble::Kind::slow)},
      {"fail_fsync", disk(DiskTrouble::Kind::fail_fsync)},
      {"lie_fsync", disk(DiskTrouble::Kind::lie_fsync)},
      {"full", disk(DiskTrouble::Kind::full)},
      {"eio_read", disk(DiskTrouble::Kind::eio_read)},
      {"eio_write", disk(DiskTrouble::Kind::eio_write)},
      {"misdirect", disk(DiskTrouble::Kind::misdirect)},
  };
}

// What a node is without faults.
void expect_normal(World& world) {
  for (std::uint32_t i = 0; i < testing::kNodes; ++i) {
    Node& node = world.node(i);
    EXPECT_TRUE(node.up()) << node.name();
    EXPECT_FALSE(node.paused()) << node.name();
    EXPECT_EQ(node.clock().drift_ppb(), 0) << node.name();
    EXPECT_EQ(node.compute_options().per_input, Duration{}) << node.name();
  }
}

class Lasting : public ::testing::TestWithParam<Case> {};

TEST_P(Lasting, BeginsBitesEndsAndIsUndone) {
  World world(plan_of({once("it", GetParam().effect, seconds(1))}));
  world.run_until(milliseconds(999));
  EXPECT_EQ(world.nemesis->bites(0), 0U);
  EXPECT_TRUE(world.records(RecordKind::fault_begin).empty());
  world.run_until(milliseconds(1'999));
  EXPECT_GT(world.nemesis->bites(0), 0U);
  world.run_until(milliseconds(2'100));  // What was under way has arrived.
  const std::uint64_t bites = world.nemesis->bites(0);
  world.run_until(seconds(3));
  EXPECT_EQ(world.nemesis->bites(0), bites) << "it acts after its end";
  expect_normal(world);

  const std::uint64_t id = hash_text("it");
  ASSERT_EQ(world.records(RecordKind::fault_begin).size(), 1U);
  EXPECT_EQ(world.records(RecordKind::fault_begin)[0].a, id);
  ASSERT_EQ(world.records(RecordKind::fault_end).size(), 1U);
  EXPECT_EQ(world.records(RecordKind::fault_end)[0].a, id);
  EXPECT_EQ(world.records(RecordKind::fault_end)[0].time, testing::at(seconds(2)));
  ASSERT_EQ(world.nemesis->records()[0].occurrences.size(), 1U);
  EXPECT_EQ(world.nemesis->records()[0].occurrences[0].end, testing::at(seconds(2)));
}

TEST_P(Lasting, ItsBitesAreRecordedUnderThePlansId) {
  World world(plan_of({once("it", GetParam().effect, seconds(1))}));
  world.run_until(seconds(3));
  const std::vector<Record> bites = world.records(RecordKind::fault_bite);
  ASSERT_FALSE(bites.empty());
  for (const Record& bite : bites) EXPECT_EQ(bite.a, hash_text("it"));
}

// The first crash ends the node, and nothing is left to the others.
TEST(Nemesis, CountsTheFiringsThatBit) {
  Crash crash;
  crash.nodes = nodes("n1");
  Fault often = once("often", crash);
  often.trigger = Every{milliseconds(500), seconds(1), seconds(3)};
  Fault lossy = once("lossy", changed([](LinkChange& change) { change.loss = kHalf; }));
  lossy.trigger = often.trigger;
  lossy.duration = DurationRange{milliseconds(100), milliseconds(100)};
  Fault torn = once("torn", disk(DiskTrouble::Kind::torn_tail));
  Fault failing = once("failing", disk(DiskTrouble::Kind::fail_fsync), milliseconds(200));
  failing.trigger = Every{milliseconds(300), milliseconds(100), milliseconds(700)};
  World world(plan_of({often, lossy, torn, failing}));
  world.run_until(seconds(4));
  EXPECT_EQ(world.nemesis->records()[0].fired, 5U);
  EXPECT_EQ(world.nemesis->biting(0), 1U);
  EXPECT_EQ(world.nemesis->bites(0), 1U);
  EXPECT_EQ(world.nemesis->biting(1), 5U);
  EXPECT_GT(world.nemesis->bites(1), 5U);
  EXPECT_EQ(world.nemesis->biting(2), 0U);
  EXPECT_EQ(world.nemesis->biting(3), 3U);
}

TEST_P(Lasting, IsHealedAndDoesNotComeBack) {
  World world(plan_of({once("it", GetParam().effect)}));
  world.run_until(seconds(2));
  EXPECT_GT(world.nemesis->bites(0), 0U);
  world.nemesis->stop_plan();
  world.nemesis->heal(world.cluster->servers());
  expect_normal(world);
  world.run_until(milliseconds(2'100));
  const std::uint64_t bites = world.nemesis->bites(0);
  world.run_until(seconds(3));
  EXPECT_EQ(world.nemesis->bites(0), bites) << "it acts after the heal";
}

INSTANTIATE_TEST_SUITE_P(Nemesis, Lasting, ::testing::ValuesIn(lasting()),
                         [](const auto& one) { return std::string(one.param.name); });

// --- Effects that act at once. ---

TEST(Nemesis, RotAndWipeDestroyAtOnce) {
  for (const auto kind : {DiskTrouble::Kind::bit_rot, DiskTrouble::Kind::wipe}) {
    World world(plan_of({once("it", disk(kind))}));
    world.run_until(seconds(2));
    EXPECT_EQ(world.node(0).disk().damage(), 1U);
    EXPECT_EQ(world.node(1).disk().damage(), 0U);
    EXPECT_GT(world.nemesis->bites(0), 0U);
    EXPECT_EQ(world.records(RecordKind::fault_bite)[0].a, hash_text("it"));
  }
}

TEST(Nemesis, ATornTailBitesWhenThePowerFails) {
  Fault power = once("power", Crash{nodes("n1"), Crash::Kind::power}, milliseconds(100));
  power.trigger = Every{milliseconds(203), milliseconds(1'001), {}};
  World world(plan_of({once("torn", disk(DiskTrouble::Kind::torn_tail)), power}));
  world.run_until(seconds(4));
  EXPECT_GT(world.nemesis->bites(0), 0U);
}

TEST(Nemesis, ALyingSyncDamagesOnlyWithALossOfPower) {
  World calm(plan_of({once("lie", disk(DiskTrouble::Kind::lie_fsync))}));
  calm.run_until(seconds(3));
  EXPECT_EQ(calm.node(0).disk().damage(), 0U);
  std::uint64_t damaged = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Fault power = once("power", Crash{nodes("n1"), Crash::Kind::power});
    power.trigger = At{{seconds(2), seconds(2)}};
    World world(plan_of({once("lie", disk(DiskTrouble::Kind::lie_fsync)), power}), seed);
    world.run_until(seconds(3));
    damaged += world.node(0).disk().damage();
    EXPECT_EQ(world.node(1).disk().damage(), 0U);
  }
  EXPECT_GE(damaged, 5U);
}

TEST(Nemesis, ALossOfPowerTakesTheMachineOfAProcessThatHasEnded) {
  Fault process = once("process", Crash{nodes("n1"), Crash::Kind::process});
  process.duration = DurationRange{seconds(2), seconds(2)};
  Fault power = once("power", Crash{nodes("n1"), Crash::Kind::power});
  power.trigger = At{{seconds(2), seconds(2)}};
  power.duration = DurationRange{seconds(3), seconds(3)};
  World world(plan_of({process, power}));
  world.run_until(milliseconds(4'500));
  EXPECT_EQ(world.nemesis->bites(1), 1U);
  EXPECT_FALSE(world.node(0).up()) << "the end of the first fault does not bring the power back";
  world.run_until(seconds(6));
  EXPECT_TRUE(world.node(0).up());
}

TEST(Nemesis, TimeoutAsksTheService) {
  World world(plan_of({once("it", timeout("n2"))}));
  world.run_until(seconds(2));
  EXPECT_EQ(world.timed_out, std::vector<NodeId>{NodeId{1}});
}

TEST(Nemesis, RestartStartsWhatIsDown) {
  Fault crash = once("crash", Crash{nodes("n1"), Crash::Kind::process});
  Fault restart = once("restart", Restart{nodes("all")});
  restart.trigger = At{{seconds(2), seconds(2)}};
  World world(plan_of({crash, restart}));
  world.run_until(milliseconds(1'500));
  EXPECT_FALSE(world.node(0).up());
  world.run_until(milliseconds(2'500));
  EXPECT_TRUE(world.node(0).up());
  EXPECT_EQ(world.nemesis->bites(1), 1U);
}

TEST(Nemesis, AHealRestartsAProcessThatGaveUp) {
  Fault heal = once("heal", Heal{nodes("n1")});
  heal.trigger = At{{seconds(2), seconds(2)}};
  World world(plan_of({heal}));
  world.run_until(seconds(1));
  world.node(0).env().process.exit("its disk is broken");
  world.run_until(milliseconds(1'500));
  EXPECT_FALSE(world.node(0).up());
  EXPECT_EQ(world.node(0).exit_reason(), "its disk is broken");
  const std::vector<Record> crashes = world.records(RecordKind::crash);
  ASSERT_EQ(crashes.size(), 1U);
  EXPECT_EQ(crashes[0].aux, static_cast<std::uint16_t>(CrashKind::exit));
  EXPECT_EQ(world.sim.trace().text_of(crashes[0].b), "its disk is broken");
  world.run_until(milliseconds(2'500));
  EXPECT_TRUE(world.node(0).up());
}

// --- Composition. ---

TEST(Nemesis, OverlappingPausesEndWithTheLast) {
  Fault longer = once("longer", Pause{nodes("n1")}, milliseconds(800));
  Fault shorter = once("shorter", Suspend{nodes("n1")}, milliseconds(300));
  World world(plan_of({longer, shorter}));
  world.run_until(milliseconds(1'500));
  EXPECT_TRUE(world.node(0).paused());
  world.run_until(milliseconds(1'900));
  EXPECT_FALSE(world.node(0).paused());
}

TEST(Nemesis, OverlappingDriftsAddUp) {
  Fault one = once("one", ClockDrift{nodes("n1"), {1'000, 1'000}}, milliseconds(600));
  Fault two = once("two", ClockDrift{nodes("n1"), {500, 500}}, milliseconds(300));
  World world(plan_of({one, two}));
  world.run_until(milliseconds(1'100));
  EXPECT_EQ(world.node(0).clock().drift_ppb(), 1'500'000);
  world.run_until(milliseconds(1'400));
  EXPECT_EQ(world.node(0).clock().drift_ppb(), 1'000'000);
  world.run_until(milliseconds(1'700));
  EXPECT_EQ(world.node(0).clock().drift_ppb(), 0);
}

// Found by generated plans: a drift that fires at each commit, and lasts, stopped the simulator.
TEST(Nemesis, DriftsWithoutEndAddUpToAClockThatRuns) {
  Fault slow = once("slow", ClockDrift{nodes("n1"), {-400'000, -400'000}}, seconds(9));
  slow.trigger = Every{milliseconds(100), milliseconds(100), std::nullopt};
  World world(plan_of({slow}));
  world.run_until(milliseconds(1'500));
  EXPECT_EQ(world.node(0).clock().drift_ppb(), -999'000'000);
}

TEST(Nemesis, OverloadsWithoutEndAddUpToACostThatEnds) {
  Fault load = once("load", Overload{nodes("n1"), seconds(1), 1'000'000}, seconds(9));
  load.trigger = Every{milliseconds(100), milliseconds(100), std::nullopt};
  World world(plan_of({load}));
  world.run_until(milliseconds(1'500));
  EXPECT_EQ(world.node(0).compute_options().per_input, seconds(86'400));
}

TEST(Nemesis, OverlappingCutsEachAct) {
  Fault longer = once("longer", Cut{nodes("n1"), nodes("n2"), true}, milliseconds(800));
  Fault shorter = once("shorter", Isolate{nodes("n1")}, milliseconds(300));
  World world(plan_of({longer, shorter}));
  world.run_until(milliseconds(1'400));
  const testing::Counts before = world.counts;
  world.run_until(milliseconds(1'700));
  EXPECT_EQ(world.counts.beats[0][1], before.beats[0][1]);
  EXPECT_GT(world.counts.beats[0][2], before.beats[0][2]);
  world.run_until(milliseconds(2'100));
  EXPECT_GT(world.counts.beats[0][1], before.beats[0][1]);
}

TEST(Nemesis, TheEndOfACrashDoesNotUndoALaterOne) {
  Fault first = once("first", Crash{nodes("n1"), Crash::Kind::process}, milliseconds(500));
  Fault restart = once("restart", Restart{nodes("n1")});
  restart.trigger = At{{milliseconds(1'200), milliseconds(1'200)}};
  Fault second = once("second", Crash{nodes("n1"), Crash::Kind::process});
  second.trigger = At{{milliseconds(1'400), milliseconds(1'400)}};
  World world(plan_of({first, restart, second}));
  world.run_until(milliseconds(1'300));
  EXPECT_TRUE(world.node(0).up());
  world.run_until(seconds(2));
  EXPECT_FALSE(world.node(0).up());
}

TEST(Nemesis, AHealOfSomeLeavesTheOthersAsTheyAre) {
  World world(plan_of({once("isolate", Isolate{nodes("n3")}), once("pause", Pause{nodes("all")})}));
  world.run_until(seconds(2));
  world.nemesis->stop_plan();
  world.nemesis->heal({NodeId{0}, NodeId{1}});
  const testing::Counts before = world.counts;
  world.run_until(seconds(3));
  EXPECT_GT(world.counts.beats[0][1], before.beats[0][1]);
  EXPECT_EQ(world.counts.beats[0][2], before.beats[0][2]);
  EXPECT_TRUE(world.node(2).paused());
}

}  // namespace
}  // namespace windtunnel::faults
