#include <windtunnel/protocols/rpc/policy/ring_hash.h>

#include <windtunnel/protocols/rpc/policy/subsetting.h>
#include <windtunnel/protocols/rpc/policy/xxh64.h>

#include "tests/unit/protocols/rpc/policy/endpoints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace windtunnel::rpc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Xxh64, HasItsPublishedValues) {
  EXPECT_EQ(xxh64(""), 0xEF46DB3751D8E999ULL);
  EXPECT_EQ(xxh64("a"), 0xD24EC4F1A98C6E5BULL);
  EXPECT_EQ(xxh64("abc"), 0x44BC2CF5AD770999ULL);
  EXPECT_EQ(xxh64("Nobody inspects the spammish repetition"), 0xFBCEA83C8A378BF1ULL);
  EXPECT_EQ(xxh64("xxhash", 20141025), 0xB559B98D844E0635ULL);
}

// Envoy's construction as it is written, in floating point.
std::vector<std::size_t> entries_of(const std::vector<double>& weights, double min_size,
                                    double max_size) {
  double total = 0;
  for (const double weight : weights) total += weight;
  const double smallest = *std::min_element(weights.begin(), weights.end()) / total;
  const double scale = std::min(std::ceil(smallest * min_size) / smallest, max_size);
  double current = 0;
  double target = 0;
  std::vector<std::size_t> entries;
  for (const double weight : weights) {
    target += scale * weight / total;
    entries.push_back(0);
    for (; current < target; ++current) ++entries.back();
  }
  return entries;
}

TEST(RingHash, HasEntriesByWeight) {
  const std::vector<std::vector<std::uint32_t>> cases = {
      {1}, {1, 1, 1, 1}, {1, 2, 1, 4}, {16, 16, 16, 16, 16}, {1, 4095}, {1, 8191}, {64, 256, 704}};
  for (const auto& weights : cases) {
    RingHash balancer(RingHash::Parameters{.min_ring_size = 1024, .max_ring_size = 2048});
    std::vector<Endpoint> list;
    std::vector<double> plain;
    for (std::uint32_t id = 0; id < weights.size(); ++id) {
      list.push_back(endpoint(id, weights[id]));
      plain.push_back(weights[id]);
    }
    balancer.update(list, {}, 0);
    std::vector<std::size_t> entries(weights.size());
    for (const RingHash::Entry& entry : balancer.ring()) ++entries[entry.slot];
    EXPECT_EQ(entries, entries_of(plain, 1024, 2048)) << testing::PrintToString(weights);
    EXPECT_TRUE(std::is_sorted(balancer.ring().begin(), balancer.ring().end()));
  }
}

TEST(RingHash, PicksTheEntryAtOrAfterTheHash) {
  RingHash balancer;
  list_ready(balancer, endpoints(5));
  const auto& ring = balancer.ring();
  EXPECT_EQ(picked(balancer, {.hash = xxh64("10.0.0.3:80_0")}), 3U);
  EXPECT_EQ(picked(balancer, {.hash = ring[7].hash}), ring[7].slot);
  EXPECT_EQ(picked(balancer, {.hash = ring[7].hash + 1}), ring[8].slot);
  EXPECT_EQ(picked(balancer, {.hash = ring.back().hash + 1}), ring.front().slot);
  EXPECT_EQ(picked(balancer, {.hash = 0}), ring.front().slot);
}

// How many of 10 000 keys move when a sixth endpoint comes, and how many of them to it.
std::pair<int, int> moves(std::uint64_t size_of_five, std::uint64_t size_of_six) {
  RingHash five(RingHash::Parameters{.min_ring_size = size_of_five});
  RingHash six(RingHash::Parameters{.min_ring_size = size_of_six});
  list_ready(five, endpoints(5));
  list_ready(six, endpoints(6));
  std::pair<int, int> result;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const std::uint64_t hash = DrawKey(1, "key", "").at(i);
    const std::uint32_t after = picked(six, {.hash = hash});
    result.first += picked(five, {.hash = hash}) != after ? 1 : 0;
    result.second += after == 5 ? 1 : 0;
  }
  return result;
}

