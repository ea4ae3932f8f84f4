#include <windtunnel/protocols/rpc/policy/balancer.h>

#include <windtunnel/protocols/rpc/policy/pick_first.h>
#include <windtunnel/protocols/rpc/policy/round_robin.h>

#include "tests/unit/protocols/rpc/policy/endpoints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace windtunnel::rpc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::uint32_t> wants(Balancer& balancer, Instant now = {}) {
  std::vector<std::uint32_t> values;
  for (const EndpointId id : balancer.wanted(now)) values.push_back(id.value);
  return values;
}

TEST(RoundRobin, TakesTurnsAmongTheReady) {
  RoundRobin balancer;
  EXPECT_EQ(balancer.pick({}).kind, Pick::Kind::fail) << "nobody is listed";
  balancer.update(endpoints(4), {}, 0);
  EXPECT_THAT(wants(balancer), ElementsAre(0, 1, 2, 3));
  EXPECT_EQ(balancer.pick({}).kind, Pick::Kind::queue);
  for (const std::uint32_t id : {0U, 2U, 3U}) {
    balancer.set_state(EndpointId{id}, Connectivity::ready, {});
  }
  std::vector<std::uint32_t> picks;
  for (int i = 0; i < 6; ++i) picks.push_back(picked(balancer));
  EXPECT_THAT(picks, ElementsAre(0, 2, 3, 0, 2, 3));
  balancer.set_state(EndpointId{1}, Connectivity::ready, {});
  EXPECT_EQ(picked(balancer, {.draw = std::uint64_t{3} << 62}), 3U) << "from a drawn one";
}

TEST(Balancer, WhoFailedCountsAsFailedUntilReady) {
  RoundRobin balancer;
  balancer.update(endpoints(1), {}, 0);
  balancer.set_state(EndpointId{0}, Connectivity::transient_failure, {});
  EXPECT_EQ(balancer.pick({}).kind, Pick::Kind::fail);
  EXPECT_THAT(wants(balancer), IsEmpty()) << "in backoff";
  balancer.set_state(EndpointId{0}, Connectivity::idle, {});
  EXPECT_EQ(balancer.pick({}).kind, Pick::Kind::fail);
  EXPECT_THAT(wants(balancer), ElementsAre(0));
  balancer.set_state(EndpointId{0}, Connectivity::connecting, {});
  EXPECT_EQ(balancer.pick({}).kind, Pick::Kind::fail);
  balancer.set_state(EndpointId{0}, Connectivity::ready, {});
  EXPECT_EQ(picked(balancer), 0U);
}

TEST(Balancer, WhoStaysListedKeepsItsStateAndItsCalls) {
  LeastRequest balancer;
  list_ready(balancer, endpoints(2));
  const Pick pick = Pick::of(EndpointId{1});
  balancer.on_start(pick);
  balancer.update({endpoint(2)}, {}, 0);
  EXPECT_EQ(balancer.pick({}).kind, Pick::Kind::queue);
  balancer.update(endpoints(2), {}, 0);
  EXPECT_EQ(balancer.pick({}).kind, Pick::Kind::queue) << "who left begins anew";
  EXPECT_EQ(balancer.in_flight(EndpointId{1}), 1) << "but its calls go on";
  balancer.on_done({.pick = pick});
  EXPECT_EQ(balancer.in_flight(EndpointId{1}), 0);
}

TEST(Balancer, WhoIsListedTwiceCountsOnce) {
  RoundRobin balancer;
  list_ready(balancer, {endpoint(3), endpoint(1), endpoint(3)});
  EXPECT_EQ(picked(balancer), 3U);
  EXPECT_EQ(picked(balancer), 1U);
  EXPECT_EQ(picked(balancer), 3U);
  EXPECT_EQ(picked(balancer), 1U);
}

TEST(LeastRequest, PicksTheLessBusyOfItsDraws) {
  LeastRequest balancer(2);
  list_ready(balancer, endpoints(4));
  for (int i = 0; i < 3; ++i) balancer.on_start(Pick::of(EndpointId{0}));
  balancer.on_start(Pick::of(EndpointId{1}));
  int counts[4] = {};
  for (std::uint64_t i = 0; i < 16'000; ++i) {
    const std::uint64_t draw = DrawKey(1, "pick", "").at(i);
    const std::size_t a = scale(nth_draw(draw, 0), 4);
    const std::size_t b = scale(nth_draw(draw, 1), 4);
    constexpr int kBusy[4] = {3, 1, 0, 0};
    const std::size_t expected = kBusy[b] < kBusy[a] ? b : a;
    ASSERT_EQ(picked(balancer, {.draw = draw}), expected);
    ++counts[expected];
  }
  EXPECT_NEAR(counts[0], 1000, 150) << "only against itself: 1 / 16";
  EXPECT_NEAR(counts[1], 3000, 250) << "against itself and 0: 3 / 16";
}

