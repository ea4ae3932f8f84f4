#include <windtunnel/scenarios/campaign/seed_list.h>

#include <gtest/gtest.h>

namespace windtunnel::scenarios {
namespace {

std::vector<std::uint64_t> all(const SeedList& list) {
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t i = 0; i < list.size(); ++i) seeds.push_back(list[i]);
  return seeds;
}

TEST(SeedList, HoldsEachSeedOnceAndInOrder) {
  const auto list = SeedList::of({{9, 9}, {2, 4}, {3, 3}, {4, 6}, {5, 5}});
  ASSERT_TRUE(list.has_value());
  EXPECT_EQ(all(*list), (std::vector<std::uint64_t>{2, 3, 4, 5, 6, 9}));
  EXPECT_EQ(all(SeedList(7)), std::vector<std::uint64_t>{7});
  EXPECT_TRUE(SeedList().empty());
}

TEST(SeedList, GoesUpToTheLastSeed) {
  const auto list = SeedList::of({{UINT64_MAX - 1, UINT64_MAX}, {UINT64_MAX, UINT64_MAX}});
  ASSERT_TRUE(list.has_value());
  EXPECT_EQ(all(*list), (std::vector<std::uint64_t>{UINT64_MAX - 1, UINT64_MAX}));
}

TEST(SeedList, RefusesMoreThanItsMost) {
  EXPECT_TRUE(SeedList::of({{1, SeedList::kMost}}).has_value());
  EXPECT_TRUE(SeedList::of({{1, SeedList::kMost}, {1, SeedList::kMost}}).has_value());
  EXPECT_FALSE(SeedList::of({{0, SeedList::kMost}}).has_value());
  EXPECT_FALSE(SeedList::of({{0, UINT64_MAX}}).has_value());
  EXPECT_FALSE(SeedList::of({{1, SeedList::kMost}, {SeedList::kMost + 1, UINT64_MAX}}).has_value());
}

}  // namespace
}  // namespace windtunnel::scenarios