TEST(RingHash, AChangeOfOneMovesAFewKeys) {
  const auto [moved, to_new] = moves(500, 600);
  EXPECT_EQ(moved, to_new) << "a hundred entries each: only to the new one";
  EXPECT_NEAR(to_new, 10'000 / 6, 300);
  // By default the ring keeps its size, so that the others lose entries: 205 to 171.
  EXPECT_LT(moves(1024, 1024).first, 10'000 / 3);
}

// The table of A42 for three endpoints, by the states of the first, second and third on the ring.
TEST(RingHash, WaitsForTwoAndThenTakesWhatIsReady) {
  using enum Connectivity;
  struct Case {
    Connectivity states[3];
    Pick::Kind kind;
    int picked;               // on the ring
    std::vector<int> wanted;  // on the ring
  };
  const Case cases[] = {
      {{ready, idle, idle}, Pick::Kind::complete, 0, {}},
      {{idle, ready, ready}, Pick::Kind::queue, 0, {0}},
      {{connecting, ready, ready}, Pick::Kind::queue, 0, {}},
      {{transient_failure, ready, idle}, Pick::Kind::complete, 1, {0}},
      {{transient_failure, idle, ready}, Pick::Kind::queue, 0, {0, 1}},
      {{transient_failure, connecting, ready}, Pick::Kind::queue, 0, {0}},
      {{transient_failure, transient_failure, ready}, Pick::Kind::complete, 2, {0, 1}},
      {{transient_failure, transient_failure, idle}, Pick::Kind::fail, 0, {0, 1, 2}},
      {{transient_failure, transient_failure, connecting}, Pick::Kind::fail, 0, {0, 1}},
      {{transient_failure, transient_failure, transient_failure}, Pick::Kind::fail, 0, {0, 1, 2}},
  };
  for (const Case& each : cases) {
    RingHash balancer;
    balancer.update(endpoints(3), {}, 0);
    std::vector<std::size_t> order;  // of the slots behind hash 0
    for (const RingHash::Entry& entry : balancer.ring()) {
      if (std::count(order.begin(), order.end(), entry.slot) == 0) order.push_back(entry.slot);
    }
    for (int i = 0; i < 3; ++i) {
      const EndpointId id{static_cast<std::uint32_t>(order[i])};
      balancer.set_state(id, each.states[i], {});
      // A failed one whose backoff is over can be wanted again.
      if (each.states[i] == transient_failure) balancer.set_state(id, idle, {});
    }
    const Pick pick = balancer.pick({});
    EXPECT_EQ(pick.kind, each.kind) << &each - cases;
    if (each.kind == Pick::Kind::complete) {
      EXPECT_EQ(pick.endpoint.value, order[each.picked]) << &each - cases;
    }
    std::set<std::uint32_t> expected;
    for (const int i : each.wanted) expected.insert(static_cast<std::uint32_t>(order[i]));
    std::set<std::uint32_t> wanted;
    for (const EndpointId id : balancer.wanted({})) wanted.insert(id.value);
    EXPECT_EQ(wanted, expected) << &each - cases;
    EXPECT_THAT(balancer.wanted({}), IsEmpty()) << "named once";
  }
}

TEST(RingHash, BoundedLoadsPassAHotKeyOn) {
  RingHash balancer(RingHash::Parameters{.load_percent = 125});
  list_ready(balancer, endpoints(4));
  const std::uint64_t hot = 42;
  for (std::int64_t calls = 0; calls < 400; ++calls) {
    const Pick pick = balancer.pick({.hash = hot});
    // Mirrokni et al.: no load is above ceil(1.25 * calls / endpoints).
    const auto bound =
        static_cast<std::int64_t>(std::ceil(1.25 * static_cast<double>(calls + 1) / 4));
    EXPECT_LT(balancer.in_flight(pick.endpoint), bound) << calls;
    balancer.on_start(pick);
  }
  EXPECT_EQ(balancer.in_flight(EndpointId{picked(balancer, {.hash = hot})}) > 0, true);
  int used = 0;
  for (std::uint32_t id = 0; id < 4; ++id) used += balancer.in_flight(EndpointId{id}) > 0 ? 1 : 0;
  EXPECT_EQ(used, 4) << "four times 125 of 400";
}

TEST(RingHash, WithinItsBoundAKeyStays) {
  RingHash bounded(RingHash::Parameters{.load_percent = 150});
  RingHash plain;
  list_ready(bounded, endpoints(4));
  list_ready(plain, endpoints(4));
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const std::uint64_t hash = DrawKey(1, "key", "").at(i);
    EXPECT_EQ(picked(bounded, {.hash = hash}), picked(plain, {.hash = hash})) << "none in flight";
  }
}

std::vector<std::uint32_t> subset(std::uint32_t count, std::size_t size, std::uint64_t seed) {
  std::vector<std::uint32_t> ids;
  for (const Endpoint& each : random_subset(endpoints(count), size, seed)) {
    ids.push_back(each.id.value);
  }
  return ids;
}

TEST(RandomSubset, AreTheSmallestHashes) {
  EXPECT_THAT(subset(3, 3, 9), ElementsAre(0, 1, 2)) << "all, as they are";
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> hashes;
    for (std::uint32_t id = 0; id < 12; ++id) {
      hashes.emplace_back(xxh64("10.0.0." + std::to_string(id) + ":80", seed), id);
    }
    std::sort(hashes.begin(), hashes.end());
    std::vector<std::uint32_t> expected;
    for (int i = 0; i < 4; ++i) expected.push_back(hashes[i].second);
    EXPECT_EQ(subset(12, 4, seed), expected);
  }
}

TEST(RandomSubset, AChangeOfOneChangesOne) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto before = subset(30, 5, seed);
    const auto after = subset(31, 5, seed);
    int kept = 0;
    for (const std::uint32_t id : after)
      kept += static_cast<int>(std::count(before.begin(), before.end(), id));
    EXPECT_GE(kept, 4);
  }
}

TEST(RandomSubset, ClientsSpreadOverTheServers) {
  int connections[20] = {};
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    for (const std::uint32_t id : subset(20, 5, seed)) ++connections[id];
  }
  for (const int count : connections) EXPECT_NEAR(count, 500, 80);
}

}  // namespace
}  // namespace windtunnel::rpc