// Power of two choices: the longest queue is much shorter than by chance.
TEST(LeastRequest, KeepsTheLoadsCloseTogether) {
  const auto longest = [](std::uint32_t choices) {
    LeastRequest balancer(choices);
    list_ready(balancer, endpoints(100));
    std::int64_t most = 0;
    for (std::uint64_t i = 0; i < 10'000; ++i) {
      const Pick pick = balancer.pick({.draw = DrawKey(2, "pick", "").at(i)});
      balancer.on_start(pick);
      most = std::max(most, balancer.in_flight(pick.endpoint));
    }
    return most;
  };
  EXPECT_LE(longest(2), 105) << "100 on average";
  EXPECT_LE(longest(10), longest(2));
}

TEST(PickFirst, TriesInOrderAndStays) {
  PickFirst balancer;
  balancer.update(endpoints(3), {}, 0);
  EXPECT_THAT(wants(balancer), IsEmpty()) << "idle until a pick";
  EXPECT_EQ(balancer.pick({}).kind, Pick::Kind::queue);
  EXPECT_THAT(wants(balancer), ElementsAre(0));
  balancer.set_state(EndpointId{0}, Connectivity::connecting, {});
  const Instant second = Instant{} + milliseconds(250);
  EXPECT_EQ(balancer.next_wanted(), second);
  EXPECT_THAT(wants(balancer, second - Duration{1}), IsEmpty());
  EXPECT_THAT(wants(balancer, second), ElementsAre(1));
  balancer.set_state(EndpointId{1}, Connectivity::transient_failure, second + Duration{9});
  EXPECT_THAT(wants(balancer, second + Duration{9}), ElementsAre(2)) << "at once";
  balancer.set_state(EndpointId{0}, Connectivity::ready, second);
  balancer.set_state(EndpointId{2}, Connectivity::ready, second);
  EXPECT_EQ(balancer.selected(), EndpointId{0});
  EXPECT_EQ(picked(balancer), 0U);
  balancer.update({endpoint(2), endpoint(0)}, {}, 0);
  EXPECT_EQ(picked(balancer), 0U) << "a better one is no reason";
  balancer.update({endpoint(1)}, {}, 0);
  EXPECT_EQ(balancer.pick({}).kind, Pick::Kind::queue);
}

TEST(PickFirst, FailsWhenAllFailedAndGoesOnTrying) {
  PickFirst balancer;
  balancer.update(endpoints(2), {}, 0);
  balancer.pick({});
  for (const std::uint32_t id : {0U, 1U}) {
    EXPECT_THAT(wants(balancer), ElementsAre(id));
    balancer.set_state(EndpointId{id}, Connectivity::connecting, {});
    balancer.set_state(EndpointId{id}, Connectivity::transient_failure, {});
  }
  EXPECT_EQ(balancer.pick({}).kind, Pick::Kind::fail);
  EXPECT_THAT(wants(balancer), IsEmpty());
  EXPECT_EQ(balancer.next_wanted(), std::nullopt);
  balancer.set_state(EndpointId{1}, Connectivity::idle, {});
  EXPECT_THAT(wants(balancer), ElementsAre(1)) << "its backoff is over";
  balancer.set_state(EndpointId{1}, Connectivity::ready, {});
  EXPECT_EQ(picked(balancer), 1U);
  balancer.set_state(EndpointId{1}, Connectivity::idle, {});
  EXPECT_THAT(wants(balancer), IsEmpty()) << "a broken connection waits for a pick";
  EXPECT_EQ(balancer.pick({}).kind, Pick::Kind::queue);
  EXPECT_THAT(wants(balancer), ElementsAre(1)) << "0 is known to have failed";
}

TEST(PickFirst, ShufflesByTheDraw) {
  std::set<std::uint32_t> firsts;
  for (std::uint64_t draw = 0; draw < 100; ++draw) {
    PickFirst balancer(PickFirst::Parameters{.shuffle = true});
    balancer.update(endpoints(5), {}, draw);
    balancer.pick({});
    firsts.insert(wants(balancer).front());
  }
  EXPECT_EQ(firsts.size(), 5U);
}

}  // namespace
}  // namespace windtunnel::rpc
