#include <windtunnel/sim/inbox.h>

#include "tests/unit/sim/programs.h"

#include <gtest/gtest.h>

#include <vector>

namespace windtunnel {
namespace {

using testing::add_node;
using testing::at;
using testing::with_seed;

// Notes when each input was seen, and charges for it.
class Probe final : public InputTarget {
 public:
  explicit Probe(Simulation& sim) : sim_(sim) {}
  void on_input(std::uint64_t a, std::uint64_t) override {
    seen.push_back({a, sim_.now()});
    if (env != nullptr) env->compute.charge(charge);
  }
  void on_input_dropped(std::uint64_t, std::uint64_t) noexcept override { ++dropped; }

  struct Seen {
    std::uint64_t a;
    Instant when;
  };
  std::vector<Seen> seen;
  int dropped = 0;
  Env* env = nullptr;
  Duration charge;

 private:
  Simulation& sim_;
};

class InboxTest : public ::testing::Test {
 protected:
  InboxTest()
      : sim_(with_seed(1)), node_(add_node(sim_, "a", [](Env&, TaskScope&) {})), probe_(sim_) {
    node_.start();
  }
  Simulation sim_;
  Node& node_;
  Probe probe_;
};

TEST_F(InboxTest, FreeInputsPassThroughAtOnce) {
  EXPECT_TRUE(node_.accept_input(probe_, 1, 0, 100));
  ASSERT_EQ(probe_.seen.size(), 1U);
  EXPECT_EQ(node_.inbox_length(), 0U);
}

TEST_F(InboxTest, PricedInputsQueueBehindOneCore) {
  node_.compute_options().per_input = microseconds(10);
  node_.compute_options().per_byte_ps = 1'000;
  for (std::uint64_t i = 0; i < 3; ++i) node_.accept_input(probe_, i, 0, 1'000);
  sim_.run_until(at(seconds(1)));
  ASSERT_EQ(probe_.seen.size(), 3U);
  EXPECT_EQ(probe_.seen[0].when, at(microseconds(11)));
  EXPECT_EQ(probe_.seen[2].when, at(microseconds(33)));
  EXPECT_EQ(node_.busy(), microseconds(33));
}

TEST_F(InboxTest, TwoCoresServeTwoInputsAtATime) {
  node_.compute_options().cores = 2;
  node_.compute_options().per_input = microseconds(10);
  for (std::uint64_t i = 0; i < 4; ++i) node_.accept_input(probe_, i, 0, 0);
  sim_.run_until(at(seconds(1)));
  ASSERT_EQ(probe_.seen.size(), 4U);
  EXPECT_EQ(probe_.seen[1].when, at(microseconds(10)));
  EXPECT_EQ(probe_.seen[3].when, at(microseconds(20)));
}

TEST_F(InboxTest, ChargedWorkDelaysTheNextInput) {
  probe_.env = &node_.env();
  probe_.charge = milliseconds(5);
  node_.accept_input(probe_, 0, 0, 0);
  node_.accept_input(probe_, 1, 0, 0);
  node_.accept_input(probe_, 2, 0, 0);
  sim_.run_until(at(seconds(1)));
  ASSERT_EQ(probe_.seen.size(), 3U);
  EXPECT_EQ(probe_.seen[1].when, at(milliseconds(5)));
  EXPECT_EQ(probe_.seen[2].when, at(milliseconds(10)));
}

TEST_F(InboxTest, AFullInboxRefuses) {
  node_.compute_options().per_input = seconds(1);
  node_.compute_options().inbox_limit = 2;
  EXPECT_TRUE(node_.accept_input(probe_, 0, 0, 0));
  EXPECT_TRUE(node_.accept_input(probe_, 1, 0, 0));
  EXPECT_TRUE(node_.accept_input(probe_, 2, 0, 0));
  EXPECT_FALSE(node_.accept_input(probe_, 3, 0, 0));
}

TEST_F(InboxTest, ACrashDropsWaitingInputsOnce) {
  node_.compute_options().per_input = seconds(1);
  for (std::uint64_t i = 0; i < 3; ++i) node_.accept_input(probe_, i, 0, 0);
  node_.crash(CrashKind::process);
  EXPECT_EQ(probe_.dropped, 3);
  sim_.run_until(at(seconds(10)));
  EXPECT_TRUE(probe_.seen.empty());
}

TEST_F(InboxTest, APausedNodeKeepsItsInputsUntilItResumes) {
  node_.compute_options().per_input = milliseconds(10);
  node_.accept_input(probe_, 0, 0, 0);
  node_.accept_input(probe_, 1, 0, 0);
  sim_.run_until(at(milliseconds(5)));
  node_.pause();
  sim_.run_until(at(seconds(1)));
  EXPECT_TRUE(probe_.seen.empty());
  node_.resume();
  sim_.run_until(at(seconds(2)));
  ASSERT_EQ(probe_.seen.size(), 2U);
  EXPECT_EQ(probe_.seen[0].when, at(seconds(1)));
}

// Where equal times come in a drawn order, asking again and again whether an input was served would
// now and then never end.
TEST(Inbox, WaitingInputsCostAFewEventsEachInWhateverOrder) {
  constexpr std::uint64_t kInputs = 300;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SimulationOptions options = with_seed(seed);
    options.permute_ties = true;
    Simulation sim(options);
    Node& node = add_node(sim, "a", [](Env&, TaskScope&) {});
    Probe probe(sim);
    node.start();
    node.pause();
    for (std::uint64_t i = 0; i < kInputs; ++i) node.accept_input(probe, i, 0, 0);
    node.resume();
    for (std::uint64_t i = 0; i < kInputs; ++i) node.accept_input(probe, i, 0, 0);
    sim.run_until(at(seconds(1)));
    EXPECT_EQ(probe.seen.size(), 2 * kInputs);
    EXPECT_LE(sim.events_handled(), 2 * 2 * kInputs + 10);
  }
}

}  // namespace
}  // namespace windtunnel
