// The search itself, over a puzzle: two jugs of 3 and 5 litres, and 4 litres wanted.
#include <windtunnel/checkers/explore/search.h>

#include <gtest/gtest.h>

#include <array>

namespace windtunnel::explore {
namespace {

class Jugs {
 public:
  explicit Jugs(std::uint32_t wanted) : wanted_(wanted) {}

  Digest start(StateWords& words) {
    words = {0, 0};
    return print(0, 0);
  }
  void expand(StateView state, Successors& successors) {
    const std::uint32_t small = state[0];
    const std::uint32_t large = state[1];
    const std::uint32_t to_large = std::min(small, 5 - large);
    const std::uint32_t to_small = std::min(large, 3 - small);
    const std::array<std::array<std::uint32_t, 2>, 6> next = {
        {{3, large},
         {small, 5},
         {0, large},
         {small, 0},
         {small - to_large, large + to_large},
         {small + to_small, large - to_small}}};
    for (ActionCode action = 0; action < next.size(); ++action) {
      const auto& [a, b] = next[action];
      successors.about_to(action);
      if (!successors.is_new(action, print(a, b))) continue;
      successors.keep(StateWords{a, b}, b == wanted_);
    }
  }
  void level_done(const Frontier&) { ++levels; }
  std::uint64_t bytes() const { return 0; }

  int levels = 0;

 private:
  static Digest print(std::uint32_t a, std::uint32_t b) { return {1, 10 * a + b}; }
  std::uint32_t wanted_;
};
static_assert(World<Jugs>);

Outcome search(std::uint32_t wanted, const SearchBounds& limits = {}) {
  Jugs jugs(wanted);
  return Search(jugs, limits).run();
}

TEST(Search, FindsAShortestPath) {
  const Outcome outcome = search(4);
  EXPECT_EQ(outcome.end, End::violated);
  // Fill the large one, fill the small one from it, empty that, pour over, fill, fill up.
  EXPECT_EQ(outcome.path, (Path{1, 5, 2, 5, 1, 5}));
  EXPECT_EQ(outcome.depth, 6U);
}

TEST(Search, VisitsEachStateOnceAndStops) {
  const Outcome outcome = search(9);
  EXPECT_EQ(outcome.end, End::exhausted);
  EXPECT_EQ(outcome.states, 16U);  // at least one jug is empty or full
  EXPECT_EQ(outcome.transitions, 16U * 6);
  EXPECT_TRUE(outcome.path.empty());
}

TEST(Search, SaysWhichBoundEndedIt) {
  EXPECT_EQ(search(4, {5, 1'000, 1 << 30}).end, End::depth);
  EXPECT_EQ(search(4, {6, 1'000, 1 << 30}).end, End::violated);
  EXPECT_EQ(search(9, {100, 7, 1 << 30}).end, End::states);
  EXPECT_EQ(search(9, {100, 7, 1 << 30}).states, 7U);
  EXPECT_EQ(search(9, {100, 1'000, 100}).end, End::bytes);
}

TEST(Search, TellsThePathOfEachStepThatMightCrash) {
  Jugs jugs(4);
  Path last;
  std::uint32_t levels = 0;
  const Watchers watchers{[&](const Path& path) { last = path; },
                          [&](std::uint32_t, std::uint64_t) { ++levels; }};
  const Outcome outcome = Search(jugs, SearchBounds{}, watchers).run();
  EXPECT_EQ(last, outcome.path);
  EXPECT_EQ(levels, 5U);
}

}  // namespace
}  // namespace windtunnel::explore
